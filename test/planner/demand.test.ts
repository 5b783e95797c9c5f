import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2 } from '../../native-free/murmur2.ts'
import { consumerLoad, planDemand } from '../../src/planner/demand.ts'
import { type DemandInput, demandLoad } from '../../src/planner/demand-load.ts'
import { givenCost, measuredCost } from '../../src/planner/handler-cost.ts'
import { fullestShare, type KeyShares, makeKeyShares } from '../../src/planner/key-skew.ts'
import { PLAIN } from './demand-fixture.ts'

const encoder = new TextEncoder()

/** Keys `user-0`, `user-1` ... with these weights, hashed as Kafka hashes them. */
function keysOf(weights: readonly number[], sampleRecords: number | null = null): KeyShares {
  const hashes = Int32Array.from(weights, (_, i) => murmur2(encoder.encode(`user-${i}`)))
  return makeKeyShares(hashes, Float64Array.from(weights), sampleRecords)
}

const counts = (input: DemandInput) => planDemand(input).constraints.map(each => [each.name, each.partitions])

test('that a given handler takes as long for each record is assumed, what a measured one took is not', () => {
  const row = (handler: DemandInput['handler']) =>
    planDemand({ ...PLAIN, handler }).assumptions.find(({ quantity }) => quantity === 'Cs² of the handler')
  expect(row(givenCost({ kind: 'wait', micros: 2000 }))).toMatchObject({ value: '0', kind: 'assumed' })
  const times = { count: 100, meanMs: 2, variance: 2, sampleMs: [], meanCpuMs: null }
  expect(row(measuredCost(times))).toMatchObject({ value: '0.5', kind: 'measured' })
})

describe('a plain load', () => {
  test('takes 115 partitions, 153 if an outage is to be cleared, and 200 if others ask for them', () => {
    expect(planDemand(PLAIN).partitions).toBe(115)
    expect(planDemand(PLAIN).binding.name).toBe('consume')
    const outage = { lengthMs: 600e3, recoverMs: 1800e3 }
    const plan = planDemand({ ...PLAIN, outage })
    expect([plan.partitions, plan.binding.name]).toEqual([153, 'outage'])
    expect(counts({ ...PLAIN, outage, otherPartitions: 200, producerThroughput: 10e6 })).toEqual([
      ['produce', 4],
      ['consume', 115],
      ['outage', 153],
      ['scaling', 200]
    ])
  })

  test('keeps its consumers as busy as was wished, and its records waiting as long', () => {
    const handler = measuredCost({ count: 1e6, meanMs: 20, variance: 400, sampleMs: [], meanCpuMs: null })
    const input = { ...PLAIN, handler, lagSloMs: 50, consumerUtilisation: 0.9 }
    const { fullest, partitions, consumerUtilisation } = planDemand(input)
    expect(partitions).toBe(1120)
    expect(consumerUtilisation).toBeCloseTo(100 / 140, 9)
    expect(fullest?.share).toBe(1 / 1120)
    expect(fullest?.utilisation).toBeCloseTo(100 / 140, 6)
    expect(fullest?.meanWaitMs).toBeCloseTo(50, 4)
    expect(fullest?.waitP99Ms).toBeGreaterThan(150)
    expect(fullest?.catchUp).toBeNull()
    const twice = consumerLoad(input, demandLoad(input), 2240)
    expect(twice.utilisation).toBeCloseTo(50 / 140, 6)
    expect(twice.recordsPerSecond).toBeCloseTo(40_000 / 2240, 9)
  })

  test('an outage is cleared in the time allowed, with the rest of the busy share to spare', () => {
    const outage = { lengthMs: 600e3, recoverMs: 1800e3 }
    const { fullest } = planDemand({ ...PLAIN, outage })
    expect(fullest?.catchUp?.clearedAfterMs).toBeLessThan(1800e3)
    const tight = planDemand({ ...PLAIN, outage, consumerUtilisation: 0.999_999 })
    expect(tight.fullest?.catchUp?.clearedAfterMs).toBeGreaterThan(0.95 * 1800e3)
    expect(tight.fullest?.catchUp?.clearedAfterMs).toBeLessThanOrEqual(1800e3)
  })

  test('of a handler so slow that a poll outlasts its interval is warned of', () => {
    const { warnings } = planDemand({ ...PLAIN, handler: givenCost({ kind: 'wait', micros: 600_000 }) })
    expect(warnings).toEqual([expect.stringContaining('set max.poll.records to 499 or less')])
  })
})

