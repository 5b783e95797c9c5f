/**
 * A test of the benchmark itself: a partition that falls silent for a while, again and again. Answers that
 * come meanwhile are withheld until its end, as those of a broker in a long pause are. Latency from the due
 * time must show all of it; latency from the sending must not, once the loader waits for room.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { parseDuration } from '../../planner/units.ts'

export interface Stall {
  /** Silent so long at the end of each period. */
  readonly silentMs: number
  readonly periodMs: number
}

/** When a silence that covers `nowMs` ends; null outside of one. Periods are counted from 0. */
export function stalledUntil({ silentMs, periodMs }: Stall, nowMs: number): number | null {
  const period = Math.floor(nowMs / periodMs)
  const end = (period + 1) * periodMs
  return nowMs >= end - silentMs ? end : null
}

/** `200ms/1s`. @throws HighwaterError HIGHWATER_CONFIG */
export function parseStall(text: string): Stall {
  const [silent, period, ...more] = text.split('/')
  if (silent === undefined || period === undefined || more.length > 0) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `The stall ${JSON.stringify(text)} has another form than SILENCE/PERIOD, such as 200ms/1s.`
    )
  }
  const stall = { silentMs: parseDuration(silent), periodMs: parseDuration(period) }
  if (stall.silentMs > 0 && stall.silentMs < stall.periodMs) return stall
  throw new HighwaterError(
    'HIGHWATER_CONFIG',
    `The silence of the stall ${JSON.stringify(text)} must be above zero and shorter than its period.`
  )
}
