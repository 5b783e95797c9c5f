/**
 * The rules of Kafka 0.8: a record without a key goes to one partition at random, kept for ten minutes; a
 * key goes by Java's hash of it. Few producers leave most partitions without a record for that long, which
 * is what there is to be seen.
 *
 * Thread: the caller's.
 * Kafka: 0.8 producer/async/DefaultEventHandler.getPartition with `topic.metadata.refresh.interval.ms`,
 * producer/DefaultPartitioner and ByteArrayPartitioner.
 */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { TopicPartitions } from './partition-load.ts'
import type { TopicPartitioner } from './partitioner.ts'
import type { SerializedRecord } from './producer-record.ts'
import type { StickyPartition } from './sticky-partition.ts'

/** `topic.metadata.refresh.interval.ms`: each refresh of metadata emptied the cache. */
const REFRESH_MS = 600_000
const INT_MIN = -2147483648

/** No partition of the topic has a leader. */
export const NO_LEADER = -2

export class LegacyPartitioner implements TopicPartitioner {
  readonly sticky: StickyPartition
  readonly isKeylessSticky = false
  readonly #topic: TopicPartitions
  readonly #clock: Clock
  readonly #random: Random
  #partition = NO_LEADER
  #chosenAt = Number.NEGATIVE_INFINITY

  constructor(
    topic: TopicPartitions,
    sticky: StickyPartition,
    { clock, random }: { readonly clock: Clock; readonly random: Random }
  ) {
    this.#topic = topic
    this.sticky = sticky
    this.#clock = clock
    this.#random = random
  }

  choose({ key, source }: SerializedRecord): number {
    if (key === null) return this.#cached()
    const hash = typeof source.key === 'string' ? javaHashOfText(source.key) : javaHashOfBytes(key)
    return (hash === INT_MIN ? 0 : Math.abs(hash)) % this.#topic.queues.length
  }

  #cached(): number {
    const now = this.#clock.monotonic()
    const isStale = now - this.#chosenAt >= REFRESH_MS || !this.#topic.hasLeader(this.#partition)
    if (isStale) {
      const { available } = this.#topic
      const chosen = available[this.#random.below(available.length)] ?? 0
      this.#partition = this.#topic.hasLeader(chosen) ? chosen : NO_LEADER
      this.#chosenAt = now
    }
    return this.#partition
  }
}

/** `String.hashCode`, over UTF-16 units. */
function javaHashOfText(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0
  return hash
}

/** `java.util.Arrays.hashCode(byte[])`, over signed bytes. */
function javaHashOfBytes(bytes: Uint8Array): number {
  let hash = 1
  for (const byte of bytes) hash = (Math.imul(31, hash) + ((byte << 24) >> 24)) | 0
  return hash
}
