/**
 * What a consumer counts, under the names of Kafka's metrics. Counted per fetch, chunk and poll, never per
 * record.
 *
 * A fetch inside the process is the reading itself; the wait for new bytes is no part of its latency.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/FetchMetricsRegistry, KafkaConsumerMetrics;
 * groups consumer-fetch-manager-metrics and consumer-metrics.
 */
import type { ConsumerSettings } from '../../config/consumer-config.ts'
import { SampledSensor, type SampleWindow } from '../sampled-sensor.ts'
import type { AssignedPartition } from './assigned-partition.ts'

const MS_PER_S = 1000

/** What is counted of each partition. */
interface PartitionSensors {
  readonly lag: SampledSensor
  readonly lead: SampledSensor
}

export class ConsumerMetrics {
  readonly #window: SampleWindow
  readonly #records: SampledSensor
  readonly #bytes: SampledSensor
  readonly #fetchBytes: SampledSensor
  readonly #fetchMs: SampledSensor
  readonly #requestRecords: SampledSensor
  readonly #lag: SampledSensor
  readonly #lead: SampledSensor
  readonly #pollGapMs: SampledSensor
  readonly #idleShare: SampledSensor
  readonly #byPartition = new WeakMap<AssignedPartition, PartitionSensors>()
  #pollStartedAt = -1
  #pollEndedAt = -1

  constructor(settings: Pick<ConsumerSettings, 'metricsNumSamples' | 'metricsSampleWindowMs'>) {
    this.#window = { samples: settings.metricsNumSamples, windowMs: settings.metricsSampleWindowMs }
    this.#records = new SampledSensor(this.#window)
    this.#bytes = new SampledSensor(this.#window)
    this.#fetchBytes = new SampledSensor(this.#window)
    this.#fetchMs = new SampledSensor(this.#window)
    this.#requestRecords = new SampledSensor(this.#window)
    this.#lag = new SampledSensor(this.#window)
    this.#lead = new SampledSensor(this.#window)
    this.#pollGapMs = new SampledSensor(this.#window)
    this.#idleShare = new SampledSensor(this.#window)
  }

  /** A `poll` or `forEach` begins. */
  pollStarted(now: number): void {
    if (this.#pollStartedAt >= 0) {
      const gap = now - this.#pollStartedAt
      this.#pollGapMs.record(gap, now)
      if (gap > 0) this.#idleShare.record((this.#pollEndedAt - this.#pollStartedAt) / gap, now)
    }
    this.#pollStartedAt = now
  }

  pollEnded(now: number): void {
    this.#pollEndedAt = now
  }

  fetched(bytes: number, latencyMs: number, now: number): void {
    this.#fetchBytes.record(bytes, now)
    this.#fetchMs.record(latencyMs, now)
  }

  /** Records were handed out; the partition stands behind them. */
  consumed(partition: AssignedPartition, records: number, bytes: number, now: number): void {
    this.#records.record(records, now)
    this.#bytes.record(bytes, now)
    const { lag } = partition
    if (lag === null) return
    const lead = partition.position - partition.logStartOffset
    this.#lag.record(lag, now)
    this.#lead.record(-lead, now)
    const sensors = this.#sensorsOf(partition)
    sensors.lag.record(lag, now)
    sensors.lead.record(-lead, now)
  }

  /** All records of one answer were handed out. */
  requestUsedUp(records: number, now: number): void {
    this.#requestRecords.record(records, now)
  }

  /** NaN where nothing was counted within the samples, as Kafka has it. */
  values(now: number) {
    return {
      'bytes-consumed-rate': this.#bytes.rate(now),
      'bytes-consumed-total': this.#bytes.total,
      'fetch-latency-avg': this.#fetchMs.average(now),
      'fetch-latency-max': this.#fetchMs.max(now),
      'fetch-rate': this.#fetchBytes.eventRate(now),
      'fetch-size-avg': this.#fetchBytes.average(now),
      'fetch-size-max': this.#fetchBytes.max(now),
      'fetch-throttle-time-avg': Number.NaN,
      'fetch-throttle-time-max': Number.NaN,
      'fetch-total': this.#fetchBytes.events,
      'last-poll-seconds-ago': this.#pollStartedAt < 0 ? -1 : (now - this.#pollStartedAt) / MS_PER_S,
      'poll-idle-ratio-avg': this.#idleShare.average(now),
      'records-consumed-rate': this.#records.rate(now),
      'records-consumed-total': this.#records.total,
      'records-lag-max': this.#lag.max(now),
      'records-lead-min': -this.#lead.max(now),
      'records-per-request-avg': this.#requestRecords.average(now),
      'time-between-poll-avg': this.#pollGapMs.average(now),
      'time-between-poll-max': this.#pollGapMs.max(now)
    }
  }

  partitionValues(partition: AssignedPartition, now: number) {
    const { lag, lead } = this.#sensorsOf(partition)
    return {
      'records-lag': partition.lag ?? Number.NaN,
      'records-lag-avg': lag.average(now),
      'records-lag-max': lag.max(now),
      'records-lead': partition.lag === null ? Number.NaN : partition.position - partition.logStartOffset,
      'records-lead-avg': -lead.average(now),
      'records-lead-min': -lead.max(now)
    }
  }

  #sensorsOf(partition: AssignedPartition): PartitionSensors {
    let sensors = this.#byPartition.get(partition)
    if (sensors === undefined) {
      sensors = { lag: new SampledSensor(this.#window), lead: new SampledSensor(this.#window) }
      this.#byPartition.set(partition, sensors)
    }
    return sensors
  }
}
