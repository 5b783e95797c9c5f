/**
 * Encodes records, each once and in its final bytes, into a staging buffer until the batch is full.
 *
 * The staging buffer is private memory: writing single values into shared memory costs a byte loop. What is
 * drained goes to its slot as one copy of whole 8-byte words, for which the buffer starts at a multiple of 8.
 *
 * Thread: the caller's, with the accumulator that owns it. A builder is reused for batch after batch.
 * Kafka: common/record/MemoryRecordsBuilder. Kafka compresses record by record; here a later step does, on
 * the finished records, and the builder only reckons with what it will make of them.
 */
import { Buffer } from 'node:buffer'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { writeVarint, writeVarlong } from '../../../native-free/varint.ts'
import { invariant } from '../../base/invariant.ts'
import { CRC_START, RECORD_BATCH_OVERHEAD, stampCrc, writeBatchHeader } from './record-batch.ts'
import { type RecordHeader, writeHeaders } from './record-header.ts'
import { lengthSize, payloadSize, recordBodySize } from './record-size.ts'

/** -1 as a varint. */
const NULL_LENGTH = 1

/** For a batch that is sent as it is. */
const NOT_COMPRESSED = -1
/** A guess at the size of compressed records is taken for this much too low. */
const ESTIMATION_FACTOR = Math.fround(1.05)

/** What is known of a batch only when it is drained; -1 where there is none. */
export interface BatchClosing {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  /** Bits of the header's attributes, 0 for a plain batch. */
  readonly attributes: number
}

/** A record as it is encoded. One object: numbers that are handed over one by one may be boxed for it. */
export interface RecordFields {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | string | null
  readonly headers: readonly RecordHeader[]
}

