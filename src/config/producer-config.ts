/**
 * Settings of a producer, in the order of Kafka's documentation, with Kafka 4's defaults.
 *
 * Kafka: clients/producer/ProducerConfig.
 */
import { type ConfigInput, configError, defineConfig, type ParsedConfig } from './define-config.ts'

const INT_MAX = 2147483647
/** More would let a retried batch fall out of the five a broker remembers per producer. */
const IDEMPOTENT_IN_FLIGHT_MAX = 5

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
    doc: 'Longest wait before a retry.'
  },
  'engine.send.queue.records': {
    type: 'int',
    default: 1000,
    range: [0, 1000000],
    doc: 'Records that may wait for room or metadata; the next is refused at once. Not in Kafka.'
  }
})

export type ProducerConfig = Omit<ConfigInput<typeof definition.settings>, 'acks'> & {
  readonly acks?: 'all' | '-1' | '0' | '1' | -1 | 0 | 1 | undefined
}

export type ProducerSettings = Omit<ParsedConfig<typeof definition.settings>, 'acks'> & {
  readonly acks: -1 | 0 | 1
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseProducerConfig(given: ProducerConfig): ProducerSettings {
  const parsed = definition.parse(given)
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
