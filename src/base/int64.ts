/**
 * 64-bit integers as two 32-bit halves, without BigInt: how shared words and record bytes carry offsets.
 * Numbers are exact up to 2^53; a larger one is a broken invariant, never a rounded value.
 */
import { invariant } from './invariant.ts'

const TWO_32 = 4294967296

/** Low 32 bits of a whole number as a signed Int32. */
export function lowHalf(value: number): number {
  return value | 0
}

/** High 32 bits of a whole number as a signed Int32; -1 gives -1. */
export function highHalf(value: number): number {
  return Math.floor(value / TWO_32) | 0
}

/** The number two signed halves stand for. @throws InvariantError above 2^53. */
export function joinHalves(low: number, high: number): number {
  const value = high * TWO_32 + (low >>> 0)
  invariant(Number.isSafeInteger(value), 'a 64-bit value must fit in 53 bits', () => ({ low, high }))
  return value
}

/** Reads a big-endian int64. */
export function readInt64(view: DataView, at: number): number {
  return joinHalves(view.getInt32(at + 4), view.getInt32(at))
}

/** Writes a big-endian int64. */
export function writeInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, highHalf(value))
  view.setInt32(at + 4, lowHalf(value))
}
