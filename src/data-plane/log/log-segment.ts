/**
 * The active segment: one `.log` and its two indexes, open for appending. A sealed segment has no object; it
 * is a row of `Log.segments` and files that readers open for themselves.
 *
 * All state is a function of the batches from the last index entry on: recovery rewinds to that entry and
 * hands the same batches to `recordAppended` again, so a recovered segment cannot differ from one that never
 * stopped.
 *
 * Thread: the partition thread. Kafka: storage/internals/log/LogSegment.
 */
import { invariant } from '../../base/invariant.ts'
import { batchStructureFault, maxTimestampAt, RECORD_BATCH_OVERHEAD } from '../../wire/record/record-batch.ts'
import type { BatchFacts } from './batch-facts.ts'
import { IndexFile } from './index-file.ts'
import { INDEX_SUFFIXES, logFilePath, SUFFIX } from './log-file-names.ts'
import type { LogOptions, LogSettings } from './log-settings.ts'
import { OffsetIndex } from './offset-index.ts'
import type { StorageFile } from './storage.ts'
import { TimeIndex } from './time-index.ts'

/** Offsets in an index are int32, counted from the base of the segment. */
export const RELATIVE_OFFSET_MAX = 2147483647

export class LogSegment {
  readonly baseOffset: number
  readonly file: StorageFile
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  /** Bytes of whole batches in the `.log`; the file may be longer while a write is under way. */
  position = 0
  /** Offset the next batch gets. */
  nextOffset: number
  /** -1 none. */
  maxTimestamp = -1
  readonly #settings: LogSettings
  readonly #indexFile: IndexFile
  readonly #timeIndexFile: IndexFile
  readonly #createdAt: number
  /** Last offset of the batch that holds `maxTimestamp`. */
  #offsetOfMaxTimestamp: number
  #bytesSinceIndexEntry = 0
  #isClosed = false
  /** Of the first batch; null until it is asked for, for it may have to be read. */
  #firstTimestamp: number | null = null

  private constructor(options: LogOptions, baseOffset: number) {
    const { settings, clock } = options
    const [file, indexFile, timeIndexFile] = openFiles(options, baseOffset)
    this.baseOffset = baseOffset
    this.nextOffset = baseOffset
    this.#offsetOfMaxTimestamp = baseOffset
    this.#settings = settings
    this.#createdAt = clock.now()
    this.offsetIndex = new OffsetIndex(baseOffset, settings.segmentIndexBytes)
    this.timeIndex = new TimeIndex(baseOffset, settings.segmentIndexBytes)
    this.file = file
    this.#indexFile = indexFile
    this.#timeIndexFile = timeIndexFile
  }

  /** A new, empty segment. Files a crash left under its name are removed first. */
  static create(options: LogOptions, baseOffset: number): LogSegment {
    removeSegmentFiles(options, baseOffset)
    return new LogSegment(options, baseOffset)
  }

  /**
   * A segment from disk, with its indexes if they can be believed and without entries if not. `recover` must
   * run before anything else is asked of it.
   */
  static open(options: LogOptions, baseOffset: number): LogSegment {
    const segment = new LogSegment(options, baseOffset)
    try {
      segment.#loadIndexes()
      return segment
    } catch (error) {
      segment.abandon()
      throw error
    }
  }

