/**
 * How many bytes a record takes, exactly and at most. A record inside a batch:
 *
 *   length varint (bytes after it) · attributes int8 (0) · timestampDelta varlong · offsetDelta varint ·
 *   keyLength varint (-1 null) · key · valueLength varint (-1 null) · value · headers
 *
 * Lengths here are -1 for null. The upper bounds decide what a producer refuses and how much memory it
 * reserves; the exact size decides whether a record still fits an open batch.
 *
 * Kafka: common/record/DefaultRecord.sizeInBytes, recordSizeUpperBound, MAX_RECORD_OVERHEAD.
 */
import { varintSize, varlongSize } from '../../../native-free/varint.ts'
import { RECORD_BATCH_OVERHEAD } from './record-batch.ts'
import { headersSize, type RecordHeader } from './record-header.ts'

/** Worst case of length (5), attributes (1), timestampDelta (10) and offsetDelta (5). */
const RECORD_OVERHEAD_MAX = 21

/** Bytes of key, value and headers with their lengths: the part that is the same in every batch. */
export function payloadSize(
  keyLength: number,
  valueLength: number,
  headers: readonly RecordHeader[]
): number {
  return fieldSize(keyLength) + fieldSize(valueLength) + (headers.length === 0 ? 1 : headersSize(headers))
}

/** What the record's `length` field says: all bytes behind it. */
export function recordBodySize(timestampDelta: number, offsetDelta: number, payloadBytes: number): number {
  const timestampSize = timestampDelta === 0 ? 1 : varlongSize(timestampDelta)
  return 1 + timestampSize + lengthSize(offsetDelta) + payloadBytes
}

/**
 * Bytes of a length or count, -1 or more. Nearly all are small: two comparisons cost less than the general
 * rule.
 */
export function lengthSize(length: number): number {
  if (length < 64) return 1
  return length < 8192 ? 2 : varintSize(length)
}

function fieldSize(length: number): number {
  return length <= 0 ? 1 : lengthSize(length) + length
}

/** Bytes of the whole record with its real deltas. */
export function recordSize(timestampDelta: number, offsetDelta: number, payloadBytes: number): number {
  const bodySize = recordBodySize(timestampDelta, offsetDelta, payloadBytes)
  return lengthSize(bodySize) + bodySize
}

/** The most bytes the record can take in any batch. */
export function recordUpperBound(
  keyLength: number,
  valueLength: number,
  headers: readonly RecordHeader[]
): number {
  return RECORD_OVERHEAD_MAX + payloadSize(keyLength, valueLength, headers)
}

/** The most bytes a batch of this one record can take: what is compared with `max.request.size`. */
export function batchUpperBound(
  keyLength: number,
  valueLength: number,
  headers: readonly RecordHeader[]
): number {
  return RECORD_BATCH_OVERHEAD + recordUpperBound(keyLength, valueLength, headers)
}
