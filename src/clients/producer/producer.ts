/**
 * Sends records to topics, in batches, from the thread it was made in.
 *
 *   const producer = new Producer(cluster, { 'linger.ms': 10 })
 *   await producer.send({ topic: 'orders', key: 'k1', value: 'v1' })  // or many, then `producer.flush()`
 *   await producer.close()
 *
 * `send` encodes the record at once: the caller may use its buffers again. Without room, in the buffer or
 * among those that wait for a topic, it waits at most 5 ms inside the call, then the record queues for at
 * most `max.block.ms`; `await producer.ready()` is the way not to get there.
 *
 * Thread: one; make a producer per thread. Callbacks and promises run there.
 * Kafka: clients/producer/KafkaProducer.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { type Random, systemRandom } from '../../base/random.ts'
import { type ProducerSettings, parseProducerConfig } from '../../config/producer-config.ts'
import type { ChannelSource } from '../channel-source.ts'
import { BatchCompression } from './batch-compression.ts'
import { ProducerInterceptors } from './interceptors.ts'
import { NO_LEADER } from './legacy-partitioner.ts'
import { OpenQuestions } from './open-questions.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { ANY_PARTITION, Partitioning } from './partitioner.ts'
import { ProducerDriver } from './producer-driver.ts'
import {
  checkedPartition,
  checkedTimestamp,
  closedError,
  noLeader,
  wrongBytes,
  wrongCallback
} from './producer-errors.ts'
import { ProducerMetrics, type ProducerMetricValues, type TopicMetricValues } from './producer-metrics.ts'
import type { ProducerOptions } from './producer-options.ts'
import { checkedHeaders, type ProducerRecord, RecordDraft, type SerializedRecord } from './producer-record.ts'
import { ProducerWaiters } from './producer-waiters.ts'
import { RecordAccumulator, slotSizes } from './record-accumulator.ts'
import type { RecordCallback, RecordFuture, SendCallback } from './record-future.ts'
import { RecordLimits } from './record-limits.ts'
import { RecordPlacer } from './record-placer.ts'
import { keyBytesOf, RecordSerializers } from './record-serializers.ts'
import { Refusals } from './refusals.ts'
import type { SendQueue } from './send-queue.ts'
import { type TopicRoute, TopicRoutes } from './topic-routes.ts'

interface ProducerTools {
  readonly clock?: Clock
  readonly random?: Random
}

/** Longest wait inside `send`: a loop that sends without pause has stopped the event loop anyway. */
const BLOCK_MS_MAX = 5
/** Records between two looks at the clock inside one turn: a look costs half of what a record does. */
const RECORDS_PER_TICK = 64

export class Producer<K = Uint8Array | string, V = Uint8Array | string> {
  readonly #settings: ProducerSettings
  readonly #clock: Clock
  readonly #interceptors: ProducerInterceptors | null
  readonly #serializers: RecordSerializers
  /** No code of the program runs inside `send`, where it might send another record. */
  readonly #isPlain: boolean
  readonly #partitioning: Partitioning
  readonly #accumulator: RecordAccumulator
  readonly #routes: TopicRoutes
  readonly #driver: ProducerDriver
  readonly #placer: RecordPlacer
  readonly #queue: SendQueue
  readonly #limits: RecordLimits
  readonly #waiters: ProducerWaiters
  readonly #metrics: ProducerMetrics
  readonly #refusals: Refusals
  readonly #draft = new RecordDraft()
  #route: TopicRoute | null = null
  #wallTime = 0
  #recordsUntilTick = 0
  #isTurnPending = false
  #isBlocking = false
  #isClosing = false
  #closing: Promise<void> | null = null
  #fatal: Error | null = null
  readonly #endTurn = (): void => {
    this.#isTurnPending = false
    this.#recordsUntilTick = 0
    if (this.#clock.monotonic() >= this.#driver.wakeAt) this.#driver.run()
    this.#driver.arm()
    this.#refusals.endTurn()
  }

