/**
 * The `.snapshot` files of a partition directory: the producers' state for all offsets below the file's name.
 * One stands at the base of each segment after the first, one at the end of a log that was closed, and one
 * somewhere above the newest base, so that a restarted partition thread has little to read.
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

export class ProducerSnapshots {
  readonly #options: LogOptions
  /** Ascending. */
  #offsets: number[]

  constructor(options: LogOptions) {
    this.#options = options
    this.#offsets = options.storage
      .list(options.directory)
      .map(parseLogFileName)
      .filter(name => name?.suffix === SUFFIX.snapshot)
      .map(name => name?.offset ?? 0)
  }

  get offsets(): readonly number[] {
    return this.#offsets
  }

  /**
   * Writes the state at `offset`. Without `durable` a power cut may leave the file torn, which its checksum shows;
   * a stop of the process does not.
   */
  write(offset: number, state: ProducerState, durable: boolean): void {
    const { storage, crc } = this.#options
    const path = this.#path(offset)
    const bytes = state.encode(crc)
    if (durable) storage.replaceAll(path, bytes)
    else this.#replaceUnflushed(path, bytes)
    this.#offsets = [...this.#offsets.filter(known => known !== offset), offset].sort((a, b) => a - b)
  }

  #replaceUnflushed(path: string, bytes: Uint8Array): void {
    const { storage } = this.#options
    const temporary = path + SUFFIX.temporary
    const file = storage.open(temporary, 'write')
    try {
      file.truncate(0)
      file.write([bytes], 0)
    } finally {
      file.close()
    }
    storage.rename(temporary, path)
  }

  /**
   * The newest readable state at or below `offset`, and where it stands; null if there is none. Damaged files on
   * the way are removed, so that nobody trusts them later.
   */
  newest(offset: number): StoredState | null {
    const { storage, crc } = this.#options
    for (const candidate of this.#offsets.filter(known => known <= offset).reverse()) {
      const state = ProducerState.decode(storage.readAll(this.#path(candidate)), crc)
      if (state !== null) return { offset: candidate, state }
      this.remove(candidate)
    }
    return null
  }

  remove(offset: number): void {
    if (!this.#offsets.includes(offset)) return
    this.#options.storage.remove(this.#path(offset))
    this.#offsets = this.#offsets.filter(known => known !== offset)
  }

  /** Removes those above `offset`: they tell of batches that are not in the log. */
  removeAbove(offset: number): void {
    for (const known of this.#offsets.filter(known => known > offset)) this.remove(known)
  }

  /** Removes those that lie between two bases, or between a base and the end: each is replaced by a later one. */
  removeBetween(from: number, to: number): void {
    for (const known of this.#offsets.filter(known => known > from && known < to)) this.remove(known)
  }

  #path(offset: number): string {
    return logFilePath(this.#options.directory, offset, SUFFIX.snapshot)
  }
}
