/**
 * Puts records into batches: those that `send` cannot place itself queue here until their topic is known and
 * there is memory, or until they have waited long enough.
 *
 * Thread: the caller's. Kafka: the end of KafkaProducer.doSend.
 */
import type { Clock } from '../../base/clock.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import { NO_LEADER } from './legacy-partitioner.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { ANY_PARTITION } from './partitioner.ts'
import { noLeader, noSuchPartition, waitedTooLong } from './producer-errors.ts'
import type { ProducerMetrics } from './producer-metrics.ts'
import type { SerializedRecord } from './producer-record.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import { RecordFuture } from './record-future.ts'
import type { Refusals } from './refusals.ts'
import { ownCopy, ownHeaders, type Placing, SendQueue, type WaitingRecord } from './send-queue.ts'
import type { TopicRoute, TopicRoutes } from './topic-routes.ts'

interface RecordPlacerOptions {
  readonly clock: Clock
  readonly settings: ProducerSettings
  readonly accumulator: RecordAccumulator
  readonly routes: TopicRoutes
  readonly metrics: ProducerMetrics
  readonly refusals: Refusals
  /** Something was added that becomes due at this time. */
  readonly wakeBy: (time: number) => void
}

export class RecordPlacer {
  readonly queue: SendQueue
  readonly #options: RecordPlacerOptions
  /** Records whose time in the queue ended badly; told when nothing is being moved any more. */
  readonly #misplaced: { readonly record: WaitingRecord; readonly error: Error }[] = []
  readonly #place = (record: WaitingRecord): Placing => this.#placeWaiting(record)

  constructor(options: RecordPlacerOptions) {
    const { engineSendQueueRecords, bufferMemory } = options.settings
    this.queue = new SendQueue(engineSendQueueRecords, bufferMemory)
    this.#options = options
  }

  /** Adds the record to a batch; null if there is no memory. */
  append(route: TopicRoute, record: SerializedRecord, partition: number): PartitionQueue | null {
    const { accumulator, settings, wakeBy } = this.#options
    let queue = route.queues[partition === ANY_PARTITION ? route.sticky.current() : partition]
    if (queue === undefined) return null
    if (accumulator.appendToLast(queue, record)) return queue
    if (partition === ANY_PARTITION) {
      queue = route.queues[route.sticky.currentForNewBatch()] ?? queue
      if (accumulator.appendToLast(queue, record)) return queue
    }
    if (!accumulator.appendToNew(queue, record)) return null
    if (queue.open !== null) wakeBy(queue.open.createdAt + settings.lingerMs)
    return queue
  }

  /** @param partition the one it is for, as far as that is chosen */
  enqueue(route: TopicRoute, record: SerializedRecord, partition: number, deadline: number): RecordFuture {
    const future = new RecordFuture(null, -1)
    this.queue.add(
      {
        topic: route.topic,
        partition,
        timestamp: record.timestamp,
        key: ownCopy(record.key),
        value: ownCopy(record.value),
        headers: ownHeaders(record.headers),
        callback: record.callback,
        source: record.source,
        future,
        answersSeen: route.answers,
        number: this.queue.addedCount + 1,
        deadline
      },
      !route.knows(partition)
    )
    this.#options.wakeBy(deadline)
    return future
  }

  /** Places what waits and can be placed, and tells those whose time has come. @returns whether any was */
  placeQueued(now: number): boolean {
    const { routes, metrics, refusals, settings } = this.#options
    const waiting = this.queue.size
    this.queue.drain(this.#place)
    const isPlaced = this.queue.size < waiting
    let last: { readonly topic: string; readonly isKnown: boolean; readonly error: Error } | null = null
    for (const record of this.queue.takeExpired(now)) {
      const { topic } = record
      const route = routes.of(topic)
      const isKnown = route.knows(record.partition)
      if (isKnown) metrics.exhausted(now)
      // One for all of which it is true: to make one costs more than all else of this.
      if (last === null || last.topic !== topic || last.isKnown !== isKnown) {
        last = { topic, isKnown, error: waitedTooLong(topic, settings.maxBlockMs, route.fault, isKnown) }
      }
      this.#misplaced.push({ record, error: last.error })
    }
    for (const { record, error } of this.#misplaced.splice(0)) refusals.fail(record, error)
    return isPlaced
  }

  /** Fails all that waits. */
  failQueued(error: Error): void {
    const { refusals } = this.#options
    for (const record of this.queue.takeExpired(Number.POSITIVE_INFINITY)) refusals.fail(record, error)
  }

  #placeWaiting(record: WaitingRecord): Placing {
    const route = this.#options.routes.of(record.topic)
    if (!route.isKnown) return 'topic unknown'
    try {
      if (record.partition === ANY_PARTITION) record.partition = route.partitioner.choose(record)
      if (record.partition === NO_LEADER) throw noLeader(route.topic)
      if (record.partition >= route.queues.length) {
        // The topic may have got it since it was asked about.
        if (route.answers === record.answersSeen) return 'topic unknown'
        throw noSuchPartition(route.topic, record.partition, route.queues.length)
      }
    } catch (thrown) {
      this.#misplaced.push({ record, error: thrown instanceof Error ? thrown : new Error(String(thrown)) })
      return 'placed'
    }
    const batch = this.append(route, record, record.partition)?.open ?? null
    if (batch === null) return 'no memory'
    record.future.attach(batch.outcome, batch.recordCount - 1)
    return 'placed'
  }
}
