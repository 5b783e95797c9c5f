/**
 * Where the marks of an axis lie: numbers that people count in, 1, 2 and 5 times a power of ten, or powers of
 * two for counts that double.
 */
import { invariant } from '../../base/invariant.ts'

const STEPS = [1, 2, 5, 10]
/** Rounding of binary fractions: 0.30000000000000004 is 0.3. */
const DIGITS = 12
/** Below this share of a step, a value lies on the mark. */
const NEAR = 1e-9

function clean(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

/** The smallest step of 1, 2 or 5 times a power of ten that is at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = STEPS.find(step => step * power >= least * (1 - NEAR)) ?? 10
  return clean(factor * power)
}

/**
 * At most `most` + 1 ticks in equal steps that enclose both values.
 * @param most steps, at least 1
 */
export function linearTicks(low: number, high: number, most: number): number[] {
  invariant(Number.isFinite(low) && Number.isFinite(high) && low <= high, 'An axis has an extent.', {
    low,
    high
  })
  const extent = high - low
  if (extent <= Math.abs(high) * NEAR)
    return high === 0 ? [0, 1] : linearTicks(Math.min(0, low), Math.max(0, high), most)
  let step = niceStep(extent / most)
  // Rounding outwards to steps can take one more than there is room for.
  while (Math.ceil(high / step - NEAR) - Math.floor(low / step + NEAR) > most) step = niceStep(step * 1.5)
  const first = Math.floor(low / step + NEAR)
  const last = Math.ceil(high / step - NEAR)
  return Array.from({ length: last - first + 1 }, (_, index) => clean((first + index) * step))
}

/**
 * Ticks of a logarithmic axis that enclose both values: 1, 2 and 5 in each decade where there is room for
 * them, else decades, else each second or third one.
 * @param low above 0
 * @param most ticks, about
 */
export function logTicks(low: number, high: number, most: number): number[] {
  invariant(low > 0 && low <= high && Number.isFinite(high), 'A logarithmic axis begins above zero.', {
    low,
    high
  })
  const first = Math.floor(Math.log10(low) + NEAR)
  const last = Math.max(first + 1, Math.ceil(Math.log10(high) - NEAR))
  const fine: number[] = []
  for (let decade = first; decade <= last; decade++) {
    for (const factor of [1, 2, 5]) fine.push(clean(factor * 10 ** decade))
  }
  const enclosing = enclose(fine, low, high)
  if (enclosing.length <= most) return enclosing
  const stride = Math.max(1, Math.ceil((last - first) / Math.max(1, most - 1)))
  const decades: number[] = []
  for (let decade = first; decade < last + stride; decade += stride) decades.push(clean(10 ** decade))
  return decades
}

/** Powers of two that enclose both values, both at least 1. */
export function doublingTicks(low: number, high: number, most: number): number[] {
  invariant(low >= 1 && low <= high && Number.isFinite(high), 'A count begins at one.', { low, high })
  const first = Math.floor(Math.log2(low) + NEAR)
  const last = Math.max(first + 1, Math.ceil(Math.log2(high) - NEAR))
  const stride = Math.ceil((last - first) / Math.max(1, most - 1))
  const ticks: number[] = []
  for (let power = first; power < last + stride; power += stride) ticks.push(2 ** power)
  return ticks
}

/** Of ascending ticks those from the last one not above `low` to the first one not below `high`. */
function enclose(ticks: readonly number[], low: number, high: number): number[] {
  const from = ticks.findLastIndex(tick => tick <= low * (1 + NEAR))
  const to = ticks.findIndex((tick, index) => index > from && tick >= high * (1 - NEAR))
  return ticks.slice(Math.max(0, from), to + 1)
}
