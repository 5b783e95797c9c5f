/**
 * An index file of the active segment. It stays open with its segment; where a thread serves many partitions
 * it is opened for each use alone, which is once in 64 entries, so that an idle partition holds one handle.
 *
 * Thread: the partition thread.
 */
import type { Storage, StorageFile } from './storage.ts'

export class IndexFile {
  readonly #storage: Storage
  readonly #path: string
  readonly #staysOpen: boolean
  #open: StorageFile | null

  /** Makes the file if it is missing. */
  constructor(storage: Storage, path: string, staysOpen: boolean) {
    this.#storage = storage
    this.#path = path
    this.#staysOpen = staysOpen
    this.#open = storage.open(path, 'write')
    if (!staysOpen) this.close()
  }

  use<T>(action: (file: StorageFile) => T): T {
    if (this.#open !== null) return action(this.#open)
    this.#open = this.#storage.open(this.#path, 'write')
    try {
      return action(this.#open)
    } finally {
      if (!this.#staysOpen) this.close()
    }
  }

  close(): void {
    const file = this.#open
    this.#open = null
    file?.close()
  }
}
