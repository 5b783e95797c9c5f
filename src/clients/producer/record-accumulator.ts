/**
 * Grows batches: reserves a slot when one is opened, appends to the last, hands the first to the sender.
 *
 * Thread: the caller's, beside the sender: one never runs inside the other.
 * Kafka: clients/producer/internals/RecordAccumulator.
 */
import { Buffer } from 'node:buffer'
import type { Clock } from '../../base/clock.ts'
import { batchUpperBound } from '../../wire/record/record-size.ts'
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
}

export class RecordAccumulator {
  readonly pool: SlotPool
  readonly staging: StagingPool
  /** Queues with batches whose broker is not known. */
  unrouted: PartitionQueue[] = []
  readonly generations = new FlushGenerations()
  /** Somebody waits for memory: every batch is due. */
  isMemoryWanted = false
  /** A batch became full since the sender looked last. */
  hasFullBatch = false
  readonly #clock: Clock
  readonly #batchSize: number
  readonly #unheard: UnheardFailures

  constructor(options: RecordAccumulatorOptions) {
    this.pool = new SlotPool(options.slotCount, options.slotBytes)
    this.staging = new StagingPool(options.slotBytes)
    this.#clock = options.clock
    this.#batchSize = Math.max(1, options.batchSize)
    this.#unheard = options.unheard
  }

  /** Appends to the queue's open batch; false if there is none or the record does not fit, which ends it. */
  appendToLast(queue: PartitionQueue, record: OutgoingRecord): boolean {
    const last = queue.last
    if (last === undefined || last.isClosedForAppends) return false
    if (last.tryAppend(record)) return true
    this.hasFullBatch = true
    this.closeForAppends(queue)
    return false
  }

  /** Opens a batch with this record, which `appendToLast` refused; false if the pool has no room for it. */
  appendToNew(queue: PartitionQueue, record: OutgoingRecord): boolean {
    const writeLimit = Math.max(this.#batchSize, upperBound(record))
    const slot = this.pool.tryTake(Math.ceil(writeLimit / this.pool.slotBytes))
    if (slot < 0) return false
    const batch = new ProducerBatch({
      slot,
      staging: this.staging.take(writeLimit),
      outcome: new BatchOutcome(queue.topic, queue.partition, this.#unheard),
      createdAt: this.#clock.monotonic(),
      firstRecord: queue.closedRecords,
      generation: this.generations.current
    })
    queue.batches.push(batch)
    this.generations.opened(batch.generation, 1)
    this.list(queue)
    return batch.tryAppend(record)
  }

  /** Nothing more is added to the queue's last batch. */
  closeForAppends(queue: PartitionQueue): void {
    const last = queue.last
    if (last === undefined || last.isClosedForAppends) return
    last.isClosedForAppends = true
    queue.closedRecords += last.recordCount
    this.pool.move(last.slot, SLOT_OPEN, SLOT_CLOSED)
  }

  /** Gives slot and staging buffer of a settled batch back. */
  release(batch: ProducerBatch, from: typeof SLOT_CLOSED | typeof SLOT_IN_FLIGHT): void {
    if (batch.slot >= 0) this.pool.free(batch.slot, from)
    this.staging.give(batch.staging)
  }

  /** Replaces a batch that was refused as too large by smaller ones, at the front of its queue. */
  split(queue: PartitionQueue, batch: ProducerBatch): void {
    const pieces = splitBatch(batch, this.staging, this.#unheard)
    this.pool.free(batch.slot, SLOT_IN_FLIGHT)
    this.staging.give(batch.staging)
    queue.putBack(...pieces)
    this.generations.opened(batch.generation, pieces.length - 1)
  }

  /** A slot for a part of a split batch, which has none yet. */
  takeSlot(batch: ProducerBatch): boolean {
    batch.slot = this.pool.tryTake(batch.slotRun)
    if (batch.slot < 0) return false
    this.pool.move(batch.slot, SLOT_OPEN, SLOT_CLOSED)
    return true
  }

  /** Puts a queue that has batches where the sender looks for them. */
  list(queue: PartitionQueue): void {
    if (queue.isListed || queue.batches.length === 0) return
    queue.isListed = true
    const listed = queue.node === null ? this.unrouted : queue.node.queues
    listed.push(queue)
  }

  /** Names the broker of a queue, or null where it is no longer known. */
  route(queue: PartitionQueue, node: ProducerNode | null): void {
    if (queue.node === node) return
    if (queue.isListed) {
      if (queue.node === null) this.unrouted = this.unrouted.filter(other => other !== queue)
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
