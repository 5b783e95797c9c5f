/**
 * Reads records of the partitions it is given, from the thread it was made in.
 *
 *   const consumer = new Consumer<string, Order>(cluster, {
 *     'auto.offset.reset': 'earliest', 'key.deserializer': 'string', 'value.deserializer': 'json'
 *   })
 *   consumer.assign([{ topic: 'orders', partition: 0 }])
 *   for (const record of await consumer.poll(1000)) use(record.value)
 *   await consumer.forEach(cursor => use(cursor.valueString()), { timeoutMs: 1000 })
 *
 * `poll` gives records to keep, in a private copy, with keys and values deserialized. `forEach` copies
 * nothing and deserializes nothing: its cursor is valid inside the call.
 *
 * Thread: one; make a consumer per thread. One call at a time, but for `wakeup` and `close`.
 * Kafka: clients/consumer/KafkaConsumer, with partitions by assignment.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { type Random, systemRandom } from '../../base/random.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import { type ConsumerSettings, parseConsumerConfig } from '../../config/consumer-config.ts'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../../wire/protocol/messages.ts'
import { type ChannelSource, type ClientChannel, checkSource, openChannel } from '../channel-source.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import { ConsumerInterceptors } from './consumer-interceptors.ts'
import { ConsumerMetrics } from './consumer-metrics.ts'
import type { ConsumerConfig, ConsumerTools, ForEachOptions } from './consumer-options.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import { CursorDelivery, type RecordHandler } from './cursor-delivery.ts'
import { formatsOf } from './deserializers.ts'
import { Fetcher } from './fetcher.ts'
import { OffsetLookup } from './offset-lookup.ts'
import { PollLoop, type Search } from './poll-loop.ts'
import { RecordCollector } from './record-collector.ts'
import {
  checkOffset,
  checkTime,
  isSame,
  type PartitionRange,
  SubscriptionState
} from './subscription-state.ts'
import { Wakeup } from './wakeup.ts'

/** How long an iteration waits at a time: it ends with its partitions, or with the consumer. */
const ITERATION_WAIT_MS = 60_000
interface Lines {
  readonly fetcher: Fetcher
  readonly lookup: OffsetLookup
}

export class Consumer<K = Uint8Array, V = Uint8Array> {
  readonly #settings: ConsumerSettings
  readonly #source: ChannelSource
  readonly #clock: Clock
  readonly #random: Random
  readonly #state: SubscriptionState
  readonly #wakeup: Wakeup
  readonly #loop: PollLoop
  readonly #metrics: ConsumerMetrics
  readonly #interceptors: ConsumerInterceptors | null
  readonly #collector: RecordCollector<K, V>
  readonly #delivery: CursorDelivery
  #client: ClientChannel | null = null
  #opening: Promise<Lines> | null = null
  #isBusy = false
  #isClosed = false

  constructor(source: ChannelSource, config: ConsumerConfig<K, V> = {}, tools: ConsumerTools = {}) {
    const settings = parseConsumerConfig(config)
    const clock = tools.clock ?? systemClock
    checkSource(source)
    this.#settings = settings
    this.#source = source
    this.#clock = clock
    this.#random = tools.random ?? systemRandom
    this.#state = new SubscriptionState(settings.autoOffsetReset)
    this.#wakeup = new Wakeup(clock)
    this.#loop = new PollLoop({ state: this.#state, wakeup: this.#wakeup, clock })
    this.#metrics = new ConsumerMetrics(settings)
    this.#interceptors = ConsumerInterceptors.of(settings.interceptorClasses)
    const formats = formatsOf<K, V>(settings)
    this.#collector = new RecordCollector({ settings, formats, metrics: this.#metrics, clock })
    this.#delivery = new CursorDelivery(settings.maxPartitionFetchBytes, settings.checkCrcs)
  }

  /**
   * Replaces the partitions that are read. One that stays keeps its position unless its range has a
   * beginning. With an end, reading stops before it; once all are at their ends, so is the consumer.
   */
  assign(ranges: readonly PartitionRange[]): void {
    this.#refuseWhileBusy('assign')
    this.#state.assign(ranges)
  }

  /** What is assigned, as it was given. */
  assignment(): TopicPartition[] {
    return this.#state.all.map(named)
  }

  /** Every assigned partition has an end and was read up to it: `poll` and `forEach` find nothing more. */
  get isAtEnd(): boolean {
    return this.#state.isAtEnd
  }

  /** The next record read from the partition will be the one at `offset`, or the first after it. */
  seek(partition: TopicPartition, offset: number): void {
    this.#refuseWhileBusy('seek')
    checkOffset(offset)
    this.#state.find(partition).moveTo(offset)
  }

