/**
 * What a consumer knows of one partition it reads: where it stands, where it is to end, and what the last
 * answer about it was.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/SubscriptionState.TopicPartitionState.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { OffsetReset } from '../../config/offset-reset.ts'

export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record; -1 until it is known. */
  position = -1
  /** The first offset that is not read any more; infinite without an end. */
  end = Number.POSITIVE_INFINITY
  /** Where to go while there is no position. */
  reset: OffsetReset
  isPaused = false
  /** The lane knows where it is read. */
  isOpen = false
  /** Before this moment it is not asked for again; `failure` says why. */
  retryAt = 0
  failures = 0
  failure: Error | null = null
  /** The position is the end of the last answer, or that of the log. */
  isContinued = false
  /** Of the last answer; -1 before the first. */
  highWatermark = -1
  logStartOffset = -1
  /** Position at which a fetch gives no whole batch and never will. */
  stalledAt = -1
  /** That a batch is larger than the limit was told. */
  isOversizeTold = false

  constructor({ topic, partition }: TopicPartition, reset: OffsetReset) {
    this.topic = topic
    this.partition = partition
    this.reset = reset
  }

  get isReady(): boolean {
    return this.isOpen && this.position >= 0
  }

  /** It is read up to its end: there is nothing to fetch, whatever is written. */
  get isAtEnd(): boolean {
    return this.position >= this.end
  }

  /** Records between the position and the end of the log as far as it is known; null if it is not. */
  get lag(): number | null {
    if (this.position < 0 || this.highWatermark < 0) return null
    return Math.max(0, this.highWatermark - this.position)
  }

  moveTo(offset: number): void {
    this.position = offset
    this.isContinued = false
    this.stalledAt = -1
  }

  /** Forgets the position; the next one is looked up. */
  resetTo(reset: OffsetReset): void {
    this.reset = reset
    this.moveTo(-1)
  }
}
