/**
 * Header of a record batch, magic 2: where each field lies, how to read it in place and how a leader stamps
 * it.
 *
 *    0  baseOffset            int64   a producer writes 0, the leader stamps it
 *    8  batchLength           int32   bytes after this field
 *   12  partitionLeaderEpoch  int32   a producer writes -1, the leader stamps it
 *   16  magic                 int8    2
 *   17  crc                   uint32  CRC-32C of byte 21 to the end
 *   21  attributes            int16   0-2 codec, 3 append time, 4 transactional, 5 control, 6 delete horizon
 *   23  lastOffsetDelta       int32   last offset = baseOffset + this, also after compaction
 *   27  baseTimestamp         int64   of the first record, or the delete horizon; -1 none
 *   35  maxTimestamp          int64   greatest of the records, or the append time; -1 none
 *   43  producerId            int64   -1 none
 *   51  producerEpoch         int16   -1 none
 *   53  baseSequence          int32   -1 none; record i has sequence base + i
 *   57  recordCount           int32   0 only after compaction
 *   61  records                       one compressed blob if a codec is set
 *
 * What a leader stamps lies before the CRC range, so that offsets cost no checksum. Every function works on a
 * view and the place of a batch in it, and allocates nothing. Readers of 64-bit fields need values below
 * 2^53: ask `hasExactIntegers` first where the bytes come from outside.
 *
 * Kafka: common/record/DefaultRecordBatch.
 */
import type { ErrorName } from '../../base/error-codes.ts'
import { readInt64, writeInt64 } from '../../base/int64.ts'

const BASE_OFFSET_FIELD = 0
const BATCH_LENGTH_FIELD = BASE_OFFSET_FIELD + 8
const LEADER_EPOCH_FIELD = BATCH_LENGTH_FIELD + 4
const MAGIC_FIELD = LEADER_EPOCH_FIELD + 4
const CRC_FIELD = MAGIC_FIELD + 1
const ATTRIBUTES_FIELD = CRC_FIELD + 4
const LAST_OFFSET_DELTA_FIELD = ATTRIBUTES_FIELD + 2
const BASE_TIMESTAMP_FIELD = LAST_OFFSET_DELTA_FIELD + 4
const MAX_TIMESTAMP_FIELD = BASE_TIMESTAMP_FIELD + 8
const PRODUCER_ID_FIELD = MAX_TIMESTAMP_FIELD + 8
const PRODUCER_EPOCH_FIELD = PRODUCER_ID_FIELD + 8
const BASE_SEQUENCE_FIELD = PRODUCER_EPOCH_FIELD + 2
const RECORD_COUNT_FIELD = BASE_SEQUENCE_FIELD + 4

/** Bytes of the header: records start here. */
export const RECORD_BATCH_OVERHEAD = RECORD_COUNT_FIELD + 4
/** First byte the CRC covers. */
export const CRC_START = ATTRIBUTES_FIELD
/** Bytes before the part that `batchLength` counts: a batch's size is known once these are there. */
export const BATCH_SIZE_OVERHEAD = BATCH_LENGTH_FIELD + 4

const MAGIC = 2

export const CODEC_MASK = 0x07
export const APPEND_TIME_BIT = 0x08
export const TRANSACTIONAL_BIT = 0x10
export const CONTROL_BIT = 0x20

/** Bytes of the whole batch. Trust it only after `checkBatchHeader`, or bounds of one's own. */
export function batchSizeAt(view: DataView, at: number): number {
  return BATCH_SIZE_OVERHEAD + view.getInt32(at + BATCH_LENGTH_FIELD)
}

export function baseOffsetAt(view: DataView, at: number): number {
  return readInt64(view, at + BASE_OFFSET_FIELD)
}

export function lastOffsetAt(view: DataView, at: number): number {
  return baseOffsetAt(view, at) + view.getInt32(at + LAST_OFFSET_DELTA_FIELD)
}

export function lastOffsetDeltaAt(view: DataView, at: number): number {
  return view.getInt32(at + LAST_OFFSET_DELTA_FIELD)
}

export function leaderEpochAt(view: DataView, at: number): number {
  return view.getInt32(at + LEADER_EPOCH_FIELD)
}

export function magicAt(view: DataView, at: number): number {
  return view.getInt8(at + MAGIC_FIELD)
}

/** The checksum in the header, unsigned. */
export function crcAt(view: DataView, at: number): number {
  return view.getUint32(at + CRC_FIELD)
}

export function attributesAt(view: DataView, at: number): number {
  return view.getInt16(at + ATTRIBUTES_FIELD)
}

export function baseTimestampAt(view: DataView, at: number): number {
  return readInt64(view, at + BASE_TIMESTAMP_FIELD)
}

export function maxTimestampAt(view: DataView, at: number): number {
  return readInt64(view, at + MAX_TIMESTAMP_FIELD)
}

export function producerIdAt(view: DataView, at: number): number {
  return readInt64(view, at + PRODUCER_ID_FIELD)
}

export function producerEpochAt(view: DataView, at: number): number {
  return view.getInt16(at + PRODUCER_EPOCH_FIELD)
}

export function baseSequenceAt(view: DataView, at: number): number {
  return view.getInt32(at + BASE_SEQUENCE_FIELD)
}

export function recordCountAt(view: DataView, at: number): number {
  return view.getInt32(at + RECORD_COUNT_FIELD)
}

