/**
 * What a producer counts, under the names of Kafka's metrics. Counted per batch, request and wait, never per
 * record.
 *
 * Thread: the caller's.
 * Kafka: producer/internals/SenderMetricsRegistry, KafkaProducerMetrics, BufferPool; groups producer-metrics
 * and producer-topic-metrics. `record-size-max` is not among them: it would cost a look at every record.
 */
import type { ProducerSettings } from '../../config/producer-config.ts'
import { SampledSensor, type SampleWindow } from '../sampled-sensor.ts'

const NS_PER_MS = 1e6
const MS_PER_S = 1000

/** What is asked for, not counted. */
interface ProducerGauges {
  readonly requestsInFlight: number
  readonly metadataAgeMs: number
  readonly waitingRecords: number
  readonly bufferTotalBytes: number
  readonly bufferAvailableBytes: number
}

/** A batch that is handed to its broker. */
interface SentBatch {
  readonly byteLength: number
  readonly uncompressedBytes: number
  readonly recordCount: number
  readonly createdAt: number
}

export class ProducerMetrics {
  readonly #window: SampleWindow
  readonly #all: Sensors
  readonly #byTopic = new Map<string, Sensors>()
  readonly #batchBytes: SampledSensor
  readonly #queueMs: SampledSensor
  readonly #recordBytes: SampledSensor
  readonly #requestRecords: SampledSensor
  readonly #latencyMs: SampledSensor
  readonly #splits: SampledSensor
  readonly #exhausted: SampledSensor
  readonly #memoryWaitNs: SampledSensor
  #memoryWaitSince = -1
  #flushMs = 0
  #metadataWaitMs = 0

  constructor(settings: Pick<ProducerSettings, 'metricsNumSamples' | 'metricsSampleWindowMs'>) {
    this.#window = { samples: settings.metricsNumSamples, windowMs: settings.metricsSampleWindowMs }
    this.#all = new Sensors(this.#window)
    this.#batchBytes = new SampledSensor(this.#window)
    this.#queueMs = new SampledSensor(this.#window)
    this.#recordBytes = new SampledSensor(this.#window)
    this.#requestRecords = new SampledSensor(this.#window)
    this.#latencyMs = new SampledSensor(this.#window)
    this.#splits = new SampledSensor(this.#window)
    this.#exhausted = new SampledSensor(this.#window)
    this.#memoryWaitNs = new SampledSensor(this.#window)
  }

  get isMemoryAwaited(): boolean {
    return this.#memoryWaitSince >= 0
  }

