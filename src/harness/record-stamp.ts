/**
 * What every record of a measurement carries, so that the audit can tell a lost, a doubled and a damaged one.
 *
 *   0          4          8          12         16
 *   +----------+----------+----------+----------+---------------------+
 *   | sequence | loader   | partition| checksum | random bytes        |   little-endian 32-bit words
 *   +----------+----------+----------+----------+---------------------+
 *
 * `sequence` counts from 0 per loader and partition. The checksum covers every byte but its own; the random
 * part of a value never changes, so its sum is made once and a stamp costs the same for records of any size.
 */
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import { mix, readWord, sumOfBytes, writeWord } from './stamp-words.ts'

/** Bytes of the stamp: the least size of a measured record. */
export const STAMP_BYTES = 16

const LOADER_AT = 4
const PARTITION_AT = 8
const CHECKSUM_AT = 12

/** Values a loader sends again and again, each with a new stamp. */
export class StampedValues {
  readonly #loader: number
  readonly #values: Uint8Array[] = []
  readonly #sums: number[] = []
  #next = 0

  /** `count` values of `recordBytes`; one is stamped again after `count` others, so that many may be held. */
  constructor(loader: number, recordBytes: number, count: number, random: Random) {
    invariant(recordBytes >= STAMP_BYTES && count > 0, 'a stamped value has room for its stamp', {
      recordBytes,
      count
    })
    this.#loader = loader
    for (let i = 0; i < count; i++) {
      const value = new Uint8Array(recordBytes)
      for (let at = STAMP_BYTES; at < recordBytes; at++) value[at] = random.below(256)
      this.#values.push(value)
      this.#sums.push(sumOfBytes(value, STAMP_BYTES, recordBytes))
    }
  }

  /** A value that says who it is; the caller's until `count` more have been taken. */
  take(partition: number, sequence: number): Uint8Array {
    const index = this.#next
    this.#next = index + 1 === this.#values.length ? 0 : index + 1
    const value = this.#values[index]!
    writeWord(value, 0, sequence)
    writeWord(value, LOADER_AT, this.#loader)
    writeWord(value, PARTITION_AT, partition)
    writeWord(value, CHECKSUM_AT, mix(mix(mix(this.#sums[index]!, sequence), this.#loader), partition))
    return value
  }
}

/** A stamp as it was read. One object per reader: no allocation per record. */
export class Stamp {
  sequence = 0
  loader = 0
  partition = 0

  /** Reads a value of `length` bytes at `at`; false if it is too short or its checksum is wrong. */
  read(bytes: Uint8Array, at: number, length: number): boolean {
    if (length < STAMP_BYTES) return false
    this.sequence = readWord(bytes, at) >>> 0
    this.loader = readWord(bytes, at + LOADER_AT) >>> 0
    this.partition = readWord(bytes, at + PARTITION_AT) >>> 0
    const sum = sumOfBytes(bytes, at + STAMP_BYTES, at + length)
    const expected = mix(mix(mix(sum, this.sequence), this.loader), this.partition)
    return readWord(bytes, at + CHECKSUM_AT) === expected
  }
}
