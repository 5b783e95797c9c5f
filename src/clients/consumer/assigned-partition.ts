/**
 * What a consumer knows of one partition it reads: where it stands, and what it fetched but did not hand out
 * yet.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/SubscriptionState.TopicPartitionState.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { PolledChunk } from './polled-chunk.ts'

export type OffsetReset = 'earliest' | 'latest' | 'none'

export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record; -1 until it is known. */
  position = -1
  /** Where to go while there is no position. */
  reset: OffsetReset
  /** The lane knows where it is read. */
  isOpen = false
  chunk: PolledChunk | null = null
  /** A wait for bytes beyond `waitOffset` that is still pending. */
  wait: Promise<void> | null = null
  waitOffset = -1

  constructor({ topic, partition }: TopicPartition, reset: OffsetReset) {
    this.topic = topic
    this.partition = partition
    this.reset = reset
  }

  get isReady(): boolean {
    return this.isOpen && this.position >= 0
  }

  moveTo(offset: number): void {
    this.position = offset
    this.chunk = null
  }
}
