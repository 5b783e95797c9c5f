/**
 * Snapshot files of a partition directory: the producers' state for all offsets below the file's name.
 *
 * `.snapshot`, as Kafka has them: one at the base of each segment after the first, and one at the end of a
 * log that was closed or recovered. The latter is written when everything below is durable, and says so by
 * being there.
 * `.warmsnapshot`, one at most: taken in passing, so that a restarted partition thread has little to read. It
 * says nothing of the disk, so a cold start removes it.
 *
 * Thread: the partition thread. Kafka: storage/internals/log/ProducerStateManager, SnapshotFile.
 */
import { logFilePath, parseLogFileName, SUFFIX } from './log-file-names.ts'
import type { LogOptions } from './log-settings.ts'
import { ProducerState } from './producer-state.ts'

export interface StoredState {
  /** The state knows all batches below it. */
  readonly offset: number
  readonly state: ProducerState
}

interface SnapshotFile {
  readonly offset: number
  readonly suffix: string
}

export class ProducerSnapshots {
  readonly #options: LogOptions
  /** By ascending offset. */
  #files: SnapshotFile[]

  constructor(options: LogOptions) {
    this.#options = options
    this.#files = options.storage
      .list(options.directory)
      .map(parseLogFileName)
      .filter(name => name !== null)
      .filter(({ suffix }) => suffix === SUFFIX.snapshot || suffix === SUFFIX.warmSnapshot)
  }

  /** Of a `.snapshot`, readable or not; -1 if there is none. */
  get newestOffset(): number {
    return this.#files.findLast(({ suffix }) => suffix === SUFFIX.snapshot)?.offset ?? -1
  }

  /** Whether a `.snapshot` stands there. */
  has(offset: number): boolean {
    return this.#files.some(file => file.offset === offset && file.suffix === SUFFIX.snapshot)
  }

  /**
   * Writes the state at the base of a new segment. A power cut may tear the file, which its checksum shows.
   */
  writeAtBase(offset: number, state: ProducerState): void {
    this.#replaceUnflushed({ offset, suffix: SUFFIX.snapshot }, state)
  }

  /** Writes the state at the end of a log that is durable up to there. */
  writeAtEnd(offset: number, state: ProducerState): void {
    const { storage, directory, crc } = this.#options
    storage.replaceAll(logFilePath(directory, offset, SUFFIX.snapshot), state.encode(crc))
    this.#enter({ offset, suffix: SUFFIX.snapshot })
  }

  /** Writes the state for a warm start, in place of the one before. */
  writeInPassing(offset: number, state: ProducerState): void {
    const older = this.#files.filter(file => file.suffix === SUFFIX.warmSnapshot && file.offset !== offset)
    this.#replaceUnflushed({ offset, suffix: SUFFIX.warmSnapshot }, state)
    for (const file of older) this.#remove(file)
  }

  #replaceUnflushed(target: SnapshotFile, state: ProducerState): void {
    const { storage, directory, crc } = this.#options
    const path = logFilePath(directory, target.offset, target.suffix)
    const temporary = path + SUFFIX.temporary
    const file = storage.open(temporary, 'write')
    try {
      file.truncate(0)
      file.write([state.encode(crc)], 0)
    } finally {
      file.close()
    }
    storage.rename(temporary, path)
    this.#enter(target)
  }

  #enter(entered: SnapshotFile): void {
    const others = this.#files.filter(
      file => file.offset !== entered.offset || file.suffix !== entered.suffix
    )
    this.#files = [...others, entered].sort((a, b) => a.offset - b.offset)
  }

  /**
   * The newest readable state at or below `offset`, of any kind; null if there is none. Damaged files on the
   * way are removed, so that nobody trusts them later.
   */
  newest(offset: number): StoredState | null {
    const { storage, directory, crc } = this.#options
    for (const file of this.#files.filter(known => known.offset <= offset).reverse()) {
      const bytes = storage.readAll(logFilePath(directory, file.offset, file.suffix))
      const state = ProducerState.decode(bytes, crc)
      if (state !== null) return { offset: file.offset, state }
      this.#remove(file)
    }
    return null
  }

  /** Removes those above `offset`: they tell of batches that are not in the log. */
  removeAbove(offset: number): void {
    for (const file of this.#files.filter(known => known.offset > offset)) this.#remove(file)
  }

  /** Removes those between two bases, or between a base and the end: each is replaced by a later one. */
  removeBetween(from: number, to: number): void {
    for (const file of this.#files.filter(known => known.offset > from && known.offset < to)) {
      this.#remove(file)
    }
    this.removeTakenInPassing()
  }

  removeTakenInPassing(): void {
    for (const file of this.#files.filter(known => known.suffix === SUFFIX.warmSnapshot)) this.#remove(file)
  }

  /** Removes those that stand at none of the bases. */
  removeStray(bases: readonly number[]): void {
    for (const file of this.#files.filter(known => !bases.includes(known.offset))) this.#remove(file)
  }

  #remove(removed: SnapshotFile): void {
    const { storage, directory } = this.#options
    storage.remove(logFilePath(directory, removed.offset, removed.suffix))
    this.#files = this.#files.filter(file => file !== removed)
  }
}
