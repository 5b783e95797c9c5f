/**
 * Settings of a consumer, in the order of Kafka's documentation, with Kafka 4's defaults.
 *
 * Kafka: clients/consumer/ConsumerConfig.
 */
import { type ConfigInput, defineConfig, type ParsedConfig } from './define-config.ts'

const INT_MAX = 2147483647

const definition = defineConfig('consumer', {
  'max.partition.fetch.bytes': {
    type: 'int',
    default: 1048576,
    range: [0, INT_MAX],
    doc: 'Bytes fetched from one partition at once; a longer first batch comes whole.'
  },
  'auto.offset.reset': {
    type: 'choice',
    default: 'latest',
    values: ['earliest', 'latest', 'none'],
    doc: 'Where to go on without a position, or with one outside the log; none is an error.'
  },
  'fetch.max.bytes': {
    type: 'int',
    default: 52428800,
    range: [0, INT_MAX],
    doc: 'Bytes one poll or forEach fetches from all partitions together; no partition is left out for ever.'
  },
  'max.poll.records': {
    type: 'int',
    default: 500,
    range: [1, INT_MAX],
    doc: 'Most records one poll gives.'
  },
  'check.crcs': {
    type: 'boolean',
    default: true,
    doc: 'Compare the checksum of every batch with its bytes.'
  },
  'request.timeout.ms': {
    type: 'int',
    default: 30000,
    range: [1, INT_MAX],
    doc: 'Time for an answer about offsets before the call fails.'
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 100,
    range: [0, INT_MAX],
    doc: 'Wait before a partition without a leader is asked again.'
  }
})

export type ConsumerConfig = ConfigInput<typeof definition.settings>
export type ConsumerSettings = ParsedConfig<typeof definition.settings>

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseConsumerConfig(given: ConsumerConfig): ConsumerSettings {
  return definition.parse(given)
}
