/**
 * Commands of local channels that lend shared memory: lanes, and the partitions they reach.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import { SharedReply } from '../../threads/command-port.ts'
import type { Caller } from '../caller.ts'
import { LEADER_EPOCH } from '../hosted-partition.ts'
import type {
  FetchLaneReply,
  FetchPartitionReply,
  LaneSize,
  ProduceLaneReply,
  ProducePartitionName,
  ProducePartitionReply
} from '../local-commands.ts'
import type { PartitionRegistry } from '../partition-registry.ts'

/** @throws HighwaterError HIGHWATER_RESOURCES */
export function openProduceLane(caller: Caller, size: LaneSize): SharedReply {
  const lane = caller.openProduceLane(size)
  const reply: ProduceLaneReply = { lane: lane.id, region: lane.region, bellRow: lane.bellRow }
  return new SharedReply(reply, { slots: lane.slots })
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR */
export async function openProducePartition(
  caller: Caller,
  name: ProducePartitionName,
  partitions: PartitionRegistry
): Promise<SharedReply> {
  const partition = await partitions.open(name)
  const { ring, capacity } = caller.openRing(name.lane, partition)
  const reply: ProducePartitionReply = {
    capacity,
    hostBellRow: partition.bellRow,
    leaderEpoch: LEADER_EPOCH
  }
  return new SharedReply(reply, { ring })
}

/** @throws HighwaterError HIGHWATER_RESOURCES */
export function openFetchLane(caller: Caller): SharedReply {
  const { id, bellRow, readerRow, leases } = caller.openFetchLane()
  const reply: FetchLaneReply = { lane: id, bellRow, readerRow }
  return new SharedReply(reply, { leases })
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR */
export async function openFetchPartition(
  name: TopicPartition,
  partitions: PartitionRegistry
): Promise<SharedReply> {
  const partition = await partitions.open(name)
  const reply: FetchPartitionReply = { directory: partition.directory }
  return new SharedReply(reply, { control: partition.controlWords, segments: partition.segmentWords })
}
