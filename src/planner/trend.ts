/**
 * Whether a series has a trend, and how steep it is: both by ranks, so that one outlier decides nothing.
 *
 * Source: Mann 1945 and Kendall 1975 (the test), Theil 1950 and Sen 1968 (the slope).
 */
import { invariant } from '../base/invariant.ts'
import { median } from './statistics.ts'

/** Two-sided 5 % point of the normal distribution. */
const Z_95 = 1.96

/**
 * Mann-Kendall test: `rising` or `falling` if chance alone gives such an order in fewer than 5 of 100 series,
 * else `none`. The normal approximation is good from ten values on. O(n^2).
 */
export function trendOf(values: readonly number[]): 'rising' | 'falling' | 'none' {
  const n = values.length
  let ordered = 0
  const ties = new Map<number, number>()
  for (let later = 0; later < n; later++) {
    const value = values[later]!
    ties.set(value, (ties.get(value) ?? 0) + 1)
    for (let earlier = 0; earlier < later; earlier++) ordered += Math.sign(value - values[earlier]!)
  }
  let variance = n * (n - 1) * (2 * n + 5)
  for (const count of ties.values()) variance -= count * (count - 1) * (2 * count + 5)
  if (variance <= 0) return 'none'
  const z = (ordered - Math.sign(ordered)) / Math.sqrt(variance / 18)
  if (z > Z_95) return 'rising'
  return z < -Z_95 ? 'falling' : 'none'
}

/**
 * Theil-Sen slope: the median of the slopes of all pairs, in the values' unit per step. Of a backlog in bytes
 * sampled each second it is the backlog's growth in bytes per second. O(n^2 log n).
 */
export function slopeOf(values: readonly number[]): number {
  invariant(values.length >= 2, 'a slope needs at least two values', { values: values.length })
  const slopes: number[] = []
  for (let later = 1; later < values.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      slopes.push((values[later]! - values[earlier]!) / (later - earlier))
    }
  }
  return median(slopes)
}
