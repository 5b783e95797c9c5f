/**
 * The few statistics a measurement needs: quantiles, spread, and a 95 % interval from a handful of runs.
 *
 * Source: Student's t on logarithms. Throughput is positive and its noise multiplies, so the interval never
 * reaches zero; with three to seven runs resampling would promise far too narrow an interval, t does not.
 */
import { invariant } from '../base/invariant.ts'

/** The true value lies between the two in 95 of 100 repetitions, both in the unit of the values. */
export type Interval95 = readonly [low: number, high: number]

/** Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom. Source: any printed table. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042
]

/** Arithmetic mean, in the unit of the values. */
export function mean(values: readonly number[]): number {
  invariant(values.length > 0, 'a mean needs at least one value')
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** Sample standard deviation (n - 1), in the unit of the values; 0 for a single one. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values)
  if (values.length === 1) return 0
  let squares = 0
  for (const value of values) squares += (value - centre) ** 2
  return Math.sqrt(squares / (values.length - 1))
}

/**
 * The value below which a share `p` in [0, 1] of the values lies, interpolated between neighbours.
 * Source: Hyndman and Fan, Sample Quantiles in Statistical Packages, definition 7.
 */
export function quantile(values: readonly number[], p: number): number {
  invariant(values.length > 0 && p >= 0 && p <= 1, 'a quantile needs values and a share in [0, 1]', { p })
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * p
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  return low + (high - low) * (place - below)
}

/** Median, in the unit of the values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** (greatest - least) / median of positive values: 0.25 means the runs lie within 25 % of one another. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

/**
 * The factor that 95 of 100 Student-t values stay below in size, for `degrees` >= 1 degrees of freedom.
 * Source: Abramowitz and Stegun 26.7.5 above the table, exact to 0.001.
 */
export function studentFactor(degrees: number): number {
  const printed = T_95[degrees - 1]
  if (printed !== undefined) return printed
  const z = 1.959964
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2)
}

/** Half of the interval's width in logarithms if `runs` runs scattered as the given ones did. */
function logHalfWidth(values: readonly number[], runs: number): number {
  return (studentFactor(runs - 1) * standardDeviation(values.map(Math.log))) / Math.sqrt(runs)
}

/**
 * 95 % interval of the typical value of at least two positive values, in their unit, by Student's t on
 * logarithms; widened where needed so that it holds the median, which is what is reported.
 */
export function interval95(values: readonly number[]): Interval95 {
  invariant(values.length >= 2, 'an interval needs at least two runs', { runs: values.length })
  invariant(Math.min(...values) > 0, 'an interval on logarithms needs positive values')
  const centre = mean(values.map(Math.log))
  const half = logHalfWidth(values, values.length)
  const middle = median(values)
  return [Math.min(middle, Math.exp(centre - half)), Math.max(middle, Math.exp(centre + half))]
}

/** The fewest runs, at least 2, after which high / low of the interval would be at most `ratio` (> 1). */
export function runsForRatio(values: readonly number[], ratio: number): number {
  invariant(ratio > 1, 'the ratio of an interval must be above 1', { ratio })
  let runs = 2
  while (2 * logHalfWidth(values, runs) > Math.log(ratio)) runs++
  return runs
}
