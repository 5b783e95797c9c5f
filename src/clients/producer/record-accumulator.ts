/**
 * Grows batches: reserves a slot when one is opened, appends to the last, hands the first to the sender.
 *
 * What counts against `buffer.memory` are slots. With a codec a batch may hold the records of many: it takes
 * one, then the run it may come to fill, and when it is compressed it gives back what it no longer needs.
 *
 * The parts of a batch that was split need more slots than it had. Free ones are theirs before any new batch
 * gets one; and what waits behind them in their queue, which cannot go before them, yields its slots to them.
 * The bytes of a batch that waits are in its staging buffer: it takes a slot again when its turn comes.
 *
 * Thread: the caller's, beside the sender: one never runs inside the other.
 * Kafka: clients/producer/internals/RecordAccumulator.
 */
import { Buffer } from 'node:buffer'
import type { Clock } from '../../base/clock.ts'
import type { Steps } from '../../base/task.ts'
import { RECORD_BATCH_OVERHEAD } from '../../wire/record/record-batch.ts'
import { batchUpperBound } from '../../wire/record/record-size.ts'
import type { BatchCompression } from './batch-compression.ts'
import { BatchOutcome, type UnheardFailures } from './batch-outcome.ts'
import { FlushGenerations } from './flush-generations.ts'
import type { PartitionQueue, ProducerNode } from './partition-queue.ts'
import { type OutgoingRecord, ProducerBatch } from './producer-batch.ts'
import { SLOT_CLOSED, SLOT_IN_FLIGHT, SLOT_OPEN, SlotPool } from './slot-pool.ts'
import { splitBatch } from './split-batch.ts'
import { StagingPool } from './staging-pool.ts'

/** Smaller slots would need more table than payload. */
const SLOT_BYTES_MIN = 1024
const SLOT_COUNT_MIN = 2
/**
 * A batch that is compressed holds the plain records of so many slots, at most, and no more than a reader
 * takes.
 */
const RUN_MAX = 16
const NO_CODEC = 0
const PLAIN_BYTES_MAX = 128 * 1024 * 1024

export interface SlotSizes {
  readonly slotBytes: number
  readonly slotCount: number
}

/** How many slots of which size `batch.size` and `buffer.memory` make. */
export function slotSizes(batchSize: number, bufferMemory: number): SlotSizes {
  const slotBytes = Math.ceil(Math.max(batchSize, SLOT_BYTES_MIN) / 8) * 8
  return { slotBytes, slotCount: Math.max(SLOT_COUNT_MIN, Math.floor(bufferMemory / slotBytes)) }
}

export interface RecordAccumulatorOptions extends SlotSizes {
  readonly clock: Clock
  readonly batchSize: number
  readonly unheard: UnheardFailures
  /** Null or absent for plain batches. */
  readonly compression?: BatchCompression | null
}

export class RecordAccumulator {
  readonly pool: SlotPool
  readonly staging: StagingPool
  /** Queues with batches whose broker is not known. */
  readonly unrouted = new Set<PartitionQueue>()
  readonly generations = new FlushGenerations()
  /** Somebody waits for memory: every batch is due. */
  isMemoryWanted = false
  /** A batch became full since the sender looked last. */
  hasFullBatch = false
  readonly #clock: Clock
  readonly #batchSize: number
  readonly #unheard: UnheardFailures
  readonly #compression: BatchCompression | null
  /** What batches without a slot will take. */
  #owedSlots = 0

  constructor(options: RecordAccumulatorOptions) {
    this.pool = new SlotPool(options.slotCount, options.slotBytes)
    this.staging = new StagingPool(options.slotBytes)
    this.#clock = options.clock
    this.#batchSize = Math.max(1, options.batchSize)
    this.#unheard = options.unheard
    this.#compression = options.compression ?? null
  }

