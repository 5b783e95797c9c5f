/**
 * The files one reading thread has open: a `.log` handle for each segment it reads, and the index entries it
 * has read so far. At most 32 are open; the one used longest ago is closed first.
 *
 * Thread: the reader's own; a handle never crosses threads. An open handle keeps the bytes of a deleted
 * segment. A compaction swap gives a segment another generation, so bytes and index of different generations
 * never mix.
 */
import { invariant } from '../../base/invariant.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import { OFFSET_ENTRY_BYTES } from './offset-index.ts'
import type { Storage, StorageFile } from './storage.ts'
import { TIME_ENTRY_BYTES } from './time-index.ts'

/** A segment as the sample of the log view shows it. */
export interface ReadableSegment {
  readonly baseOffset: number
  /** File generation, from the segment table. */
  readonly generation: number
  /** Where reading ends: a published position, always between two batches. */
  readonly endPosition: number
}

const HANDLES_MAX = 32

/** The entries of an index file that were read so far. */
class IndexPart {
  #view = new DataView(new ArrayBuffer(0))
  #count = 0
  #isWhole = false
  readonly #storage: Storage
  readonly #path: string
  readonly #entryBytes: number

  constructor(storage: Storage, path: string, entryBytes: number) {
    this.#storage = storage
    this.#path = path
    this.#entryBytes = entryBytes
  }

  get view(): DataView {
    return this.#view
  }

  /**
   * Reads on until `wanted` entries are there, or the file ends.
   * @param wanted null for all entries of a file that grows no more
   * @returns how many entries of `view` may be searched
   */
  readUpTo(wanted: number | null): number {
    if (wanted === null ? !this.#isWhole : wanted > this.#count) this.#readMore(wanted)
    return wanted === null ? this.#count : Math.min(wanted, this.#count)
  }

  #readMore(wanted: number | null): void {
    if (!this.#storage.exists(this.#path)) return
    const file = this.#storage.open(this.#path, 'read')
    try {
      const inFile = Math.floor(file.size() / this.#entryBytes)
      const target = Math.min(wanted ?? inFile, inFile)
      if (target > this.#count) this.#append(file, target)
      this.#isWhole = wanted === null
    } finally {
      file.close()
    }
  }

  #append(file: StorageFile, target: number): void {
    const bytes = new Uint8Array(target * this.#entryBytes)
    const known = this.#count * this.#entryBytes
    bytes.set(new Uint8Array(this.#view.buffer, 0, known))
    const read = file.read(bytes.subarray(known), known)
    this.#view = new DataView(bytes.buffer)
    this.#count += Math.floor(read / this.#entryBytes)
  }

  /** Forgets what was read: the file may have been cut and written again since. */
  forget(): void {
    this.#count = 0
    this.#isWhole = false
  }
}

export class SegmentHandle {
  readonly file: StorageFile
  readonly offsets: IndexPart
  readonly times: IndexPart
  isOpen = true

  constructor(storage: Storage, directory: string, baseOffset: number) {
    const path = (suffix: string): string => logFilePath(directory, baseOffset, suffix)
    this.file = storage.open(path(SUFFIX.log), 'read')
    this.offsets = new IndexPart(storage, path(SUFFIX.offsetIndex), OFFSET_ENTRY_BYTES)
    this.times = new IndexPart(storage, path(SUFFIX.timeIndex), TIME_ENTRY_BYTES)
  }

  close(): void {
    invariant(this.isOpen, 'a handle is closed once')
    this.isOpen = false
    this.file.close()
  }
}

/** One for each reading thread, for all logs it reads. */
export class SegmentHandles {
  readonly #storage: Storage
  readonly #handlesMax: number
  /** In the order of use: the first is the one used longest ago. */
  readonly #handles = new Map<string, SegmentHandle>()

  constructor(storage: Storage, handlesMax = HANDLES_MAX) {
    this.#storage = storage
    this.#handlesMax = handlesMax
  }

  /** @throws HighwaterError HIGHWATER_STORAGE, as when the segment was deleted meanwhile */
  open(directory: string, { baseOffset, generation }: ReadableSegment): SegmentHandle {
    const key = `${directory}\0${baseOffset}\0${generation}`
    let handle = this.#handles.get(key)
    this.#handles.delete(key)
    if (handle === undefined) {
      this.#makeRoom()
      handle = new SegmentHandle(this.#storage, directory, baseOffset)
    }
    this.#handles.set(key, handle)
    return handle
  }

  #makeRoom(): void {
    for (const [key, handle] of this.#handles) {
      if (this.#handles.size < this.#handlesMax) return
      this.#handles.delete(key)
      handle.close()
    }
  }

  closeAll(): void {
    for (const handle of this.#handles.values()) handle.close()
    this.#handles.clear()
  }
}
