/**
 * Walks record batches and their records in place: no value is copied, no object is made per record.
 *
 *   iterator.reset(bytes, from, to, startOffset)
 *   while (iterator.nextBatch()) while (iterator.nextRecord()) use(iterator.record)
 *
 * A slice that was read by position may begin with records below `startOffset` and end inside a batch: the
 * former are skipped, the latter is left for the next slice. Control batches take offsets but are not shown.
 *
 * Thread: the reader's. The record, and all views it gives, are valid as long as the bytes are and until the
 * next call of the iterator; `release` makes a later use of the record throw.
 * Kafka: clients/consumer/internals/CompletedFetch, common/record/DefaultRecordBatch, DefaultRecord.
 */
import { Buffer } from 'node:buffer'
import { VarintCursor } from '../../../native-free/varint.ts'
import { invariant } from '../../base/invariant.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { decompressedBytesMax, decompressRecords } from './compression.ts'
import {
  APPEND_TIME_BIT,
  attributesAt,
  BATCH_SIZE_OVERHEAD,
  baseOffsetAt,
  baseTimestampAt,
  batchSizeAt,
  batchStructureFault,
  CODEC_MASK,
  CONTROL_BIT,
  CRC_START,
  crcAt,
  lastOffsetDeltaAt,
  maxTimestampAt,
  RECORD_BATCH_OVERHEAD,
  recordCountAt
} from './record-batch.ts'
import { NO_HEADERS, type RecordHeader, readHeaders } from './record-header.ts'

/** CRC-32C, unsigned, of `length` bytes from index `at` of the bytes the iterator was given. */
export type Checksum = (at: number, length: number) => number

const NO_BYTES = new Uint8Array(0)

const ATTRIBUTES_BYTES = 1
/** Two bytes each for length, timestamp delta, offset delta and key length, and the attributes between. */
const SHORT_FIELDS_BYTES = 4 * 2 + ATTRIBUTES_BYTES

/** The current record: one object for all records of an iterator. Lengths are -1 for null. */
export class RecordCursor {
  offset = -1
  /** Milliseconds since 1970, -1 none. */
  timestamp = -1
  /** Where key and value lie; for a compressed batch not the bytes the iterator was given. */
  bytes: Uint8Array = NO_BYTES
  keyAt = 0
  keyLength = -1
  valueAt = 0
  valueLength = -1
  headerCount = 0
  /** The headers lie from here to `endAt`, the end of the record. */
  headersAt = 0
  endAt = 0
  #textBytes: Uint8Array = NO_BYTES
  #text: Buffer = Buffer.alloc(0)

  /** A view of the key, null if there is none. */
  key(): Uint8Array | null {
    return this.keyLength < 0 ? null : this.#live().subarray(this.keyAt, this.keyAt + this.keyLength)
  }

  /** A view of the value, null if there is none. */
  value(): Uint8Array | null {
    return this.valueLength < 0 ? null : this.#live().subarray(this.valueAt, this.valueAt + this.valueLength)
  }

  /** The value decoded as UTF-8 without a copy between, null if there is none. */
  valueString(): string | null {
    if (this.valueLength < 0) return null
    return this.#textView().toString('utf8', this.valueAt, this.valueAt + this.valueLength)
  }

  /** Decodes the headers; their values are views. @throws KafkaError CORRUPT_MESSAGE */
  headers(): readonly RecordHeader[] {
    this.#live()
    if (this.headerCount === 0) return NO_HEADERS
    const headers = readHeaders(this.#textView(), this.headersAt, this.endAt, this.headerCount)
    if (headers === null) throw damaged(this.offset, 'the headers of the record do not end where it ends')
    return headers
  }

  /** Makes every later use throw, until the iterator stands on a record again. */
  expire(): void {
    this.bytes = NO_BYTES
    this.keyLength = 0
    this.valueLength = 0
  }

  #live(): Uint8Array {
    if (this.bytes === NO_BYTES) {
      throw new HighwaterError(
        'HIGHWATER_CURSOR_EXPIRED',
        'A record was used after the call it belongs to; copy what you keep while you are in the call.'
      )
    }
    return this.bytes
  }

  #textView(): Buffer {
    const bytes = this.#live()
    if (this.#textBytes !== bytes) {
      this.#textBytes = bytes
      this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    return this.#text
  }
}

export class RecordBatchIterator {
  /** The record `nextRecord` moved to. */
  readonly record = new RecordCursor()
  readonly #checksum: Checksum | null
  readonly #decompressedBytesMax: number
  #bytes: Uint8Array = NO_BYTES
  #view: DataView = new DataView(NO_BYTES.buffer)
  readonly #varints = new VarintCursor(NO_BYTES, 0, 0)
  #position = 0
  #to = 0
  #startOffset = 0
  #nextOffset = 0
  #baseOffset = 0
  #lastOffsetDelta = 0
  #baseTimestamp = 0
  #appendTime = -1
  #hasAppendTime = false
  /** Plain records of the current batch: bytes, next record, end. */
  #records: Uint8Array = NO_BYTES
  #at = 0
  #limit = 0
  #recordsLeft = 0
  #previousDelta = -1

