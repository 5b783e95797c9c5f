import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { seededRandom } from '../../src/base/random.ts'
import { slopeOf, trendOf } from '../../src/planner/trend.ts'

describe('the Mann-Kendall test', () => {
  test.each([
    ['ten ascending values', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'rising'],
    ['ten descending values', [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 'falling'],
    ['ten equal values', [5, 5, 5, 5, 5, 5, 5, 5, 5, 5], 'none'],
    ['alternating values', [1, 2, 1, 2, 1, 2, 1, 2, 1, 2], 'none'],
    ['nothing', [], 'none'],
    ['one value', [1], 'none']
  ] as const)('%s', (_, values, trend) => {
    expect(trendOf(values)).toBe(trend)
  })

  test('the border of ten values lies between S = 21 and S = 23', () => {
    // z = (S - 1) / sqrt(10 * 9 * 25 / 18) = (S - 1) / 11.18: 1.79 at S = 21, 1.97 at S = 23
    expect(trendOf([1, 2, 3, 4, 10, 9, 5, 8, 6, 7])).toBe('rising')
    expect(trendOf([1, 2, 3, 4, 10, 9, 8, 5, 6, 7])).toBe('none')
  })

  test('whole steps of S are corrected for', () => {
    // S = 44 of sixteen values: z = 43 / 22.21 = 1.94, while 44 / 22.21 = 1.98
    expect(trendOf([9, 8, 7, 6, 5, 4, 3, 2, 1, 10, 11, 12, 13, 16, 14, 15])).toBe('none')
    expect(trendOf([9, 8, 7, 6, 5, 4, 3, 2, 1, 10, 11, 12, 13, 14, 16, 15])).toBe('rising')
  })

  test('ties lessen the variance: 1 1 1 1 1 2 2 2 2 2 rises', () => {
    // S = 25, variance (2250 - 2 * 5 * 4 * 15) / 18 = 91.67: z = 2.51
    expect(trendOf([1, 1, 1, 1, 1, 2, 2, 2, 2, 2])).toBe('rising')
    // S = 21 of two ties of five: z = 2.09; without the correction it would be 1.79
    expect(trendOf([1, 1, 1, 1, 2, 2, 1, 2, 2, 2])).toBe('rising')
  })

  test('series of chance have a trend in about 5 of 100', () => {
    const random = seededRandom(7)
    let found = 0
    for (let series = 0; series < 2000; series++) {
      if (trendOf(Array.from({ length: 20 }, () => random.next())) !== 'none') found++
    }
    expect(found / 2000).toBeGreaterThan(0.03)
    expect(found / 2000).toBeLessThan(0.07)
  })
})

describe('the Theil-Sen slope', () => {
  test('of a line it is exact, and one outlier does not move it', () => {
    expect(slopeOf([3, 5, 7, 9, 11])).toBe(2)
    expect(slopeOf([3, 5, 7, 9, 11, 13, 15, 1e9, 19, 21])).toBeCloseTo(2, 12)
    expect(slopeOf([5, 3])).toBe(-2)
  })

  test('one value has no slope', () => {
    expect(() => slopeOf([1])).toThrow(InvariantError)
  })
})
