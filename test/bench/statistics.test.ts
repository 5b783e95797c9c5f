import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, medianDeviation, pairedRatio, ratioOfMedians } from '../../bench/statistics.ts'
import { seededRandom } from '../../src/base/random.ts'

test('the median of an even count lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
})

test('the median deviation is not moved by one outlier', () => {
  expect(medianDeviation([10, 11, 9, 12, 8])).toBe(1)
  expect(medianDeviation([10, 11, 9, 12, 8000])).toBe(1)
})

test('pairs are divided one by one, so that a slow round spoils no ratio', () => {
  const theirs = [100, 50, 10, 80, 90, 70, 100]
  const ours = theirs.map(value => value * 3)
  expect(pairedRatio(ours, theirs, seededRandom(1))).toEqual({ ratio: 3, low: 3, high: 3 })
  const torn = ratioOfMedians(ours, theirs, seededRandom(1))
  expect(torn.low).toBeLessThan(2.9)
})

test('the bound of seven pairs is the second least ratio, as counting the resamples gives', () => {
  // A median of 7 draws is the least with probability 0.010, at most the second least with 0.109.
  const ours = [2, 3, 4, 5, 6, 7, 8]
  const ones = ours.map(() => 1)
  const { ratio, low, high } = pairedRatio(ours, ones, seededRandom(1))
  expect([low, ratio, high]).toEqual([3, 5, 7])
})

test('the same seed gives the same interval, another one almost the same', () => {
  const after = [1.02, 0.98, 1.05, 1.01, 0.97, 1.03, 1.1, 0.99]
  const before = [1.01, 1.04, 0.96, 1.02, 0.99, 1, 1.03, 1.05]
  const first = ratioOfMedians(after, before, seededRandom(1))
  expect(ratioOfMedians(after, before, seededRandom(1))).toEqual(first)
  const other = ratioOfMedians(after, before, seededRandom(2))
  expect(Math.abs(other.low - first.low)).toBeLessThan(0.02)
  expect(Math.abs(other.high - first.high)).toBeLessThan(0.02)
})

test('the interval of a ratio holds the ratio, and shrinks and grows with the scatter of the values', () => {
  const values = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 3, maxLength: 12 })
  const property = fc.property(values, values, fc.integer(), (after, before, seed) => {
    const { ratio, low, high } = ratioOfMedians(after, before, seededRandom(seed))
    expect(low).toBeLessThanOrEqual(ratio)
    expect(high).toBeGreaterThanOrEqual(ratio)
    expect(low).toBeGreaterThanOrEqual(Math.min(...after) / Math.max(...before))
    expect(high).toBeLessThanOrEqual(Math.max(...after) / Math.min(...before))
  })
  fc.assert(property, { numRuns: 20 })
})

test('pairs that are none are refused', () => {
  expect(() => pairedRatio([1, 2], [1], seededRandom(1))).toThrow(/pairs/)
  expect(() => pairedRatio([], [], seededRandom(1))).toThrow(/pairs/)
})
