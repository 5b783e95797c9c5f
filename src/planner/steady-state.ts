/**
 * Where warm-up ends in a series of rates, one per window of equal length, and whether it ends at all.
 *
 * Source: discard until a Mann-Kendall trend is insignificant and the coefficient of variation is below 10 %;
 * the latter on the first and on the last windows kept, since ranks do not see a single slow window.
 */
import { mean, standardDeviation } from './statistics.ts'
import { slopeOf, trendOf } from './trend.ts'
import { formatShare } from './units.ts'

interface SteadyState {
  /**
   * Index of the first window kept. If never steady: the last ten windows, so that something can be shown.
   */
  readonly from: number
  readonly steady: boolean
  /** One sentence for the report. */
  readonly reason: string
}

/** Fewer windows than this can show no steadiness; Mann-Kendall's approximation starts here too. */
const STEADY_WINDOWS_MIN = 10
const VARIATION_MAX = 0.1

/** Standard deviation over mean; infinite if nothing moved. */
function variation(rates: readonly number[]): number {
  const centre = mean(rates)
  return centre > 0 ? standardDeviation(rates) / centre : Number.POSITIVE_INFINITY
}

/** Why the windows from `from` on are not steady, or null if they are. */
function unrest(rates: readonly number[], from: number): string | null {
  const kept = rates.slice(from)
  const last = variation(kept.slice(-STEADY_WINDOWS_MIN))
  if (!Number.isFinite(last)) return `nothing moved in the last ${STEADY_WINDOWS_MIN} windows`
  if (last >= VARIATION_MAX) {
    return `the last ${STEADY_WINDOWS_MIN} windows vary by ${formatShare(last)}, 10 % is permitted`
  }
  const first = variation(kept.slice(0, STEADY_WINDOWS_MIN))
  if (first >= VARIATION_MAX) return `windows ${from + 1} and after vary by ${formatShare(first)}`
  const trend = trendOf(kept)
  if (trend === 'none') return null
  const step = Math.abs(slopeOf(kept)) / mean(kept)
  return `the rate is still ${trend}, by ${formatShare(step)} a window`
}

/**
 * The steady part of `rates` (bytes or records per second, any unit, one value per window). O(n^3) at worst.
 */
export function findSteadyState(rates: readonly number[]): SteadyState {
  const latest = rates.length - STEADY_WINDOWS_MIN
  if (latest < 0) {
    const reason = `Not steady: ${rates.length} windows were measured, ${STEADY_WINDOWS_MIN} are needed.`
    return { from: 0, steady: false, reason }
  }
  let why = ''
  for (let from = 0; from <= latest; from++) {
    const found = unrest(rates, from)
    if (found === null) {
      const dropped = from === 0 ? 'from the first window' : `after ${from} of ${rates.length} windows`
      return { from, steady: true, reason: `Steady ${dropped}.` }
    }
    why = found
  }
  return { from: latest, steady: false, reason: `Not steady: ${why}.` }
}
