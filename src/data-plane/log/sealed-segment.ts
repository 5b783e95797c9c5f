/**
 * A segment that is appended to no more, as the segment table shows it to readers: its base, its bytes and
 * its greatest timestamp. Read from the files when a log is opened.
 *
 * Thread: the partition thread. Kafka: storage/internals/log/LogSegment (of an inactive segment).
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import { LogSegment } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import { OFFSET_ENTRY_BYTES } from './offset-index.ts'
import { ProducerState } from './producer-state.ts'
import { recover } from './recovery.ts'
import { TIME_ENTRY_BYTES, timestampOf } from './time-index.ts'

export interface SealedSegment {
  readonly baseOffset: number
  readonly sealedBytes: number
  /** -1 none. */
  readonly maxTimestamp: number
}

/** Reads the size and the last time entry of a segment. Missing or ragged indexes are made again. */
export function sealedSegment(options: LogOptions, baseOffset: number): SealedSegment {
  const { storage, directory } = options
  const sealedBytes = storage.sizeOf(logFilePath(directory, baseOffset, SUFFIX.log))
  const maxTimestamp = lastTimestamp(options, baseOffset) ?? rebuildIndexes(options, baseOffset)
  return { baseOffset, sealedBytes, maxTimestamp }
}

/**
 * Makes a sealed `.log` durable. It has no handle of its own; its pages are the file's, whoever flushes them.
 */
export function flushSealed({ storage, directory }: LogOptions, baseOffset: number): void {
  const file = storage.open(logFilePath(directory, baseOffset, SUFFIX.log), 'write')
  try {
    file.flush()
  } finally {
    file.close()
  }
}

/** Timestamp of the last time entry, or null if one of the indexes cannot be whole. */
function lastTimestamp({ storage, directory }: LogOptions, baseOffset: number): number | null {
  const indexPath = logFilePath(directory, baseOffset, SUFFIX.offsetIndex)
  const timePath = logFilePath(directory, baseOffset, SUFFIX.timeIndex)
  if (!storage.exists(indexPath) || !storage.exists(timePath)) return null
  if (storage.sizeOf(indexPath) % OFFSET_ENTRY_BYTES !== 0) return null
  const sizeBytes = storage.sizeOf(timePath)
  if (sizeBytes === 0 || sizeBytes % TIME_ENTRY_BYTES !== 0) return null
  const entry = new Uint8Array(TIME_ENTRY_BYTES)
  const file = storage.open(timePath, 'read')
  try {
    if (file.read(entry, sizeBytes - TIME_ENTRY_BYTES) !== TIME_ENTRY_BYTES) return null
  } finally {
    file.close()
  }
  const timestamp = timestampOf(new DataView(entry.buffer), 0)
  return timestamp > 0 && Number.isSafeInteger(timestamp) ? timestamp : null
}

/** Makes both indexes from the headers, as far as these can be followed; the `.log` is not touched. */
function rebuildIndexes(options: LogOptions, baseOffset: number): number {
  const segment = LogSegment.open(options, baseOffset)
  try {
    followHeaders(segment)
    segment.seal()
    segment.settleIndexes()
    return segment.maxTimestamp
  } finally {
    segment.abandon()
  }
}

function followHeaders(segment: LogSegment): void {
  const everything = { producerState: new ProducerState(), producersFrom: 0, epochs: null, crc: null }
  try {
    recover(segment, segment.baseOffset - 1, segment.file.size(), everything)
  } catch (error) {
    // A damaged batch ends the indexes, not the log: what follows it is still found by scanning.
    if (!(error instanceof HighwaterError && error.code === 'HIGHWATER_LOG_CORRUPT')) throw error
  }
}
