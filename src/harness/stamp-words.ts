/**
 * What stamps of records are made of: little-endian 32-bit words, and a sum in which every bit counts.
 *
 * Pure; no allocation, for it is done for every record.
 */

/** Golden ratio of 2^32: a multiplier that spreads every bit upwards. */
const SPREAD = 0x9e3779b1

export function mix(sum: number, word: number): number {
  const spread = Math.imul(sum ^ word, SPREAD)
  return spread ^ (spread >>> 15)
}

export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

export function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word
  bytes[at + 1] = word >>> 8
  bytes[at + 2] = word >>> 16
  bytes[at + 3] = word >>> 24
}

/** Sum of the bytes from `at` up to `end`: made once for a value that is sent again and again. */
export function sumOfBytes(bytes: Uint8Array, at: number, end: number): number {
  let sum = end - at
  let next = at
  for (; next + 4 <= end; next += 4) sum = mix(sum, readWord(bytes, next))
  for (; next < end; next++) sum = mix(sum, bytes[next]!)
  return sum
}
