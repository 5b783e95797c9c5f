/**
 * Sends records to topics, in batches, from the thread it was made in.
 *
 *   const producer = new Producer(cluster, { 'linger.ms': 10 })
 *   await producer.send({ topic: 'orders', key: 'k1', value: 'v1' })  // or many, then `producer.flush()`
 *   await producer.close()
 *
 * `send` encodes the record at once: the caller may use its buffers again. Without room it waits at most 5 ms
 * inside the call, then the record queues for at most `max.block.ms`; `await producer.ready()` is the way not
 * to get there.
 *
 * Thread: one; make a producer per thread. Callbacks and promises run there.
 * Kafka: clients/producer/KafkaProducer.
 */
import { Buffer } from 'node:buffer'
import { type Clock, systemClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { partitionForKey } from '../../base/key-partition.ts'
import { type Random, systemRandom } from '../../base/random.ts'
import {
  type ProducerConfig,
  type ProducerSettings,
  parseProducerConfig
} from '../../config/producer-config.ts'
import { NO_HEADERS, type RecordHeader } from '../../wire/record/record-header.ts'
import type { ChannelSource } from '../channel-source.ts'
import { BatchOutcome, UnheardFailures } from './batch-outcome.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { OutgoingRecord } from './producer-batch.ts'
import { ProducerDriver } from './producer-driver.ts'
import {
  checkedPartition,
  checkedTimestamp,
  closedError,
  noSuchPartition,
  queueFull,
  undelivered,
  waitedTooLong,
  wrongValue
} from './producer-errors.ts'
import { ProducerWaiters } from './producer-waiters.ts'
import { RecordAccumulator, slotSizes } from './record-accumulator.ts'
import { RecordFuture, type SendCallback } from './record-future.ts'
import { RecordLimits } from './record-limits.ts'
import { ownCopy, ownHeaders, type Placing, SendQueue, type WaitingRecord } from './send-queue.ts'
import { type TopicRoute, TopicRoutes } from './topic-routes.ts'

export interface ProducerRecord {
  readonly topic: string
  /** Text is sent as UTF-8; null is a tombstone. */
  readonly value: Uint8Array | string | null
  readonly key?: Uint8Array | string | null | undefined
  readonly partition?: number | undefined
  /** Milliseconds since 1970; now if absent. */
  readonly timestamp?: number | undefined
  readonly headers?: readonly RecordHeader[] | undefined
}

interface ProducerTools {
  readonly clock?: Clock
  readonly random?: Random
}

/** Longest wait inside `send`: a loop that sends without pause has stopped the event loop anyway. */
const BLOCK_MS_MAX = 5
/** Records between two looks at the clock inside one turn: a look costs half of what a record does. */
const RECORDS_PER_TICK = 64

interface Draft {
  timestamp: number
  key: Uint8Array | null
  value: Uint8Array | string | null
  headers: readonly RecordHeader[]
  callback: SendCallback | null
}

export class Producer {
  readonly #settings: ProducerSettings
  readonly #clock: Clock
  readonly #accumulator: RecordAccumulator
  readonly #routes: TopicRoutes
  readonly #driver: ProducerDriver
  readonly #queue: SendQueue
  readonly #limits: RecordLimits
  readonly #waiters: ProducerWaiters
  readonly #unheard = new UnheardFailures()
  readonly #draft: Draft = { timestamp: 0, key: null, value: null, headers: NO_HEADERS, callback: null }
  #route: TopicRoute | null = null
  #wallTime = 0
  #recordsUntilTick = 0
  /** Records whose time in the queue ended badly; told when nothing is being moved any more. */
  readonly #misplaced: { readonly record: WaitingRecord; readonly error: Error }[] = []
  #isTurnPending = false
  #isBlocking = false
  /** Closed, or stopped by `#fatal`. */
  #isEnded = false
  #closing: Promise<void> | null = null
  #isWarned = false
  #fatal: Error | null = null
  readonly #place = (record: WaitingRecord): Placing => this.#placeWaiting(record)
  readonly #endTurn = (): void => {
    this.#isTurnPending = false
    this.#recordsUntilTick = 0
    if (this.#clock.monotonic() >= this.#driver.wakeAt) this.#driver.run()
    this.#driver.arm()
    this.#warnLater()
  }

  /** Opens its way to the brokers at once; a failure of that shows in `ready`, `flush` and every record. */
  constructor(source: ChannelSource, config: ProducerConfig = {}, tools: ProducerTools = {}) {
    const settings = parseProducerConfig(config)
    const clock = tools.clock ?? systemClock
    const random = tools.random ?? systemRandom
    const sizes = slotSizes(settings.batchSize, settings.bufferMemory)
    this.#settings = settings
    this.#clock = clock
    this.#queue = new SendQueue(settings.engineSendQueueRecords)
    this.#accumulator = new RecordAccumulator({
      ...sizes,
      clock,
      batchSize: settings.batchSize,
      unheard: this.#unheard
    })
    this.#limits = new RecordLimits(settings, sizes)
    this.#waiters = new ProducerWaiters(this.#queue, this.#accumulator.generations)
    this.#routes = new TopicRoutes({
      clock,
      random,
      settings,
      onChange: () => this.#driver.turn(),
      onFatal: error => this.#stop(error instanceof Error ? error : new Error(String(error)))
    })
    this.#driver = new ProducerDriver({
      source,
      settings,
      sizes,
      clock,
      random,
      accumulator: this.#accumulator,
      routes: this.#routes,
      beforeRun: sender => {
        this.#accumulator.isMemoryWanted =
          this.#isBlocking || this.#queue.isMemoryShort || this.#waiters.isRoomWanted
        sender.isFlushing = this.#waiters.isFlushing || this.#isEnded
      },
      afterRun: () => this.#afterRun(),
      onFatal: error => this.#stop(error)
    })
    void this.#driver.start()
  }

  /**
   * Sends a record. The future can be awaited, or left alone and a callback given: exactly one of error and
   * metadata reaches it. A failure nobody hears of makes `flush` and `close` reject.
   * @throws HighwaterError HIGHWATER_CLOSED, HIGHWATER_SERIALIZATION
   */
  send(record: ProducerRecord, callback: SendCallback | null = null): RecordFuture {
    if (this.#isEnded && this.#fatal === null) throw closedError()
    if (this.#recordsUntilTick === 0) this.#tick()
    this.#recordsUntilTick -= 1
    const draft = this.#draft
    const { value, key, timestamp } = record
    if (typeof value !== 'string' && !(value instanceof Uint8Array) && value !== null) throw wrongValue(value)
    draft.value = value
    draft.key = typeof key === 'string' ? Buffer.from(key) : (key ?? null)
    draft.headers = record.headers ?? NO_HEADERS
    draft.callback = callback
    draft.timestamp = timestamp === undefined ? this.#wallTime : checkedTimestamp(timestamp)

    const route = this.#route?.topic === record.topic ? this.#route : this.#switchTopic(record.topic)
    const fault = this.#limits.faultOf(draft)
    if (fault !== null) return this.#reject(record.topic, draft, fault)
    const partition = record.partition === undefined ? -1 : checkedPartition(record.partition)
    if (route.queues.length === 0 || this.#isEnded || this.#queue.holds(route.topic)) {
      return this.#sendLater(route, { ...draft }, partition)
    }
    const queue = queueFor(route, draft.key, partition)
    if (queue === undefined) return this.#rejectPartition(route, draft, partition)
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
    if (this.#isEnded) throw closedError()
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
    await new Promise<void>(resolve => {
      this.#waiters.flush(resolve)
      this.#driver.turn()
      this.#waiters.settleFlushes()
    })
    this.#throwUnheard()
  }

  /** Flushes and ends. What is not settled after `timeoutMs` fails. */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#isEnded = true
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
    }
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

  /** Adds the record to a batch; null if there is no memory. */
  #append(route: TopicRoute, record: OutgoingRecord, partition: number): PartitionQueue | null {
    const accumulator = this.#accumulator
    let queue = queueFor(route, record.key, partition)
    if (queue === undefined) return null
    if (accumulator.appendToLast(queue, record)) return queue
    if (partition < 0 && record.key === null) {
      queue = route.queues[route.sticky.next()] ?? queue
      if (accumulator.appendToLast(queue, record)) return queue
    }
    return accumulator.appendToNew(queue, record) ? queue : null
  }

  /** What became full leaves first: it would take the new batch along with this one record in it. */
  #sendWithNewBatch(route: TopicRoute, record: OutgoingRecord, partition: number): RecordFuture {
    if (this.#accumulator.hasFullBatch) this.#driver.run()
    const queue = this.#append(route, record, partition)
    return queue === null ? this.#sendLater(route, record, partition) : this.#appended(queue)
  }

  /**
   * The record is the last of the queue's last batch: tells the sender if that matters, and gives its future.
   */
  #appended(queue: PartitionQueue): RecordFuture {
    const batch = queue.last
    invariant(batch !== undefined, 'a record was appended to a batch')
    const future = batch.lastFuture()
    if (batch.recordCount === 1) this.#driver.wakeBy(batch.createdAt + this.#settings.lingerMs)
    if (batch.isFull) this.#driver.run()
    return future
  }

  /** The record has no place yet: waits a moment if that can help, then queues it. */
  #sendLater(route: TopicRoute, record: OutgoingRecord, partition: number): RecordFuture {
    const deadline = this.#clock.monotonic() + this.#settings.maxBlockMs
    if (this.#fatal !== null) return this.#reject(route.topic, record, this.#fatal)
    if (this.#queue.isFull) return this.#rejectFull(route, record)
    if (route.isKnown) {
      const queue = this.#waitForMemory(route, record, partition)
      if (queue !== null) return this.#appended(queue)
    } else {
      this.#routes.want(route, deadline)
    }
    return this.#enqueue(route, record, partition, deadline)
  }

  #waitForMemory(route: TopicRoute, record: OutgoingRecord, partition: number): PartitionQueue | null {
    const until = this.#clock.monotonic() + Math.min(BLOCK_MS_MAX, this.#settings.maxBlockMs)
    this.#isBlocking = true
    try {
      for (;;) {
        this.#driver.run()
        const queue = this.#queue.holds(route.topic) ? null : this.#append(route, record, partition)
        if (queue !== null) return queue
        const left = until - this.#clock.monotonic()
        if (left <= 0 || (this.#driver.sender?.inFlightCount ?? 0) === 0) return null
        this.#driver.waitBlocking(left)
      }
    } finally {
      this.#isBlocking = false
    }
  }

  #enqueue(route: TopicRoute, record: OutgoingRecord, partition: number, deadline: number): RecordFuture {
    const future = new RecordFuture(null, -1)
    this.#queue.add(
      {
        topic: route.topic,
        partition,
        timestamp: record.timestamp,
        key: ownCopy(record.key),
        value: ownCopy(record.value),
        headers: ownHeaders(record.headers),
        callback: record.callback,
        future,
        number: this.#queue.addedCount + 1,
        deadline
      },
      route.isKnown
    )
    this.#driver.wakeBy(deadline)
    return future
  }

  #placeWaiting(record: WaitingRecord): Placing {
    const route = this.#routes.of(record.topic)
    if (!route.isKnown) return 'topic unknown'
    if (record.partition >= route.queues.length) {
      const error = noSuchPartition(route.topic, record.partition, route.queues.length)
      this.#misplaced.push({ record, error })
      return 'placed'
    }
    const batch = this.#append(route, record, record.partition)?.last
    if (batch === undefined) return 'no memory'
    record.future.attach(batch.outcome, batch.recordCount - 1)
    return 'placed'
  }

  /**
   * Places what waits, and tells those whose time has come. @returns whether the sender should run once more
   */
  #afterRun(): boolean {
    const now = this.#clock.monotonic()
    const waiting = this.#queue.size
    this.#queue.drain(this.#place)
    const isPlaced = this.#queue.size < waiting
    for (const record of this.#queue.takeExpired(now)) {
      const { fault, isKnown } = this.#routes.of(record.topic)
      this.#misplaced.push({
        record,
        error: waitedTooLong(record.topic, this.#settings.maxBlockMs, fault, isKnown)
      })
    }
    for (const { record, error } of this.#misplaced.splice(0)) this.#fail(record, error)
    this.#waiters.settleFlushes()
    if (this.#waiters.isRoomWanted) this.#waiters.settleRoom(this.#hasRoom(2), now, this.#settings.maxBlockMs)
    this.#driver.wakeBy(Math.min(this.#queue.nextDeadline, this.#waiters.nextDeadline))
    return isPlaced
  }

  /**
   * Room for one record, or with `share` 2 half of everything free, so that a waiter does not come back at
   * once.
   */
  #hasRoom(share: number): boolean {
    const { freeCount, slotCount } = this.#accumulator.pool
    return (
      this.#driver.sender?.isIdentityWanted === false &&
      !this.#queue.isMemoryShort &&
      (this.#queue.size === 0 || this.#queue.size * share < this.#settings.engineSendQueueRecords) &&
      freeCount >= (share === 1 ? 1 : slotCount / share)
    )
  }

  /** The driver cannot go on: everything fails with its reason. */
  #stop(error: Error): void {
    this.#fatal = error
    this.#isEnded = true
    for (const record of this.#queue.takeExpired(Number.POSITIVE_INFINITY)) this.#fail(record, error)
    this.#driver.sender?.abandon(this.#routes.queues(), error)
    this.#waiters.settleFlushes()
    this.#waiters.endAll(error)
  }

  /** A record that reaches no batch has an outcome of its own. */
  #fail(record: WaitingRecord, error: Error): void {
    const outcome = new BatchOutcome(record.topic, record.partition, this.#unheard)
    outcome.noteRecord(0, record.timestamp, record.callback)
    record.future.attach(outcome, 0)
    outcome.fail(error, 1)
    outcome.deliver()
  }

  #rejectPartition(route: TopicRoute, record: OutgoingRecord, partition: number): RecordFuture {
    return this.#reject(route.topic, record, noSuchPartition(route.topic, partition, route.queues.length))
  }

  #rejectFull({ topic, isKnown }: TopicRoute, record: OutgoingRecord): RecordFuture {
    return this.#reject(topic, record, queueFull(this.#queue.size, isKnown ? 'memory' : `topic ${topic}`))
  }

  #reject(topic: string, { timestamp, callback }: OutgoingRecord, error: Error): RecordFuture {
    const outcome = new BatchOutcome(topic, -1, this.#unheard)
    outcome.noteRecord(0, timestamp, callback)
    outcome.fail(error, 1)
    outcome.deliver()
    return new RecordFuture(outcome, 0)
  }

  #throwUnheard(): void {
    if (this.#unheard.count === 0) return
    const error = undelivered(this.#unheard)
    this.#unheard.clear()
    throw error
  }

  /** Not in the turn of the failure: whoever awaits the record has not had the chance to say so. */
  #warnLater(): void {
    if (this.#isWarned || this.#unheard.count === 0) return
    this.#isWarned = true
    this.#clock.after(0, () => {
      if (this.#unheard.count === 0) this.#isWarned = false
      else process.emitWarning(undelivered(this.#unheard).message, { code: 'HIGHWATER_UNDELIVERED' })
    })
  }
}

/** @param partition the one the record names, or -1 */
function queueFor(route: TopicRoute, key: Uint8Array | null, partition: number): PartitionQueue | undefined {
  const { queues, sticky } = route
  if (partition >= 0) return queues[partition]
  return queues[key === null ? sticky.current : partitionForKey(key, queues.length)]
}
