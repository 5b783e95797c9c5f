/**
 * A storage that counts how long its caller was inside: computing there, waiting for a core or for the disk.
 * What of it was waiting, the caller's other counts tell (`PartitionUsage`).
 *
 * Thread: that of the caller, one. Costs two looks at the clock per call; a pass of a partition thread makes
 * one or two.
 */
import type { Clock } from '../../base/clock.ts'
import type { Storage, StorageFile } from './storage.ts'

export class TimedStorage implements Storage {
  readonly #storage: Storage
  readonly #clock: Clock
  #insideMs = 0

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
  }

  /** Milliseconds inside all calls so far, also those of files it has opened. */
  get insideMs(): number {
    return this.#insideMs
  }

  /** Also for what fails: a disk that refuses may have made its caller wait before. */
  timed<T>(call: () => T): T {
    const begunMs = this.#clock.monotonic()
    try {
      return call()
    } finally {
      this.#insideMs += this.#clock.monotonic() - begunMs
    }
  }

  open(path: string, mode: 'read' | 'write'): StorageFile {
    return this.timed(() => new TimedFile(this.#storage.open(path, mode), this))
  }

  exists(path: string): boolean {
    return this.timed(() => this.#storage.exists(path))
  }

  sizeOf(path: string): number {
    return this.timed(() => this.#storage.sizeOf(path))
  }

  list(path: string): string[] {
    return this.timed(() => this.#storage.list(path))
  }

  makeDirectory(path: string): void {
    this.timed(() => this.#storage.makeDirectory(path))
  }

  remove(path: string): void {
    this.timed(() => this.#storage.remove(path))
  }

  removeTree(path: string): void {
    this.timed(() => this.#storage.removeTree(path))
  }

  rename(source: string, target: string): void {
    this.timed(() => this.#storage.rename(source, target))
  }

  readAll(path: string): Uint8Array {
    return this.timed(() => this.#storage.readAll(path))
  }

  replaceAll(path: string, bytes: Uint8Array): void {
    this.timed(() => this.#storage.replaceAll(path, bytes))
  }
}

class TimedFile implements StorageFile {
  readonly #file: StorageFile
  readonly #storage: TimedStorage

  constructor(file: StorageFile, storage: TimedStorage) {
    this.#file = file
    this.#storage = storage
  }

  write(parts: readonly Uint8Array[], position: number): void {
    this.#storage.timed(() => this.#file.write(parts, position))
  }

  read(target: Uint8Array, position: number): number {
    return this.#storage.timed(() => this.#file.read(target, position))
  }

  size(): number {
    return this.#storage.timed(() => this.#file.size())
  }

  truncate(size: number): void {
    this.#storage.timed(() => this.#file.truncate(size))
  }

  flush(): void {
    this.#storage.timed(() => this.#file.flush())
  }

  close(): void {
    this.#storage.timed(() => this.#file.close())
  }
}
