import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import { type Measurements, storedKeys } from '../../../src/harness/plan/measurements.ts'
import type { ServiceTimes } from '../../../src/harness/plan/plan-bench.ts'
import { foretold, type PlanOutcome, planOutcome } from '../../../src/harness/plan/plan-outcome.ts'
import type { PlanOptions } from '../../../src/harness/plan/plan-settings.ts'
import type { Plan } from '../../../src/planner/plan.ts'
import { consumerRun, findings, measurements, producerRuns, settingsOf } from './fixture.ts'

/** What follows when this was asked, and the rest is as in the fixture. */
function outcomeOf(options: Partial<PlanOptions>, changes: Partial<Measurements> = {}): PlanOutcome {
  return planOutcome(measurements({ settings: settingsOf(options), ...changes }))
}

function planOf({ outcome }: PlanOutcome): Plan {
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  return outcome
}

/** Counts at exactly 50 MB/s a partition, three runs each. */
const straight = (...counts: readonly number[]) =>
  counts.map(partitions => ({
    partitions,
    runs: producerRuns(...[50, 50, 50].map(rate => rate * partitions))
  }))

describe('the plan of measurements', () => {
  test('is asked what the settings say', () => {
    const plan = planOf(
      outcomeOf({
        targetThroughput: 100e6,
        peakFactor: 2,
        growth: { share: 0.3, years: 2 },
        lagSloMs: 50,
        outage: { lengthMs: 600e3, recoverMs: 1800e3 }
      })
    )
    // 100 x 2 x 1.69 = 338 MB/s; 338 / (0.8 x 9.754) x 4/3 = 57.8
    expect(plan.offeredThroughput).toBeCloseTo(338e6, 3)
    expect(plan).toMatchObject({ partitions: 58, requirements: { binding: { name: 'outage' } } })
    expect(plan.requirements.constraints.map(({ name }) => name)).toContain('lag')
  })

  test('keeps producers no slack of their own: the law is asked for the offered rate', () => {
    const plan = planOf(outcomeOf({}))
    expect(plan.requirements.headroom).toMatchObject({ utilisation: 1, plannedThroughput: 300e6 })
  })

  test('takes what a byte costs of the processor from both sides, and the machine as it was', () => {
    // 300 MB/s x (5 + 4 ns of bytes + 95 ns of handler) / 0.9 = 34.7 cores
    expect(planOf(outcomeOf({})).demand).toEqual({
      coresNeeded: 35,
      memoryBytes: 39 * 18e6,
      fileHandles: 39 * 12
    })
    const machine = { cores: 8, freeMemoryBytes: 64e9, freeFileHandles: null }
    expect(planOf(outcomeOf({}, { machine })).verifiability.verifiable).toBe(false)
  })

  test('names the better command without the lengths that were given', () => {
    const single = findings({ produce: straight(1), heldOut: null })
    const { outcome } = outcomeOf({}, { findings: single, bareCommand: 'plan --rate 300MB/s' })
    expect(outcome).toMatchObject({
      kind: 'refused',
      command: 'plan --rate 300MB/s --points 1,2,4,16 --runs 5'
    })
  })

  test('has a point for each count, and the verdict of its runs', () => {
    const { points } = outcomeOf({})
    expect(points.counts.map(({ partitions, verdict }) => [partitions, verdict.bottleneck])).toEqual([
      [1, 'machine-bound'],
      [2, 'none'],
      [4, 'none'],
      [32, 'none']
    ])
    expect(points.heldOut?.partitions).toBe(16)
    expect(points.consumerWithHandler?.verdict.bottleneck).toBe('consumer-bound')
    expect(points.consumerFetchOnly.cpuPerByte).toBeCloseTo(4e-9, 12)
  })

  test('needs one partition, on which all rests', () => {
    const without = findings({ produce: straight(2, 4, 16) })
    expect(() => planOutcome(measurements({ findings: without }))).toThrow(InvariantError)
  })

  test('needs the keys as they were counted', () => {
    const counts = Float64Array.of(60, 40)
    const hashes = Int32Array.of(1, 2)
    const keys = storedKeys({ records: 100, keys: 2, hashes, counts, tailKeys: 0, tailCount: 0 })
    const { outcome, keys: shares } = outcomeOf({}, { keys })
    expect(shares).toMatchObject({ hottest: 0.6, second: 0.4, sampleRecords: 100 })
    // 60 % of 300 MB/s are 180, and a partition carries 7.8.
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^The hottest key alone/)
    })
  })
})