export class RecordBatchBuilder {
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(this.#bytes.buffer)
  #text: Buffer = Buffer.alloc(0)
  #writeLimit = 0
  /** Compressed bytes expected of a plain byte. */
  #expectedRatio = NOT_COMPRESSED
  #lacksMemory = false
  #recordCount = 0
  #sizeBytes = RECORD_BATCH_OVERHEAD
  #baseTimestamp = -1
  #maxTimestamp = -1
  #closed = true

  get recordCount(): number {
    return this.#recordCount
  }

  /** Bytes of the batch so far, with its header. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Bytes the batch is expected to have when it is sent. In Kafka's arithmetic: floats of 32 bits. */
  get estimatedBytes(): number {
    if (this.#expectedRatio === NOT_COMPRESSED) return this.#sizeBytes
    const plainBytes = Math.fround(this.#sizeBytes - RECORD_BATCH_OVERHEAD)
    const expected = Math.fround(Math.fround(plainBytes * this.#expectedRatio) * ESTIMATION_FACTOR)
    return RECORD_BATCH_OVERHEAD + Math.floor(expected)
  }

  /** Whether a further record would surely be refused. An empty batch is never full. */
  get isFull(): boolean {
    return this.#recordCount > 0 && this.#writeLimit <= this.estimatedBytes
  }

  /** The last record was refused, and would be taken in a larger buffer: `moveTo` one, or end the batch. */
  get lacksMemory(): boolean {
    return this.#lacksMemory
  }

  /** The plain records so far; a view. */
  get records(): Uint8Array {
    return this.#bytes.subarray(RECORD_BATCH_OVERHEAD, this.#sizeBytes)
  }

  /** Timestamp of the first record, -1 before it. */
  get baseTimestamp(): number {
    return this.#baseTimestamp
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /**
   * Starts an empty batch in `target`, which stays the caller's and must not be touched until the batch is
   * closed.
   * `writeLimit` is the size the batch may reach: `batch.size`, or the upper bound of its first record if
   * larger. With `expectedRatio`, that is the size it may reach when it has been compressed.
   */
  reset(target: Uint8Array, writeLimit: number, expectedRatio = NOT_COMPRESSED): void {
    if (target !== this.#bytes) this.#writeTo(target)
    invariant(writeLimit <= target.length, 'a batch may not grow beyond its staging buffer', () => ({
      writeLimit,
      stagingBytes: target.length
    }))
    this.#writeLimit = writeLimit
    this.#expectedRatio = expectedRatio
    this.#lacksMemory = false
    this.#recordCount = 0
    this.#sizeBytes = RECORD_BATCH_OVERHEAD
    this.#baseTimestamp = -1
    this.#maxTimestamp = -1
    this.#closed = false
  }

  /**
   * Appends a record, or returns false and changes nothing if it does not fit. The first record always fits:
   * the staging buffer must have room for its upper bound. A string value is written as UTF-8, without a copy
   * between. Pass NO_HEADERS for a record without headers.
   */
  tryAppend(record: RecordFields): boolean {
    if (this.#closed) return false
    const { key, value, headers } = record
    const isText = typeof value === 'string'
    const keyLength = key === null ? -1 : key.length
    const valueLength = value === null ? -1 : isText ? Buffer.byteLength(value) : value.length
    const offsetDelta = this.#recordCount
    const timestampDelta = this.#deltaOf(record)
    const payloadBytes = payloadSize(keyLength, valueLength, headers)
    const bodySize = recordBodySize(timestampDelta, offsetDelta, payloadBytes)
    const end = this.#sizeBytes + lengthSize(bodySize) + bodySize
    if (offsetDelta === 0) this.#admitFirst(record, end)
    else if (!this.#hasRoomUpTo(end)) return false
    else if (record.timestamp > this.#maxTimestamp) this.#maxTimestamp = record.timestamp

    const bytes = this.#bytes
    let at = writeVarint(bytes, this.#sizeBytes, bodySize)
    bytes[at++] = 0
    if (timestampDelta === 0) bytes[at++] = 0
    else at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, offsetDelta)
    if (key === null) {
      bytes[at++] = NULL_LENGTH
    } else {
      at = writeVarint(bytes, at, keyLength)
      bytes.set(key, at)
      at += keyLength
    }
    if (value === null) {
      bytes[at++] = NULL_LENGTH
    } else {
      at = writeVarint(bytes, at, valueLength)
      if (isText) this.#writeText(value, at, valueLength)
      else bytes.set(value, at)
      at += valueLength
    }
    if (headers.length === 0) bytes[at++] = 0
    else at = writeHeaders(bytes, at, headers)
    invariant(at === end, 'a record takes the bytes computed for it')
    this.#sizeBytes = at
    this.#recordCount = offsetDelta + 1
    return true
  }

  /** Goes on in a larger buffer, with the records there are; the former is the caller's again. */
  moveTo(target: Uint8Array): void {
    target.set(this.#bytes.subarray(0, this.#sizeBytes))
    this.#writeTo(target)
  }

  /**
   * Writes the header, with CRC 0; no record is taken after it. The batch is the first `sizeBytes` of the
   * target.
   */
  close(closing: BatchClosing): void {
    invariant(!this.#closed && this.#recordCount > 0, 'only an open batch with records is closed', () => ({
      closed: this.#closed,
      recordCount: this.#recordCount
    }))
    this.#closed = true
    writeBatchHeader(this.#view, 0, {
      sizeBytes: this.#sizeBytes,
      attributes: closing.attributes,
      recordCount: this.#recordCount,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId: closing.producerId,
      producerEpoch: closing.producerEpoch,
      baseSequence: closing.baseSequence
    })
  }

  /** Computes the CRC of the closed batch here, for whoever has no faster way over the memory it goes to. */
  sealCrc(): void {
    invariant(this.#closed, 'the CRC covers the header, so the batch is closed first')
    stampCrc(this.#view, 0, crc32cOf(this.#bytes, CRC_START, this.#sizeBytes))
  }

  #writeTo(target: Uint8Array): void {
    invariant(target.byteOffset % 8 === 0, 'a staging buffer starts at a multiple of 8', () => ({
      byteOffset: target.byteOffset
    }))
    this.#bytes = target
    this.#view = new DataView(target.buffer, target.byteOffset, target.byteLength)
    this.#text = Buffer.from(target.buffer, target.byteOffset, target.byteLength)
  }

  /** Nothing is expected of compressing the new record, only of those before it. */
  #hasRoomUpTo(end: number): boolean {
    if (this.#expectedRatio === NOT_COMPRESSED) return end <= this.#writeLimit
    const fits = this.estimatedBytes + end - this.#sizeBytes <= this.#writeLimit
    this.#lacksMemory = fits && end > this.#bytes.length
    return fits && !this.#lacksMemory
  }

  #admitFirst({ timestamp }: RecordFields, end: number): void {
    invariant(end <= this.#bytes.length, 'the staging buffer has room for the first record', () => ({
      end,
      stagingBytes: this.#bytes.length
    }))
    invariant(Number.isSafeInteger(timestamp), 'a timestamp is a whole number of milliseconds', { timestamp })
    this.#baseTimestamp = timestamp
    this.#maxTimestamp = timestamp
  }

  #deltaOf({ timestamp }: RecordFields): number {
    if (this.#recordCount === 0 || timestamp === this.#baseTimestamp) return 0
    const delta = timestamp - this.#baseTimestamp
    invariant(Number.isSafeInteger(delta), 'a timestamp is a whole number of milliseconds', { timestamp })
    return delta
  }

  /** As many bytes as characters means ASCII, which Node writes as Latin-1 in half the time. */
  #writeText(text: string, at: number, byteLength: number): void {
    this.#text.write(text, at, byteLength, byteLength === text.length ? 'latin1' : 'utf8')
  }
}
