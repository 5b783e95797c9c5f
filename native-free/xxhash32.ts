/**
 * xxHash32 of bytes: the checksum of LZ4 frames, of their header and, where a writer asks for it, of their
 * content.
 *
 * Specification: xxHash fast digest algorithm, version 0.1.1.
 */

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1
const STRIPE = 16

/** Unsigned xxHash32, seed 0, of the bytes from `from` up to `to`. */
export function xxhash32Of(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = from
  let hash = PRIME_5
  if (to - from >= STRIPE) {
    let first = (PRIME_1 + PRIME_2) | 0
    let second = PRIME_2
    let third = 0
    let fourth = -PRIME_1
    for (const lastStripe = to - STRIPE; at <= lastStripe; at += STRIPE) {
      first = round(first, view.getInt32(at, true))
      second = round(second, view.getInt32(at + 4, true))
      third = round(third, view.getInt32(at + 8, true))
      fourth = round(fourth, view.getInt32(at + 12, true))
    }
    hash = rotate(first, 1) + rotate(second, 7) + rotate(third, 12) + rotate(fourth, 18)
  }
  hash = (hash + to - from) | 0
  for (; at + 4 <= to; at += 4) {
    hash = Math.imul(rotate(hash + Math.imul(view.getInt32(at, true), PRIME_3), 17), PRIME_4)
  }
  for (; at < to; at += 1) hash = Math.imul(rotate(hash + Math.imul(bytes[at]!, PRIME_5), 11), PRIME_1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate(lane + Math.imul(word, PRIME_2), 13), PRIME_1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
