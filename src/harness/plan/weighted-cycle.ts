/**
 * The order in which a load goes round partitions that do not get the same: a list in which each comes as
 * often as its share says, spread evenly, for a loader to walk in circles.
 */
import { invariant } from '../../base/invariant.ts'

/** Shares are met to 1 in so many: a partition below that comes once. */
const LENGTH = 8192

/** @param shares of each partition, not all 0 */
export function weightedCycle(shares: readonly number[]): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  invariant(total > 0, 'somebody gets records')
  const places: { readonly at: number; readonly partition: number }[] = []
  for (const [partition, share] of shares.entries()) {
    if (share === 0) continue
    const count = Math.max(1, Math.round((share / total) * LENGTH))
    for (let index = 0; index < count; index++) places.push({ at: (index + 0.5) / count, partition })
  }
  places.sort((a, b) => a.at - b.at || a.partition - b.partition)
  return places.map(({ partition }) => partition)
}
