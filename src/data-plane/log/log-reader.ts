/**
 * Reads the segments of one log from any thread, with nothing shared but the files and what the log view
 * said. An offset is found by the index entry at or below it and a walk over headers from there.
 *
 * Indexes are hints. An entry is believed only if the batch it points to is the one it names; then reading
 * from there is right whatever the rest of the index holds. If none is, the walk begins at the start of the
 * segment.
 *
 * Thread: the one that made it. What is read while the log is truncated may be anything, an error too: look
 * at the truncation generation again before believing either. Kafka: storage/internals/log/LogSegment.read,
 * translateOffset.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { RecordBatchIterator } from '../../wire/record/record-batch-iterator.ts'
import { BatchScanner } from './batch-scanner.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import { floorOffsetEntry, positionOf, relativeOffsetOf } from './offset-index.ts'
import type { ReadableSegment, SegmentHandle, SegmentHandles } from './segment-handles.ts'
import { floorTimeEntry, relativeTimeOffsetOf, timestampOf } from './time-index.ts'

/**
 * Some forty headers of small batches, or one of a large batch: a walk passes one index interval in a few
 * reads.
 */
const WALK_CHUNK_BYTES = 4096

/**
 * Entries tried below one that is not believed, each twice as far back, before the walk begins at the start.
 */
const ENTRIES_TRIED_MAX = 8

