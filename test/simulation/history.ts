/**
 * What callers did and were told, record by record; and what stands in each log, as it was published.
 *
 * A record's value names it: its number in four bytes, then bytes that follow from the number, so that a torn
 * or foreign value is seen as such.
 */
import { Buffer } from 'node:buffer'
import { invariant } from '../../src/base/invariant.ts'

export type Outcome = 'pending' | 'acknowledged' | 'refused' | 'unknown'

export interface SentRecord {
  readonly id: number
  readonly producer: number
  readonly partition: number
  readonly valueBytes: number
  /** What the caller was told; unknown: time was up while the broker had the batch, or the caller died. */
  outcome: Outcome
  /** Offset of the acknowledgement, -1 before it. */
  offset: number
  /** Times the caller was told. */
  settlements: number
  /** Name of the error it was told, or null. */
  error: string | null
}

export class History {
  readonly records: SentRecord[] = []
  pending = 0

  /** A record that is about to be sent. */
  begin(producer: number, partition: number, valueBytes: number): SentRecord {
    const record: SentRecord = {
      id: this.records.length,
      producer,
      partition,
      valueBytes,
      outcome: 'pending',
      offset: -1,
      settlements: 0,
      error: null
    }
    this.records.push(record)
    this.pending++
    return record
  }

  /** The record found no room and was not sent. */
  withdraw(record: SentRecord): void {
    invariant(this.records.pop() === record, 'only the last record is withdrawn')
    this.pending--
  }

  settle(record: SentRecord, outcome: Outcome, offset: number, error: string | null): void {
    if (record.outcome === 'pending') this.pending--
    record.settlements++
    record.outcome = outcome
    record.offset = offset
    record.error = error
  }
}

/** Least bytes of a value: its number. */
export const VALUE_BYTES_MIN = 4

/** Every value is a stretch of it behind the number; where it begins follows from the number. */
const PATTERN = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 31) & 0xff))
const PATTERN_STARTS = 256

/** Writes the value of a record; valid until the next call. */
export function encodeValue(record: SentRecord): Uint8Array {
  const { id, valueBytes } = record
  scratch.writeUInt32BE(id)
  PATTERN.copy(scratch, VALUE_BYTES_MIN, id % PATTERN_STARTS, (id % PATTERN_STARTS) + valueBytes)
  return scratch.subarray(0, valueBytes)
}

const scratch = Buffer.alloc(PATTERN.length)

/** The record that a value of `bytes` from `at` to `end` is, or null if it is none of the history's. */
export function recordOf(history: History, bytes: Uint8Array, at: number, end: number): SentRecord | null {
  if (end - at < VALUE_BYTES_MIN) return null
  const id = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  const record = history.records[id]
  if (record === undefined || record.valueBytes !== end - at) return null
  const start = id % PATTERN_STARTS
  const patternEnd = start + record.valueBytes - VALUE_BYTES_MIN
  return PATTERN.compare(bytes, at + VALUE_BYTES_MIN, end, start, patternEnd) === 0 ? record : null
}

/** A batch as it stood in the file when it was published. */
export interface PublishedBatch {
  readonly partition: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly sizeBytes: number
  readonly maxTimestamp: number
  readonly leaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly segmentBase: number
  readonly position: number
}

/** All that one partition published: the truth that reads and files are compared with. */
export class PublishedContents {
  readonly startOffset: number
  /** Record number at each offset from `startOffset` on, -1 for a value that is nobody's. */
  readonly #ids: number[] = []

  constructor(startOffset: number) {
    this.startOffset = startOffset
  }

  get endOffset(): number {
    return this.startOffset + this.#ids.length
  }

  add(offset: number, id: number): void {
    invariant(offset === this.endOffset, 'contents are entered in order', { offset, end: this.endOffset })
    this.#ids.push(id)
  }

  /** Record number at an offset; -2 where nothing was published. */
  idAt(offset: number): number {
    return this.#ids[offset - this.startOffset] ?? -2
  }
}
