/**
 * Walks over the record batches of a `.log` from one header to the next, reading the file in chunks. It
 * believes nothing: a size, a magic or a count that cannot be is a fault with words, never an exception.
 *
 * Thread: the one that opened the file. Kafka: common/record/FileLogInputStream.
 */
import {
  batchSizeAt,
  batchStructureFault,
  CRC_START,
  crcAt,
  RECORD_BATCH_OVERHEAD
} from '../../wire/record/record-batch.ts'
import { BatchFacts } from './batch-facts.ts'
import type { CrcFunction } from './log-settings.ts'
import type { StorageFile } from './storage.ts'

export class BatchScanner {
  /** Facts of the batch found last; filled again by the next `readAt`. */
  readonly facts = new BatchFacts()
  /** Why the last `readAt` returned false, or null if it stood at the limit. */
  fault: string | null = null

  readonly #file: StorageFile
  readonly #limit: number
  #chunk: Uint8Array
  #view: DataView
  #chunkPosition = 0
  #chunkLength = 0
  /** Where the batch found last begins in the chunk. */
  #at = 0

  /** @param limit position nothing is read beyond. */
  constructor(file: StorageFile, limit: number, chunkBytes: number) {
    this.#file = file
    this.#limit = limit
    this.#chunk = new Uint8Array(Math.min(chunkBytes, Math.max(limit, RECORD_BATCH_OVERHEAD)))
    this.#view = new DataView(this.#chunk.buffer)
  }

  /**
   * Reads the header of the batch at `position`: true if all of it lies below the limit and it can be one.
   */
  readAt(position: number): boolean {
    const available = this.#limit - position
    this.fault = null
    if (available <= 0) return false
    this.fault = this.#headerFault(position, available)
    if (this.fault !== null) return false
    this.facts.readFrom(this.#view, this.#at)
    return true
  }

  /** Whether the checksum of the batch found last is right. Reads all of it. */
  matchesCrc(crc: CrcFunction): boolean {
    const position = this.#chunkPosition + this.#at
    if (!this.#hold(position, this.facts.sizeBytes)) return false
    const computed = crc(this.#chunk, this.#at + CRC_START, this.#at + this.facts.sizeBytes)
    return computed === crcAt(this.#view, this.#at)
  }

  #headerFault(position: number, available: number): string | null {
    if (available < RECORD_BATCH_OVERHEAD) {
      return `${available} bytes are left and a header has ${RECORD_BATCH_OVERHEAD}`
    }
    if (!this.#hold(position, RECORD_BATCH_OVERHEAD)) return 'the file ends before its header'
    const sizeBytes = batchSizeAt(this.#view, this.#at)
    if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > available) {
      return `it says ${sizeBytes} bytes and ${available} are left`
    }
    return batchStructureFault(this.#view, this.#at)
  }

  /** Brings `count` bytes at `position` into the chunk. A batch larger than the chunk gets a larger chunk. */
  #hold(position: number, count: number): boolean {
    this.#at = position - this.#chunkPosition
    if (this.#at >= 0 && this.#at + count <= this.#chunkLength) return true
    if (count > this.#chunk.byteLength) {
      this.#chunk = new Uint8Array(count)
      this.#view = new DataView(this.#chunk.buffer)
    }
    const wanted = Math.min(this.#chunk.byteLength, this.#limit - position)
    this.#chunkLength = this.#file.read(this.#chunk.subarray(0, wanted), position)
    this.#chunkPosition = position
    this.#at = 0
    return this.#chunkLength >= count
  }
}
