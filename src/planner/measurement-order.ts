/**
 * At which partition counts to measure, and in which order.
 *
 * The counts reach as far as the plan will, so that a law is asked to interpolate; one count between is
 * predicted before it is measured. The order is shuffled anew in each block, every block holding each count
 * once: what drifts over an hour then falls on all counts alike, and never on one.
 */
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'

interface PointsRequest {
  readonly cores: number
  /** The most partitions that time, memory and handles of this machine allow to be measured. */
  readonly partitionsMax: number
  /** The count the plan will probably come to, if known; measured if it is affordable. */
  readonly plannedPartitions?: number | null | undefined
}

const FIRST_POINTS = [1, 2, 4]
const HIGHEST_LEAST = 16

/**
 * The counts a law is fitted to, ascending: {1, 2, 4, N_hi} with N_hi = max(16, 4 cores, the planned count if
 * affordable), none above `partitionsMax`.
 */
export function pointsToMeasure(request: PointsRequest): readonly number[] {
  const { cores, partitionsMax } = request
  invariant(partitionsMax >= 1, 'at least one partition can be measured', { partitionsMax })
  const planned = request.plannedPartitions ?? 0
  const affordable = planned <= partitionsMax ? planned : 0
  const highest = Math.min(partitionsMax, Math.max(HIGHEST_LEAST, 4 * cores, affordable))
  return [...FIRST_POINTS.filter(count => count < highest), highest]
}

/**
 * The count that is predicted before it is measured: of those between the two highest points the power of
 * two, else the whole number, nearest to their geometric middle; null if there is none between.
 */
export function heldOutPoint(points: readonly number[]): number | null {
  const low = points.at(-2)
  const high = points.at(-1)
  if (low === undefined || high === undefined || high - low < 2) return null
  const middle = Math.sqrt(low * high)
  // Of two that are equally near, the lower.
  const power = 2 ** Math.ceil(Math.log2(middle) - 0.5)
  return power > low && power < high ? power : Math.min(high - 1, Math.max(low + 1, Math.round(middle)))
}

/** `blocks` blocks, each with every item once in random order. */
export function shuffledBlocks<T>(items: readonly T[], blocks: number, random: Random): T[][] {
  return Array.from({ length: blocks }, () => {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last--) {
      const chosen = random.below(last + 1)
      const moved = shuffled[last]!
      shuffled[last] = shuffled[chosen]!
      shuffled[chosen] = moved
    }
    return shuffled
  })
}
