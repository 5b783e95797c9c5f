import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2 } from '../../native-free/murmur2.ts'
import { InvariantError } from '../../src/base/invariant.ts'
import { partitionForKey } from '../../src/base/key-partition.ts'
import {
  evenImbalance,
  fullestShare,
  type KeyShares,
  makeKeyShares,
  meanFieldPartitions,
  meanFieldShare,
  partitionShares,
  saltHottest,
  skewAt
} from '../../src/planner/key-skew.ts'

const encoder = new TextEncoder()

/** Keys `user-0`, `user-1` ... with these weights, hashed as Kafka hashes them. */
function keysOf(weights: ArrayLike<number>, sampleRecords: number | null = null): KeyShares {
  const hashes = Int32Array.from({ length: weights.length }, (_, i) => murmur2(encoder.encode(`user-${i}`)))
  return makeKeyShares(hashes, Float64Array.from(weights), sampleRecords)
}

const zipf = (keys: number, s: number): KeyShares =>
  keysOf(Float64Array.from({ length: keys }, (_, i) => (i + 1) ** -s))

describe('real keys by Zipf', () => {
  // K, s, p1, then N h(N) at 4, 12 and 48 partitions and 1/h(48), as simulated with other key texts.
  test.each([
    { count: 1000, s: 0, hottest: 0.001, imbalances: [1.04, 1.19, 1.54], effective: 31 },
    { count: 100_000, s: 0, hottest: 0.00001, imbalances: [1, 1.01, 1.05], effective: 46 },
    { count: 100_000, s: 0.8, hottest: 0.022, imbalances: [1.09, 1.28, 1.94], effective: 25 },
    { count: 100_000, s: 0.99, hottest: 0.078, imbalances: [1.33, 1.88, 4.47], effective: 10.7 },
    { count: 100_000, s: 1.2, hottest: 0.196, imbalances: [1.78, 3.09, 9.88], effective: 4.9 }
  ])('$count keys, s = $s', ({ count, s, hottest, imbalances, effective }) => {
    const keys = zipf(count, s)
    expect(keys.hottest).toBeCloseTo(hottest, 3)
    const skews = skewAt(keys, [4, 12, 48])
    for (const [i, { imbalance }] of skews.entries()) {
      // Which partitions the hottest keys meet in depends on their texts.
      expect(Math.abs(imbalance / (imbalances[i] ?? 0) - 1)).toBeLessThan(0.15)
    }
    expect(Math.abs((skews[2]?.effective ?? 0) / effective - 1)).toBeLessThan(0.06)
    expect(skews[2]?.effective).toBeLessThan(1 / keys.hottest)
  })

  test('the mean-field formulas come near', () => {
    const keys = zipf(20_000, 0.99)
    const ratio = meanFieldShare(keys.hottest, 48) / fullestShare(keys, 48)
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1)
    expect(evenImbalance(1000, 48)).toBeCloseTo(1.61, 2)
    expect(evenImbalance(1000, 1)).toBe(1)
  })
})

