/**
 * How far the share of the fullest partition, or of the hottest key, may be from what a sample shows.
 *
 * The fullest of many is the fullest partly by luck, so a sample shows more skew than there is: of 2 000
 * records spread evenly over 48 partitions the fullest seems to get a third too many. Resampling repeats that
 * luck on top of itself, and its percentiles miss the truth nearly always where partitions are alike. Hence
 * Wilson's interval for the share seen, its lower end for as many tries as there are rivals (Bonferroni) and
 * by Poisson's distribution where records are few. The upper end needs no such care: the truly fullest is
 * seen with at most the greatest share.
 */
import { invariant } from '../base/invariant.ts'
import { gammaQuantile } from './gamma.ts'
import { type KeyShares, partitionShares } from './key-skew.ts'
import type { Interval95 } from './statistics.ts'

const TAIL = 0.025
/** What lies this many deviations below the greatest is no rival of it. */
const RIVAL_DEVIATIONS = 3
/** With fewer records in the fullest, deviations say too little: all are rivals, and the tail is counted. */
const FEW_RECORDS = 50

/** The value a standard normal variable exceeds with probability `tail`, above 1e-12 and below 0.5. */
function normalQuantile(tail: number): number {
  return Math.sqrt(2 * gammaQuantile(1 - 2 * tail, 0.5, 1))
}

/** Ends of Wilson's interval for a share `seen` of `records`, `z` deviations wide on each side. */
function wilson(seen: number, records: number, z: number): { low: number; high: number } {
  const weight = z ** 2 / records
  const centre = (seen + weight / 2) / (1 + weight)
  const half = Math.sqrt(seen * (1 - seen) * weight + weight ** 2 / 4) / (1 + weight)
  return { low: Math.max(0, centre - half), high: Math.min(1, Math.max(seen, centre + half)) }
}

/** 95 % interval of the greatest of the true shares, given those seen in a sample of `records`. */
function greatestInterval(seen: Float64Array, records: number): Interval95 {
  invariant(records > 0, 'a sample needs records', { records })
  let greatest = 0
  for (const share of seen) if (share > greatest) greatest = share
  const { high } = wilson(greatest, records, normalQuantile(TAIL))
  const count = greatest * records
  if (count < FEW_RECORDS) return [gammaQuantile(TAIL / seen.length, count, records), high]
  const clear = wilson(greatest, records, RIVAL_DEVIATIONS).low
  let rivals = 0
  for (const share of seen) if (share >= clear) rivals++
  return [wilson(greatest, records, normalQuantile(TAIL / rivals)).low, high]
}

/** 95 % interval of p1; null if the weights of the keys are not counts of a sample. */
export function hottestInterval(keys: KeyShares): Interval95 | null {
  return keys.sampleRecords === null ? null : greatestInterval(keys.shares, keys.sampleRecords)
}

/**
 * 95 % interval of h(N), which cannot be below 1/N; null if the weights of the keys are not counts of a
 * sample.
 */
export function fullestInterval(keys: KeyShares, partitions: number): Interval95 | null {
  if (keys.sampleRecords === null) return null
  const [low, high] = greatestInterval(partitionShares(keys, partitions), keys.sampleRecords)
  return [Math.max(low, 1 / partitions), high]
}
