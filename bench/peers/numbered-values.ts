/**
 * Values that carry their number, so that an audit sees each of them once and in order; the rest is random
 * bytes that nothing compresses.
 *
 *   0         4
 *   +---------+-------------------+
 *   | number  | random bytes      |   little-endian
 *   +---------+-------------------+
 */
import { seededRandom } from '../../src/base/random.ts'

const VALUES = 256
const SEED = 7

export class NumberedValues {
  readonly #values: Uint8Array[]

  constructor(recordBytes: number) {
    const random = seededRandom(SEED)
    this.#values = Array.from({ length: VALUES }, () =>
      Uint8Array.from({ length: recordBytes }, () => random.below(256))
    )
  }

  /** The caller's until 255 others have been taken. */
  take(number: number): Uint8Array {
    const value = this.#values[number % VALUES]!
    value[0] = number
    value[1] = number >>> 8
    value[2] = number >>> 16
    value[3] = number >>> 24
    return value
  }
}

export function numberIn(bytes: Uint8Array, at: number): number {
  const number = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return number >>> 0
}
