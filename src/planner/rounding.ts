/**
 * Counting up to whole things without the last bits of a fraction having a say.
 */
import { invariant } from '../base/invariant.ts'

/** Quotients this near to a whole number are one, relative to their size: 120 / 40 must never make 4. */
const ROUNDING = 1e-12

/** How many things of `each` it takes for `amount`, both above 0 and in one unit; at least 1. */
export function ceilQuotient(amount: number, each: number): number {
  invariant(amount > 0 && each > 0, 'only positive amounts can be divided up', { amount, each })
  const quotient = amount / each
  const nearest = Math.round(quotient)
  const whole = Math.abs(quotient - nearest) <= ROUNDING * quotient
  return Math.max(1, whole ? nearest : Math.ceil(quotient))
}
