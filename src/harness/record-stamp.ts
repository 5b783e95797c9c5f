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
 * In records of a sample the stamp is the value of their only header, the last bytes of the record, and the
 * checksum covers the whole value.
 */
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { RecordHeader } from '../wire/record/record-header.ts'
import { mix, readWord, sumOfBytes, writeWord } from './stamp-words.ts'

/** Bytes of the stamp: the least size of a measured record. */
export const STAMP_BYTES = 16

const LOADER_AT = 4
const PARTITION_AT = 8
const CHECKSUM_AT = 12

/** The words of a stamp. One object per loader or reader: no allocation per record. */
export class Stamp {
  sequence = 0
  loader = 0
  partition = 0

  /** @param sum of the bytes that the stamp is for */
  write(bytes: Uint8Array, sum: number): void {
    writeWord(bytes, 0, this.sequence)
    writeWord(bytes, LOADER_AT, this.loader)
    writeWord(bytes, PARTITION_AT, this.partition)
    writeWord(bytes, CHECKSUM_AT, this.#checksum(sum))
  }

  /** Reads a value of `length` bytes at `at`; false if it is too short or its checksum is wrong. */
  read(bytes: Uint8Array, at: number, length: number): boolean {
    if (length < STAMP_BYTES) return false
    return this.#readFor(bytes, at, sumOfBytes(bytes, at + STAMP_BYTES, at + length))
  }

  /** Reads the stamp that ends a record, at `end`, behind a value of `length` bytes at `at`. */
  readBehind(bytes: Uint8Array, end: number, at: number, length: number): boolean {
    return this.#readFor(bytes, end - STAMP_BYTES, sumOfBytes(bytes, at, at + length))
  }

  #readFor(bytes: Uint8Array, at: number, sum: number): boolean {
    this.sequence = readWord(bytes, at) >>> 0
    this.loader = readWord(bytes, at + LOADER_AT) >>> 0
    this.partition = readWord(bytes, at + PARTITION_AT) >>> 0
    return readWord(bytes, at + CHECKSUM_AT) === this.#checksum(sum)
  }

  #checksum(sum: number): number {
    return mix(mix(mix(sum, this.sequence), this.loader), this.partition)
  }
}

/** Where the values of a loader's records come from. */
export interface RecordValues {
  /** Of the value that was taken last; undefined where values carry their stamp themselves. */
  readonly headers: readonly RecordHeader[] | undefined
  take(partition: number, sequence: number): Uint8Array
}

/** Values a loader sends again and again, each with a new stamp. */
export class StampedValues implements RecordValues {
  readonly headers = undefined
  readonly #stamp = new Stamp()
  readonly #values: Uint8Array[] = []
  readonly #sums: number[] = []
  #next = 0

  /** `count` values of `recordBytes`; one is stamped again after `count` others, so that many may be held. */
  constructor(loader: number, recordBytes: number, count: number, random: Random) {
    invariant(recordBytes >= STAMP_BYTES && count > 0, 'a stamped value has room for its stamp', {
      recordBytes,
      count
    })
    this.#stamp.loader = loader
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
    const stamp = this.#stamp
    stamp.sequence = sequence
    stamp.partition = partition
    stamp.write(value, this.#sums[index]!)
    return value
  }
}
