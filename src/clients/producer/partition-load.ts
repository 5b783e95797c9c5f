/**
 * How busy the partitions of a topic are, as chances: one with few batches waiting is drawn more often.
 *
 *   batches waiting   0 3 1      weight = most + 1 - waiting: 4 1 3      sums 4 5 8
 *   drawn below 8: 0 to 3 is the first, 4 the second, 5 to 7 the third
 *
 * Thread: the caller's.
 * Kafka: clients/producer/internals/BuiltInPartitioner.updatePartitionLoadStats, and
 * RecordAccumulator.partitionReady, which fills it (KIP-794).
 */
import type { Random } from '../../base/random.ts'
import type { PartitionQueue } from './partition-queue.ts'

/** The partitions of a topic, as far as the producer knows them. */
export interface TopicPartitions {
  readonly topic: string
  /** By partition. */
  readonly queues: readonly PartitionQueue[]
  /** Partitions with a leader, or all if none has one. */
  readonly available: readonly number[]
  hasLeader(partition: number): boolean
}

export class PartitionLoad {
  readonly #partitions: number[] = []
  readonly #waiting: number[] = []
  #count = 0

  /**
   * Looks at all partitions.
   * @param availabilityTimeoutMs the setting `partitioner.availability.timeout.ms`
   * @returns whether there is a difference; without one, any may be taken
   */
  measure(topic: TopicPartitions, availabilityTimeoutMs: number): boolean {
    const { queues } = topic
    this.#count = 0
    if (queues.length < 2) return false
    for (const queue of queues) {
      if (queue.isUntouched) return false
      if (!topic.hasLeader(queue.partition)) continue
      const waiting = queue.batches.length
      if (waiting > 0 && availabilityTimeoutMs > 0 && queue.lagMs > availabilityTimeoutMs) continue
      this.#partitions[this.#count] = queue.partition
      this.#waiting[this.#count] = waiting
      this.#count += 1
    }
    return this.#count > 0 && (this.#count < queues.length || !this.#isEven())
  }

  /** A partition, by chance, after `measure` found a difference. */
  draw(random: Random): number {
    let total = 0
    const most = this.#most()
    for (let at = 0; at < this.#count; at++) total += most + 1 - this.#waiting[at]!
    let drawn = random.below(total)
    for (let at = 0; at < this.#count; at++) {
      drawn -= most + 1 - this.#waiting[at]!
      if (drawn < 0) return this.#partitions[at]!
    }
    return this.#partitions[this.#count - 1]!
  }

  #isEven(): boolean {
    for (let at = 1; at < this.#count; at++) if (this.#waiting[at] !== this.#waiting[0]) return false
    return true
  }

  #most(): number {
    let most = 0
    for (let at = 0; at < this.#count; at++) most = Math.max(most, this.#waiting[at]!)
    return most
  }
}
