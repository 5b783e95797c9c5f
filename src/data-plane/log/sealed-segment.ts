/**
 * A segment that is appended to no more, as the segment table shows it to readers: its base, its bytes and
 * its greatest timestamp. Read from the files when a log is opened.
 *
 * It must end where the next one begins. That is seen by walking over the headers behind its last index
 * entry; so is the last time entry, by which a search for a time chooses its segment. An index that does not
 * fit the batches is made again, a `.log` that does not is refused.
 *
 * Thread: the partition thread. Kafka: storage/internals/log/LogSegment (of an inactive segment).
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { RECORD_BATCH_OVERHEAD } from '../../wire/record/record-batch.ts'
import { BatchScanner } from './batch-scanner.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import { LogSegment } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import { OFFSET_ENTRY_BYTES, positionOf, relativeOffsetOf } from './offset-index.ts'
import { ProducerState } from './producer-state.ts'
import { recover } from './recovery.ts'
import type { Storage, StorageFile } from './storage.ts'
import { relativeTimeOffsetOf, TIME_ENTRY_BYTES, timestampOf } from './time-index.ts'

/** Headers of one index interval; a log has many sealed segments. */
const WALK_CHUNK_BYTES = 8192

export interface SealedSegment {
  readonly baseOffset: number
  readonly sealedBytes: number
  /** -1 none. */
  readonly maxTimestamp: number
}

interface SegmentEnd {
  readonly sealedBytes: number
  /** Offset behind the last batch that could be read. */
  readonly nextOffset: number
  readonly maxTimestamp: number
  /** Why nothing behind `nextOffset` could be read; null at the end of the file. */
  readonly fault: string | null
}

/**
 * All but the last of segments that follow each other.
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT if one does not end where the next one begins
 */
export function sealedSegments(options: LogOptions, bases: readonly number[]): SealedSegment[] {
  return bases.slice(1).map((nextBase, i) => sealedSegment(options, bases[i] ?? 0, nextBase))
}

/** Reads the size, the end and the last time entry of a segment. */
function sealedSegment(options: LogOptions, baseOffset: number, nextBase: number): SealedSegment {
  const end = endByIndexes(options, baseOffset)
  if (end !== null) checkEnd(options, { baseOffset, nextBase }, end)
  const { sealedBytes, maxTimestamp } = end ?? endByAllHeaders(options, { baseOffset, nextBase })
  return { baseOffset, sealedBytes, maxTimestamp }
}

interface Bases {
  readonly baseOffset: number
  readonly nextBase: number
}