describe('shares of partitions', () => {
  test('are those that counting record after record gives', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 3000 })
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 64 }), (counts, partitions) => {
        const records = counts.reduce((sum, count) => sum + count, 0)
        fc.pre(records > 0)
        const expected = new Map<number, number>()
        for (const [i, count] of counts.entries()) {
          const partition = partitionForKey(encoder.encode(`user-${i}`), partitions)
          expected.set(partition, (expected.get(partition) ?? 0) + count)
        }
        const keys = keysOf(counts, records)
        const loads = partitionShares(keys, partitions)
        for (const [partition, load] of loads.entries()) {
          expect(load).toBeCloseTo((expected.get(partition) ?? 0) / records, 12)
        }
        const fullest = fullestShare(keys, partitions)
        expect(fullest).toBeCloseTo(Math.max(...expected.values()) / records, 12)
        expect(fullest).toBeGreaterThanOrEqual(Math.max(keys.hottest, 1 / partitions) * (1 - 1e-12))
        const descending = [...counts].sort((a, b) => b - a)
        expect(keys.hottest).toBeCloseTo((descending[0] ?? 0) / records, 12)
        expect(keys.second).toBeCloseTo((descending[1] ?? 0) / records, 12)
        expect(keys.shares.length).toBe(counts.length)
      }),
      { numRuns: 60 }
    )
  })

  test('more than a thousand keys stand with the heaviest in front', () => {
    const keys = keysOf(Float64Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000))
    const front = [...keys.shares.subarray(0, keys.heavyCount)]
    expect(front).toEqual([...front].sort((a, b) => b - a))
    expect(Math.max(...keys.shares.subarray(keys.heavyCount))).toBeLessThanOrEqual(front.at(-1) ?? 0)
    expect(keys.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10)
  })

  test('records that spread evenly add the same to each', () => {
    const keys = makeKeyShares(Int32Array.of(0, 3), Float64Array.of(4, 2), null, 6)
    expect([keys.evenShare, keys.hottest, keys.second]).toEqual([0.5, 4 / 12, 2 / 12])
    const loads = [...partitionShares(keys, 5)]
    expect(loads.map(load => Number(load.toFixed(6)))).toEqual([0.433333, 0.1, 0.1, 0.266667, 0.1])
    expect(fullestShare(keys, 3)).toBeCloseTo(6 / 12 + 1 / 6, 12)
    expect(() => makeKeyShares(Int32Array.of(0), Float64Array.of(1), null, -1)).toThrow(InvariantError)
  })

  test('a million keys take one pass for each count', () => {
    const hashes = Int32Array.from({ length: 1_000_000 }, (_, i) => Math.imul(i, 0x9e3779b1))
    const keys = makeKeyShares(hashes, new Float64Array(hashes.length).fill(3), 3_000_000)
    const [few, many] = skewAt(keys, [10, 1000])
    expect(few?.imbalance).toBeLessThan(1.01)
    expect(many?.effective).toBeGreaterThan(900)
  })

  test('nothing is read from no keys, or from weights that are none', () => {
    expect(() => keysOf([])).toThrow(InvariantError)
    expect(() => keysOf([0, 0])).toThrow(InvariantError)
    expect(() => keysOf([3, -1])).toThrow(InvariantError)
    expect(() => keysOf([1, Number.NaN])).toThrow(InvariantError)
  })

  test('a single key goes to one partition, however many there are', () => {
    const keys = keysOf([7])
    expect(skewAt(keys, [1, 30])).toEqual([
      { partitions: 1, fullest: 1, effective: 1, imbalance: 1, meanField: 1 },
      { partitions: 30, fullest: 1, effective: 1, imbalance: 30, meanField: 1 }
    ])
    expect([keys.hottest, keys.second]).toEqual([1, 0])
  })
})

describe('the mean field', () => {
  test.each([
    // The session: 1.98 MB/s at 80 % of 216 MB/s x 4/3, and the same of 15.2 MB/s.
    [0.005, (0.8 * 1.98) / 288, 1990],
    [0.005, (0.8 * 15.2) / 288, 27],
    [0, 0.1, 10],
    [0.2, 0.2, Number.POSITIVE_INFINITY],
    [0.3, 0.2, Number.POSITIVE_INFINITY],
    [0.3, 1, 1],
    [1, 1, 1],
    [0.5, 3, 1]
  ])('p1 %d, at most %d: %d partitions', (hottest, limit, partitions) => {
    expect(meanFieldPartitions(hottest, limit)).toBe(partitions)
  })

  test('finds the fewest', () => {
    const share = fc.double({ min: 1e-4, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(share, share, (hottest, limit) => {
        const partitions = meanFieldPartitions(hottest, limit)
        fc.pre(partitions < 1e9)
        expect(meanFieldShare(hottest, partitions)).toBeLessThanOrEqual(limit * (1 + 1e-9))
        if (partitions > 1) expect(meanFieldShare(hottest, partitions - 1)).toBeGreaterThan(limit)
      })
    )
  })
})

describe('salting', () => {
  const keys = keysOf([50, 10, ...Array<number>(940).fill(1)])

  test('splits the hottest key into the fewest parts that suffice', () => {
    // 5 % and 1 % of 200 MB/s, 4 MB/s for a lane.
    expect(saltHottest(keys, 200e6, 4e6)).toEqual({
      ways: 3,
      ceiling: 4e6 / (0.05 / 3),
      bindsNext: 'salted key',
      suffices: true
    })
    expect(saltHottest(keys, 80e6, 4e6).ways).toBe(1)
    expect(saltHottest(keys, 80.1e6, 4e6).ways).toBe(2)
  })

  test('ends where the second key begins', () => {
    const salting = saltHottest(keys, 500e6, 4e6)
    expect(salting.suffices).toBe(false)
    expect(salting.bindsNext).toBe('second key')
    expect(salting.ceiling).toBeCloseTo(400e6, 3)
    expect(saltHottest(keys, 400e6, 4e6)).toMatchObject({ ways: 5, suffices: true, bindsNext: 'second key' })
  })

  test('of a key of 0.5 % four ways raises 237.6 MB/s to 950', () => {
    const session = keysOf([50, ...Array<number>(9950).fill(1)])
    const lane = 0.8 * 1.98e6
    const one = saltHottest(session, 216e6 * (4 / 3), lane)
    expect(one.ways).toBe(1)
    expect(one.ceiling / (4 / 3) / 1e6).toBeCloseTo(237.6, 6)
    expect(saltHottest(session, 288e6, lane, 4).ceiling / (4 / 3) / 1e6).toBeCloseTo(950.4, 6)
  })
})
