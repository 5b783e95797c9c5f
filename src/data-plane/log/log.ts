/**
 * The log of one partition: segments in a directory, of which the last is appended to. It writes whole
 * batches that have their offsets already, and keeps what readers are told: where the log ends, in offsets,
 * bytes and places.
 *
 *   write(parts, batches)   one storage write             ┐
 *   recordAppended(batch)   once for each of them         ├ then the caller publishes the fields below
 *   flushIndexesIfDue()     .index and .timeindex later   ┘
 *
 * Thread: the partition thread; nothing here is shared. Kafka: storage/internals/log/UnifiedLog, LocalLog.
 * A storage error ends the life of the object: `write` and all other changes are refused until it is opened
 * again, for after a failed write or flush nobody knows what the disk holds. Cost is per batch, never per
 * record.
 */
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { BatchFacts } from './batch-facts.ts'
import { BatchScanner } from './batch-scanner.ts'
import { loadCold } from './cold-start.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import type { LoadedLog } from './log-loader.ts'
import { LogSegment, removeSegmentFiles } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import type { ProducerState } from './producer-state.ts'
import { flushSealed, type SealedSegment } from './sealed-segment.ts'
import { loadWarm, type PublishedLog } from './warm-start.ts'

const TRUNCATION_CHUNK_BYTES = 64 * 1024

/** A place where a log can end. */
export interface LogEnd {
  readonly logEndOffset: number
  /** Of the segment, in the segment table. */
  readonly ordinal: number
  /** In its `.log`. */
  readonly position: number
}

export class Log {
  readonly #options: LogOptions
  readonly #firstSegmentOrdinal: number
  #loaded: LoadedLog
  #logEndOffset: number
  #logStartOffset: number
  #appendedBytes: number
  #bytesSinceSnapshot: number
  /** Bytes written that `recordAppended` has not been told of. */
  #unrecordedBytes = 0
  /** Offset below which everything is durable, as far as this object knows. */
  #recoveryPoint: number
  #failure: unknown = null
  #isClosed = false

  private constructor(options: LogOptions, loaded: LoadedLog, published: PublishedLog | null) {
    this.#options = options
    this.#loaded = loaded
    this.#logEndOffset = loaded.active.nextOffset
    this.#logStartOffset = loaded.logStartOffset
    this.#firstSegmentOrdinal = published?.firstSegmentOrdinal ?? 0
    this.#appendedBytes = published?.appendedBytes ?? 0
    this.#bytesSinceSnapshot = loaded.bytesSinceSnapshot
    this.#recoveryPoint = loaded.recoveryPoint
  }

  /** Opens a log from its files, or makes it. What was not closed is checked, cut and flushed first. */
  static openCold(options: LogOptions): Log {
    return new Log(options, loadCold(options), null)
  }

  /** Opens the log of a thread that died, up to what it had published. */
  static openWarm(options: LogOptions, published: PublishedLog): Log {
    return new Log(options, loadWarm(options, published), published)
  }

  /** First offset that may be read. */
  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** Offset the next record gets. */
  get logEndOffset(): number {
    return this.#logEndOffset
  }

  /** Bytes appended since the control block of the partition was made. */
  get appendedBytes(): number {
    return this.#appendedBytes
  }

  /**
   * Segments before the active one, ascending. A roll appends to it; the array stays the same until
   * truncation.
   */
  get sealedSegments(): readonly SealedSegment[] {
    return this.#loaded.sealed
  }

  /** Place of the active segment in the segment table. */
  get activeOrdinal(): number {
    return this.#firstSegmentOrdinal + this.#loaded.sealed.length
  }

  get activeBaseOffset(): number {
    return this.#loaded.active.baseOffset
  }

  /** Bytes of whole batches in the active `.log`. */
  get activePosition(): number {
    return this.#loaded.active.position
  }

  /** Entries of the active segment's `.index` that other threads may read. */
  get indexEntriesOnDisk(): number {
    return this.#loaded.active.offsetIndex.entries.countOnDisk
  }

  /**
   * Producers up to the last batch that was assigned its offsets: the caller updates it then, in order, and
   * after
   * `roll` where one is needed. Another object after `truncateTo`.
   */
  get producerState(): ProducerState {
    return this.#loaded.producerState
  }

  /** The newest leader epoch the log knows, -1 if none. */
  get lastEpoch(): number {
    return this.#loaded.epochs.lastEpoch
  }

  /** Whether a storage error has put this log out of use. */
  get isPoisoned(): boolean {
    return this.#failure !== null
  }

  /**
   * Whether a batch must go to a new segment: then write what comes before it, and `roll`.
   * @param sizeBytes of the batch and of all that are to be written with it
   */
  needsRoll(sizeBytes: number, lastOffset: number, maxTimestamp: number, now: number): boolean {
    return this.#loaded.active.needsRoll(sizeBytes, lastOffset, maxTimestamp, now)
  }

