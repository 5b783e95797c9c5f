/**
 * Settings of a producer, in the order of Kafka's documentation, with Kafka 4's defaults.
 *
 * Kafka: clients/producer/ProducerConfig.
 */
import { type ConfigInput, configError, defineConfig, type ParsedConfig } from './define-config.ts'

const INT_MAX = 2147483647
/** More would let a retried batch fall out of the five a broker remembers per producer. */
const IDEMPOTENT_IN_FLIGHT_MAX = 5

const SERIALIZER_NAMES = ['bytes', 'string', 'json', 'msgpack'] as const
const PARTITIONER_NAMES = ['default', 'uniform-sticky', 'sticky', 'round-robin', 'legacy-0.8'] as const

const definition = defineConfig('producer', {
  acks: {
    type: 'choice',
    default: 'all',
    values: ['all', '-1', '0', '1'],
    doc: 'Who must have a batch before it is answered: nobody (0), the leader (1), all in-sync (all).'
  },
  'batch.size': {
    type: 'int',
    default: 16384,
    range: [0, 1073741824],
    doc: 'Bytes a batch of one partition grows to; one larger record still goes, alone.'
  },
  'buffer.memory': {
    type: 'int',
    default: 33554432,
    range: [1024, INT_MAX],
    doc: 'Bytes of all batches that are open, waiting or in flight.'
  },
  'compression.type': {
    type: 'choice',
    default: 'none',
    values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    doc: 'Codec of the records of a batch; its header stays plain. Brokers keep what they get.'
  },
  'compression.gzip.level': {
    type: 'int',
    default: -1,
    range: [-1, 9],
    doc: 'From 1 (fast) to 9 (small); -1 is the default of zlib, 6. 0 is none.'
  },
  'compression.lz4.level': {
    type: 'int',
    default: 9,
    range: [1, 17],
    doc: '9 is the quick compressor; every other level searches the longer, the higher it is.'
  },
  'compression.zstd.level': {
    type: 'int',
    default: 3,
    range: [-131072, 22],
    doc: 'From -131072 (fast) to 22 (small).'
  },
  'connections.max.idle.ms': {
    type: 'int',
    default: 540000,
    range: [-1, INT_MAX],
    doc: 'Time after which an idle connection is closed. No effect inside the process: there is none.'
  },
  'delivery.timeout.ms': {
    type: 'int',
    default: 120000,
    range: [0, INT_MAX],
    doc: 'Time from the opening of a batch to its success, retries included; then its records fail.'
  },
  'enable.idempotence': {
    type: 'boolean',
    default: true,
    doc: 'Retries write nothing twice and keep the order.'
  },
  'interceptor.classes': {
    type: 'code',
    default: null,
    values: [],
    doc: 'Objects with onSend, onAcknowledgement or close, called in this order; a list of them, in code.'
  },
  'key.serializer': {
    type: 'code',
    default: 'bytes',
    values: SERIALIZER_NAMES,
    doc: 'What makes bytes of a key: bytes (text is UTF-8), string, json, msgpack, or a function.'
  },
  'linger.ms': {
    type: 'int',
    default: 5,
    range: [0, INT_MAX],
    doc: 'Time a batch that is not full waits for more records.'
  },
  'max.block.ms': {
    type: 'int',
    default: 60000,
    range: [0, INT_MAX],
    doc: 'Time a record waits for metadata and for room in the buffer together.'
  },
  'max.in.flight.requests.per.connection': {
    type: 'int',
    default: 5,
    range: [1, 1000],
    doc: 'Unanswered requests per broker; inside the process, unanswered batches per partition.'
  },
  'max.request.size': {
    type: 'int',
    default: 1048576,
    range: [0, INT_MAX],
    doc: 'Bytes of a request; a record whose upper bound is larger is refused.'
  },
  'metadata.max.age.ms': {
    type: 'int',
    default: 300000,
    range: [0, INT_MAX],
    doc: 'Time after which a producer in use asks for its topics again: new partitions, leaders.'
  },
  'metadata.max.idle.ms': {
    type: 'int',
    default: 300000,
    range: [5000, INT_MAX],
    doc: 'Time after which an unused topic is forgotten. No effect: a known topic costs next to nothing.'
  },
  'metrics.num.samples': {
    type: 'int',
    default: 2,
    range: [1, 1000],
    doc: 'Samples that rates, averages and maxima are made of.'
  },
  'metrics.sample.window.ms': {
    type: 'int',
    default: 30000,
    range: [1, INT_MAX],
    doc: 'Time one sample covers.'
  },
  'partitioner.adaptive.partitioning.enable': {
    type: 'boolean',
    default: true,
    doc: 'Records without a key go less often to partitions with many batches waiting.'
  },
  'partitioner.availability.timeout.ms': {
    type: 'int',
    default: 0,
    range: [0, INT_MAX],
    doc: 'Time without room for a batch after which records without a key avoid a partition; 0 is never.'
  },
  'partitioner.class': {
    type: 'code',
    default: 'default',
    values: PARTITIONER_NAMES,
    doc: 'Who chooses partitions: a name, a function, or an object with partition and close.'
  },
  'partitioner.ignore.keys': {
    type: 'boolean',
    default: false,
    doc: 'Records with a key are placed as if they had none. No effect on a partitioner of your own.'
  },
  'receive.buffer.bytes': {
    type: 'int',
    default: 32768,
    range: [-1, INT_MAX],
    doc: 'Receive buffer of a socket. No effect inside the process: there is none.'
  },
  'reconnect.backoff.ms': {
    type: 'int',
    default: 50,
    range: [0, INT_MAX],
    doc: 'Wait before a connection is opened again. No effect inside the process: there is none.'
  },
  'reconnect.backoff.max.ms': {
    type: 'int',
    default: 1000,
    range: [0, INT_MAX],
    doc: 'Longest such wait. No effect inside the process.'
  },
  'request.timeout.ms': {
    type: 'int',
    default: 30000,
    range: [1, INT_MAX],
    doc: 'Time for one answer about metadata or a producer id before it is asked for again.'
  },
  retries: {
    type: 'int',
    default: INT_MAX,
    range: [0, INT_MAX],
    doc: 'Times a batch is sent again; delivery.timeout.ms usually ends it earlier.'
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 100,
    range: [0, INT_MAX],
    doc: 'Wait before the first retry; it doubles each time.'
  },
  'retry.backoff.max.ms': {
    type: 'int',
    default: 1000,
    range: [0, INT_MAX],
    doc: 'Longest wait before a retry; every wait, where retry.backoff.ms is not below it.'
  },
  'send.buffer.bytes': {
    type: 'int',
    default: 131072,
    range: [-1, INT_MAX],
    doc: 'Send buffer of a socket. No effect inside the process: there is none.'
  },
  'transaction.timeout.ms': {
    type: 'int',
    default: 60000,
    range: [1, INT_MAX],
    doc: 'Time a transaction may stay open. No effect: there are no transactions.'
  },
  'value.serializer': {
    type: 'code',
    default: 'bytes',
    values: SERIALIZER_NAMES,
    doc: 'What makes bytes of a value, as key.serializer; null is a tombstone and is not asked about.'
  },
  'engine.send.queue.records': {
    type: 'int',
    default: 1000,
    range: [0, 1000000],
    doc: 'Records that may wait for room; for an unknown topic, more, up to buffer.memory. Not in Kafka.'
  }
})

