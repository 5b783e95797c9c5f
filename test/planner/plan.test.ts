import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { givenCost } from '../../src/planner/handler-cost.ts'
import type { HeadroomAnswers } from '../../src/planner/headroom.ts'
import { makeKeyShares } from '../../src/planner/key-skew.ts'
import type { LawPoint } from '../../src/planner/law-choice.ts'
import { makeMeasurement } from '../../src/planner/measurement.ts'
import {
  type MeasuredPoint,
  makePlan,
  type Plan,
  type PlanInput,
  planExitCode
} from '../../src/planner/plan.ts'
import { lawOf } from '../../src/planner/produce-count.ts'
import type { Refusal } from '../../src/planner/refusal.ts'
import type { Verdict } from '../../src/planner/verdict.ts'

const QUIET: Verdict = { bottleneck: 'none', evidence: 'Nothing was full.' }

/** A point measured at `runsMB` MB/s with 1 KB records, all of it steady. */
function point(runsMB: number[], verdict = QUIET): MeasuredPoint {
  const runs = runsMB.map(rate => ({ bytesPerSecond: rate * 1e6, steady: true }))
  const input = { label: 'saturation' as const, runs, recordBytes: 1000, bytesPerCpuSecond: null }
  return { measurement: makeMeasurement(input), verdict }
}

/** Points on a straight line of `rateMB` a partition, every run alike: X(N) is known without any doubt. */
function lineOf(rateMB: number, counts: readonly number[] = [1, 2, 4, 16]): LawPoint[] {
  return counts.map(partitions => {
    const rate = partitions * rateMB * 1e6
    return { partitions, runs: [rate, rate, rate] }
  })
}

/** The target is what will be offered: no peak on it, no growth, no slack for producers. */
const AS_ASKED: HeadroomAnswers = { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 }

const INPUT: PlanInput = {
  targetThroughput: 300e6,
  headroom: AS_ASKED,
  recordBytes: 1000,
  handler: null,
  lagSloMs: null,
  outage: null,
  keys: null,
  points: lineOf(50),
  law: lawOf(lineOf(50), 1),
  producer: point([50, 50, 50]),
  consumerFetchOnly: point([9.9, 10, 10.1]),
  consumerWithHandler: null,
  cpu: { producePerByte: 5e-9, consumePerByte: 4e-9 },
  overhead: { memoryBytes: 9e6, fileHandles: 4 },
  machine: { cores: 8, freeMemoryBytes: 4e9, freeFileHandles: null },
  rerun: { command: 'highwater plan --rate 300MB/s', runs: 3, secondsPerRun: 5 }
}

/** Exactly 10 MB/s, 0.1 ms a record: counts that follow have no interval. */
const TEN = point([10, 10, 10])

/** The usual input with `changes`, and the law of its points. */
function inputOf(changes: Partial<PlanInput>): PlanInput {
  const input = { ...INPUT, ...changes }
  return { ...input, law: lawOf(input.points, 1) }
}

/** The plan of `changes` to the usual input; fails if it is refused. */
function plan(changes: Partial<PlanInput> = {}): Plan {
  const outcome = makePlan(inputOf(changes))
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  return outcome
}

/** The refusal of `changes` to the usual input; fails if there is a plan. */
function refusal(changes: Partial<PlanInput>): Refusal {
  const outcome = makePlan(inputOf(changes))
  if (outcome.kind === 'plan') throw new Error(`${outcome.partitions} partitions`)
  return outcome
}