describe('what a record costs', () => {
  const service = (records: number, meanMs: number, varianceMs2: number): ServiceTimes => ({
    records,
    meanMs,
    varianceMs2,
    p50Ms: meanMs,
    p90Ms: 2 * meanMs,
    p99Ms: 3 * meanMs
  })
  const runsWith = (times: readonly (ServiceTimes | null)[], consumerBusy: number | null = 0.9) =>
    times.map(each => consumerRun(10, { service: each, consumerBusy }))
  const withModule = { process: null, handlerModule: './h.mjs' }

  test('is nothing where consumers only fetch', () => {
    expect(outcomeOf({ process: null }, { findings: findings({ withHandler: [] }) }).handler).toBeNull()
  })

  test('is what was given, whatever was measured', () => {
    expect(outcomeOf({}).handler).toMatchObject({ source: 'given', meanMs: 0.095, variation: 0 })
  })

  test('is what a module took, all runs together', () => {
    const withHandler = runsWith([service(100, 0.1, 0.01), service(300, 0.1, 0.01)])
    const { handler } = outcomeOf(withModule, { findings: findings({ withHandler }) })
    expect(handler).toMatchObject({ source: 'measured', meanMs: 0.1 })
    // Cs² = 0.01 / 0.1² = 1
    expect(handler?.variation).toBeCloseTo(1, 9)
    expect(handler?.text).toContain('400 records')
  })

  test('scatters by what lies between its runs too, each by its records', () => {
    // Means 0.1 of 100 and 0.2 of 300 records: 0.175; variance between: 0.75 x 0.25 x 0.1² = 0.001875.
    const withHandler = runsWith([service(100, 0.1, 0), service(300, 0.2, 0)])
    const { handler } = outcomeOf(withModule, { findings: findings({ withHandler }) })
    expect(handler?.meanMs).toBeCloseTo(0.175, 12)
    expect(handler?.variation).toBeCloseTo(0.001875 / 0.175 ** 2, 9)
  })

  test('leaves out runs whose handler did nothing, or was not timed', () => {
    const withHandler = runsWith([service(100, 0.1, 0), service(0, 0, 0), null])
    const { handler } = outcomeOf(withModule, { findings: findings({ withHandler }) })
    expect(handler?.meanMs).toBe(0.1)
  })

  test.each([
    ['computes where its thread is busy', 0.9, 'cpu'],
    ['waits where it is not', 0.1, 'wait'],
    ['is taken to wait where the system does not tell', null, 'wait']
  ])('%s', (_, busy, kind) => {
    const withHandler = runsWith([service(100, 0.1, 0), service(100, 0.1, 0)], busy)
    const { handler } = outcomeOf(withModule, { findings: findings({ withHandler }) })
    expect(handler?.process).toEqual({ kind, micros: 100 })
  })
})