  /** To the first record that is kept: of these partitions, or of all. Looked up when it is needed. */
  seekToBeginning(partitions?: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('seekToBeginning')
    for (const partition of this.#state.these(partitions)) partition.resetTo({ to: 'earliest' })
  }

  /** Behind the last record: of these partitions, or of all. Looked up when it is needed. */
  seekToEnd(partitions?: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('seekToEnd')
    for (const partition of this.#state.these(partitions)) partition.resetTo({ to: 'latest' })
  }

  /**
   * To the first record with this time or a later one, or behind the last record if there is none: of these
   * partitions, or of all. Looked up when it is needed.
   * @param timestampMs milliseconds since 1970
   */
  seekToTime(timestampMs: number, partitions?: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('seekToTime')
    checkTime(timestampMs)
    for (const partition of this.#state.these(partitions)) {
      partition.resetTo({ to: 'time', timestamp: timestampMs })
    }
  }

  /** Leaves these partitions out until `resume`; what was fetched of them is kept. */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('pause')
    for (const partition of this.#state.these(partitions)) partition.isPaused = true
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('resume')
    for (const partition of this.#state.these(partitions)) partition.isPaused = false
  }

  paused(): TopicPartition[] {
    return this.#state.all.filter(({ isPaused }) => isPaused).map(named)
  }

  /**
   * Offset of the next record of an assigned partition.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET, HIGHWATER_WAKEUP
   */
  async position(partition: TopicPartition): Promise<number> {
    const assigned = this.#state.find(partition)
    if (assigned.position >= 0) return assigned.position
    const { fetcher } = await this.#open()
    const deadline = this.#clock.monotonic() + this.#settings.defaultApiTimeoutMs
    for (;;) {
      await fetcher.prepare(assigned)
      if (assigned.position >= 0) return assigned.position
      const left = deadline - this.#clock.monotonic()
      if (left <= 0 && assigned.failure !== null) throw assigned.failure
      await this.#wakeup.pause(Math.min(left, assigned.retryAt - this.#clock.monotonic()))
      this.#wakeup.check()
    }
  }

  /** Records between the position and the end of the log as the last fetch saw it; null before the first. */
  lag(partition: TopicPartition): number | null {
    return this.#state.find(partition).lag
  }

  /**
   * At most `max.poll.records` records to keep; empty if none came within `timeoutMs`.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET, HIGHWATER_DESERIALIZATION, HIGHWATER_WAKEUP,
   * HIGHWATER_CLOSED
   */
  async poll(timeoutMs: number): Promise<ConsumerRecord<K, V>[]> {
    let records: ConsumerRecord<K, V>[] = []
    await this.#untilSome(timeoutMs, {
      isBlocking: false,
      hasSome: partitions => this.#collector.hasSome(partitions),
      attempt: async (fetcher, partitions) => {
        records = await this.#collector.collect(fetcher, partitions)
        return records.length
      }
    })
    if (this.#interceptors === null || records.length === 0) return records
    return this.#interceptors.onConsume(records) as ConsumerRecord<K, V>[]
  }

  /**
   * Calls `handle` for every record that is there, without a copy: the record is valid until `handle`
   * returns, and throws HIGHWATER_CURSOR_EXPIRED after the whole call. If `handle` throws, its record is the
   * next one again. Deserializers and interceptors are not called.
   * @returns how many records there were
   */
  async forEach(handle: RecordHandler, options: ForEachOptions = {}): Promise<number> {
    return await this.#untilSome(options.timeoutMs ?? 0, {
      isBlocking: options.blocking ?? false,
      hasSome: () => false,
      attempt: (fetcher, partitions) => this.#deliver(fetcher, partitions, handle)
    })
  }

  /** Records one after the other, until all partitions are at their ends or the consumer is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumerRecord<K, V>, void, void> {
    while (!this.#isClosed && !this.isAtEnd) {
      const records = await this.poll(ITERATION_WAIT_MS)
      const positions = new Map(this.#state.all.map(partition => [partition, partition.position]))
      let taken = 0
      try {
        for (const record of records) {
          taken += 1
          yield record
        }
      } finally {
        this.#giveBack(records.slice(taken), positions)
      }
    }
  }

  /** Makes the `poll` or `forEach` that waits throw HIGHWATER_WAKEUP, or else the next one. */
  wakeup(): void {
    this.#wakeup.request()
  }