describe('a plan', () => {
  test('recommends the fewest that are enough at the low end, and names what binds', () => {
    const made = plan()
    // t 4.303 x sd 0.01 / sqrt 3 = 2.48 % round the mean of the logarithms: Tc is 9.754 to 10.251 MB/s, of
    // which a consumer is given 80 %: 300 / 7.803 = 38.4 at the low end, 300 / 8.201 = 36.6 at the high end.
    expect(made).toMatchObject({
      kind: 'plan',
      partitions: 39,
      partitionsInterval: [37, 39],
      offeredThroughput: 300e6,
      safePartitions: 30,
      articlePartitions: 6,
      underProvisioningFactor: 5,
      articleLagGrowth: 240e6,
      binding: 'consume',
      consumerSource: 'fetch-only',
      rates: { targetThroughput: 300e6, producerThroughput: 50e6, consumerThroughput: 10e6 },
      demand: { coresNeeded: 3, memoryBytes: 351e6, fileHandles: 156 },
      verifiability: { verifiable: true },
      warnings: []
    })
    expect(made.requirements).toMatchObject({ partitions: 39, binding: { name: 'consume', partitions: 39 } })
    const asked = made.requirements.constraints.map(({ name, partitions }) => [name, partitions])
    expect(asked).toContainEqual(['produce', 6])
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
    // 300 / 7 = 42.9, which 32 measured partitions let a law be asked for.
    const slow = { producer: point([7, 7, 7]), points: lineOf(7, [1, 2, 4, 32]) }
    const slowProducers = plan(slow)
    expect(slowProducers).toMatchObject({
      binding: 'produce',
      partitions: 43,
      partitionsInterval: [43, 43],
      articlePartitions: 30,
      articleLagGrowth: 0
    })
    expect(slowProducers.explanation[0]).toBe('Producing binds: Tp 7 MB/s is below Tc 10 MB/s (fetch-only).')
    const alike = plan({ producer: TEN, points: lineOf(10) })
    expect(alike.explanation[0]).toMatch(/^Both sides bind alike/)
  })

  test('is the same twice', () => {
    const scattered = lineOf(50).map(({ partitions, runs }) => ({
      partitions,
      runs: runs.map((rate, run) => rate * (0.98 + 0.02 * run))
    }))
    const once = JSON.stringify(plan({ points: scattered }))
    expect(JSON.stringify(plan({ points: scattered }))).toBe(once)
  })
})