  /**
   * @param batchBytesMax the largest batch permitted (`max.message.bytes`): bounds what a compressed one may
   * unfold to.
   * @param checksum checks every batch that is passed or entered; null for bytes this process checked itself.
   */
  constructor(batchBytesMax: number, checksum: Checksum | null) {
    this.#decompressedBytesMax = decompressedBytesMax(batchBytesMax)
    this.#checksum = checksum
  }

  /** Index of the first batch not entered: where the next slice goes on once the current batch is used up. */
  get position(): number {
    return this.#position
  }

  /** The offset after the batches passed so far, with those that showed no record; at first `startOffset`. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Starts over at index `from` of `bytes`, up to `to`, with the records from `startOffset` on. */
  reset(bytes: Uint8Array, from: number, to: number, startOffset: number): void {
    invariant(from >= 0 && from <= to && to <= bytes.length, 'a slice lies inside its bytes', () => ({
      from,
      to,
      length: bytes.length
    }))
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.#position = from
    this.#to = to
    this.#startOffset = startOffset
    this.#nextOffset = startOffset
    this.#leaveBatch()
  }

  /** Ends the use of the bytes: the record throws from now on, and there is no further batch. */
  release(): void {
    this.#to = this.#position
    this.#leaveBatch()
  }

  /**
   * Moves to the next whole batch that may hold a record to show; false if there is none in the slice. After
   * an error the iterator stays before the batch.
   * @throws KafkaError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE
   */
  nextBatch(): boolean {
    this.#leaveBatch()
    const view = this.#view
    while (this.#to - this.#position >= BATCH_SIZE_OVERHEAD) {
      const at = this.#position
      const sizeBytes = batchSizeAt(view, at)
      if (sizeBytes < RECORD_BATCH_OVERHEAD) {
        throw damaged(
          this.#nextOffset,
          `the next batch says it has ${sizeBytes} bytes, fewer than its header`
        )
      }
      if (sizeBytes > this.#to - at) return false
      const fault = batchStructureFault(view, at)
      if (fault !== null) throw damaged(this.#nextOffset, `the next batch cannot be read: ${fault}`)
      const baseOffset = baseOffsetAt(view, at)
      this.#checkCrc(at, sizeBytes, baseOffset)
      const lastOffset = baseOffset + lastOffsetDeltaAt(view, at)
      const isControl = (attributesAt(view, at) & CONTROL_BIT) !== 0
      const isShown = !isControl && lastOffset >= this.#startOffset
      if (isShown) this.#enter(at, sizeBytes, baseOffset)
      this.#position = at + sizeBytes
      if (lastOffset >= this.#nextOffset) this.#nextOffset = lastOffset + 1
      if (isShown) return true
    }
    return false
  }

  /**
   * Moves `record` to the next record of the batch at or above `startOffset`; false at the end of the batch.
   * @throws KafkaError CORRUPT_MESSAGE
   */
  nextRecord(): boolean {
    while (this.#recordsLeft > 0) {
      if (!this.#readShortRecord()) this.#readAnyRecord()
      this.#recordsLeft -= 1
      if (this.record.offset >= this.#startOffset) return true
    }
    if (this.#at !== this.#limit) {
      throw damaged(this.#baseOffset, `${this.#limit - this.#at} bytes follow the last record of the batch`)
    }
    return false
  }

  #checkCrc(at: number, sizeBytes: number, baseOffset: number): void {
    if (this.#checksum === null) return
    const found = this.#checksum(at + CRC_START, sizeBytes - CRC_START) >>> 0
    const expected = crcAt(this.#view, at)
    if (found !== expected) {
      throw damaged(baseOffset, `the batch says CRC ${expected}, its ${sizeBytes} bytes give ${found}`)
    }
  }

  #enter(at: number, sizeBytes: number, baseOffset: number): void {
    const view = this.#view
    const attributes = attributesAt(view, at)
    if ((attributes & CODEC_MASK) === 0) {
      this.#walk(this.#bytes, at + RECORD_BATCH_OVERHEAD, at + sizeBytes)
    } else {
      const compressed = this.#bytes.subarray(at + RECORD_BATCH_OVERHEAD, at + sizeBytes)
      const records = this.#decompress(attributes, compressed, baseOffset)
      this.#walk(records, 0, records.length)
    }
    this.#baseOffset = baseOffset
    this.#lastOffsetDelta = lastOffsetDeltaAt(view, at)
    this.#previousDelta = -1
    this.#baseTimestamp = baseTimestampAt(view, at)
    this.#hasAppendTime = (attributes & APPEND_TIME_BIT) !== 0
    this.#appendTime = maxTimestampAt(view, at)
    this.#recordsLeft = recordCountAt(view, at)
  }

  #leaveBatch(): void {
    this.#recordsLeft = 0
    this.#walk(NO_BYTES, 0, 0)
    this.record.expire()
  }

  #walk(records: Uint8Array, at: number, limit: number): void {
    this.#records = records
    this.#at = at
    this.#limit = limit
    this.record.bytes = records
  }

  #decompress(attributes: number, compressed: Uint8Array, baseOffset: number): Uint8Array {
    try {
      return decompressRecords(attributes, compressed, this.#decompressedBytesMax)
    } catch (cause) {
      if (cause instanceof KafkaError) throw cause
      throw damaged(baseOffset, `its records cannot be decompressed: ${(cause as Error).message}`)
    }
  }

  /**
   * Reads a record that has no headers and no varint of more than two bytes: nearly every one, for two thirds
   * of the price. False, with nothing changed, for all others and for a damaged one.
   */
  #readShortRecord(): boolean {
    const bytes = this.#records
    const limit = this.#limit
    const at = this.#at
    if (at + SHORT_FIELDS_BYTES > limit) return false
    const bodySize = shortVarint(bytes, at)
    const bodyAt = at + shortSize(bodySize)
    const timestampAt = bodyAt + ATTRIBUTES_BYTES
    const timestampDelta = shortVarint(bytes, timestampAt)
    const offsetAt = timestampAt + shortSize(timestampDelta)
    const offsetDelta = shortVarint(bytes, offsetAt)
    const keyLengthAt = offsetAt + shortSize(offsetDelta)
    const keyLength = shortVarint(bytes, keyLengthAt)
    if ((bodySize | timestampDelta | offsetDelta | keyLength) < 0) return false
    const keyAt = keyLengthAt + shortSize(keyLength)
    const valueLengthAt = keyAt + fieldBytes(keyLength)
    if (valueLengthAt + 2 > limit) return false
    const valueLength = shortVarint(bytes, valueLengthAt)
    if (valueLength < 0) return false
    const valueAt = valueLengthAt + shortSize(valueLength)
    const headerCountAt = valueAt + fieldBytes(valueLength)
    const endAt = bodyAt + unzigzag(bodySize)
    if (headerCountAt + 1 !== endAt || endAt > limit || bytes[headerCountAt] !== 0) return false
    const delta = unzigzag(offsetDelta)
    if (delta <= this.#previousDelta || delta > this.#lastOffsetDelta) return false

    const record = this.record
    record.keyAt = keyAt
    record.keyLength = unzigzag(keyLength)
    record.valueAt = valueAt
    record.valueLength = unzigzag(valueLength)
    record.headerCount = 0
    this.#finishRecord(delta, unzigzag(timestampDelta), endAt)
    return true
  }

  /** Reads any record and judges it. */
  #readAnyRecord(): void {
    const record = this.record
    const varints = this.#varints
    varints.bytes = this.#records
    varints.at = this.#at
    varints.limit = this.#limit
    try {
      const bodySize = varints.readVarint()
      const endAt = varints.at + bodySize
      if (endAt > this.#limit) throw new RangeError(`it says it has ${bodySize} bytes, more than there are`)
      varints.at += ATTRIBUTES_BYTES
      const timestampDelta = varints.readVarlong()
      const offsetDelta = varints.readVarint()
      if (offsetDelta <= this.#previousDelta || offsetDelta > this.#lastOffsetDelta) {
        throw new RangeError(`its offset delta is ${offsetDelta}`)
      }
      record.keyLength = varints.readVarint()
      record.keyAt = varints.at
      varints.at += Math.max(record.keyLength, 0)
      record.valueLength = varints.readVarint()
      record.valueAt = varints.at
      varints.at += Math.max(record.valueLength, 0)
      record.headerCount = varints.readVarint()
      record.headersAt = varints.at
      const headersEndMin = varints.at + 2 * record.headerCount
      if (
        record.headerCount === 0 ? headersEndMin !== endAt : record.headerCount < 0 || headersEndMin > endAt
      ) {
        throw new RangeError('its fields do not end where it ends')
      }
      this.#finishRecord(offsetDelta, timestampDelta, endAt)
    } catch (cause) {
      record.expire()
      if (!(cause instanceof RangeError)) throw cause
      const place = `the record after offset delta ${this.#previousDelta}`
      throw damaged(this.#baseOffset, `${place} is damaged: ${cause.message}`)
    }
  }

  #finishRecord(offsetDelta: number, timestampDelta: number, endAt: number): void {
    const record = this.record
    record.offset = this.#baseOffset + offsetDelta
    record.timestamp = this.#hasAppendTime ? this.#appendTime : this.#baseTimestamp + timestampDelta
    record.endAt = endAt
    this.#previousDelta = offsetDelta
    this.#at = endAt
  }
}

function damaged(offset: number, what: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `at offset ${offset}: ${what}`)
}

/**
 * The zigzag form of a varint of one or two bytes, or -1 if it has more. Two bytes for less than 128 are not
 * short.
 */
function shortVarint(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return first
  const second = bytes[at + 1]!
  return second < 0x80 && second > 0 ? (first & 0x7f) | (second << 7) : -1
}

function shortSize(zigzag: number): number {
  return zigzag < 0x80 ? 1 : 2
}

function unzigzag(zigzag: number): number {
  return (zigzag >>> 1) ^ -(zigzag & 1)
}

/** Bytes of a field by the zigzag form of its length: none if it is negative, which means null. */
function fieldBytes(zigzag: number): number {
  return (zigzag & 1) === 0 ? zigzag >>> 1 : 0
}
