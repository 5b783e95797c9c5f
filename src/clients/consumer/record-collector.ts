/**
 * Collects what one `poll` gives: from every partition in turn what is left of its chunk, or a new one.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/FetchCollector, FetchBuffer.
 */
import type { Clock } from '../../base/clock.ts'
import type { ConsumerSettings } from '../../config/consumer-config.ts'
import type { FetchResponse } from '../../wire/protocol/messages.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { ConsumerMetrics } from './consumer-metrics.ts'
import type { ConsumerRecord, RecordFormats } from './consumer-record.ts'
import type { Fetcher } from './fetcher.ts'
import { PolledChunk } from './polled-chunk.ts'

interface CollectorOptions<K, V> {
  readonly settings: ConsumerSettings
  readonly formats: RecordFormats<K, V>
  readonly metrics: ConsumerMetrics
  readonly clock: Clock
}

export class RecordCollector<K, V> {
  readonly #options: CollectorOptions<K, V>
  readonly #chunks = new WeakMap<AssignedPartition, PolledChunk<K, V>>()

  constructor(options: CollectorOptions<K, V>) {
    this.#options = options
  }

  /** Whether there are records to give without a fetch. */
  hasSome(partitions: readonly AssignedPartition[]): boolean {
    return partitions.some(partition => this.#chunkOf(partition) !== null)
  }

  /**
   * At most `max.poll.records`. What is wrong with one partition is thrown when there is nothing to give
   * besides: no record is lost by it, and it comes again.
   */
  async collect(fetcher: Fetcher, partitions: readonly AssignedPartition[]): Promise<ConsumerRecord<K, V>[]> {
    const { maxPollRecords, fetchMaxBytes } = this.#options.settings
    const records: ConsumerRecord<K, V>[] = []
    let bytesLeft = fetchMaxBytes
    try {
      for (const partition of partitions) {
        if (records.length >= maxPollRecords) break
        let chunk = this.#chunkOf(partition)
        if (chunk === null && bytesLeft > 0) {
          const answer = fetcher.fetch(partition, bytesLeft)
          const response = answer instanceof Promise ? await answer : answer
          if (response === null) continue
          bytesLeft -= response.bytes.length
          chunk = this.#copied(partition, response)
          fetcher.release()
        }
        if (chunk !== null) this.#take(partition, chunk, records)
      }
    } catch (error) {
      if (records.length === 0) throw error
    }
    return records
  }

  #copied(partition: AssignedPartition, response: FetchResponse): PolledChunk<K, V> {
    const { settings, formats } = this.#options
    const { checkCrcs, maxPartitionFetchBytes: batchBytesMax } = settings
    return new PolledChunk(partition, response, { formats, checkCrcs, batchBytesMax })
  }

  #take(partition: AssignedPartition, chunk: PolledChunk<K, V>, records: ConsumerRecord<K, V>[]): void {
    const { settings, metrics, clock } = this.#options
    const before = { records: chunk.records, bytes: chunk.bytes }
    // One that turns out to be damaged is not kept: its bytes may have changed by the next call.
    this.#chunks.delete(partition)
    let hasMore = false
    try {
      hasMore = chunk.take(partition, records, settings.maxPollRecords)
      if (hasMore) this.#chunks.set(partition, chunk)
    } finally {
      const now = clock.monotonic()
      metrics.consumed(partition, chunk.records - before.records, chunk.bytes - before.bytes, now)
      if (!hasMore) metrics.requestUsedUp(chunk.records, now)
    }
  }

  /** Null also where the partition was moved since: what is left is not what comes next. */
  #chunkOf(partition: AssignedPartition): PolledChunk<K, V> | null {
    const chunk = this.#chunks.get(partition)
    return chunk !== undefined && chunk.position === partition.position ? chunk : null
  }
}