  /**
   * Seals the active segment and begins one at `newBase`, the log end offset. The sealed `.log` is not
   * flushed: that is for `flush` and its policies.
   */
  roll(newBase: number): void {
    this.#checkUsable()
    invariant(newBase === this.#logEndOffset, 'a segment begins at the log end offset', {
      newBase,
      logEndOffset: this.#logEndOffset
    })
    const { active, sealed, producerState, snapshots } = this.#loaded
    invariant(active.position > 0, 'an empty segment is not sealed', { newBase })
    try {
      active.seal()
      active.close()
      snapshots.writeAtBase(newBase, producerState)
      snapshots.removeBetween(active.baseOffset, newBase)
      const { baseOffset, position, maxTimestamp } = active
      sealed.push({ baseOffset, sealedBytes: position, maxTimestamp })
      this.#loaded = { ...this.#loaded, active: LogSegment.create(this.#options, newBase) }
      this.#bytesSinceSnapshot = 0
    } catch (error) {
      this.#poison(error)
    }
  }

  /**
   * Writes whole batches at the end of the active `.log` with one call. A batch of a new leader epoch has
   * this epoch put on disk first. If the disk refuses, or takes a part, the file is cut back to what it was.
   * @param batches facts of all batches in `parts`, in order
   * @throws HighwaterError HIGHWATER_STORAGE; then none of the batches is in the log, and it is poisoned
   */
  write(parts: readonly Uint8Array[], batches: readonly BatchFacts[]): void {
    this.#checkUsable()
    const sizeBytes = this.#checkBatches(parts, batches)
    const { active, epochs } = this.#loaded
    try {
      for (const { leaderEpoch, baseOffset } of batches) {
        if (leaderEpoch > epochs.lastEpoch) epochs.assign(leaderEpoch, baseOffset)
      }
      active.write(parts)
    } catch (error) {
      this.#poison(error)
    }
    this.#unrecordedBytes = sizeBytes
  }

  #checkBatches(parts: readonly Uint8Array[], batches: readonly BatchFacts[]): number {
    let partBytes = 0
    let batchBytes = 0
    let nextOffset = this.#logEndOffset
    for (const part of parts) partBytes += part.byteLength
    for (const batch of batches) {
      invariant(batch.baseOffset === nextOffset, 'batches follow the log end offset without a gap', () => ({
        baseOffset: batch.baseOffset,
        nextOffset
      }))
      nextOffset = batch.lastOffset + 1
      batchBytes += batch.sizeBytes
    }
    invariant(partBytes === batchBytes && partBytes > 0, 'parts are whole batches', () => ({
      partBytes,
      batchBytes
    }))
    invariant(this.#unrecordedBytes === 0, 'every batch written before is recorded')
    return batchBytes
  }

  /** Enters one batch of the last `write`, in order; with it the log ends after this batch. */
  recordAppended(batch: BatchFacts): void {
    this.#unrecordedBytes -= batch.sizeBytes
    invariant(this.#unrecordedBytes >= 0, 'only a written batch is recorded')
    this.#loaded.active.recordAppended(batch)
    this.#logEndOffset = this.#loaded.active.nextOffset
    this.#appendedBytes += batch.sizeBytes
    this.#bytesSinceSnapshot += batch.sizeBytes
  }

  /** Appends index entries to their files if so many wait for it. */
  flushIndexesIfDue(pendingEntries: number): void {
    const { active } = this.#loaded
    if (active.pendingIndexEntries < pendingEntries) return
    this.#checkUsable()
    try {
      active.flushIndexes()
    } catch (error) {
      this.#poison(error)
    }
  }

  /**
   * Writes a snapshot of the producers for a warm start if so many bytes came after the last one: it bounds
   * what a restarted thread has to read. Ask only when every assigned batch is recorded.
   */
  snapshotIfDue(bytes: number): void {
    if (this.#bytesSinceSnapshot < bytes) return
    this.#checkUsable()
    invariant(this.#unrecordedBytes === 0, 'a snapshot stands behind a recorded batch')
    try {
      this.#loaded.snapshots.writeInPassing(this.#logEndOffset, this.#loaded.producerState)
    } catch (error) {
      this.#poison(error)
    }
    this.#bytesSinceSnapshot = 0
  }

  /** Makes everything below the log end offset durable. After it throws, nothing is known to be. */
  flush(): void {
    this.#checkUsable()
    try {
      this.#flushSealed()
      this.#loaded.active.flush(false)
    } catch (error) {
      this.#poison(error)
    }
    this.#recoveryPoint = this.#logEndOffset
  }

  #flushSealed(): void {
    const { sealed, active } = this.#loaded
    sealed.forEach(({ baseOffset }, i) => {
      const end = sealed[i + 1]?.baseOffset ?? active.baseOffset
      if (end > this.#recoveryPoint) flushSealed(this.#options, baseOffset)
    })
  }

  /**
   * Removes every batch that ends at `offset` or later. If `offset` lies inside a batch, the log ends where
   * that batch began. Producers are read again from a snapshot below.
   * @returns the new log end offset
   */
  truncateTo(offset: number): number {
    this.#checkUsable()
    invariant(this.#unrecordedBytes === 0, 'a log is not cut between a write and its record')
    invariant(offset >= this.#logStartOffset, 'a log is not cut below its start', { offset })
    if (offset >= this.#logEndOffset) return this.#logEndOffset
    try {
      const end = this.endBefore(offset)
      this.#loaded.active.close()
      this.#loaded = loadWarm(this.#options, this.#cutTo(end))
    } catch (error) {
      this.#poison(error)
    }
    this.#logEndOffset = this.#loaded.active.nextOffset
    this.#bytesSinceSnapshot = this.#loaded.bytesSinceSnapshot
    this.#recoveryPoint = Math.min(this.#recoveryPoint, this.#logEndOffset)
    return this.#logEndOffset
  }

  /**
   * Where the log would end if it were cut to `offset`: there, or where the batch begins that `offset` lies
   * in.
   * @throws HighwaterError HIGHWATER_STORAGE
   */
  endBefore(offset: number): LogEnd {
    const { sealed, active } = this.#loaded
    const bases = [...sealed.map(segment => segment.baseOffset), active.baseOffset]
    const index = bases.findLastIndex((base, i) => i === 0 || base <= offset)
    const baseOffset = bases[index] ?? active.baseOffset
    const { directory, storage } = this.#options
    const file = storage.open(logFilePath(directory, baseOffset, SUFFIX.log), 'read')
    try {
      const scanner = new BatchScanner(file, file.size(), TRUNCATION_CHUNK_BYTES)
      let position = 0
      let logEndOffset = baseOffset
      while (scanner.readAt(position) && scanner.facts.lastOffset < offset) {
        position += scanner.facts.sizeBytes
        logEndOffset = scanner.facts.lastOffset + 1
      }
      return { logEndOffset, ordinal: this.#firstSegmentOrdinal + index, position }
    } finally {
      file.close()
    }
  }

  /** Removes the snapshots and segments behind the new end, last first. */
  #cutTo({ logEndOffset, ordinal, position }: LogEnd): PublishedLog {
    const { sealed, active, snapshots } = this.#loaded
    const bases = [...sealed.map(segment => segment.baseOffset), active.baseOffset]
    const kept = bases.slice(0, ordinal - this.#firstSegmentOrdinal + 1)
    // Before the batches they tell of: a cold start takes a snapshot without its segment for a promise.
    snapshots.removeAbove(logEndOffset)
    for (const base of bases.slice(kept.length).reverse()) removeSegmentFiles(this.#options, base)
    return {
      logStartOffset: Math.min(this.#logStartOffset, logEndOffset),
      logEndOffset,
      activeBaseOffset: kept.at(-1) ?? active.baseOffset,
      activePosition: position,
      segmentBaseOffsets: kept
    }
  }

  /**
   * Flushes everything, completes the indexes and leaves the snapshot that lets the next start believe them.
   * The files of a poisoned log are closed already, and nothing is written.
   */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#failure !== null) return
    const { active, snapshots, producerState } = this.#loaded
    try {
      active.seal()
      this.#flushSealed()
      active.flush(true)
      // An empty segment has its snapshot from the roll, and an empty log needs none.
      if (active.position > 0) snapshots.writeAtEnd(this.#logEndOffset, producerState)
      snapshots.removeBetween(active.baseOffset, this.#logEndOffset)
      active.close()
    } catch (error) {
      this.#poison(error)
    }
  }

  /** Lets go of the files without a word to the disk, as after a storage error. */
  abandon(): void {
    if (!this.#isClosed && this.#failure === null) this.#loaded.active.abandon()
    this.#isClosed = true
  }

  #checkUsable(): void {
    const { directory } = this.#options
    if (this.#failure !== null) {
      const text = `the log in ${directory} is offline since a storage error; open it again`
      throw new HighwaterError('HIGHWATER_STORAGE', text, { cause: this.#failure })
    }
    if (this.#isClosed) throw new HighwaterError('HIGHWATER_CLOSED', `the log in ${directory} is closed`)
  }

  #poison(error: unknown): never {
    this.#failure = error
    this.#loaded.active.abandon()
    throw error
  }
}