describe('the session', () => {
  // 120 MB/s of 812 B at a peak of 1.8; 0.41 ms with Cs² 1.8, Tc measured 1.98 MB/s; hottest key 0.5 %.
  const handler = measuredCost({
    count: 50_000,
    meanMs: 0.41,
    variance: 1.8 * 0.41 ** 2,
    sampleMs: [],
    meanCpuMs: null
  })
  const keys = keysOf([250, ...Array<number>(41_232).fill(49_750 / 41_232)], 50_000)
  const session: DemandInput = {
    ...PLAIN,
    targetThroughput: 120e6,
    recordBytes: 812,
    headroom: { peakFactor: 1.8, yearlyGrowth: 0, years: 0, utilisation: 1 },
    producerThroughput: 38.6e6,
    fetchOnlyThroughput: 96e6,
    handler,
    consumerThroughput: 1.98e6,
    lagSloMs: 500,
    outage: { lengthMs: 600e3, recoverMs: 1800e3 },
    consumerUtilisation: null,
    keys
  }

  test('each limit with its numbers', () => {
    const { constraints, headroom, recordsPerSecond } = planDemand({ ...session, keys: null })
    expect(headroom.offeredThroughput).toBeCloseTo(216e6, 3)
    expect(recordsPerSecond / 1.8).toBeCloseTo(147_783, 0)
    expect(constraints.map(({ formula }) => formula)).toEqual([
      '216 MB/s / 38.6 MB/s = 5.596, so 6',
      '266 000 records/s × 410 µs / 0.8 = 136.4, so 137',
      '266 000 records/s × 410 µs / 0.999 = 109.2, so 110',
      '266 000 records/s × 410 µs / 0.8 × 1.33 = 181.8, so 182'
    ])
  })

  test('with one lane the hottest key leaves little room, and it takes a thousand partitions', () => {
    const plan = planDemand(session)
    expect(plan.binding.name).toBe('keys')
    // Even but for the hottest key it would be 1 990; real hashes are kind to some counts before.
    expect(plan.partitions).toBeGreaterThan(1000)
    expect(plan.partitions).toBeLessThan(1990)
    expect(fullestShare(keys, plan.partitions) * 288e6).toBeLessThanOrEqual(0.8 * 1.98e6)
    expect(plan.constraints.at(-2)?.sentence).toBe('The hottest key alone needs 1.44 of 1.58 MB/s.')
    expect(plan.hottestKey?.interval?.map(end => Number((end * 100).toFixed(2)))).toEqual([0.44, 0.57])
    expect((plan.hottestKey?.ceiling ?? 0) / 1e6).toBeCloseTo(237.6, 3)
    expect((plan.hottestKey?.saltedCeiling ?? 0) / 1e6).toBeCloseTo(950.4, 3)
    expect(plan.warnings.some(text => text.startsWith('The hottest key may have up to 0.566 %'))).toBe(true)
  })

  test('eight lanes are enough for 30 partitions, which what else there is asks for', () => {
    const { lanes, partitions } = planDemand({ ...session, otherPartitions: 30 })
    expect(partitions).toBeGreaterThan(1000)
    expect(lanes?.lanes).toBe(8)
    expect(lanes?.sentence).toContain('Run the handler on 8 lanes')
    const laned = planDemand({ ...session, lanes: 8 })
    expect([laned.partitions, laned.lanes?.options[0]?.partitions]).toEqual([30, partitions])
    expect(planDemand({ ...session, lanes: 8, otherPartitions: 30 }).lanes).toBeNull()
  })
})

test('a greater count is not taken where it spreads the keys worse', () => {
  // Hashes 0 and 6 meet in 2, 3 and 6 partitions, and part in 4, 5 and 7; a partition carries half of them.
  const keys = makeKeyShares(Int32Array.of(0, 6), Float64Array.of(1, 1), null)
  const input = { ...PLAIN, targetThroughput: 0.7e6, keys }
  expect(counts(input)).toEqual([
    ['consume', 2],
    ['hottest key', 1],
    ['keys', 4]
  ])
  expect(planDemand({ ...input, otherPartitions: 5 }).partitions).toBe(5)
  const six = planDemand({ ...input, otherPartitions: 6 })
  expect([six.partitions, six.binding.name]).toEqual([7, 'keys'])
})

test('lanes are to bring consumers down to what producers ask for', () => {
  const { lanes } = planDemand({ ...PLAIN, producerThroughput: 0.8e6 })
  expect(lanes).toMatchObject({ lanes: 3, partitions: 50 })
  const uneven = { ...PLAIN, producerThroughput: 0.8e6, keys: keysOf(Array<number>(2000).fill(1)) }
  expect(planDemand(uneven).lanes?.partitions).toBeGreaterThan(50)
})