describe('what asks for partitions', () => {
  const exact = { consumerFetchOnly: TEN }

  test('a consumer is used to 80 % of its time', () => {
    // 300 / 10 = 30 at full use, 300 / 8 = 37.5
    expect(plan(exact)).toMatchObject({ partitions: 38, partitionsInterval: [38, 38], safePartitions: 30 })
  })

  test('peak and growth multiply the target for both sides, and for what is verified', () => {
    // 100 MB/s x 2 x 1.3^2 = 338 MB/s: 338 / 8 = 42.25; cores 338e6 x 9e-9 / 0.9 = 3.38.
    const headroom = { peakFactor: 2, yearlyGrowth: 0.3, years: 2, utilisation: 1 }
    const made = plan({ ...exact, targetThroughput: 100e6, headroom })
    expect(made.offeredThroughput).toBeCloseTo(338e6, 3)
    expect(made.rates.targetThroughput).toBe(made.offeredThroughput)
    expect(made).toMatchObject({ partitions: 43, articlePartitions: 7, demand: { coresNeeded: 4 } })
    expect(made.verifiability.sentence).toContain('338 MB/s')
  })

  test('producers are given more room than they need by the utilisation, and consumers are not', () => {
    const headroom = { ...AS_ASKED, utilisation: 0.7 }
    // Producers, on a straight line of 50 MB/s: 300 / 0.7 / 50 = 8.57, and the same load is offered.
    const producing = plan({ ...exact, headroom, consumerFetchOnly: point([1000, 1000, 1000]) })
    expect(producing).toMatchObject({ partitions: 9, partitionsInterval: [9, 9], offeredThroughput: 300e6 })
    expect(plan({ ...exact, headroom })).toMatchObject({ partitions: 38, partitionsInterval: [38, 38] })
  })

  test('the law is asked for the rate over the utilisation too', () => {
    // 50 N / (1 + 0.05 (N - 1)) reaches 300 / 0.8 = 375 with 356.25 / 31.25 = 11.4 partitions.
    const points = [1, 2, 4, 16].map(partitions => {
      const rate = (50e6 * partitions) / (1 + 0.05 * (partitions - 1))
      return { partitions, runs: [rate, rate, rate] }
    })
    const headroom = { ...AS_ASKED, utilisation: 0.8 }
    expect(plan({ points, headroom, consumerFetchOnly: point([1000, 1000, 1000]) }).partitions).toBe(12)
  })

  test('the law of total throughput counts, not Tp alone', () => {
    // 50 N / (1 + 0.05 (N - 1)) reaches 300 with 285 / 35 = 8.14 partitions; 300 / 50 = 6.
    const points = [1, 2, 4, 16].map(partitions => {
      const rate = (50e6 * partitions) / (1 + 0.05 * (partitions - 1))
      return { partitions, runs: [rate, rate, rate] }
    })
    const made = plan({ points, consumerFetchOnly: point([1000, 1000, 1000]) })
    expect(made.safePartitions).toBe(6)
    expect(made.partitionsInterval[0]).toBeLessThanOrEqual(9)
    expect(made.partitionsInterval[1]).toBe(9)
    expect(made.partitions).toBe(9)
  })

  test('a wish for short waits makes consumers idler', () => {
    // 0.15 ms of waiting at 0.1 ms a record without scatter: rho = 0.3 / (0.3 + 0.1) = 0.75, 30 / 0.75 = 40.
    const made = plan({ ...exact, lagSloMs: 0.15 })
    expect(made).toMatchObject({ partitions: 40, requirements: { binding: { name: 'lag' } } })
  })

  test('a wish below the time of one record is refused, as no count keeps it', () => {
    expect(refusal({ ...exact, lagSloMs: 0.05 })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^The lag SLO of 50 µs is below the 100 µs that one record takes/),
      doubtful: [],
      command: null,
      cure: null,
      requirements: expect.objectContaining({ partitions: Infinity })
    })
  })

  test('an outage that is to be cleared makes consumers faster than records arrive', () => {
    // 1 + 10/30 times 37.5
    const made = plan({ ...exact, outage: { lengthMs: 600e3, recoverMs: 1800e3 } })
    expect(made).toMatchObject({ partitions: 50, requirements: { binding: { name: 'outage' } } })
  })

  test('keys spread records over partitions worse than evenly', () => {
    // Each of 64 keys gets 1/64 = 1.6 %; a partition may have 8/300 = 2.7 % and so one key, which hashes
    // 0 to 63 have from 64 partitions on.
    const hashes = Int32Array.from({ length: 64 }, (_, index) => index)
    const keys = makeKeyShares(hashes, new Float64Array(64).fill(1), null)
    const made = plan({ ...exact, keys })
    expect(made).toMatchObject({ partitions: 64, requirements: { binding: { name: 'keys' } } })
  })

  test('one key with everything is refused, with what to do', () => {
    const keys = makeKeyShares(Int32Array.of(5), Float64Array.of(1), null)
    const { reason, command, cure, requirements } = refusal({ ...exact, keys })
    expect(reason).toMatch(/^The hottest key alone needs .* give it a topic/)
    // 300 MB/s of 8: 38 parts. No measurement makes 8 of 300.
    expect(command).toBeNull()
    expect(cure).toBe(
      'Above 8 MB/s at the peak no partition count works, for the hottest key; split into 38 parts it ' +
        'would be 304 MB/s.'
    )
    expect(requirements?.hottestKey?.salting).toMatchObject({ ways: 38, suffices: true })
  })

  test('one key that fits but at the low end of Tc is measured again', () => {
    // Tc is 293 to 308 MB/s at 80 %: 234 to 246, and the key needs 80 % of 300.
    const keys = makeKeyShares(Int32Array.of(0, 1), Float64Array.of(80, 20), null)
    const rates = { producer: point([400, 400, 400]), points: lineOf(400) }
    const { reason, command } = refusal({ ...rates, keys, consumerFetchOnly: point([297, 300, 303]) })
    expect(reason).toMatch(/^At the low end of what was measured no count is enough\. The hottest key alone/)
    expect(command).toBe('highwater plan --rate 300MB/s --runs 6')
  })

  test('a rate that no count reaches is refused with what the load asks for, and no command', () => {
    // 50 N / (1 + 0.05 (N - 1)) + 0.01 N (N - 1)) peaks at 10 partitions with 213 MB/s.
    const points = [1, 2, 4, 16].map(partitions => {
      const slower = 1 + 0.05 * (partitions - 1) + 0.01 * partitions * (partitions - 1)
      const rate = (50e6 * partitions) / slower
      return { partitions, runs: [rate, rate, rate] }
    })
    const { reason, command, cure, requirements } = refusal({ ...exact, points })
    expect(reason).toMatch(/^No number of partitions is enough for 300 MB\/s: the curve peaks at 10 /)
    expect([command, cure]).toEqual([null, expect.stringMatching(/^No measurement changes that/)])
    expect(requirements).toMatchObject({ partitions: Infinity, binding: { name: 'scaling' }, fullest: null })
  })

  test('keys are spread for what a partition takes in at the low end of Tp, not at its middle', () => {
    // One key has 14.5 %, 85 others 1.006 %. Tp is 45.2 to 55.2 MB/s: 15.1 to 18.4 % of 300. From 43 to 85
    // partitions one of the others shares the hot key's, 15.5 %; from 86 on none does.
    const hashes = Int32Array.from({ length: 86 }, (_, index) => index)
    const weights = Float64Array.from(hashes, hash => (hash === 0 ? 0.145 : 0.855 / 85))
    const keys = makeKeyShares(hashes, weights, null)
    const producer = point([48, 50, 52])
    const made = plan({ keys, producer, consumerFetchOnly: point([5000, 5000, 5000]) })
    expect(made).toMatchObject({ partitions: 86, partitionsInterval: [22, 86] })
    const [low] = producer.measurement.interval95
    expect(made.requirements.shareLimit).toBeCloseTo(low / 300e6, 9)
    expect((made.requirements.fullest?.share ?? 1) * 300e6).toBeLessThanOrEqual(low)
  })

  test('keys that make a small doubt about Tc a large one about the count are refused', () => {
    // Two keys with 40 % each are together for all counts to 10, and apart with 11. Tc is 293 to 308 MB/s, so
    // a partition may have 78 to 82 %: together they are too much, or they are not, and 2 are enough.
    const keys = makeKeyShares(Int32Array.of(0, 2520, 1), Float64Array.of(40, 40, 20), null)
    const rates = { producer: point([400, 400, 400]), points: lineOf(400) }
    const outcome = refusal({ ...rates, keys, consumerFetchOnly: point([297, 300, 303]) })
    expect(outcome).toEqual({
      kind: 'refused',
      reason: 'The measurements allow every count from 2 to 11, more than a factor of 4.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --runs 6',
      cure: null,
      requirements: null
    })
  })
})