export function stampBaseOffset(view: DataView, at: number, baseOffset: number): void {
  writeInt64(view, at + BASE_OFFSET_FIELD, baseOffset)
}

export function stampLeaderEpoch(view: DataView, at: number, leaderEpoch: number): void {
  view.setInt32(at + LEADER_EPOCH_FIELD, leaderEpoch)
}

export function stampCrc(view: DataView, at: number, crc: number): void {
  view.setUint32(at + CRC_FIELD, crc)
}

/**
 * Gives all records of the batch the leader's time (LogAppendTime): sets bit 3 and maxTimestamp. Both lie in
 * the CRC range: the caller makes a new CRC and stamps it.
 */
export function stampAppendTime(view: DataView, at: number, now: number): void {
  view.setInt16(at + ATTRIBUTES_FIELD, view.getInt16(at + ATTRIBUTES_FIELD) | APPEND_TIME_BIT)
  writeInt64(view, at + MAX_TIMESTAMP_FIELD, now)
}

/** What a closing builder knows; the other fields have the values a producer sends. */
interface BatchHeader {
  readonly sizeBytes: number
  readonly attributes: number
  readonly recordCount: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** Writes a producer's header: base offset 0, leader epoch -1, CRC 0, consecutive offsets. */
export function writeBatchHeader(view: DataView, at: number, header: BatchHeader): void {
  stampBaseOffset(view, at, 0)
  view.setInt32(at + BATCH_LENGTH_FIELD, header.sizeBytes - BATCH_SIZE_OVERHEAD)
  stampLeaderEpoch(view, at, -1)
  view.setInt8(at + MAGIC_FIELD, MAGIC)
  stampCrc(view, at, 0)
  view.setInt16(at + ATTRIBUTES_FIELD, header.attributes)
  view.setInt32(at + LAST_OFFSET_DELTA_FIELD, header.recordCount - 1)
  writeInt64(view, at + BASE_TIMESTAMP_FIELD, header.baseTimestamp)
  writeInt64(view, at + MAX_TIMESTAMP_FIELD, header.maxTimestamp)
  writeInt64(view, at + PRODUCER_ID_FIELD, header.producerId)
  view.setInt16(at + PRODUCER_EPOCH_FIELD, header.producerEpoch)
  view.setInt32(at + BASE_SEQUENCE_FIELD, header.baseSequence)
  view.setInt32(at + RECORD_COUNT_FIELD, header.recordCount)
}

/**
 * Whether every 64-bit field can be read as a number without loss; a damaged or hostile batch may say more.
 */
export function hasExactIntegers(view: DataView, at: number): boolean {
  return (
    isExact(view, at + BASE_OFFSET_FIELD) &&
    isExact(view, at + BASE_TIMESTAMP_FIELD) &&
    isExact(view, at + MAX_TIMESTAMP_FIELD) &&
    isExact(view, at + PRODUCER_ID_FIELD)
  )
}

function isExact(view: DataView, at: number): boolean {
  return Number.isSafeInteger(view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4))
}

/**
 * Judges a batch of a client before a leader appends it; null if the header is in order, else the error to
 * answer.
 * `available` is the number of bytes from `at` that belong to the client; the batch may end before them.
 *
 * Not judged here: the CRC, sizes a topic permits, timestamps against the clock, and bit 3, which a retried
 * batch may bear because this leader stamped it: that is for who knows the topic's `message.timestamp.type`.
 */
export function checkBatchHeader(view: DataView, at: number, available: number): ErrorName | null {
  if (available < RECORD_BATCH_OVERHEAD) return 'CORRUPT_MESSAGE'
  const sizeBytes = batchSizeAt(view, at)
  if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > available) return 'CORRUPT_MESSAGE'
  const magic = magicAt(view, at)
  if (magic !== MAGIC) return magic === 0 || magic === 1 ? 'INVALID_RECORD' : 'CORRUPT_MESSAGE'
  const recordCount = recordCountAt(view, at)
  if (recordCount <= 0 || lastOffsetDeltaAt(view, at) !== recordCount - 1) return 'INVALID_RECORD'
  if (!hasExactIntegers(view, at)) return 'INVALID_RECORD'
  const attributes = attributesAt(view, at)
  if ((attributes & CONTROL_BIT) !== 0) return 'INVALID_RECORD'
  if ((attributes & CODEC_MASK) > 4) return 'UNSUPPORTED_COMPRESSION_TYPE'
  if (producerIdAt(view, at) >= 0 && baseSequenceAt(view, at) < 0) return 'INVALID_RECORD'
  return null
}

/** Why the batch at `at`, of which all bytes are there, cannot be read, or null. For readers of a log. */
export function batchStructureFault(view: DataView, at: number): string | null {
  const magic = magicAt(view, at)
  if (magic !== MAGIC) return `its magic is ${magic} and only 2 is read`
  if (!hasExactIntegers(view, at)) return 'one of its 64-bit fields is above 2^53'
  if (view.getInt32(at + BASE_OFFSET_FIELD) < 0) return 'its base offset is negative'
  const lastOffsetDelta = lastOffsetDeltaAt(view, at)
  const recordCount = recordCountAt(view, at)
  if (recordCount < 0 || lastOffsetDelta < 0 || recordCount > lastOffsetDelta + 1) {
    return `it says ${recordCount} records and a last offset delta of ${lastOffsetDelta}`
  }
  return null
}