  #loadIndexes(): void {
    const offsetsAreWhole = this.#indexFile.use(file => this.offsetIndex.entries.load(file))
    const timesAreWhole = this.#timeIndexFile.use(file => this.timeIndex.entries.load(file))
    const areOrdered = this.offsetIndex.isOrdered() && this.timeIndex.isOrdered()
    if (offsetsAreWhole && timesAreWhole && areOrdered) return
    this.offsetIndex.entries.truncateTo(0)
    this.timeIndex.entries.truncateTo(0)
  }

  /**
   * Whether a batch must go to a new segment.
   * @param sizeBytes of the batch, and of those before it that are to be written with it
   * @param now wall time in milliseconds
   */
  needsRoll(sizeBytes: number, lastOffset: number, maxTimestamp: number, now: number): boolean {
    const { segmentBytes, segmentMs } = this.#settings
    if (this.position > segmentBytes - sizeBytes) return true
    if (lastOffset - this.baseOffset > RELATIVE_OFFSET_MAX) return true
    if (this.offsetIndex.isFull || this.timeIndex.isFull) return true
    if (this.position === 0) return false
    // Record time decides, so one record far in the future rolls at once; wall time only where there is none.
    const first = this.#firstBatchTimestamp()
    const waited = first >= 0 ? maxTimestamp - first : now - this.#createdAt
    return waited > segmentMs
  }

  #firstBatchTimestamp(): number {
    if (this.#firstTimestamp !== null) return this.#firstTimestamp
    const header = new Uint8Array(RECORD_BATCH_OVERHEAD)
    const view = new DataView(header.buffer)
    const read = this.file.read(header, 0)
    // A damaged header below the recovered part is met by its readers; here it only means: no record time.
    const readable = read === header.byteLength && batchStructureFault(view, 0) === null
    this.#firstTimestamp = readable ? maxTimestampAt(view, 0) : -1
    return this.#firstTimestamp
  }

  /**
   * Writes whole batches behind `position`, with one call; if that fails, the file is cut back to `position`.
   */
  write(parts: readonly Uint8Array[]): void {
    try {
      this.file.write(parts, this.position)
    } catch (error) {
      try {
        this.file.truncate(this.position)
      } catch {
        // Recovery cuts again; the first error is what is told.
      }
      throw error
    }
  }

  /** Enters one batch that lies at `position` in the file. The only place where an index grows. */
  recordAppended(batch: BatchFacts): void {
    invariant(batch.lastOffset - this.baseOffset <= RELATIVE_OFFSET_MAX, 'a segment spans 2^31 offsets')
    if (this.position === 0) this.#firstTimestamp = batch.maxTimestamp
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = batch.maxTimestamp
      this.#offsetOfMaxTimestamp = batch.lastOffset
    }
    if (this.#bytesSinceIndexEntry > this.#settings.indexIntervalBytes) {
      if (!this.offsetIndex.isFull) this.offsetIndex.append(batch.lastOffset, this.position)
      if (!this.timeIndex.isFull) {
        this.timeIndex.appendIfGreater(this.maxTimestamp, this.#offsetOfMaxTimestamp)
      }
      this.#bytesSinceIndexEntry = 0
    }
    this.#bytesSinceIndexEntry += batch.sizeBytes
    this.position += batch.sizeBytes
    this.nextOffset = batch.lastOffset + 1
  }

  /**
   * Goes back to the last index entry of at most `offset`, or to the start; later entries are forgotten. The
   * batch that stands at `position` then, and all after it, are to be entered again.
   * @returns the last offset of that batch as the index has it, or -1 at the start
   */
  rewindTo(offset: number): number {
    const entry = this.offsetIndex.floor(offset)
    const anchor = entry < 0 ? -1 : this.offsetIndex.offsetAt(entry)
    this.position = entry < 0 ? 0 : this.offsetIndex.positionAt(entry)
    this.offsetIndex.entries.truncateTo(entry + 1)
    this.timeIndex.truncateToOffset(anchor)
    this.maxTimestamp = this.timeIndex.lastTimestamp
    this.#offsetOfMaxTimestamp = this.timeIndex.lastOffset
    this.#bytesSinceIndexEntry = 0
    this.#firstTimestamp = null
    this.nextOffset = this.baseOffset
    return anchor
  }

  /** Makes the three files hold what this object holds, and nothing behind it; ends a recovery. */
  settleFiles(): void {
    if (this.file.size() > this.position) this.file.truncate(this.position)
    this.settleIndexes()
    // Read it now: `needsRoll` must not meet a disk error.
    if (this.position > 0) this.#firstBatchTimestamp()
  }

  settleIndexes(): void {
    this.#timeIndexFile.use(file => this.timeIndex.entries.settle(file))
    this.#indexFile.use(file => this.offsetIndex.entries.settle(file))
  }

  /** Appends pending index entries to their files. Times first: an offset entry promises its time entry. */
  flushIndexes(): void {
    const times = this.timeIndex.entries
    const offsets = this.offsetIndex.entries
    if (times.hasPending) this.#timeIndexFile.use(file => times.flushPending(file))
    if (offsets.hasPending) this.#indexFile.use(file => offsets.flushPending(file))
  }

  get pendingIndexEntries(): number {
    const offsets = this.offsetIndex.entries
    const times = this.timeIndex.entries
    return Math.max(offsets.count - offsets.countOnDisk, times.count - times.countOnDisk)
  }

  /**
   * Writes what a finished segment has: every index entry and the last time entry. Appends nothing after it.
   */
  seal(): void {
    this.timeIndex.appendIfGreater(this.maxTimestamp, this.#offsetOfMaxTimestamp)
    this.flushIndexes()
  }

  /** Makes the `.log` durable, and with `indexes` also these. */
  flush(indexes: boolean): void {
    this.file.flush()
    if (!indexes) return
    this.#indexFile.use(file => file.flush())
    this.#timeIndexFile.use(file => file.flush())
  }

  /** Closes all files, also where one of them refuses. */
  close(): void {
    const error = this.#closeFiles()
    if (error !== null) throw error
  }

  /** Lets go of the files after an error that is under way already: a second one would hide it. */
  abandon(): void {
    this.#closeFiles()
  }

  #closeFiles(): unknown {
    if (this.#isClosed) return null
    this.#isClosed = true
    let firstError: unknown = null
    for (const file of [this.file, this.#indexFile, this.#timeIndexFile]) {
      try {
        file.close()
      } catch (error) {
        firstError ??= error
      }
    }
    return firstError
  }
}

/** Opens `.log`, `.index` and `.timeindex`; if one refuses, those opened before it are closed. */
function openFiles(options: LogOptions, baseOffset: number): [StorageFile, IndexFile, IndexFile] {
  const { storage, directory, keepsIndexesOpen = true } = options
  const opened: { close(): void }[] = []
  const index = (suffix: string): IndexFile => {
    const file = new IndexFile(storage, logFilePath(directory, baseOffset, suffix), keepsIndexesOpen)
    opened.push(file)
    return file
  }
  try {
    const file = storage.open(logFilePath(directory, baseOffset, SUFFIX.log), 'write')
    opened.push(file)
    return [file, index(SUFFIX.offsetIndex), index(SUFFIX.timeIndex)]
  } catch (error) {
    for (const file of opened) file.close()
    throw error
  }
}

/** Removes what exists of a segment; the `.log` first, for the rest is nothing without it. */
export function removeSegmentFiles({ storage, directory }: LogOptions, baseOffset: number): void {
  for (const suffix of [SUFFIX.log, ...INDEX_SUFFIXES]) {
    const path = logFilePath(directory, baseOffset, suffix)
    if (storage.exists(path)) storage.remove(path)
  }
}