describe('contradictions', () => {
  test('a lag SLO below the time of a record gives a sentence and no number', () => {
    const plan = planDemand({ ...PLAIN, lagSloMs: 1, keys: keysOf([1, 1, 1]) })
    expect(plan.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(plan.binding.sentence).toContain('The lag SLO of 1 ms is below the 2 ms that one record takes')
    expect(plan.fullest).toBeNull()
    expect(plan.lanes?.sentence).toContain('do not help')
  })

  test('a key too hot gives a sentence and no number', () => {
    const plan = planDemand({ ...PLAIN, keys: keysOf([900, ...Array<number>(9100).fill(1)]) })
    expect(plan.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(plan.binding.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(plan.binding.sentence).toContain('The hottest key alone needs 3.6 of 0.35 MB/s')
    expect(plan.binding.sentence).toContain('split it into 11 parts')
  })

  test('a topic of one key is carried as long as one lane does', () => {
    const one = keysOf([10])
    expect(planDemand({ ...PLAIN, targetThroughput: 0.3e6, keys: one }).partitions).toBe(1)
    expect(planDemand({ ...PLAIN, targetThroughput: 0.4e6, keys: one }).partitions).toBe(Infinity)
  })
})

test('everything a count rests on has its row and its source', () => {
  const input = { ...PLAIN, keys: keysOf([3, 2, 1], 6), lagSloMs: 100, producerThroughput: 10e6 }
  const rows = planDemand({ ...input, headroom: { ...PLAIN.headroom, years: null } }).assumptions
  const kinds = Object.fromEntries(rows.map(({ quantity, kind }) => [quantity, kind]))
  expect(kinds).toMatchObject({
    'target rate': 'asked',
    'peak over average': 'asked',
    growth: 'default',
    Tp: 'measured',
    'handler, a record': 'asked',
    Tc: 'derived',
    arrivals: 'assumed',
    'hottest key': 'measured'
  })
  expect(rows.every(({ value, source }) => value !== '' && !value.includes('NaN') && source !== '')).toBe(
    true
  )
  const even = planDemand(PLAIN).assumptions.find(({ quantity }) => quantity === 'spread of records')
  expect(even).toMatchObject({ kind: 'assumed', source: 'no keys were given' })
})

describe('for any load', () => {
  const keys = keysOf(Array.from({ length: 300 }, (_, i) => 1 / (i + 10)))
  const input = fc.record({
    ...Object.fromEntries(Object.entries(PLAIN).map(([name, value]) => [name, fc.constant(value)])),
    targetThroughput: fc.double({ min: 1e3, max: 60e6, noNaN: true }),
    producerThroughput: fc.option(fc.double({ min: 1e5, max: 1e9, noNaN: true }), { nil: null }),
    fetchOnlyThroughput: fc.double({ min: 1e6, max: 1e9, noNaN: true }),
    lanes: fc.integer({ min: 1, max: 20 }),
    arrivalBatch: fc.integer({ min: 1, max: 30 }),
    lagSloMs: fc.option(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { nil: null }),
    outage: fc.option(fc.constant({ lengthMs: 600e3, recoverMs: 3600e3 }), { nil: null }),
    keys: fc.option(fc.constant(keys), { nil: null }),
    otherPartitions: fc.integer({ min: 1, max: 40 })
  }) as fc.Arbitrary<DemandInput>

  test('the count keeps every limit, is a whole number, and is bound by one of them', () => {
    fc.assert(
      fc.property(input, given => {
        const { partitions, constraints, binding, fullest, consumerUtilisation, warnings } = planDemand(given)
        expect(partitions).toBeGreaterThanOrEqual(Math.max(...constraints.map(each => each.partitions)))
        expect(constraints).toContain(binding)
        const texts = [...constraints.flatMap(each => [each.formula, each.sentence]), ...warnings]
        expect(texts.join(' ')).not.toMatch(/NaN|undefined|Infinity/)
        if (fullest === null) {
          expect(binding.partitions).toBe(Number.POSITIVE_INFINITY)
          return
        }
        expect(Number.isSafeInteger(partitions)).toBe(true)
        expect(fullest.utilisation).toBeLessThanOrEqual(consumerUtilisation * (1 + 1e-9))
        if (given.lagSloMs !== null) {
          expect(fullest.meanWaitMs).toBeLessThanOrEqual(given.lagSloMs * (1 + 1e-6))
        }
      }),
      { numRuns: 100 }
    )
  })

  test('more target never means fewer partitions', () => {
    const factor = fc.double({ min: 1, max: 5, noNaN: true })
    fc.assert(
      fc.property(input, factor, (given, more) => {
        const raised = planDemand({ ...given, targetThroughput: given.targetThroughput * more })
        expect(raised.partitions).toBeGreaterThanOrEqual(planDemand(given).partitions)
      }),
      { numRuns: 50 }
    )
  })
})