  /** Offset the next record written will get. @throws KafkaError */
  async endOffset(partition: TopicPartition): Promise<number> {
    return await (await this.#open()).lookup.offset(partition, LATEST_TIMESTAMP)
  }

  /** Offset of the first record that is kept. @throws KafkaError */
  async beginningOffset(partition: TopicPartition): Promise<number> {
    return await (await this.#open()).lookup.offset(partition, EARLIEST_TIMESTAMP)
  }

  /**
   * Offset of the first record with this time or a later one; null if there is none.
   * @param timestampMs milliseconds since 1970
   * @throws KafkaError; HighwaterError HIGHWATER_CONFIG
   */
  async offsetForTime(partition: TopicPartition, timestampMs: number): Promise<number | null> {
    checkTime(timestampMs)
    const offset = await (await this.#open()).lookup.offset(partition, timestampMs)
    return offset < 0 ? null : offset
  }

  /** Values now under the names of Kafka's metrics: of the consumer, or of one assigned partition. */
  metrics(partition?: TopicPartition): Readonly<Record<string, number>> {
    const now = this.#clock.monotonic()
    if (partition === undefined) return this.#metrics.values(now)
    return this.#metrics.partitionValues(this.#state.find(partition), now)
  }

  /** Ends what waits. Again: nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#loop.close()
    const lines = await this.#opening?.catch(() => null)
    lines?.fetcher.close()
    this.#interceptors?.close()
    await this.#client?.leave()
  }

  /** Tries, and waits for more, until something was found or the time is up. */
  async #untilSome(timeoutMs: number, search: Search): Promise<number> {
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) throw wrongTimeout(timeoutMs)
    this.#refuseWhileBusy('poll or forEach')
    this.#isBusy = true
    const startedAt = this.#clock.monotonic()
    this.#metrics.pollStarted(startedAt)
    try {
      const { fetcher } = await this.#open()
      return await this.#loop.run(fetcher, search, startedAt + timeoutMs)
    } finally {
      this.#isBusy = false
      this.#metrics.pollEnded(this.#clock.monotonic())
    }
  }

  async #deliver(
    fetcher: Fetcher,
    partitions: readonly AssignedPartition[],
    handle: RecordHandler
  ): Promise<number> {
    let bytesLeft = this.#settings.fetchMaxBytes
    let count = 0
    for (const partition of partitions) {
      if (bytesLeft <= 0) break
      const answer = fetcher.fetch(partition, bytesLeft)
      const response = answer instanceof Promise ? await answer : answer
      if (response === null) continue
      bytesLeft -= response.bytes.length
      try {
        count += this.#delivery.deliver(partition, response, handle)
      } finally {
        fetcher.release()
        const now = this.#clock.monotonic()
        this.#metrics.consumed(partition, this.#delivery.records, this.#delivery.bytes, now)
        this.#metrics.requestUsedUp(this.#delivery.records, now)
      }
    }
    return count
  }

  /** What a loop over records was given and did not come to is read again, unless the program has moved. */
  #giveBack(
    records: readonly ConsumerRecord<K, V>[],
    positions: ReadonlyMap<AssignedPartition, number>
  ): void {
    for (const [partition, position] of positions) {
      const first = records.find(record => isSame(record, partition))
      if (first !== undefined && partition.position === position) partition.moveTo(first.offset)
    }
  }

  #refuseWhileBusy(what: string): void {
    if (this.#isClosed) throw closedError()
    if (!this.#isBusy) return
    const text = `${what} must wait until the call before it has ended: a consumer does one thing at a time.`
    throw new HighwaterError('HIGHWATER_BUSY', text)
  }

  async #open(): Promise<Lines> {
    if (this.#isClosed) throw closedError()
    this.#opening ??= this.#openLines()
    return await this.#opening
  }

  async #openLines(): Promise<Lines> {
    this.#client = await openChannel(this.#source)
    const { channel } = this.#client
    const { maxPartitionFetchBytes: chunkBytes, engineHotTail: hotTail } = this.#settings
    const lane = await channel.openFetchLane({ chunkBytes, hotTail })
    const parts = { clock: this.#clock, random: this.#random, settings: this.#settings, wakeup: this.#wakeup }
    const lookup = new OffsetLookup({ channel, ...parts })
    return { fetcher: new Fetcher({ lane, lookup, metrics: this.#metrics, ...parts }), lookup }
  }
}

function named({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function closedError(): HighwaterError {
  return new HighwaterError('HIGHWATER_CLOSED', 'The consumer is closed.')
}

function wrongTimeout(timeoutMs: unknown): HighwaterError {
  const text = `timeoutMs must be a number of milliseconds, 0 or more, not ${String(timeoutMs)}`
  return new HighwaterError('HIGHWATER_CONFIG', text)
}
