/**
 * Requests and responses that clients and brokers exchange, as typed values under Kafka's names.
 *
 * Kafka: clients/src/main/resources/common/message. The in-process channel hands them over as they are; the
 * codec of the wire will be tables over the same names.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'

export interface MetadataRequest {
  /** null asks for every topic. */
  readonly topics: readonly string[] | null
}

export interface PartitionMetadata {
  readonly errorCode: number
  /** What was found, where more is known than the code says. Kafka's own answer has no such field. */
  readonly errorMessage?: string
  readonly partitionIndex: number
  /** Node that leads the partition, -1 while there is none. */
  readonly leaderId: number
  readonly leaderEpoch: number
}

export interface TopicMetadata {
  readonly errorCode: number
  readonly name: string
  readonly partitions: readonly PartitionMetadata[]
}

export interface MetadataResponse {
  readonly topics: readonly TopicMetadata[]
}

export interface CreatableTopic {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  /** Kafka's topic settings as text, such as `{ 'segment.bytes': '1048576' }`. */
  readonly configs: Readonly<Record<string, string>>
}

export interface CreateTopicsRequest {
  readonly topics: readonly CreatableTopic[]
}

export interface CreateTopicsResponse {
  readonly topics: readonly {
    readonly name: string
    readonly errorCode: number
    readonly errorMessage: string | null
  }[]
}

export interface InitProducerIdRequest {
  readonly transactionalId: string | null
}

export interface InitProducerIdResponse {
  readonly errorCode: number
  readonly producerId: number
  readonly producerEpoch: number
}

export const EARLIEST_TIMESTAMP = -2
export const LATEST_TIMESTAMP = -1

export interface ListOffsetsRequest extends TopicPartition {
  /** Milliseconds, or EARLIEST_TIMESTAMP, or LATEST_TIMESTAMP. */
  readonly timestamp: number
}

export interface ListOffsetsResponse {
  readonly errorCode: number
  /** -1 if no record has that timestamp or a later one. */
  readonly offset: number
  readonly timestamp: number
}

export interface FetchRequest extends TopicPartition {
  readonly fetchOffset: number
  /** Bytes wanted at most; the first batch is given whole even if it is longer. */
  readonly maxBytes: number
}

export interface FetchResponse {
  readonly errorCode: number
  readonly highWatermark: number
  readonly logStartOffset: number
  /**
   * Whole and maybe one partial record batch; the first may begin below `fetchOffset`. Empty at the end of
   * the log. A view of memory that belongs to the reader until its next fetch on the same lane.
   */
  readonly bytes: Uint8Array
  /** CRC-32C of a range of `bytes` in place, unsigned: `(at, length)`. */
  readonly crc32c: (at: number, length: number) => number
}
