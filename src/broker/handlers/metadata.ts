/**
 * Metadata (key 3), in the process.
 *
 * Behaviour: every topic, or those that are named. A missing one has UNKNOWN_TOPIC_OR_PARTITION; an offline
 * partition has no leader and KAFKA_STORAGE_ERROR. Topics are not created by asking for them.
 */
import { ERROR_CODES } from '../../base/error-codes.ts'
import type {
  MetadataRequest,
  MetadataResponse,
  PartitionMetadata,
  TopicMetadata
} from '../../wire/protocol/messages.ts'
import { LEADER_EPOCH } from '../hosted-partition.ts'
import { NODE_ID } from '../log-directory.ts'
import type { PartitionRegistry } from '../partition-registry.ts'
import type { Topic, TopicStore } from '../topic-store.ts'

const NO_LEADER = -1

export function metadata(
  request: MetadataRequest,
  topics: TopicStore,
  partitions: PartitionRegistry
): MetadataResponse {
  const names = request.topics ?? topics.all().map(topic => topic.name)
  return { topics: names.map(name => topicMetadata(name, topics.get(name), partitions)) }
}

function topicMetadata(name: string, topic: Topic | undefined, partitions: PartitionRegistry): TopicMetadata {
  if (topic === undefined) {
    return { errorCode: ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code, name, partitions: [] }
  }
  const indexes = Array.from({ length: topic.partitions }, (_, index) => index)
  return { errorCode: 0, name, partitions: indexes.map(index => partitionMetadata(name, index, partitions)) }
}

function partitionMetadata(topic: string, index: number, partitions: PartitionRegistry): PartitionMetadata {
  const offlineReason = partitions.get({ topic, partition: index })?.offlineReason ?? null
  const place = { partitionIndex: index, leaderEpoch: LEADER_EPOCH }
  if (offlineReason === null) return { errorCode: 0, leaderId: NODE_ID, ...place }
  const errorCode = ERROR_CODES.KAFKA_STORAGE_ERROR.code
  return { errorCode, errorMessage: offlineReason, leaderId: NO_LEADER, ...place }
}
