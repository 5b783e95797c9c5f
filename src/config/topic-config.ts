/**
 * Settings of a topic, in the order of Kafka's documentation, with Kafka 4's defaults.
 *
 * Kafka: common/config/TopicConfig, storage/internals/log/LogConfig.
 */
import { defineConfig, type ParsedConfig } from './define-config.ts'
import { PARTITION_PACE_SETTING } from './partition-pace.ts'

const INT_MAX = 2147483647

const definition = defineConfig('topic', {
  'engine.initial.offset': {
    type: 'int',
    default: 0,
    // Behind it there is room for more records than a partition will ever see.
    range: [0, 2 ** 52],
    doc: 'Offset of the first record of each partition. Not in Kafka.'
  },
  'engine.partition.pace': PARTITION_PACE_SETTING,
  'index.interval.bytes': {
    type: 'int',
    default: 4096,
    range: [0, INT_MAX],
    doc: 'Bytes of log between two index entries.'
  },
  'max.message.bytes': {
    type: 'int',
    default: 1048588,
    range: [0, INT_MAX],
    doc: 'Largest record batch that is appended.'
  },
  'message.timestamp.after.max.ms': {
    type: 'int',
    default: 3600000,
    range: [0, Number.MAX_SAFE_INTEGER],
    doc: "How far a record's time may lie ahead of the broker's."
  },
  'message.timestamp.type': {
    type: 'choice',
    default: 'CreateTime',
    values: ['CreateTime', 'LogAppendTime'],
    doc: "Whose time records bear: the producer's or the broker's."
  },
  'segment.bytes': {
    type: 'int',
    default: 1073741824,
    range: [14, INT_MAX],
    doc: 'Bytes a segment file grows to.'
  },
  'segment.index.bytes': {
    type: 'int',
    default: 10485760,
    range: [4, INT_MAX],
    doc: 'Bytes an index file grows to; a full one starts a new segment.'
  },
  'segment.ms': {
    type: 'int',
    default: 604800000,
    range: [1, Number.MAX_SAFE_INTEGER],
    doc: 'Record time one segment spans.'
  }
})

/** Every setting: name, type, default, range and what it does. */
export const TOPIC_SETTINGS = definition.settings

type TopicSettings = ParsedConfig<typeof definition.settings>

/**
 * Values as text, as a CreateTopics request carries them, or as numbers.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseTopicConfig(given: Readonly<Record<string, unknown>>): TopicSettings {
  return definition.parse(given)
}