function checkEnd({ directory }: LogOptions, { baseOffset, nextBase }: Bases, end: SegmentEnd): void {
  const { nextOffset, fault } = end
  if (nextOffset === nextBase && fault === null) return
  const path = logFilePath(directory, baseOffset, SUFFIX.log)
  const found = `it ends at ${nextOffset}${fault === null ? '' : `: ${fault}`}`
  const cure = 'restore its files, or remove all .snapshot files beside it to have the log cut there'
  const text = `${path} must end at offset ${nextBase}, where the next segment begins, but ${found}; ${cure}`
  throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
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

/** The end by the last entries of both indexes, or null if one of them does not fit the batches. */
function endByIndexes({ storage, directory }: LogOptions, baseOffset: number): SegmentEnd | null {
  const path = (suffix: string): string => logFilePath(directory, baseOffset, suffix)
  if (!storage.exists(path(SUFFIX.offsetIndex)) || !storage.exists(path(SUFFIX.timeIndex))) return null
  return withFile(storage, path(SUFFIX.log), log =>
    withFile(storage, path(SUFFIX.offsetIndex), offsets =>
      withFile(storage, path(SUFFIX.timeIndex), times => {
        const walk = new TailWalk(log, baseOffset)
        return walk.endBy(new EntryFile(offsets, OFFSET_ENTRY_BYTES), new EntryFile(times, TIME_ENTRY_BYTES))
      })
    )
  )
}

function withFile<T>(storage: Storage, path: string, use: (file: StorageFile) => T): T {
  const file = storage.open(path, 'read')
  try {
    return use(file)
  } finally {
    file.close()
  }
}

/** Entries of an index file, read one by one. */
class EntryFile {
  readonly count: number
  readonly isWhole: boolean
  readonly #file: StorageFile
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(file: StorageFile, entryBytes: number) {
    const sizeBytes = file.size()
    this.count = Math.floor(sizeBytes / entryBytes)
    this.isWhole = sizeBytes % entryBytes === 0
    this.#file = file
    this.#bytes = new Uint8Array(entryBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** The view holds this entry until the next call. */
  read(entry: number): DataView {
    this.#file.read(this.#bytes, entry * this.#bytes.byteLength)
    return this.#view
  }
}

class TailWalk {
  readonly #baseOffset: number
  readonly #sizeBytes: number
  readonly #scanner: BatchScanner
  #nextOffset: number
  #maxTimestamp = -1

  constructor(log: StorageFile, baseOffset: number) {
    this.#baseOffset = baseOffset
    this.#sizeBytes = log.size()
    this.#scanner = new BatchScanner(log, this.#sizeBytes, WALK_CHUNK_BYTES)
    this.#nextOffset = baseOffset
  }

  endBy(offsets: EntryFile, times: EntryFile): SegmentEnd | null {
    if (!offsets.isWhole || !times.isWhole || times.count === 0) return null
    const last = times.read(times.count - 1)
    const timestamp = timestampOf(last, 0)
    const offset = this.#baseOffset + relativeTimeOffsetOf(last, 0)
    if (!this.#holds(timestamp, offset, offsets)) return null
    const from = this.#lastIndexed(offsets)
    if (from === null) return null
    const fault = this.#walkFrom(from)
    // An entry is missing.
    if (this.#maxTimestamp > timestamp) return null
    return { sealedBytes: this.#sizeBytes, nextOffset: this.#nextOffset, maxTimestamp: timestamp, fault }
  }

  /** Position of the batch that the last offset entry names; 0 without entries; null if it is not there. */
  #lastIndexed(offsets: EntryFile): number | null {
    const { facts } = this.#scanner
    if (offsets.count === 0) return 0
    const entry = offsets.read(offsets.count - 1)
    const position = positionOf(entry, 0)
    const lastOffset = this.#baseOffset + relativeOffsetOf(entry, 0)
    // The first batch has no entry, and no two batches have one place.
    if (position < offsets.count * RECORD_BATCH_OVERHEAD) return null
    if (!this.#scanner.readAt(position) || facts.lastOffset !== lastOffset) return null
    this.#nextOffset = facts.baseOffset
    return position
  }

  #walkFrom(from: number): string | null {
    const { facts } = this.#scanner
    let position = from
    for (; this.#scanner.readAt(position); position += facts.sizeBytes) {
      if (facts.baseOffset !== this.#nextOffset) {
        return `its base offset is ${facts.baseOffset} where ${this.#nextOffset} follows`
      }
      this.#nextOffset = facts.lastOffset + 1
      this.#maxTimestamp = Math.max(this.#maxTimestamp, facts.maxTimestamp)
    }
    return this.#scanner.fault
  }

  /** Whether the batch that ends at `offset` is there and has this greatest timestamp. */
  #holds(timestamp: number, offset: number, offsets: EntryFile): boolean {
    const { facts } = this.#scanner
    let position = this.#floor(offset, offsets)
    while (position >= 0 && this.#scanner.readAt(position)) {
      if (facts.lastOffset >= offset) return facts.lastOffset === offset && facts.maxTimestamp === timestamp
      position += facts.sizeBytes
    }
    return false
  }

  /** Position by the greatest entry of at most `offset`, 0 without one. */
  #floor(offset: number, offsets: EntryFile): number {
    let low = 0
    let high = offsets.count - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (this.#baseOffset + relativeOffsetOf(offsets.read(middle), 0) <= offset) low = middle + 1
      else high = middle - 1
    }
    return high < 0 ? 0 : positionOf(offsets.read(high), 0)
  }
}

/** The end by every header; both indexes are made again, the `.log` is not touched. */
function endByAllHeaders(options: LogOptions, bases: Bases): SegmentEnd {
  const segment = LogSegment.open(options, bases.baseOffset)
  try {
    const sealedBytes = segment.file.size()
    const fault = followHeaders(segment)
    const { nextOffset } = segment
    checkEnd(options, bases, { sealedBytes, nextOffset, maxTimestamp: segment.maxTimestamp, fault })
    segment.seal()
    segment.settleIndexes()
    return { sealedBytes, nextOffset, maxTimestamp: segment.maxTimestamp, fault }
  } finally {
    segment.abandon()
  }
}

function followHeaders(segment: LogSegment): string | null {
  const everything = { producerState: new ProducerState(), producersFrom: 0, epochs: null, crc: null }
  return recover(segment, segment.baseOffset - 1, null, everything)
}
