import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { makeMeasurement } from '../../src/planner/measurement.ts'
import {
  type MeasuredPoint,
  makePlan,
  type Plan,
  type PlanInput,
  planExitCode
} from '../../src/planner/plan.ts'
import type { Verdict } from '../../src/planner/verdict.ts'

const QUIET: Verdict = { bottleneck: 'none', evidence: 'Nothing was full.' }

/** A point measured at `runsMB` MB/s with 1 KB records, all of it steady. */
function point(runsMB: number[], verdict = QUIET): MeasuredPoint {
  const runs = runsMB.map(rate => ({ bytesPerSecond: rate * 1e6, steady: true }))
  const input = { label: 'saturation' as const, runs, recordBytes: 1000, bytesPerCpuSecond: null }
  return { measurement: makeMeasurement(input), verdict }
}

const INPUT: PlanInput = {
  targetThroughput: 300e6,
  recordBytes: 1000,
  process: null,
  producer: point([49, 50, 51]),
  consumerFetchOnly: point([9.9, 10, 10.1]),
  consumerWithHandler: null,
  cpu: { producePerByte: 5e-9, consumePerByte: 4e-9 },
  overhead: { memoryBytes: 9e6, fileHandles: 4 },
  machine: { cores: 8, freeMemoryBytes: 4e9, freeFileHandles: null },
  rerun: { command: 'highwater plan --rate 300MB/s', runs: 3, secondsPerRun: 5 }
}

/** The plan of `changes` to the usual input; fails if it is refused. */
function plan(changes: Partial<PlanInput> = {}): Plan {
  const outcome = makePlan({ ...INPUT, ...changes })
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  return outcome
}

describe('a plan', () => {
  test('recommends the safe count with its interval, and names what binds', () => {
    const made = plan()
    expect(made).toMatchObject({
      kind: 'plan',
      partitions: 30,
      safePartitions: 30,
      articlePartitions: 6,
      underProvisioningFactor: 5,
      articleLagGrowth: 240e6,
      binding: 'consume',
      consumerSource: 'fetch-only',
      rates: { targetThroughput: 300e6, producerThroughput: 50e6, consumerThroughput: 10e6 },
      demand: { coresNeeded: 3, memoryBytes: 270e6, fileHandles: 120 },
      verifiability: { verifiable: true },
      warnings: []
    })
    // t 4.303 x sd 0.01 / sqrt 3 = 2.5 %: 300 / 10.25 = 29.3 and 300 / 9.75 = 30.8
    expect(made.partitionsInterval).toEqual([30, 31])
  })

  test('explains itself in reading order', () => {
    expect(plan().explanation).toEqual([
      'Consuming binds: Tc 10 MB/s (fetch-only) is below Tp 50 MB/s.',
      'Both sides must carry 300 MB/s: producers 6, consumers 30; the larger is 30 partitions.',
      'The formula often quoted, Tt/max(Tp,Tc), counts only the faster side, the producers: 6 partitions.',
      '6 partitions would drain 60 MB/s of 300: consumer lag grows by 240 MB/s, 864 GB/h.'
    ])
  })

  test('names producing where that binds, and both where they are alike', () => {
    const slowProducers = plan({ producer: point([5, 5, 5]) })
    expect(slowProducers).toMatchObject({
      binding: 'produce',
      partitions: 60,
      articlePartitions: 30,
      articleLagGrowth: 0
    })
    expect(slowProducers.explanation[0]).toBe('Producing binds: Tp 5 MB/s is below Tc 10 MB/s (fetch-only).')
    expect(plan({ producer: point([9.9, 10, 10.1]) }).explanation[0]).toMatch(/^Both sides bind alike/)
  })

  test('is the same twice', () => {
    expect(JSON.stringify(plan())).toBe(JSON.stringify(plan()))
  })
})

describe('a plan with a handler', () => {
  const fast = point([99, 100, 101])
  const process = { kind: 'wait', micros: 90 } as const

  test('predicts Tc if it was not measured', () => {
    // 1000 bytes in 90 µs + 10 µs
    const made = plan({ process, consumerFetchOnly: fast })
    expect(made).toMatchObject({ consumerSource: 'predicted with the handler', partitions: 30 })
    expect(made.rates.consumerThroughput).toBeCloseTo(10e6, 3)
    expect(made.explanation[1]).toContain('the handler waits 90 µs and fetching takes 10 µs')
  })

  test('takes the measured Tc and says how far the prediction was off', () => {
    const made = plan({ process, consumerFetchOnly: fast, consumerWithHandler: point([8, 8, 8]) })
    expect(made).toMatchObject({ consumerSource: 'measured with the handler', partitions: 38 })
    expect(made.explanation[2]).toBe('Measured with the handler: 8 MB/s; the prediction is off by 25 %.')
  })

  test('is not bothered by noise in fetching that the handler hides', () => {
    const noisy = point([60, 100, 140])
    const heavy = { kind: 'wait', micros: 2000 } as const
    const made = plan({ process: heavy, consumerFetchOnly: noisy })
    expect(made.partitionsInterval[1] / made.partitionsInterval[0]).toBeLessThan(1.02)
    expect(made.warnings).toEqual([])
  })

  test('warns of max.poll.interval.ms', () => {
    const slow = { kind: 'wait', micros: 1e6 } as const
    expect(plan({ process: slow, consumerFetchOnly: fast }).warnings.join()).toContain('max.poll.records')
  })

  test('a measured handler without its cost is a broken invariant', () => {
    expect(() => plan({ consumerWithHandler: fast })).toThrow(InvariantError)
  })
})