  /** Opens its way to the brokers at once; a failure of that shows in `ready`, `flush` and every record. */
  constructor(source: ChannelSource, config: ProducerOptions<K, V> = {}, tools: ProducerTools = {}) {
    const settings = parseProducerConfig(config)
    const clock = tools.clock ?? systemClock
    const random = tools.random ?? systemRandom
    const sizes = slotSizes(settings.batchSize, settings.bufferMemory)
    const metrics = new ProducerMetrics(settings)
    this.#settings = settings
    this.#clock = clock
    this.#metrics = metrics
    this.#refusals = new Refusals(clock, metrics)
    this.#interceptors = ProducerInterceptors.of(settings.interceptorClasses)
    this.#serializers = new RecordSerializers(settings)
    this.#partitioning = new Partitioning({ settings, clock, random })
    this.#isPlain = this.#interceptors === null && this.#serializers.isNone && !this.#partitioning.needsSource
    this.#accumulator = new RecordAccumulator({
      ...sizes,
      clock,
      batchSize: settings.batchSize,
      compression: BatchCompression.of(settings),
      unheard: this.#refusals.unheard
    })
    this.#limits = new RecordLimits(settings, sizes)
    const questions = new OpenQuestions()
    this.#routes = new TopicRoutes({
      clock,
      random,
      settings,
      partitioning: this.#partitioning,
      metrics,
      questions,
      onChange: () => this.#driver.turn(),
      onFatal: error => this.#stop(error instanceof Error ? error : new Error(String(error)))
    })
    this.#placer = new RecordPlacer({
      clock,
      settings,
      accumulator: this.#accumulator,
      routes: this.#routes,
      metrics,
      refusals: this.#refusals,
      wakeBy: time => this.#driver.wakeBy(time)
    })
    this.#queue = this.#placer.queue
    this.#waiters = new ProducerWaiters(this.#queue, this.#accumulator.generations)
    this.#driver = new ProducerDriver({
      source,
      settings,
      sizes,
      clock,
      random,
      accumulator: this.#accumulator,
      routes: this.#routes,
      metrics,
      questions,
      beforeRun: sender => {
        this.#accumulator.isMemoryWanted = this.#noteMemoryWait()
        sender.isFlushing = this.#waiters.isFlushing || this.#isClosing
      },
      afterRun: () => this.#afterRun(),
      onFatal: error => this.#stop(error)
    })
    this.#driver.start()
  }

  /**
   * Sends a record: interceptors, serializers, partitioner, batch. The future can be awaited, or left alone
   * and a callback given: exactly one of error and metadata reaches it. A failure nobody hears of makes
   * `flush` and `close` reject.
   * @throws HighwaterError HIGHWATER_CLOSED, _SERIALIZATION, _CONFIG; KafkaError; what a partitioner throws
   */
  send(record: ProducerRecord<K, V>, callback: SendCallback | null = null): RecordFuture {
    if (callback !== null && typeof callback !== 'function') throw wrongCallback(callback)
    return this.#isPlain
      ? this.#sendPlain(record, callback, this.#draft)
      : this.#sendPrepared(record, callback)
  }

  #sendPrepared(record: ProducerRecord<unknown, unknown>, callback: SendCallback | null): RecordFuture {
    const interceptors = this.#interceptors
    const intercepted = interceptors === null ? record : interceptors.onSend(record)
    try {
      this.#throwIfClosed()
      const serialized = this.#serializers.apply(intercepted)
      const listener = interceptors === null ? callback : interceptors.listenerFor(intercepted, callback)
      return this.#sendPlain(serialized, listener, new RecordDraft(intercepted))
    } catch (error) {
      interceptors?.onSendError(intercepted, error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  /** @param draft is filled in. Written out in one piece: each record comes this way. */
  #sendPlain(
    record: ProducerRecord<unknown, unknown>,
    callback: RecordCallback | null,
    draft: RecordDraft
  ): RecordFuture {
    this.#throwIfClosed()
    if (this.#recordsUntilTick <= 0) this.#tick()
    this.#recordsUntilTick -= 1
    const { value, key, timestamp } = record
    if (typeof value !== 'string' && !(value instanceof Uint8Array) && value !== null) {
      throw wrongBytes('value', value)
    }
    draft.value = value
    draft.key = key === undefined || key instanceof Uint8Array ? (key ?? null) : keyBytesOf(key)
    draft.headers = checkedHeaders(record.headers)
    draft.callback = callback
    if (timestamp === undefined) draft.timestamp = this.#wallTime
    else draft.timestamp = checkedTimestamp(timestamp)
    const route =
      (this.#route?.topic === record.topic ? this.#route : null) ?? this.#switchTopic(record.topic)
    let partition = record.partition === undefined ? ANY_PARTITION : checkedPartition(record.partition)
    const fault = this.#limits.faultOf(draft)
    if (fault !== null) return this.#reject(route.topic, draft, partition, fault)
    if (this.#queue.holds(route.topic) || route.queues.length === 0 || this.#fatal !== null) {
      return this.#sendLater(route, { ...draft }, partition)
    }
    if (partition < 0 && (draft.key !== null || !route.isKeylessSticky)) {
      partition = route.partitioner.choose(draft)
    }
    const queue = route.queues[partition === ANY_PARTITION ? route.sticky.current() : partition]
    if (queue === undefined) return this.#sendLater(route, { ...draft }, partition)
    if (this.#accumulator.appendToLast(queue, draft)) return this.#appended(queue)
    return this.#sendWithNewBatch(route, { ...draft }, partition)
  }

  /**
   * Resolves when there is room for more records and they can be sent.
   * @throws HighwaterError HIGHWATER_TIMEOUT after max.block.ms, HIGHWATER_CLOSED, and what ended the
   * producer
   */
  async ready(): Promise<void> {
    if (this.#fatal !== null) throw this.#fatal
    this.#throwIfClosed()
    if (this.#hasRoom(1)) return
    const fault = await new Promise<Error | null>(wake => {
      this.#waiters.waitForRoom(this.#clock.monotonic() + this.#settings.maxBlockMs, wake)
      this.#driver.turn()
    })
    if (fault !== null) throw fault
  }

  /**
   * Partitions of a topic; finds out where each of them is, so that the first records need not wait for that.
   * @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION if it is not known within max.block.ms
   */
  async partitionsFor(topic: string): Promise<number[]> {
    const deadline = this.#clock.monotonic() + this.#settings.maxBlockMs
    await this.ready()
    const route = this.#routes.of(topic)
    await this.#driver.discover(route, deadline)
    if (!route.isKnown) throw route.fault ?? closedError()
    return route.queues.map(({ partition }) => partition)
  }

  /** Sends all that waits, without lingering, until every record sent before this call is settled. */
  async flush(): Promise<void> {
    const startedAt = this.#clock.monotonic()
    await new Promise<void>(resolve => {
      this.#waiters.flush(resolve)
      this.#driver.turn()
      this.#waiters.settleFlushes()
    })
    this.#metrics.flushed(this.#clock.monotonic() - startedAt)
    this.#refusals.throwUnheard()
  }

  /** What was counted so far, under Kafka's names; NaN where there was nothing to count lately. */
  metrics(): ProducerMetricValues {
    this.#noteMemoryWait()
    const { pool } = this.#accumulator
    const gauges = {
      requestsInFlight: this.#driver.sender?.requestsInFlight ?? 0,
      metadataAgeMs: this.#routes.ageMs,
      waitingRecords: this.#queue.size,
      bufferTotalBytes: pool.slotCount * pool.slotBytes,
      bufferAvailableBytes: pool.freeCount * pool.slotBytes
    }
    return this.#metrics.values(gauges, this.#clock.monotonic())
  }

  /** What was counted of one topic. */
  topicMetrics(topic: string): TopicMetricValues {
    return this.#metrics.topicValues(topic, this.#clock.monotonic())
  }

  /** Flushes and ends. What is not settled after `timeoutMs` fails. */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#isClosing = true
    this.#closing ??= this.#close(options.timeoutMs ?? Number.POSITIVE_INFINITY)
    return this.#closing
  }

  async #close(timeoutMs: number): Promise<void> {
    const cancel = Number.isFinite(timeoutMs)
      ? this.#clock.after(timeoutMs, () => this.#stop(closedError()))
      : () => {}
    try {
      await this.flush()
    } finally {
      cancel()
      this.#waiters.endAll(closedError())
      await this.#driver.close()
      this.#interceptors?.close()
      this.#partitioning.close()
    }
  }

  #throwIfClosed(): void {
    if (this.#isClosing) throw closedError()
  }

  #tick(): void {
    this.#recordsUntilTick = RECORDS_PER_TICK
    this.#wallTime = this.#clock.now()
    if (!this.#isTurnPending) {
      this.#isTurnPending = true
      queueMicrotask(this.#endTurn)
    }
    if (this.#clock.monotonic() >= this.#driver.wakeAt) this.#driver.run()
  }

  #switchTopic(topic: string): TopicRoute {
    this.#route = this.#routes.of(topic)
    return this.#route
  }

  /** What became full leaves first: it would take the new batch along with this one record in it. */
  #sendWithNewBatch(route: TopicRoute, record: SerializedRecord, partition: number): RecordFuture {
    if (this.#accumulator.hasFullBatch) this.#driver.run()
    const queue = this.#placer.append(route, record, partition)
    return queue === null ? this.#sendLater(route, record, partition) : this.#appended(queue)
  }

  /** The record is the last of the queue's last batch: the sender is told of a full one. */
  #appended(queue: PartitionQueue): RecordFuture {
    const batch = queue.open
    invariant(batch !== null, 'a record was appended to a batch')
    const future = batch.lastFuture()
    if (batch.isFull) this.#driver.run()
    return future
  }

  /**
   * The record has no place yet: waits a moment if that can help, then queues it.
   * @param named the partition, as far as it is chosen. @param until monotonic time to wait for at most
   */
  #sendLater(
    route: TopicRoute,
    record: SerializedRecord,
    named: number,
    until = this.#clock.monotonic() + Math.min(BLOCK_MS_MAX, this.#settings.maxBlockMs)
  ): RecordFuture {
    if (this.#fatal !== null) return this.#reject(route.topic, record, named, this.#fatal)
    const isOpen = named === ANY_PARTITION && route.isKnown
    const partition = isOpen ? route.partitioner.choose(record) : named
    if (partition === NO_LEADER) return this.#reject(route.topic, record, partition, noLeader(route.topic))
    const isPlaceKnown = route.knows(partition)
    if (this.#queue.isFull(!isPlaceKnown)) return this.#rejectFull(route, record, partition)
    const deadline = this.#clock.monotonic() + this.#settings.maxBlockMs
    if (isPlaceKnown) {
      const queue = this.#waitForMemory(route, record, partition, until)
      if (queue !== null) return this.#appended(queue)
    } else {
      this.#routes.want(route, deadline)
      const isNew = this.#queue.isCrowded && this.#waitForTopic(route, partition, until)
      if (isNew) return this.#sendLater(route, record, partition, until)
    }
    // What ran meanwhile may have ended the producer.
    const fault = this.#fatal ?? (this.#isClosing ? closedError() : null)
    if (fault !== null) return this.#reject(route.topic, record, partition, fault)
    return this.#placer.enqueue(route, record, partition, deadline)
  }

  #waitForMemory(
    route: TopicRoute,
    record: SerializedRecord,
    partition: number,
    until: number
  ): PartitionQueue | null {
    this.#isBlocking = true
    try {
      for (;;) {
        this.#driver.run()
        if (this.#isClosing) return null
        const queue = this.#queue.holds(route.topic) ? null : this.#placer.append(route, record, partition)
        if (queue !== null) return queue
        const left = until - this.#clock.monotonic()
        if (left <= 0 || !this.#driver.waitBlocking(left)) return null
      }
    } finally {
      this.#isBlocking = false
      this.#noteMemoryWait()
    }
  }

  /** @returns whether the partition is known now */
  #waitForTopic(route: TopicRoute, partition: number, until: number): boolean {
    while (!route.knows(partition)) {
      this.#driver.run()
      const left = until - this.#clock.monotonic()
      if (left <= 0 || !this.#driver.waitBlocking(left)) return false
    }
    return true
  }

  /**
   * Places what waits, and tells those whose time has come. @returns whether the sender should run once more
   */
  #afterRun(): boolean {
    const now = this.#clock.monotonic()
    const isPlaced = this.#placer.placeQueued(now)
    this.#waiters.settleFlushes()
    if (this.#waiters.isRoomWanted) this.#waiters.settleRoom(this.#hasRoom(2), now, this.#settings.maxBlockMs)
    this.#noteMemoryWait()
    this.#driver.wakeBy(Math.min(this.#queue.nextDeadline, this.#waiters.nextDeadline))
    return isPlaced
  }

  /**
   * Room for one record, or with `share` 2 half of everything free, so that a waiter does not come back at
   * once.
   */
  #hasRoom(share: number): boolean {
    const { spareSlots, pool } = this.#accumulator
    return (
      this.#driver.sender?.isIdentityWanted === false &&
      !this.#queue.isMemoryShort &&
      (this.#queue.size === 0 || this.#queue.size * share < this.#settings.engineSendQueueRecords) &&
      spareSlots >= (share === 1 ? 1 : pool.slotCount / share)
    )
  }

  /** The driver cannot go on: everything fails with its reason. */
  #stop(error: Error): void {
    this.#fatal = error
    this.#placer.failQueued(error)
    this.#driver.stop(error)
    this.#waiters.settleFlushes()
    this.#waiters.endAll(error)
  }

  /** Whether somebody waits for memory; counts for how long. */
  #noteMemoryWait(): boolean {
    const isWaiting = this.#isBlocking || this.#queue.isMemoryShort || this.#waiters.isRoomWanted
    if (isWaiting || this.#metrics.isMemoryAwaited) {
      this.#metrics.noteMemoryWait(isWaiting, this.#clock.monotonic())
    }
    return isWaiting
  }

  #rejectFull(route: TopicRoute, record: SerializedRecord, partition: number): RecordFuture {
    const isMemoryShort = route.knows(partition)
    if (isMemoryShort) this.#metrics.exhausted(this.#clock.monotonic())
    const { size, memoryWaiters } = this.#queue
    const error = isMemoryShort
      ? this.#refusals.queueFull(memoryWaiters, null)
      : this.#refusals.queueFull(size, route.topic)
    return this.#reject(route.topic, record, partition, error)
  }

  #reject(
    topic: string,
    { timestamp, callback }: SerializedRecord,
    partition: number,
    error: Error
  ): RecordFuture {
    return this.#refusals.reject({ topic, partition, timestamp, callback }, error)
  }
}
