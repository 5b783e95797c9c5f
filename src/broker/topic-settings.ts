/**
 * What a partition is told of its topic's settings.
 */
import { parseTopicConfig } from '../config/topic-config.ts'
import type { PartitionSettings } from '../data-plane/partition/partition-settings.ts'

/** @throws HighwaterError HIGHWATER_CONFIG */
export function partitionSettings(configs: Readonly<Record<string, string>>): PartitionSettings {
  const topic = parseTopicConfig(configs)
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
    initialOffset: topic.engineInitialOffset
  }
}
