/**
 * What a partition is told of its topic's settings.
 */
import { PARTITION_PACE } from '../config/partition-pace.ts'
import { parseTopicConfig } from '../config/topic-config.ts'
import type { PartitionSettings } from '../data-plane/partition/partition-settings.ts'

/**
 * @param configs of the topic; they go before those of its cluster
 * @param clusterPace engine.partition.pace of the cluster
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function partitionSettings(
  configs: Readonly<Record<string, string>>,
  clusterPace = 0
): PartitionSettings {
  const topic = parseTopicConfig({ [PARTITION_PACE]: clusterPace, ...configs })
  return {
    log: {
      segmentBytes: topic.segmentBytes,
      segmentMs: topic.segmentMs,
      segmentIndexBytes: topic.segmentIndexBytes,
      indexIntervalBytes: topic.indexIntervalBytes
    },
    maxMessageBytes: topic.maxMessageBytes,
    appendTime: topic.messageTimestampType === 'LogAppendTime',
    timestampAfterMaxMs: topic.messageTimestampAfterMaxMs,
    initialOffset: topic.engineInitialOffset,
    paceBytesPerSecond: topic.enginePartitionPace
  }
}