describe('the count that was left out', () => {
  const at16 = (...rates: readonly number[]) =>
    outcomeOf(
      { points: [1, 2, 4, 32] },
      {
        findings: findings({
          produce: straight(1, 2, 4, 32),
          heldOut: { partitions: 16, runs: producerRuns(...rates) }
        })
      }
    ).heldOut

  test('is held against what a straight law foretells', () => {
    // Exactly 50 MB/s a partition: 800.
    const heldOut = at16(800, 800, 800)
    expect(heldOut).toMatchObject({ partitions: 16, measured: 800e6, inside: true })
    expect(heldOut?.predicted.median).toBeCloseTo(800e6, -4)
    expect(heldOut?.error).toBeCloseTo(0, 4)
  })

  test('is too much or too little by as much as it is', () => {
    // 800 / 1000 - 1 and 800 / 640 - 1
    expect(at16(1000, 1000, 1000)?.error).toBeCloseTo(-0.2, 4)
    expect(at16(640, 640, 640)?.error).toBeCloseTo(0.25, 4)
    expect(at16(1000, 1000, 1000)?.inside).toBe(false)
    expect(at16(640, 640, 640)?.inside).toBe(false)
  })

  test('takes no part in the law', () => {
    const lawOf = (rate: number) =>
      outcomeOf({}, { findings: findings({ heldOut: { partitions: 16, runs: producerRuns(rate, rate) } }) })
        .law
    expect(JSON.stringify(lawOf(100))).toBe(JSON.stringify(lawOf(700)))
  })

  test('is null where it was not measured, or nothing could be foretold', () => {
    expect(outcomeOf({}, { findings: findings({ heldOut: null }) }).heldOut).toBeNull()
    expect(outcomeOf({}, { findings: findings({ produce: straight(1, 2) }) }).heldOut).toBeNull()
  })
})

describe('what is foretold', () => {
  const said = (changes: Partial<Measurements>): string | null => foretold(measurements(changes))

  test('is a rate and its interval, from the counts that were fitted', () => {
    const exact = findings({ produce: straight(1, 2, 4, 32), heldOut: null })
    const settings = { ...settingsOf(), heldOutCount: 8 }
    expect(said({ settings, findings: exact })).toMatch(
      /^8 partitions, not measured yet, should reach 400 MB\/s, 400 MB\/s to 400 MB\/s$/
    )
  })

  test('is nothing where no count is left out, or the counts are too few', () => {
    expect(said({ settings: { ...settingsOf(), heldOutCount: null } })).toBeNull()
    expect(said({ findings: findings({ produce: straight(1, 2) }) })).toBeNull()
  })
})

describe('doubts about the law and its points', () => {
  test('are none where the runs are quiet and the prediction came true', () => {
    const { doubts, heldOut } = outcomeOf({})
    expect(heldOut?.passed).toBe(true)
    expect(doubts).toEqual([])
  })

  test('name counts whose runs scatter and a prediction that failed, after a refusal too', () => {
    const scattered = { partitions: 2, runs: producerRuns(60, 100, 150) }
    const produce = [...straight(1), scattered, ...straight(4, 32)]
    // A straight line foretells 800 MB/s.
    const heldOut = { partitions: 16, runs: producerRuns(500, 500, 500) }
    const made = outcomeOf({}, { findings: findings({ produce, heldOut }) })
    expect(made.heldOut).toMatchObject({ passed: false })
    expect(made.doubts[0]).toBe('The runs with 2 partitions lie 90 % apart: that point is not firm.')
    expect(made.doubts.at(-1)).toMatch(/^16 partitions were foretold at .* not to be trusted/)
    const refused = outcomeOf({ lagSloMs: 0.001 }, { findings: findings({ produce, heldOut }) })
    expect(refused.outcome.kind).toBe('refused')
    expect(refused.doubts).toHaveLength(made.doubts.length)
  })

  test('say that handler times given as alike were not, where waits are asked for', () => {
    const service = { records: 100, meanMs: 0.1, varianceMs2: 0.005, p50Ms: 0.1, p90Ms: 0.2, p99Ms: 0.3 }
    const withHandler = [9.9, 10, 10.1].map(rate => consumerRun(rate, { service }))
    const doubtsWith = (lagSloMs: number | null) =>
      outcomeOf({ lagSloMs }, { findings: findings({ withHandler }) }).doubts
    expect(doubtsWith(50)).toEqual([expect.stringMatching(/^--process takes all records .* had Cs² 0\.5: /)])
    expect(doubtsWith(null)).toEqual([])
  })
})