  /** Loads what sealing needs: before the sender runs. */
  *open(): Steps<void> {
    if (this.#compression !== null) yield* this.#compression.open()
  }

  /** Free slots that no batch waits for. */
  get spareSlots(): number {
    return Math.max(0, this.pool.freeCount - this.#owedSlots)
  }

  /** Appends to the queue's open batch; false if there is none or the record does not fit, which ends it. */
  appendToLast(queue: PartitionQueue, record: OutgoingRecord): boolean {
    const { open } = queue
    if (open === null) return false
    if (open.tryAppend(record)) return true
    if (open.lacksMemory && this.#grow(open, record) && open.tryAppend(record)) return true
    this.hasFullBatch = true
    this.closeForAppends(queue)
    return false
  }

  /** Opens a batch with this record, which `appendToLast` refused; false if the pool has no room for it. */
  appendToNew(queue: PartitionQueue, record: OutgoingRecord): boolean {
    const writeLimit = Math.max(this.#batchSize, upperBound(record))
    const run = Math.ceil(writeLimit / this.pool.slotBytes)
    const slot = run > this.spareSlots ? -1 : this.pool.tryTake(run)
    if (slot < 0) return false
    const batch = new ProducerBatch({
      slot,
      staging: this.staging.take(writeLimit, this.#compression?.ratioOf(queue.topic)),
      outcome: new BatchOutcome(queue.topic, queue.partition, this.#unheard),
      createdAt: this.#clock.monotonic(),
      firstRecord: queue.closedRecords,
      generation: this.generations.current
    })
    queue.batches.push(batch)
    queue.open = batch
    this.generations.opened(batch.generation, 1)
    this.list(queue)
    return batch.tryAppend(record)
  }

  /** Nothing more is added to the queue's last batch. */
  closeForAppends(queue: PartitionQueue): void {
    const { open } = queue
    if (open === null) return
    queue.open = null
    open.isClosedForAppends = true
    queue.closedRecords += open.recordCount
    queue.closedBytes += open.byteLength
    this.pool.move(open.slot, SLOT_OPEN, SLOT_CLOSED)
  }

  /** Makes room for the record in the queue's open batch; false if that is not to be had. */
  #grow(batch: ProducerBatch, record: OutgoingRecord): boolean {
    const { slotBytes } = this.pool
    if (this.isMemoryWanted || this.#compression === null) return false
    const neededBytes = batch.uncompressedBytes + upperBound(record)
    const expectedBytes = this.#batchSize / this.#compression.ratioOf(batch.outcome.topic)
    const runMax = Math.min(RUN_MAX, Math.floor(PLAIN_BYTES_MAX / slotBytes))
    const needed = Math.ceil(neededBytes / slotBytes)
    const expected = Math.min(runMax, Math.ceil(expectedBytes / slotBytes))
    return (
      needed <= runMax && (this.#growTo(batch, Math.max(needed, expected)) || this.#growTo(batch, needed))
    )
  }

  #growTo(batch: ProducerBatch, run: number): boolean {
    if (run <= batch.slotRun || run - batch.slotRun > this.spareSlots) return false
    const slot = this.pool.grow(batch.slot, run)
    if (slot < 0) return false
    batch.slot = slot
    batch.staging = this.staging.grow(batch.staging, run)
    return true
  }

  /**
   * Compresses the records of a closed batch, before it is sent the first time. One that would not fit into
   * the slots of its plain records is sent as it is: what does not shrink needs no codec.
   */
  seal(batch: ProducerBatch): void {
    const compression = this.#compression
    if (compression === null || !batch.isSealable) return
    const plain = batch.staging
    const compressed = compression.compress(batch.outcome.topic, plain.builder.records)
    const run = Math.ceil((RECORD_BATCH_OVERHEAD + compressed.length) / this.pool.slotBytes)
    if (run > plain.slotRun) {
      batch.seal(NO_CODEC, plain, plain.builder.records.length)
      return
    }
    const staging = run === plain.slotRun ? plain : this.staging.takeRun(run)
    staging.bytes.set(compressed, RECORD_BATCH_OVERHEAD)
    batch.seal(compression.codec, staging, compressed.length)
    if (staging === plain) return
    this.staging.give(plain)
    if (batch.slot >= 0) this.pool.shrink(batch.slot, run)
  }

  /** Gives slot and staging buffer of a settled batch back. */
  release(batch: ProducerBatch, from: typeof SLOT_CLOSED | typeof SLOT_IN_FLIGHT): void {
    if (batch.slot >= 0) this.pool.free(batch.slot, from)
    else this.#owedSlots -= batch.slotRun
    this.staging.give(batch.staging)
  }

  /** Replaces a batch that was refused as too large by smaller ones, at the front of its queue. */
  split(queue: PartitionQueue, batch: ProducerBatch): void {
    const { topic } = batch.outcome
    const packedBytes = batch.byteLength - RECORD_BATCH_OVERHEAD
    const plainBytes = batch.uncompressedBytes - RECORD_BATCH_OVERHEAD
    this.#compression?.noteTooLarge(topic, packedBytes / plainBytes)
    const pieces = splitBatch(batch, {
      pool: this.staging,
      unheard: this.#unheard,
      pieceBytesMax: this.#batchSize,
      expectedRatio: this.#compression?.ratioOf(topic)
    })
    this.#inheritSlots(batch, pieces)
    this.staging.give(batch.staging)
    queue.putBack(...pieces)
    this.generations.opened(batch.generation, pieces.length - 1)
  }

  /** The first part keeps the slots of the whole, as far as it needs them: it waits for nobody. */
  #inheritSlots({ slot, slotRun }: ProducerBatch, pieces: readonly ProducerBatch[]): void {
    const first = pieces[0]
    if (first !== undefined && first.slotRun <= slotRun) {
      first.slot = slot
      this.pool.move(slot, SLOT_IN_FLIGHT, SLOT_CLOSED)
      this.pool.shrink(slot, first.slotRun)
    } else this.pool.free(slot, SLOT_IN_FLIGHT)
    for (const piece of pieces) if (piece.slot < 0) this.#owedSlots += piece.slotRun
  }

  /** Slots for the first batch of the queue, which has none. It is sealed, for it may need fewer then. */
  takeSlot(queue: PartitionQueue, batch: ProducerBatch): boolean {
    const { pool } = this
    this.#owedSlots -= batch.slotRun
    this.seal(batch)
    batch.slot = pool.tryTake(batch.slotRun)
    while (batch.slot < 0 && this.#yieldLast(queue)) batch.slot = pool.tryTake(batch.slotRun)
    if (batch.slot < 0) this.#owedSlots += batch.slotRun
    else pool.move(batch.slot, SLOT_OPEN, SLOT_CLOSED)
    return batch.slot >= 0
  }

  /** The last batch of the queue that has slots gives them up; false if none has. */
  #yieldLast(queue: PartitionQueue): boolean {
    const last = queue.batches.findLast(({ slot }) => slot >= 0)
    if (last === undefined) return false
    if (last === queue.open) this.closeForAppends(queue)
    this.pool.free(last.slot, SLOT_CLOSED)
    last.slot = -1
    this.#owedSlots += last.slotRun
    return true
  }

  /** Puts a queue that has batches where the sender looks for them. */
  list(queue: PartitionQueue): void {
    if (queue.isListed || queue.batches.length === 0) return
    queue.isListed = true
    if (queue.node === null) this.unrouted.add(queue)
    else queue.node.queues.push(queue)
  }

  /** Names the broker of a queue, or null where it is no longer known. */
  route(queue: PartitionQueue, node: ProducerNode | null): void {
    if (queue.node === node) return
    if (queue.isListed) {
      if (queue.node === null) this.unrouted.delete(queue)
      else queue.node.queues = queue.node.queues.filter(other => other !== queue)
      queue.isListed = false
    }
    if (node === null) {
      const { target } = queue
      if (queue.node !== null && target !== null) queue.former = { nodeId: queue.node.nodeId, target }
      queue.target = null
      queue.isLeaderStale = true
    }
    queue.node = node
    this.list(queue)
  }
}

/** The most bytes a batch of this one record can take. */
export function upperBound({ key, value, headers }: OutgoingRecord): number {
  const valueLength =
    value === null ? -1 : typeof value === 'string' ? Buffer.byteLength(value) : value.length
  return batchUpperBound(key === null ? -1 : key.length, valueLength, headers)
}
