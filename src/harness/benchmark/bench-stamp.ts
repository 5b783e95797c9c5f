/**
 * What every record of a benchmark carries: who it is, so that the audit can tell a lost, a doubled and a
 * damaged one, and when it was due and sent, so that its reader can tell how long it took.
 *
 *   0          4          8          12         16         20
 *   +----------+----------+----------+----------+----------+-------------------+
 *   | sequence | loader   | due      | late     | checksum | random bytes      |  little-endian 32-bit words
 *   +----------+----------+----------+----------+----------+-------------------+
 *
 * `due` is microseconds from the start of the run, modulo 2^32, `late` microseconds from then to the sending.
 * `sequence` counts from 0 per loader over all runs and partitions. The checksum covers the other words, the
 * rest of the value and the key. In records of a sample the stamp is the value of their only header, the last
 * bytes of the record, and the value is covered whole.
 */

import { mix, readWord, sumOfBytes, writeWord } from '../stamp-words.ts'

/** Bytes of the stamp: the least size of a generated value. */
export const BENCH_STAMP_BYTES = 20

const LOADER_AT = 4
const DUE_AT = 8
const LATE_AT = 12
const CHECKSUM_AT = 16

/** The words of a stamp; one object per thread, no allocation per record. */
export class BenchStamp {
  sequence = 0
  loader = 0
  dueMicros = 0
  lateMicros = 0

  /** @param payloadSum of value and key, by `payloadSum` */
  write(bytes: Uint8Array, at: number, payloadSum: number): void {
    writeWord(bytes, at, this.sequence)
    writeWord(bytes, at + LOADER_AT, this.loader)
    writeWord(bytes, at + DUE_AT, this.dueMicros)
    writeWord(bytes, at + LATE_AT, this.lateMicros)
    writeWord(bytes, at + CHECKSUM_AT, this.#checksum(payloadSum))
  }

  /** Reads all but the checksum. */
  readTimes(bytes: Uint8Array, at: number): void {
    this.sequence = readWord(bytes, at) >>> 0
    this.loader = readWord(bytes, at + LOADER_AT) >>> 0
    this.dueMicros = readWord(bytes, at + DUE_AT) >>> 0
    this.lateMicros = readWord(bytes, at + LATE_AT) >>> 0
  }

  /** Reads a stamp; false if its checksum is wrong. */
  read(bytes: Uint8Array, at: number, payloadSum: number): boolean {
    this.readTimes(bytes, at)
    return readWord(bytes, at + CHECKSUM_AT) === this.#checksum(payloadSum)
  }

  #checksum(payloadSum: number): number {
    return mix(mix(mix(mix(payloadSum, this.sequence), this.loader), this.dueMicros), this.lateMicros)
  }
}

/** @param keySum 0 where a record has no key */
export function payloadSum(valueSum: number, keySum: number): number {
  return mix(valueSum, keySum)
}

/** Where a record's parts lie; a `RecordCursor` is one. Lengths are -1 for null. */
export interface StampedRecord {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly keyAt: number
  readonly keyLength: number
  readonly valueAt: number
  readonly valueLength: number
  readonly endAt: number
}

/** Where the stamp of a record begins; -1 if the record is too short to have one. */
export function stampAt(record: StampedRecord, isInHeader: boolean): number {
  if (!isInHeader) return record.valueLength < BENCH_STAMP_BYTES ? -1 : record.valueAt
  const at = record.endAt - BENCH_STAMP_BYTES
  return at < record.valueAt + Math.max(0, record.valueLength) ? -1 : at
}

/** What the checksum covers beside the stamp's own words. */
export function sumOfPayload(record: StampedRecord, isInHeader: boolean): number {
  const { bytes, keyAt, keyLength, valueAt, valueLength } = record
  const valueEnd = valueAt + Math.max(0, valueLength)
  const valueSum = sumOfBytes(bytes, isInHeader ? valueAt : valueAt + BENCH_STAMP_BYTES, valueEnd)
  return payloadSum(valueSum, keyLength < 0 ? 0 : sumOfBytes(bytes, keyAt, keyAt + keyLength))
}