/** Every setting: name, type, default, range and what it does. */
export const PRODUCER_SETTINGS = definition.settings

export type ProducerConfig = Omit<ConfigInput<typeof definition.settings>, 'acks'> & {
  readonly acks?: 'all' | '-1' | '0' | '1' | -1 | 0 | 1 | undefined
}

export type ProducerSettings = Omit<ParsedConfig<typeof definition.settings>, 'acks'> & {
  readonly acks: -1 | 0 | 1
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseProducerConfig(given: ProducerConfig): ProducerSettings {
  const parsed = definition.parse(given)
  // Kafka: GzipCompression.levelValidator. The range alone would let plain blocks through.
  if (parsed.compressionGzipLevel === 0) {
    throw configError('compression.gzip.level must be from 1 to 9, or -1 for the default, not 0.')
  }
  const acks = parsed.acks === '0' ? 0 : parsed.acks === '1' ? 1 : -1
  return Object.freeze({
    ...parsed,
    acks,
    enableIdempotence: resolveIdempotence(given, { ...parsed, acks }),
    deliveryTimeoutMs: resolveDeliveryTimeout(given, parsed)
  })
}

/** Kafka: ProducerConfig.postProcessAndValidateIdempotenceConfigs. */
function resolveIdempotence(given: ProducerConfig, settings: ProducerSettings): boolean {
  if (!settings.enableIdempotence) return false
  const isExplicit = given['enable.idempotence'] !== undefined
  if (settings.maxInFlightRequestsPerConnection > IDEMPOTENT_IN_FLIGHT_MAX) {
    throw configError(
      `max.in.flight.requests.per.connection must be at most ${IDEMPOTENT_IN_FLIGHT_MAX} with idempotence, ` +
        `not ${settings.maxInFlightRequestsPerConnection}; lower it, or set enable.idempotence to false.`
    )
  }
  if (settings.acks !== -1) {
    if (isExplicit) throw configError('acks must be all with enable.idempotence true.')
    return false
  }
  if (settings.retries === 0) {
    if (isExplicit) throw configError('retries must be more than 0 with enable.idempotence true.')
    return false
  }
  return true
}

/** Kafka: KafkaProducer.configureDeliveryTimeout. */
function resolveDeliveryTimeout(
  given: ProducerConfig,
  settings: Pick<ProducerSettings, 'deliveryTimeoutMs' | 'lingerMs' | 'requestTimeoutMs'>
): number {
  const least = Math.min(settings.lingerMs + settings.requestTimeoutMs, INT_MAX)
  if (settings.deliveryTimeoutMs >= least) return settings.deliveryTimeoutMs
  if (given['delivery.timeout.ms'] === undefined) return least
  throw configError(
    `delivery.timeout.ms must be at least linger.ms + request.timeout.ms, ${least}, not ` +
      `${settings.deliveryTimeoutMs}.`
  )
}
