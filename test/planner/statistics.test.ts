import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { type Random, seededRandom } from '../../src/base/random.ts'
import {
  interval95,
  mean,
  median,
  quantile,
  runsForRatio,
  spread,
  standardDeviation
} from '../../src/planner/statistics.ts'

/** A normal variate by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

describe('location and scatter', () => {
  test('the mean and the median of known values', () => {
    expect(mean([1, 2, 3, 10])).toBe(4)
    expect(median([10, 1, 3])).toBe(3)
    expect(median([10, 1, 3, 4])).toBe(3.5)
    expect(median([7])).toBe(7)
  })

  test('the standard deviation divides by n - 1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5)
    expect(standardDeviation([5])).toBe(0)
  })

  test.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.9, 3.7],
    [1, 4]
  ])('the %d quantile of 1 to 4 is %d, as in definition 7', (p, expected) => {
    expect(quantile([4, 2, 3, 1], p)).toBeCloseTo(expected, 12)
  })

  test('a quantile does not reorder what it was given', () => {
    const values = [3, 1, 2]
    quantile(values, 0.5)
    expect(values).toEqual([3, 1, 2])
  })

  test('the spread is the range over the median', () => {
    expect(spread([90, 100, 115])).toBeCloseTo(0.25, 12)
    expect(spread([100, 100])).toBe(0)
  })

  test('no values have no mean and no quantile', () => {
    expect(() => mean([])).toThrow(InvariantError)
    expect(() => quantile([], 0.5)).toThrow(InvariantError)
  })
})

describe('the 95 % interval', () => {
  test('three runs give the textbook interval on logarithms', () => {
    const [low, high] = interval95([Math.exp(1), Math.exp(2), Math.exp(3)])
    // mean 2, sd 1, t = 4.303, half = 4.303 / sqrt(3) = 2.4843
    expect(Math.log(low)).toBeCloseTo(2 - 2.48434, 4)
    expect(Math.log(high)).toBeCloseTo(2 + 2.48434, 4)
  })

  test('beyond the printed table the factor stays within 0.001 of the true one', () => {
    // 61 values, 60 degrees of freedom: t = 2.0003. Logarithms with mean 0 and sd exactly 1.
    const raw = Array.from({ length: 61 }, (_, i) => i - 30)
    const sd = standardDeviation(raw)
    const [low, high] = interval95(raw.map(value => Math.exp(value / sd)))
    expect((Math.log(high) - Math.log(low)) / 2).toBeCloseTo(2.0003 / Math.sqrt(61), 4)
  })

  test.each([2, 3, 5, 12])('of %d runs it holds the true value in about 95 of 100 repetitions', runs => {
    const random = seededRandom(runs)
    let held = 0
    for (let repetition = 0; repetition < 2000; repetition++) {
      const values = Array.from({ length: runs }, () => 100 * Math.exp(0.2 * normal(random)))
      const [low, high] = interval95(values)
      if (low <= 100 && 100 <= high) held++
    }
    expect(held / 2000).toBeGreaterThan(0.93)
    expect(held / 2000).toBeLessThan(0.98)
  })

  test('it holds the median and stays above zero, whatever the runs', () => {
    const rate = fc.double({ min: 1e-3, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(fc.array(rate, { minLength: 2, maxLength: 40 }), values => {
        const [low, high] = interval95(values)
        expect(low).toBeGreaterThan(0)
        expect(low).toBeLessThanOrEqual(median(values))
        expect(high).toBeGreaterThanOrEqual(median(values))
      })
    )
  })

  test('far runs that pull the mean away leave the median inside it', () => {
    const most = Array.from({ length: 23 }, () => 100)
    const low = interval95([...most, ...Array.from({ length: 8 }, () => 1e-3)])
    const high = interval95([...most, ...Array.from({ length: 8 }, () => 1e7)])
    expect(low[1]).toBe(100)
    expect(high[0]).toBe(100)
  })

  test('one run alone, or a run without bytes, has none', () => {
    expect(() => interval95([100])).toThrow(InvariantError)
    expect(() => interval95([100, 0])).toThrow(InvariantError)
  })
})

describe('runs for an interval', () => {
  test('equal runs need two', () => {
    expect(runsForRatio([100, 100, 100], 2)).toBe(2)
  })

  test('the count is the first whose interval is narrow enough', () => {
    // sd of the logarithms 0.2: 2 x 4.303 x 0.2 / sqrt(3) = 0.994 > ln 2 = 0.693 > 2 x 3.182 x 0.2 / 2 =
    // 0.636
    expect(runsForRatio([Math.exp(-0.2), 1, Math.exp(0.2)], 2)).toBe(4)
    expect(runsForRatio([Math.exp(-0.2), 1, Math.exp(0.2)], 3)).toBe(3)
  })
})