describe('a law that noise hides', () => {
  /** Runs that lie 40 % apart: no fault by itself, and too much for a law near its end. */
  const noisy = lineOf(50).map(({ partitions, runs }) => ({
    partitions,
    runs: runs.map((rate, run) => rate * (0.8 + 0.2 * run))
  }))

  test('is refused as the fault of producers, so that they are measured again', () => {
    const outcome = refusal({
      points: noisy,
      targetThroughput: 1500e6,
      consumerFetchOnly: point([99, 100, 101])
    })
    expect(outcome).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('1 500 MB/s the measurements leave open'),
      doubtful: ['produce'],
      command: 'highwater plan --rate 300MB/s --runs 12',
      cure: null,
      requirements: null
    })
  })

  test('is not blamed on runs where no run would help', () => {
    expect(refusal({ targetThroughput: 5e9 })).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('needs more than 32 partitions, twice the most that were measured'),
      doubtful: [],
      command: 'highwater plan --rate 300MB/s --points 1,2,4,16,64',
      cure: null,
      requirements: null
    })
  })
})

describe('too few counts', () => {
  const single = lineOf(50, [1])

  test('are enough where one partition carries the target by itself', () => {
    const made = plan({ targetThroughput: 5e6, points: single })
    expect(made).toMatchObject({ partitions: 1, partitionsInterval: [1, 1] })
  })

  test('are refused where it does not, with the counts to measure', () => {
    expect(refusal({ points: single })).toMatchObject({
      reason: 'A scaling law takes at least 3 different partition counts; measured: 1.',
      command: 'highwater plan --rate 300MB/s --points 1,2,4,16 --runs 5'
    })
  })

  test('are not what is said first of runs that cannot tell at all', () => {
    const outcome = refusal({ points: single, consumerFetchOnly: point([5, 10, 12]) })
    expect(outcome.reason).toBe('The runs of Tc lie 70 % apart, 50 % is permitted.')
  })
})

