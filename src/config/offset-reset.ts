/**
 * Where a consumer goes on that has no position: `auto.offset.reset` as text and as a value.
 *
 * Kafka: clients/consumer/internals/AutoOffsetResetStrategy (KIP-1106).
 */
export type OffsetReset =
  | { readonly to: 'earliest' }
  | { readonly to: 'latest' }
  | { readonly to: 'none' }
  /** The first record of the time before now that `ms` says. */
  | { readonly to: 'duration'; readonly ms: number }
  /** The first record of that time or a later one, in milliseconds since 1970. */
  | { readonly to: 'time'; readonly timestamp: number }

const BY_DURATION = 'by_duration:'
/** ISO-8601 as Java's Duration reads it, without signs: days, and from hours to seconds. */
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d{1,9})?)S)?)?$/i
const MINUTE_MS = 60000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Null if the text says none of them. */
export function parseOffsetReset(text: string): OffsetReset | null {
  if (text === 'earliest' || text === 'latest' || text === 'none') return { to: text }
  if (!text.startsWith(BY_DURATION)) return null
  const ms = durationMs(text.slice(BY_DURATION.length))
  return ms === null ? null : { to: 'duration', ms }
}

/** Whole milliseconds of `PnDTnHnMn.nS`; null if it is none. */
function durationMs(text: string): number | null {
  const parts = DURATION.exec(text)
  // A designator without a number after it, `P` or `PT`, is no duration.
  if (parts === null || /[PT]$/i.test(text)) return null
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts
  // Rounded once, because a decimal fraction is rarely a binary one; then cut, as Java's toMillis does.
  const secondsMs = Math.floor(Math.round(Number(seconds.replace(',', '.')) * 1e6) / 1000)
  const ms = Number(days) * DAY_MS + Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + secondsMs
  return Number.isSafeInteger(ms) ? ms : null
}
