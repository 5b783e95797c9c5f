/**
 * The partition that records without a key go to now: two rules of Kafka's for when it changes.
 *
 * A rule that spread them record by record would open a batch on every partition and send all of them
 * small.
 *
 * Thread: the caller's. Kafka: KIP-480 (2.4), KIP-794 (3.3), KAFKA-14156.
 */
import type { Random } from '../../base/random.ts'
import { PartitionLoad, type TopicPartitions } from './partition-load.ts'
import type { PartitionQueue } from './partition-queue.ts'

export interface StickyPartition {
  /** For the next record. */
  current(): number
  /** For a record that no open batch of the current one takes. */
  currentForNewBatch(): number
}

interface UniformStickySettings {
  readonly batchSize: number
  readonly partitionerAdaptivePartitioningEnable: boolean
  readonly partitionerAvailabilityTimeoutMs: number
}

/**
 * Changes after `batch.size` bytes, once no batch of the partition is open, and after twice as many in any
 * case: so that what lingers is not cut in two. The next one is drawn by load.
 *
 * It looks again only when a batch of the partition was closed, because while one is open there is nothing
 * to change: the same batches as Kafka's, at no cost per record. Where records with a key go to the same
 * partition, their bytes count too. Kafka looks at the load when it looks for batches that are ready; here it
 * is looked at when a partition is drawn, so it is never older.
 */
export class UniformSticky implements StickyPartition {
  readonly #topic: TopicPartitions
  readonly #random: Random
  readonly #batchSize: number
  readonly #isAdaptive: boolean
  readonly #availabilityTimeoutMs: number
  readonly #load = new PartitionLoad()
  #partition = -1
  #queue: PartitionQueue | null = null
  /** Of the queue, when it was looked at last. */
  #closedRecords = 0
  /** Bytes that had gone to the partition when it was chosen. */
  #startBytes = 0

  constructor(topic: TopicPartitions, settings: UniformStickySettings, random: Random) {
    this.#topic = topic
    this.#random = random
    this.#batchSize = Math.max(1, settings.batchSize)
    this.#isAdaptive = settings.partitionerAdaptivePartitioningEnable
    this.#availabilityTimeoutMs = settings.partitionerAvailabilityTimeoutMs
  }

  current(): number {
    if (this.#queue === null || this.#queue.closedRecords !== this.#closedRecords) this.#look()
    return this.#partition
  }

  currentForNewBatch(): number {
    return this.current()
  }

  #look(): void {
    const queue = this.#queue
    if (queue === null || this.#mayLeave(queue, bytesOf(queue) - this.#startBytes)) this.#leave()
    else this.#closedRecords = queue.closedRecords
  }

  #mayLeave({ open }: PartitionQueue, producedBytes: number): boolean {
    const isNothingOpen = open === null || open.isFull
    return producedBytes >= (isNothingOpen ? this.#batchSize : 2 * this.#batchSize)
  }

  #leave(): void {
    const { available } = this.#topic
    const isUneven = this.#isAdaptive && this.#load.measure(this.#topic, this.#availabilityTimeoutMs)
    this.#partition = isUneven
      ? this.#load.draw(this.#random)
      : (available[this.#random.below(available.length)] ?? 0)
    this.#queue = this.#topic.queues[this.#partition] ?? null
    if (this.#queue === null) return
    this.#closedRecords = this.#queue.closedRecords
    this.#startBytes = bytesOf(this.#queue)
  }
}

/** Bytes that went to the partition so far. */
function bytesOf({ closedBytes, open }: PartitionQueue): number {
  return closedBytes + (open?.byteLength ?? 0)
}

/** Changes with every new batch, to any other partition at random. */
export class BatchSticky implements StickyPartition {
  readonly #topic: TopicPartitions
  readonly #random: Random
  #partition = -1

  constructor(topic: TopicPartitions, random: Random) {
    this.#topic = topic
    this.#random = random
  }

  current(): number {
    if (this.#partition < 0) this.#leave()
    return this.#partition
  }

  currentForNewBatch(): number {
    this.#leave()
    return this.#partition
  }

  #leave(): void {
    const { available } = this.#topic
    const at = available.indexOf(this.#partition)
    if (at >= 0 && available.length === 1) return
    const next =
      at < 0
        ? this.#random.below(available.length)
        : (at + 1 + this.#random.below(available.length - 1)) % available.length
    this.#partition = available[next] ?? 0
  }
}
