/**
 * Settings of a consumer, in the order of Kafka's documentation, with Kafka 4's defaults. What belongs to
 * consumer groups is not among them.
 *
 * Kafka: clients/consumer/ConsumerConfig.
 */
import { type ConfigInput, configError, defineConfig, type ParsedConfig } from './define-config.ts'
import { type OffsetReset, parseOffsetReset } from './offset-reset.ts'

const INT_MAX = 2147483647
const FORMATS = ['bytes', 'string', 'json', 'msgpack'] as const

const definition = defineConfig('consumer', {
  'key.deserializer': {
    type: 'code',
    default: 'bytes',
    values: FORMATS,
    doc: 'What makes a key of its bytes in poll: bytes (as they are), string, json, msgpack, or a function.'
  },
  'value.deserializer': {
    type: 'code',
    default: 'bytes',
    values: FORMATS,
    doc: 'What makes a value of its bytes in poll: bytes (as they are), string, json, msgpack, or a function.'
  },
  'fetch.min.bytes': {
    type: 'int',
    default: 1,
    range: [0, INT_MAX],
    doc: 'Bytes that must be there before any are given, unless fetch.max.wait.ms is over.'
  },
  'max.partition.fetch.bytes': {
    type: 'int',
    default: 1048576,
    range: [0, INT_MAX],
    doc: 'Bytes fetched from one partition at once; a longer first batch comes whole.'
  },
  'auto.offset.reset': {
    type: 'text',
    default: 'latest',
    doc:
      'Where to go on without a position, or with one outside the log: earliest, latest, none (an error), ' +
      'or by_duration:PnDTnHnMn.nS, the records of that last while.'
  },
  'check.crcs': {
    type: 'boolean',
    default: true,
    doc: 'Compare the checksum of every batch with its bytes.'
  },
  'client.rack': {
    type: 'text',
    default: null,
    doc: 'Where the consumer stands. No effect: a partition has one replica, and nearer ones there are none.'
  },
  'default.api.timeout.ms': {
    type: 'int',
    default: 60000,
    range: [0, INT_MAX],
    doc: 'Time of a call about positions and offsets, its retries included.'
  },
  'fetch.max.bytes': {
    type: 'int',
    default: 52428800,
    range: [0, INT_MAX],
    doc: 'Bytes one poll or forEach fetches from all partitions together; no partition is left out for ever.'
  },
  'interceptor.classes': {
    type: 'code',
    default: null,
    values: [],
    doc: 'Objects with onConsume, onCommit or close, called in this order; a list of them, in code.'
  },
  'isolation.level': {
    type: 'choice',
    default: 'read_uncommitted',
    values: ['read_uncommitted', 'read_committed'],
    doc: 'Both give the same while brokers take no transactions.'
  },
  'max.poll.records': {
    type: 'int',
    default: 500,
    range: [1, INT_MAX],
    doc: 'Most records one poll gives.'
  },
  'request.timeout.ms': {
    type: 'int',
    default: 30000,
    range: [1, INT_MAX],
    doc: 'Time for one answer about offsets before it is asked for again.'
  },
  'fetch.max.wait.ms': {
    type: 'int',
    default: 500,
    range: [0, INT_MAX],
    doc: 'Time until fewer bytes than fetch.min.bytes are given too.'
  },
  'metadata.max.age.ms': {
    type: 'int',
    default: 300000,
    range: [0, INT_MAX],
    doc: 'Time after which topics are asked about again. No effect: the partitions to read are named.'
  },
  'metrics.num.samples': {
    type: 'int',
    default: 2,
    range: [1, INT_MAX],
    doc: 'Samples that rates, averages and maxima are made of.'
  },
  'metrics.sample.window.ms': {
    type: 'int',
    default: 30000,
    range: [1, INT_MAX],
    doc: 'Time of one such sample.'
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 100,
    range: [0, INT_MAX],
    doc: 'Wait before a partition that cannot be read is asked for again; it doubles each time.'
  },
  'retry.backoff.max.ms': {
    type: 'int',
    default: 1000,
    range: [0, INT_MAX],
    doc: 'Longest such wait.'
  },
  'engine.legacy.fetch': {
    type: 'boolean',
    default: false,
    doc: 'As Kafka 0.8: a batch above max.partition.fetch.bytes is never given. Not in Kafka 4.'
  },
  'engine.hot.tail': {
    type: 'boolean',
    default: true,
    doc: 'Take the newest bytes from shared memory; if false, from the files alone, as an audit does.'
  }
})

/** Every setting: name, type, default, range and what it does. */
export const CONSUMER_SETTINGS = definition.settings

type Given = ConfigInput<typeof definition.settings>

/** What a caller may give, but for what is given as code: its types are those of the client. */
export type ConsumerConfigInput = Omit<
  Given,
  'auto.offset.reset' | 'key.deserializer' | 'value.deserializer' | 'interceptor.classes'
> & {
  readonly 'auto.offset.reset'?: 'earliest' | 'latest' | 'none' | `by_duration:P${string}` | undefined
}

export type ConsumerSettings = Omit<ParsedConfig<typeof definition.settings>, 'autoOffsetReset'> & {
  readonly autoOffsetReset: OffsetReset
}

/** What bytes of keys and values may be made into without code. */
export type RecordFormat = (typeof FORMATS)[number]

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseConsumerConfig(given: object): ConsumerSettings {
  const parsed = definition.parse({ ...given, ...withoutEmptyRack(given) })
  const autoOffsetReset = parseOffsetReset(parsed.autoOffsetReset ?? '')
  if (autoOffsetReset === null) {
    throw configError(
      'auto.offset.reset must be earliest, latest, none or by_duration: with a time such as PT1H30M, not ' +
        `${JSON.stringify(parsed.autoOffsetReset)}.`
    )
  }
  return Object.freeze({ ...parsed, autoOffsetReset })
}

/** A file of Kafka's may say `client.rack=`, which is its default. */
function withoutEmptyRack(given: object): object {
  return Object.entries(given).some(([key, value]) => key === 'client.rack' && value === '')
    ? { 'client.rack': undefined }
    : {}
}
