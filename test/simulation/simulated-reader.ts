/**
 * A reader of one partition, whose read is three events: sample the view, read, validate and use. Events of
 * the host may fall between any two. What a tail block holds is used where it lies, under its lease; the rest
 * is read from the file.
 */
import type { LogReader } from '../../src/data-plane/log/log-reader.ts'
import type { ReadableSegment } from '../../src/data-plane/log/segment-handles.ts'
import type { PayloadMemory } from '../../src/data-plane/partition/partition-host.ts'
import { emptyLogView, type LogView } from '../../src/threads/log-view.ts'
import type { TailReader } from '../../src/threads/tail-blocks.ts'
import { crc32cOf } from '../../src/wire/record/checksum.ts'
import { RecordBatchIterator } from '../../src/wire/record/record-batch-iterator.ts'
import type { SimulatedPartition } from './simulated-partition.ts'

/** A value that was read; valid inside the call. */
export interface ReadRecord {
  readonly reader: number
  readonly partition: number
  readonly offset: number
  readonly bytes: Uint8Array
  readonly valueAt: number
  readonly valueEnd: number
  /** Of the sample the bytes were read under. */
  readonly highWatermark: number
}

const CHUNK_BYTES = 4096
const BATCH_BYTES_MAX = 65536

export class SimulatedReader {
  readonly index: number
  readonly partition: SimulatedPartition
  /** Offset wanted next. */
  position: number
  readonly #log: LogReader
  readonly #tail: TailReader
  readonly #memory: PayloadMemory
  /** How often bytes came from a tail block. */
  tailReads = 0
  readonly #onRead: (read: ReadRecord) => void
  readonly #view: LogView = emptyLogView()
  readonly #after: LogView = emptyLogView()
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES)
  #chunkBytes = 0
  #step: 'sample' | 'read' | 'validate' = 'sample'
  readonly #iterator: RecordBatchIterator
  /** A batch that is longer than the chunk is read into memory of its own. */
  #bytes: Uint8Array

  constructor(
    index: number,
    partition: SimulatedPartition,
    from: { readonly log: LogReader; readonly tail: TailReader; readonly memory: PayloadMemory },
    onRead: (read: ReadRecord) => void
  ) {
    this.index = index
    this.partition = partition
    this.#log = from.log
    this.#tail = from.tail
    this.#memory = from.memory
    this.#onRead = onRead
    this.position = -1
    this.#bytes = this.#chunk
    this.#iterator = new RecordBatchIterator(BATCH_BYTES_MAX, (at, length) =>
      crc32cOf(this.#bytes, at, at + length)
    )
  }

  step(): void {
    if (this.#step === 'sample') this.#sample()
    else if (this.#step === 'read') this.#read()
    else this.#validate()
  }

  /** Starts again at an offset. */
  seek(offset: number): void {
    this.position = offset
    this.#step = 'sample'
    this.#tail.release()
  }

  #sample(): void {
    const { control } = this.partition
    if (control.viewVersion === 0 || control.sample(this.#view) === null) return
    if (this.position < 0) this.position = this.#view.logStartOffset
    const isStable = (this.#view.truncationGeneration & 1) === 0
    if (isStable && this.position < this.#view.highWatermark) this.#step = 'read'
  }

  #read(): void {
    const view = this.#view
    const { segments } = this.partition
    let ordinal = view.hwSegment
    while (ordinal > view.segmentFirst && segments.baseOffset(ordinal) > this.position) ordinal--
    const isActive = ordinal === view.hwSegment
    const segment: ReadableSegment = {
      baseOffset: segments.baseOffset(ordinal),
      generation: segments.fileGeneration(ordinal),
      endPosition: isActive ? view.hwPosition : segments.sealedBytes(ordinal)
    }
    const at = this.#log.locate(segment, this.position, isActive ? view.indexEntries : null)
    this.#step = 'validate'
    if (this.#tail.find(ordinal, at, view)) {
      this.tailReads++
      this.#chunkBytes = this.#tail.length
      this.#bytes = this.#memory.bytes.subarray(this.#tail.address, this.#tail.address + this.#tail.length)
      return
    }
    const available = segment.endPosition - at
    this.#bytes = available > CHUNK_BYTES ? new Uint8Array(available) : this.#chunk
    this.#chunkBytes = this.#log.readInto(segment, at, this.#bytes, segment.endPosition)
  }

  #validate(): void {
    this.#use()
    this.#tail.release()
  }

  #use(): void {
    this.#step = 'sample'
    const before = this.#view
    if (this.partition.control.sample(this.#after) === null) return
    if (this.#after.truncationGeneration !== before.truncationGeneration) return
    const iterator = this.#iterator
    iterator.reset(this.#bytes, 0, this.#chunkBytes, this.position)
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) {
        const { offset, bytes, valueAt, valueLength } = iterator.record
        this.#onRead({
          reader: this.index,
          partition: this.partition.index,
          offset,
          bytes,
          valueAt,
          valueEnd: valueAt + valueLength,
          highWatermark: before.highWatermark
        })
        this.position = offset + 1
      }
    }
  }
}
