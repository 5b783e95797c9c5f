/**
 * What a comparison needs: medians, their spread, and by resampling how far a ratio can be trusted.
 *
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 13.3: the percentile interval. It asks for
 * no shape of the noise; the seed makes it repeat.
 */
import { invariant } from '../src/base/invariant.ts'
import type { Random } from '../src/base/random.ts'

/** A ratio, and the two values it lies between in 95 of 100 resamples. */
export interface RatioInterval {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 10_000
const LOW = 0.025
const HIGH = 0.975

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Median distance from the median: a spread that one outlier does not move. */
export function medianDeviation(values: readonly number[]): number {
  const middle = median(values)
  return median(values.map(value => Math.abs(value - middle)))
}

/** Median of `ours[i] / theirs[i]`, measured side by side: pairs are resampled, never torn apart. */
export function pairedRatio(
  ours: readonly number[],
  theirs: readonly number[],
  random: Random
): RatioInterval {
  invariant(ours.length === theirs.length && ours.length > 0, 'a paired ratio needs pairs', {
    ours: ours.length,
    theirs: theirs.length
  })
  const ratios = ours.map((value, pair) => value / theirs[pair]!)
  return intervalOf(median(ratios), () => median(resample(ratios, random)))
}

/** Median of `after` over median of `before`, where the two have nothing to do with each other. */
export function ratioOfMedians(
  after: readonly number[],
  before: readonly number[],
  random: Random
): RatioInterval {
  const draw = (): number => median(resample(after, random)) / median(resample(before, random))
  return intervalOf(median(after) / median(before), draw)
}

function intervalOf(ratio: number, draw: () => number): RatioInterval {
  const drawn = Array.from({ length: RESAMPLES }, draw)
  return { ratio, low: quantile(drawn, LOW), high: quantile(drawn, HIGH) }
}

function resample(values: readonly number[], random: Random): number[] {
  return values.map(() => values[random.below(values.length)]!)
}

/** The value below which a share `p` of the values lies, interpolated between neighbours. */
function quantile(values: readonly number[], p: number): number {
  invariant(values.length > 0, 'a quantile needs values')
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * p
  const below = Math.floor(place)
  const low = sorted[below]!
  return low + (sorted[Math.min(below + 1, sorted.length - 1)]! - low) * (place - below)
}