describe('a plan with a handler', () => {
  const fast = point([99, 100, 101])
  const handler = givenCost({ kind: 'wait', micros: 90 })

  test('predicts Tc if it was not measured', () => {
    // 1000 bytes in 90 µs + 10 µs; 99 to 101 MB/s of fetching are 9.99 to 10.01 of it, and 300 / 8 = 37.5.
    const made = plan({ handler, consumerFetchOnly: fast })
    expect(made).toMatchObject({ consumerSource: 'predicted with the handler', partitions: 38 })
    expect(made.rates.consumerThroughput).toBeCloseTo(10e6, 3)
    expect(made.explanation[1]).toContain('the handler waits 90 µs and fetching takes 10 µs')
  })

  test('takes the measured Tc and says how far the prediction was off', () => {
    // 300 / (0.8 x 8) = 46.9
    const made = plan({ handler, consumerFetchOnly: fast, consumerWithHandler: point([8, 8, 8]) })
    expect(made).toMatchObject({ consumerSource: 'measured with the handler', partitions: 47 })
    expect(made.explanation[2]).toBe('Measured with the handler: 8 MB/s; the prediction is off by 25 %.')
  })

  test('advises lanes, with which consumers ask for no more than producers', () => {
    // 290 / 50 = 5.8 of producers. On k lanes a record takes 90/k + 10 µs, and 290 / (0.8 Tc) is at most 6
    // from Tc = 60.4 MB/s, 16.6 µs, on: k = 13.8.
    const { lanes } = plan({ targetThroughput: 290e6, handler, consumerFetchOnly: fast }).requirements
    expect(lanes).toMatchObject({ partitions: 6, lanes: 14 })
  })

  test('is not bothered by noise in fetching that the handler hides', () => {
    const noisy = point([60, 100, 140])
    const heavy = givenCost({ kind: 'wait', micros: 2000 })
    const made = plan({ handler: heavy, consumerFetchOnly: noisy })
    expect(made.partitionsInterval[1] / made.partitionsInterval[0]).toBeLessThan(1.02)
    expect(made.warnings).toEqual([])
  })

  test('warns of max.poll.interval.ms', () => {
    const slow = givenCost({ kind: 'wait', micros: 1e6 })
    expect(plan({ handler: slow, consumerFetchOnly: fast }).warnings.join()).toContain('max.poll.records')
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
      sentence: 'Verifying 300 MB/s needs 3 cores and has 2.'
    })
  })

  test('measurements that cannot tell are refused with a command', () => {
    expect(makePlan({ ...INPUT, consumerFetchOnly: point([5, 10, 12]) })).toEqual({
      kind: 'refused',
      reason: 'The runs of Tc lie 70 % apart, 50 % is permitted.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --seconds 20',
      cure: null,
      requirements: null
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
    ['a refusal', refusal({ consumerFetchOnly: point([5, 10, 12]) }), null, 3]
  ] as const)('%s', (_, outcome, verification, code) => {
    expect(planExitCode(outcome, { verification, heldOut: null })).toBe(code)
  })
})

describe('the exit code where a prediction of the law failed', () => {
  const failed = { verification: null, heldOut: { passed: false } }

  test('is 2 if the count rests on the law, and 0 if every measured count carries the load', () => {
    const rests = plan()
    const alone = plan({ targetThroughput: 20e6 })
    expect([rests.restsOnLaw, alone.restsOnLaw]).toEqual([true, false])
    expect([planExitCode(rests, failed), planExitCode(alone, failed)]).toEqual([2, 0])
    expect(planExitCode(rests, { ...failed, heldOut: { passed: true } })).toBe(0)
  })
})

describe('for any measurements', () => {
  const rate = fc.double({ min: 1, max: 1000, noNaN: true })
  const runs = (centre: number) => point([centre * 0.97, centre, centre * 1.02])

  test('the count is never below the safe formula, ends its interval, and grows with the target', () => {
    fc.assert(
      fc.property(rate, rate, rate, fc.double({ min: 1, max: 10, noNaN: true }), (tt, tp, tc, more) => {
        const input = {
          targetThroughput: tt * 1e6,
          producer: runs(tp),
          points: lineOf(tp, [1, 2, 4, 8192]),
          consumerFetchOnly: runs(tc)
        }
        const made = plan(input)
        const [low, high] = made.partitionsInterval
        expect(low).toBeLessThanOrEqual(high)
        expect(made.partitions).toBe(high)
        expect(made.partitions).toBeGreaterThanOrEqual(made.safePartitions)
        const raised = plan({ ...input, targetThroughput: tt * 1e6 * more })
        expect(raised.partitionsInterval[0]).toBeGreaterThanOrEqual(low)
        expect(raised.partitionsInterval[1]).toBeGreaterThanOrEqual(high)
      }),
      { numRuns: 15 }
    )
  })
})
