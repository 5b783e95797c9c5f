/**
 * Looks at what partitions publish, enters it into the contents, and tells the invariants.
 */
import { HighwaterError } from '../../src/base/local-errors.ts'
import { BatchFacts } from '../../src/data-plane/log/batch-facts.ts'
import { logFilePath, SUFFIX } from '../../src/data-plane/log/log-file-names.ts'
import { emptyLogView, type LogView } from '../../src/threads/log-view.ts'
import { crc32cOf } from '../../src/wire/record/checksum.ts'
import { BATCH_SIZE_OVERHEAD, batchSizeAt } from '../../src/wire/record/record-batch.ts'
import { RecordBatchIterator } from '../../src/wire/record/record-batch-iterator.ts'
import { type History, type PublishedBatch, PublishedContents, recordOf } from './history.ts'
import type { Invariant, PartitionState, Publication } from './invariants/invariant.ts'
import type { SimulatedPartition } from './simulated-partition.ts'

const BATCH_BYTES_MAX = 65536

/** Published bytes that no reader could make sense of. */
class UnreadableLog extends Error {
  override readonly name = 'UnreadableLog'
}

export class PartitionObserver implements PartitionState {
  readonly simulated: SimulatedPartition
  readonly contents: PublishedContents
  readonly #history: History
  #version = 0
  #view: LogView | null = null
  #ordinal = 0
  #position = 0
  #wasOnline = false
  #incarnation = 0
  #bytes: Uint8Array = new Uint8Array(0)
  readonly #facts = new BatchFacts()
  readonly #iterator = new RecordBatchIterator(BATCH_BYTES_MAX, (at, length) =>
    crc32cOf(this.#bytes, at, at + length)
  )

  constructor(simulated: SimulatedPartition, initialOffset: number, history: History) {
    this.simulated = simulated
    this.contents = new PublishedContents(initialOffset)
    this.#history = history
  }

  /** After a step of the partition. */
  look(invariants: readonly Invariant[]): void {
    const { control, host } = this.simulated
    const version = control.viewVersion
    if (version !== this.#version) this.#lookAtView(version, invariants)
    if (control.hostIncarnation !== this.#incarnation) {
      this.#incarnation = control.hostIncarnation
      this.#wasOnline = false
    }
    if (this.#wasOnline || host?.isOnline !== true) return
    this.#wasOnline = true
    for (const invariant of invariants) invariant.recovered?.(this)
  }

  #lookAtView(version: number, invariants: readonly Invariant[]): void {
    const after = emptyLogView()
    this.simulated.control.sample(after)
    const versions = (version - this.#version) | 0
    const publication: Publication = { partition: this, before: this.#view, after, versions }
    this.#version = version
    this.#view = after
    for (const invariant of invariants) invariant.published?.(publication)
    while (this.#ordinal < after.leoSegment) {
      this.#enter(this.simulated.segments.sealedBytes(this.#ordinal), invariants)
      this.#ordinal++
      this.#position = 0
    }
    this.#enter(after.leoPosition, invariants)
  }

  /** Reads from the position on to `end`, in the segment. */
  #enter(end: number, invariants: readonly Invariant[]): void {
    if (end <= this.#position) return
    const { disk, directory, segments } = this.simulated
    const segmentBase = segments.baseOffset(this.#ordinal)
    this.#bytes = disk.bytesOf(logFilePath(directory, segmentBase, SUFFIX.log))
    const view = new DataView(this.#bytes.buffer)
    const place = `partition ${this.simulated.index}, segment ${segmentBase}`
    if (this.#bytes.byteLength < end) {
      throw new UnreadableLog(`${place}: ${end} bytes were published, ${this.#bytes.byteLength} are there`)
    }
    while (this.#position < end) {
      const at = this.#position
      const left = end - at
      const sizeBytes = left < BATCH_SIZE_OVERHEAD ? 0 : batchSizeAt(view, at)
      if (sizeBytes <= BATCH_SIZE_OVERHEAD || sizeBytes > left) {
        throw new UnreadableLog(`${place}: ${left} bytes at ${at} begin with a batch of ${sizeBytes}`)
      }
      this.#enterBatch(view, segmentBase, sizeBytes, invariants)
      this.#position = at + sizeBytes
    }
  }

  #enterBatch(
    view: DataView,
    segmentBase: number,
    sizeBytes: number,
    invariants: readonly Invariant[]
  ): void {
    const position = this.#position
    const facts = this.#facts.readFrom(view, position)
    const batch: PublishedBatch = {
      partition: this.simulated.index,
      baseOffset: facts.baseOffset,
      lastOffset: facts.lastOffset,
      sizeBytes,
      maxTimestamp: facts.maxTimestamp,
      leaderEpoch: facts.leaderEpoch,
      producerId: facts.producerId,
      producerEpoch: facts.producerEpoch,
      baseSequence: facts.baseSequence,
      segmentBase,
      position
    }
    for (const invariant of invariants) invariant.batch?.(batch)
    const iterator = this.#iterator
    iterator.reset(this.#bytes, position, position + sizeBytes, facts.baseOffset)
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) {
        const { offset, bytes, valueAt, valueLength } = iterator.record
        const record = recordOf(this.#history, bytes, valueAt, valueAt + valueLength)
        this.contents.add(offset, record?.id ?? -1)
        for (const invariant of invariants) invariant.record?.(batch, offset, record)
      }
    }
  }
}

/** A failure of the disk that a reader meets; it tries again. */
export function isStorageFailure(error: unknown): boolean {
  return error instanceof HighwaterError && error.code === 'HIGHWATER_STORAGE'
}
