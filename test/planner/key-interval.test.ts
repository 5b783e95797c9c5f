import { describe, expect, test } from 'vitest'
import { type Random, seededRandom } from '../../src/base/random.ts'
import { fullestInterval, hottestInterval } from '../../src/planner/key-interval.ts'
import { fullestShare, type KeyShares, makeKeyShares } from '../../src/planner/key-skew.ts'

/** Keys whose hash is their index, so that partition j of N gets each N-th key. */
function keysOf(weights: ArrayLike<number>, sampleRecords: number | null): KeyShares {
  return makeKeyShares(
    Int32Array.from(weights, (_, i) => i),
    Float64Array.from(weights),
    sampleRecords
  )
}

/** A Poisson number: by its definition if small, else near enough by a normal one. */
function poisson(random: Random, mean: number): number {
  if (mean > 40) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  let count = -1
  for (let product = 1; product > Math.exp(-mean); product *= random.next()) count++
  return Math.max(0, count)
}

test('250 of 50 000 records are 0.50 % [0.44, 0.57]', () => {
  const keys = keysOf([250, ...Array<number>(49_750).fill(1)], 50_000)
  const [low, high] = hottestInterval(keys) ?? [0, 0]
  expect([low * 100, high * 100].map(end => Number(end.toFixed(2)))).toEqual([0.44, 0.57])
})

test('weights that are no counts have no interval', () => {
  expect(hottestInterval(keysOf([3, 1], null))).toBeNull()
  expect(fullestInterval(keysOf([3, 1], null), 2)).toBeNull()
})

test('the interval holds what was seen and never goes below even shares', () => {
  for (const partitions of [1, 3, 7, 40]) {
    const keys = keysOf(Array<number>(100).fill(20), 2000)
    const seen = fullestShare(keys, partitions)
    const [low, high] = fullestInterval(keys, partitions) ?? [0, 0]
    expect(low).toBeGreaterThanOrEqual(1 / partitions)
    expect(low).toBeLessThanOrEqual(seen)
    expect(high).toBeGreaterThanOrEqual(seen)
    expect(high).toBeLessThanOrEqual(1)
  }
})

test('a few records in each of many partitions tell little', () => {
  const keys = keysOf(Array<number>(480).fill(4), 1920)
  const [low, high] = fullestInterval(keys, 480) ?? [0, 0]
  expect(low * 480).toBe(1)
  expect(high * 480).toBeGreaterThan(2)
})

describe('in repetitions', () => {
  const evenly = (parts: number): number[] => Array<number>(parts).fill(1 / parts)
  const oneHot = (parts: number, share: number): number[] => [
    share,
    ...Array<number>(parts - 1).fill((1 - share) / (parts - 1))
  ]
  const falling = (parts: number): number[] => {
    const weights = Array.from({ length: parts }, (_, i) => 1 / (i + 2))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return weights.map(weight => weight / total)
  }
  test.each([
    ['48 even partitions, 2 000 records', evenly(48), 2000],
    ['48 even partitions, 50 000 records', evenly(48), 50_000],
    ['480 even partitions, 2 000 records', evenly(480), 2000],
    ['30 with one of 5 %', oneHot(30, 0.05), 20_000],
    ['200 falling slowly', falling(200), 5000]
  ])('of %s at least 90 of 100 hold the truth', (_name, shares, records) => {
    const random = seededRandom(11)
    const truth = Math.max(...shares)
    let held = 0
    for (let repetition = 0; repetition < 200; repetition++) {
      const counts = shares.map(share => poisson(random, share * records))
      const sampled = counts.reduce((sum, count) => sum + count, 0)
      const [low, high] = fullestInterval(keysOf(counts, sampled), shares.length) ?? [0, 0]
      if (low <= truth * (1 + 1e-9) && truth <= high) held++
    }
    expect(held).toBeGreaterThanOrEqual(180)
  })
})