/** Bounds what one compressed batch may unfold to while a timestamp is looked for. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024

interface TimestampedOffset {
  readonly offset: number
  readonly timestamp: number
}

export class LogReader {
  readonly #handles: SegmentHandles
  readonly #directory: string
  #lastHandle: SegmentHandle | null = null
  #lastBaseOffset = -1
  #lastGeneration = -1

  constructor(handles: SegmentHandles, directory: string) {
    this.#handles = handles
    this.#directory = directory
  }

  /**
   * Reads bytes of whole and cut batches from `position` on, up to `limitPosition`.
   * @returns how many; fewer than asked for only if the file is shorter than the limit
   */
  readInto(segment: ReadableSegment, position: number, target: Uint8Array, limitPosition: number): number {
    const wanted = Math.min(target.byteLength, limitPosition - position)
    if (wanted <= 0) return 0
    const { file } = this.#handleOf(segment)
    return file.read(wanted === target.byteLength ? target : target.subarray(0, wanted), position)
  }

  /**
   * Position of the batch that holds `offset`, or of the first one behind it; `endPosition` if there is none.
   * @param indexEntries of the `.index` that are written, as the view says; null for a sealed segment
   * @throws HighwaterError HIGHWATER_LOG_CORRUPT if a header on the way cannot be read
   */
  locate(segment: ReadableSegment, offset: number, indexEntries: number | null): number {
    const handle = this.#handleOf(segment)
    const scanner = new BatchScanner(handle.file, segment.endPosition, WALK_CHUNK_BYTES)
    let position = this.#anchor(segment, offset, indexEntries, scanner)
    while (scanner.readAt(position)) {
      if (scanner.facts.lastOffset >= offset) return position
      position += scanner.facts.sizeBytes
    }
    this.#throwFault(segment, position, scanner.fault)
    return segment.endPosition
  }

  /**
   * Position of a batch at or before the one that holds `offset`, by the index; 0 if the index is of no use.
   */
  #anchor(
    segment: ReadableSegment,
    offset: number,
    indexEntries: number | null,
    scanner: BatchScanner
  ): number {
    const { offsets } = this.#handleOf(segment)
    const relative = offset - segment.baseOffset
    const holds = (entry: number): boolean => {
      if (relativeOffsetOf(offsets.view, entry) > relative) return false
      const position = positionOf(offsets.view, entry)
      if (position < 0 || position >= segment.endPosition || !scanner.readAt(position)) return false
      return scanner.facts.lastOffset === segment.baseOffset + relativeOffsetOf(offsets.view, entry)
    }
    for (let attempt = 0; attempt < 2; attempt++) {
      const count = offsets.readUpTo(indexEntries)
      const entry = believedEntry(floorOffsetEntry(offsets.view, count, relative), holds)
      if (entry >= 0) return positionOf(offsets.view, entry)
      if (count === 0) return 0
      // What was read long ago may be of a file that was cut since: once more from the disk.
      offsets.forget()
    }
    return 0
  }

  /**
   * The first record at or above `fromOffset` with a timestamp of at least `timestamp`, or null.
   * @throws HighwaterError HIGHWATER_LOG_CORRUPT, KafkaError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE
   */
  offsetForTimestamp(
    segment: ReadableSegment,
    timestamp: number,
    fromOffset: number,
    indexEntries: number | null
  ): TimestampedOffset | null {
    const { file } = this.#handleOf(segment)
    const scanner = new BatchScanner(file, segment.endPosition, WALK_CHUNK_BYTES)
    let position = Math.max(
      this.#timeAnchor(segment, timestamp, indexEntries, scanner),
      this.#anchor(segment, fromOffset, indexEntries, scanner)
    )
    while (scanner.readAt(position)) {
      const { maxTimestamp, lastOffset, sizeBytes } = scanner.facts
      if (maxTimestamp >= timestamp && lastOffset >= fromOffset) {
        const bytes = new Uint8Array(sizeBytes)
        const read = file.read(bytes, position)
        const found = firstRecord(bytes.subarray(0, read), timestamp, fromOffset)
        if (found !== null) return found
      }
      position += sizeBytes
    }
    this.#throwFault(segment, position, scanner.fault)
    return null
  }

  /**
   * Position of a batch before which no timestamp is as great as `timestamp`; 0 if the indexes are of no use.
   */
  #timeAnchor(
    segment: ReadableSegment,
    timestamp: number,
    indexEntries: number | null,
    scanner: BatchScanner
  ): number {
    const { times } = this.#handleOf(segment)
    let position = 0
    const holds = (entry: number): boolean => {
      const entryTimestamp = timestampOf(times.view, entry)
      const offset = segment.baseOffset + relativeTimeOffsetOf(times.view, entry)
      if (entryTimestamp > timestamp || offset < segment.baseOffset) return false
      position = this.locate(segment, offset, indexEntries)
      if (position >= segment.endPosition || !scanner.readAt(position)) return false
      return scanner.facts.lastOffset === offset && scanner.facts.maxTimestamp === entryTimestamp
    }
    times.forget()
    const count = times.readUpTo(null)
    return believedEntry(floorTimeEntry(times.view, count, timestamp), holds) < 0 ? 0 : position
  }

  #throwFault({ baseOffset }: ReadableSegment, position: number, fault: string | null): void {
    if (fault === null) return
    const path = logFilePath(this.#directory, baseOffset, SUFFIX.log)
    const text = `the batch at position ${position} of ${path} must be readable, but ${fault}`
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
  }

  /** The handle used last without a look-up by name: most reads go on in the same segment. */
  #handleOf(segment: ReadableSegment): SegmentHandle {
    const last = this.#lastHandle
    const isLast = segment.baseOffset === this.#lastBaseOffset && segment.generation === this.#lastGeneration
    if (last?.isOpen && isLast) return last
    this.#lastHandle = this.#handles.open(this.#directory, segment)
    this.#lastBaseOffset = segment.baseOffset
    this.#lastGeneration = segment.generation
    return this.#lastHandle
  }
}

/** The entry itself, or one below it, that `holds`; -1 if none of those tried does. */
function believedEntry(floor: number, holds: (entry: number) => boolean): number {
  let entry = floor
  for (let tried = 0; tried < ENTRIES_TRIED_MAX && entry >= 0; tried++) {
    if (holds(entry)) return entry
    entry -= 1 << tried
  }
  return -1
}

function firstRecord(batch: Uint8Array, timestamp: number, fromOffset: number): TimestampedOffset | null {
  const iterator = new RecordBatchIterator(BATCH_BYTES_MAX, null)
  iterator.reset(batch, 0, batch.byteLength, fromOffset)
  while (iterator.nextBatch()) {
    while (iterator.nextRecord()) {
      const { record } = iterator
      if (record.timestamp >= timestamp) return { offset: record.offset, timestamp: record.timestamp }
    }
  }
  return null
}