  batchSent(topic: string, batch: SentBatch, now: number): void {
    const { byteLength, recordCount, uncompressedBytes } = batch
    this.#batchBytes.record(byteLength, now)
    this.#queueMs.record(now - batch.createdAt, now)
    this.#recordBytes.record(uncompressedBytes / recordCount, now)
    for (const sensors of [this.#all, this.#topic(topic)]) {
      sensors.sent.record(recordCount, now)
      sensors.bytes.record(byteLength, now)
      sensors.compression.record(byteLength / uncompressedBytes, now)
    }
  }

  requestSent(recordCount: number, now: number): void {
    this.#requestRecords.record(recordCount, now)
  }

  requestAnswered(latencyMs: number, now: number): void {
    this.#latencyMs.record(latencyMs, now)
  }

  retried(topic: string, recordCount: number, now: number): void {
    this.#all.retried.record(recordCount, now)
    this.#topic(topic).retried.record(recordCount, now)
  }

  failed(topic: string, recordCount: number, now: number): void {
    this.#all.failed.record(recordCount, now)
    this.#topic(topic).failed.record(recordCount, now)
  }

  split(now: number): void {
    this.#splits.record(1, now)
  }

  /** A record found no memory in time. */
  exhausted(now: number): void {
    this.#exhausted.record(1, now)
  }

  /** Says whether somebody waits for memory now. */
  noteMemoryWait(isWaiting: boolean, now: number): void {
    if (this.#memoryWaitSince >= 0) this.#memoryWaitNs.record((now - this.#memoryWaitSince) * NS_PER_MS, now)
    this.#memoryWaitSince = isWaiting ? now : -1
  }

  flushed(waitMs: number): void {
    this.#flushMs += waitMs
  }

  metadataAwaited(waitMs: number): void {
    this.#metadataWaitMs += waitMs
  }

  /** NaN where nothing was counted within the samples, as Kafka has it. */
  values(gauges: ProducerGauges, now: number) {
    return {
      'batch-size-avg': this.#batchBytes.average(now),
      'batch-size-max': this.#batchBytes.max(now),
      'batch-split-rate': this.#splits.rate(now),
      'batch-split-total': this.#splits.total,
      'buffer-available-bytes': gauges.bufferAvailableBytes,
      'buffer-exhausted-rate': this.#exhausted.rate(now),
      'buffer-exhausted-total': this.#exhausted.total,
      'buffer-total-bytes': gauges.bufferTotalBytes,
      'bufferpool-wait-ratio': this.#memoryWaitNs.rate(now) / (MS_PER_S * NS_PER_MS),
      'bufferpool-wait-time-ns-total': this.#memoryWaitNs.total,
      'compression-rate-avg': this.#all.compression.average(now),
      'flush-time-ns-total': this.#flushMs * NS_PER_MS,
      'metadata-age': gauges.metadataAgeMs / MS_PER_S,
      'metadata-wait-time-ns-total': this.#metadataWaitMs * NS_PER_MS,
      'outgoing-byte-rate': this.#all.bytes.rate(now),
      'outgoing-byte-total': this.#all.bytes.total,
      'produce-throttle-time-avg': Number.NaN,
      'produce-throttle-time-max': Number.NaN,
      'record-error-rate': this.#all.failed.rate(now),
      'record-error-total': this.#all.failed.total,
      'record-queue-time-avg': this.#queueMs.average(now),
      'record-queue-time-max': this.#queueMs.max(now),
      'record-retry-rate': this.#all.retried.rate(now),
      'record-retry-total': this.#all.retried.total,
      'record-send-rate': this.#all.sent.rate(now),
      'record-send-total': this.#all.sent.total,
      'record-size-avg': this.#recordBytes.average(now),
      'records-per-request-avg': this.#requestRecords.average(now),
      'request-latency-avg': this.#latencyMs.average(now),
      'request-latency-max': this.#latencyMs.max(now),
      'request-rate': this.#requestRecords.eventRate(now),
      'request-total': this.#requestRecords.events,
      'requests-in-flight': gauges.requestsInFlight,
      'waiting-threads': gauges.waitingRecords
    }
  }

  topicValues(topic: string, now: number) {
    const { sent, bytes, compression, retried, failed } =
      this.#byTopic.get(topic) ?? new Sensors(this.#window)
    return {
      'byte-rate': bytes.rate(now),
      'byte-total': bytes.total,
      'compression-rate': compression.average(now),
      'record-error-rate': failed.rate(now),
      'record-error-total': failed.total,
      'record-retry-rate': retried.rate(now),
      'record-retry-total': retried.total,
      'record-send-rate': sent.rate(now),
      'record-send-total': sent.total
    }
  }

  #topic(topic: string): Sensors {
    let sensors = this.#byTopic.get(topic)
    if (sensors === undefined) {
      sensors = new Sensors(this.#window)
      this.#byTopic.set(topic, sensors)
    }
    return sensors
  }
}

export type ProducerMetricValues = ReturnType<ProducerMetrics['values']>
export type TopicMetricValues = ReturnType<ProducerMetrics['topicValues']>

/** What is counted for all topics together and for each. */
class Sensors {
  readonly sent: SampledSensor
  readonly bytes: SampledSensor
  readonly compression: SampledSensor
  readonly retried: SampledSensor
  readonly failed: SampledSensor

  constructor(window: SampleWindow) {
    this.sent = new SampledSensor(window)
    this.bytes = new SampledSensor(window)
    this.compression = new SampledSensor(window)
    this.retried = new SampledSensor(window)
    this.failed = new SampledSensor(window)
  }
}
