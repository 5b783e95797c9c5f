/**
 * Asks brokers for offsets: the first, the next, the first at or after a time.
 *
 * Kafka: clients/consumer/internals/OffsetFetcher.
 */
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { withTimeout } from '../with-timeout.ts'

interface OffsetLookup {
  readonly channel: Channel
  readonly clock: Clock
  readonly timeoutMs: number
}

/**
 * @param timestamp milliseconds since 1970, EARLIEST_TIMESTAMP or LATEST_TIMESTAMP
 * @returns -1 if no record has that timestamp or a later one
 * @throws KafkaError
 */
export async function lookUpOffset(
  { channel, clock, timeoutMs }: OffsetLookup,
  { topic, partition }: TopicPartition,
  timestamp: number
): Promise<number> {
  const answer = channel.listOffsets({ topic, partition, timestamp })
  const { errorCode, offset } = await withTimeout(answer, timeoutMs, clock)
  if (errorCode !== 0) throw KafkaError.ofCode(errorCode, `offsets of ${topic}-${partition}`)
  return offset
}