describe('doubts', () => {
  test('runs more than a quarter apart are warned of', () => {
    expect(plan({ producer: point([44, 50, 57]) }).warnings).toEqual([
      'The runs of Tp lie 26 % apart; above 25 % a figure is not firm.'
    ])
    expect(plan({ producer: point([44, 50, 56.5]) }).warnings).toEqual([])
  })

  test('runs that did not settle are counted', () => {
    const runs = [true, true, false].map(steady => ({ bytesPerSecond: 10e6, steady }))
    const measurement = makeMeasurement({
      label: 'saturation',
      runs,
      recordBytes: 1000,
      bytesPerCpuSecond: null
    })
    expect(plan({ consumerFetchOnly: { measurement, verdict: QUIET } }).warnings).toEqual([
      '1 of 3 runs of Tc reached no steady state; most did, which is enough.'
    ])
  })

  test('a side that did not settle, but cannot decide, is a doubt with its reason', () => {
    const runs = [45, 50, 55].map(rate => ({ bytesPerSecond: rate * 1e6, steady: false }))
    const measurement = makeMeasurement({
      label: 'saturation',
      runs,
      recordBytes: 1000,
      bytesPerCpuSecond: null
    })
    expect(plan({ producer: { measurement, verdict: QUIET } }).warnings).toEqual([
      '3 of 3 runs of Tp reached no steady state; the count does not hang on it: at half of its slowest ' +
        'run Tp would ask for no more.'
    ])
  })

  test('a machine-bound and a client-bound point are labelled', () => {
    const machine: Verdict = { bottleneck: 'machine-bound', evidence: 'All cores together were 97 % busy.' }
    const client: Verdict = { bottleneck: 'client-bound', evidence: 'The loader was 95 % busy.' }
    expect(
      plan({ producer: point([50, 50], machine), consumerFetchOnly: point([10, 10], client) }).warnings
    ).toEqual([
      'Tp was machine-bound and may be higher on more cores. All cores together were 97 % busy.',
      'Tc was client-bound and is a lower bound only. The loader was 95 % busy.'
    ])
  })

  test('what this machine cannot verify is said', () => {
    const machine = { ...INPUT.machine, cores: 2 }
    expect(plan({ machine }).verifiability).toEqual({
      verifiable: false,
      sentence: 'Verifying 300 MB/s needs 3 cores; this machine has 2.'
    })
  })

  test('measurements that cannot tell are refused with a command', () => {
    expect(makePlan({ ...INPUT, consumerFetchOnly: point([5, 10, 12]) })).toEqual({
      kind: 'refused',
      reason: 'The runs of Tc lie 70 % apart, 50 % is permitted.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --seconds 20'
    })
  })

  test('a paced measurement cannot be Tp', () => {
    const measurement = { ...INPUT.producer.measurement, label: 'paced' as const }
    expect(() => plan({ producer: { measurement, verdict: QUIET } })).toThrow(InvariantError)
  })
})

describe('exit codes', () => {
  const held = { verified: true, held: true, sentence: '' }

  test.each([
    ['a plan that held', plan(), held, 0],
    ['a plan that did not hold', plan(), { ...held, held: false }, 2],
    ['a plan that could not be verified', plan(), { ...held, verified: false, held: false }, 0],
    ['a plan without a verification', plan(), null, 0],
    ['a refusal', { kind: 'refused' as const, reason: '', doubtful: [], command: '' }, null, 3]
  ] as const)('%s', (_, outcome, verification, code) => {
    expect(planExitCode(outcome, verification)).toBe(code)
  })
})

describe('for any measurements', () => {
  const rate = fc.double({ min: 1, max: 1000, noNaN: true })
  const runs = (centre: number) => point([centre * 0.97, centre, centre * 1.02])

  test('the interval holds the count, which grows with the target', () => {
    fc.assert(
      fc.property(rate, rate, rate, fc.double({ min: 1, max: 10, noNaN: true }), (tt, tp, tc, more) => {
        const input = { targetThroughput: tt * 1e6, producer: runs(tp), consumerFetchOnly: runs(tc) }
        const made = plan(input)
        const [low, high] = made.partitionsInterval
        expect(low).toBeLessThanOrEqual(made.partitions)
        expect(high).toBeGreaterThanOrEqual(made.partitions)
        expect(made.articlePartitions).toBeLessThanOrEqual(made.partitions)
        const raised = plan({ ...input, targetThroughput: tt * 1e6 * more })
        expect(raised.partitions).toBeGreaterThanOrEqual(made.partitions)
        expect(raised.partitionsInterval[0]).toBeGreaterThanOrEqual(low)
        expect(raised.partitionsInterval[1]).toBeGreaterThanOrEqual(high)
      })
    )
  })
})
