/**
 * Entries of one index file of the active segment, in the bytes they have on disk: kept in memory as they are
 * appended, written in groups. What is written and what is pending are one array, so a flush copies nothing.
 *
 * Thread: the partition thread.
 */
import { invariant } from '../../base/invariant.ts'
import type { StorageFile } from './storage.ts'

/** Room for 512 offset entries, the first 2 MiB of a log; doubled when it is full, taken with the first. */
const FIRST_BYTES = 4096
const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

export class IndexEntries {
  readonly entryBytes: number
  /** Entries permitted by segment.index.bytes; a file read from disk may hold more. */
  readonly countMax: number
  #bytes = NO_BYTES
  #view = NO_VIEW
  #count = 0
  #countOnDisk = 0

  constructor(entryBytes: number, bytesMax: number) {
    this.entryBytes = entryBytes
    this.countMax = Math.floor(bytesMax / entryBytes)
  }

  get count(): number {
    return this.#count
  }

  /** Entries the file holds; the rest is pending. */
  get countOnDisk(): number {
    return this.#countOnDisk
  }

  get hasPending(): boolean {
    return this.#count > this.#countOnDisk
  }

  /** View of all entries; another one after the next `claim`. */
  get view(): DataView {
    return this.#view
  }

  /** Makes room for one more entry. @returns where in `view` it is to be written. */
  claim(): number {
    const at = this.#count * this.entryBytes
    if (at + this.entryBytes > this.#bytes.byteLength) this.#grow(at * 2)
    this.#count++
    return at
  }

  #grow(sizeBytes: number): void {
    const grown = new Uint8Array(Math.max(sizeBytes, FIRST_BYTES))
    grown.set(this.#bytes)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  /** Forgets all but the first `count` entries. The file keeps its length until `settle`. */
  truncateTo(count: number): void {
    invariant(count >= 0 && count <= this.#count, 'an index is only cut to a part of itself', {
      count,
      entries: this.#count
    })
    this.#count = count
    this.#countOnDisk = Math.min(this.#countOnDisk, count)
  }

  flushPending(file: StorageFile): void {
    if (this.#count === this.#countOnDisk) return
    const start = this.#countOnDisk * this.entryBytes
    file.write([this.#bytes.subarray(start, this.#count * this.entryBytes)], start)
    this.#countOnDisk = this.#count
  }

  /** Makes the file hold these entries and no others. */
  settle(file: StorageFile): void {
    this.flushPending(file)
    const sizeBytes = this.#count * this.entryBytes
    if (file.size() !== sizeBytes) file.truncate(sizeBytes)
  }

  /** Takes the whole entries of a file; false if it ends inside an entry. */
  load(file: StorageFile): boolean {
    const sizeBytes = file.size()
    const whole = sizeBytes - (sizeBytes % this.entryBytes)
    if (whole > this.#bytes.byteLength) this.#grow(whole)
    const read = file.read(this.#bytes.subarray(0, whole), 0)
    this.#count = Math.floor(read / this.entryBytes)
    this.#countOnDisk = this.#count
    return whole === sizeBytes && read === whole
  }
}
