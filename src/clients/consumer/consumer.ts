/**
 * Reads records of the partitions it is given, from the thread it was made in.
 *
 *   const consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest' })
 *   consumer.assign([{ topic: 'orders', partition: 0 }])
 *   for (const record of await consumer.poll(1000)) use(record.valueString())
 *   await consumer.forEach(record => use(record.valueString()), { timeoutMs: 1000 })
 *
 * `poll` gives records to keep, in a private copy. `forEach` copies nothing: its record is valid inside the
 * call.
 *
 * Thread: one; make a consumer per thread. One call at a time.
 * Kafka: clients/consumer/KafkaConsumer, with partitions by assignment.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import {
  type ConsumerConfig,
  type ConsumerSettings,
  parseConsumerConfig
} from '../../config/consumer-config.ts'
import { EARLIEST_TIMESTAMP, type FetchResponse, LATEST_TIMESTAMP } from '../../wire/protocol/messages.ts'
import { RecordBatchIterator, type RecordCursor } from '../../wire/record/record-batch-iterator.ts'
import { type ChannelSource, type ClientChannel, openChannel } from '../channel-source.ts'
import { pause } from '../with-timeout.ts'
import { AssignedPartition } from './assigned-partition.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import { Fetcher } from './fetcher.ts'
import { lookUpOffset } from './offset-lookup.ts'
import { PolledChunk } from './polled-chunk.ts'

export type RecordHandler = (record: RecordCursor, partition: TopicPartition) => void

export interface ForEachOptions {
  /** How long to wait if nothing is there; 0 if absent. */
  readonly timeoutMs?: number
  /** Blocks the thread instead of its event loop going on: for threads that have nothing else to do. */
  readonly blocking?: boolean
}

export class Consumer {
  readonly #settings: ConsumerSettings
  readonly #source: ChannelSource
  readonly #clock: Clock
  readonly #cursorIterator: RecordBatchIterator
  #client: ClientChannel | null = null
  #opening: Promise<Fetcher> | null = null
  #crc32c: FetchResponse['crc32c'] = () => 0
  #assigned: AssignedPartition[] = []
  /** The partition the next round starts with. */
  #turn = 0
  #isBusy = false
  #isClosed = false

  constructor(source: ChannelSource, config: ConsumerConfig = {}, tools: { readonly clock?: Clock } = {}) {
    this.#settings = parseConsumerConfig(config)
    this.#source = source
    this.#clock = tools.clock ?? systemClock
    this.#cursorIterator = new RecordBatchIterator(
      this.#settings.fetchMaxBytes,
      this.#settings.checkCrcs ? (at, length) => this.#crc32c(at, length) : null
    )
  }

  /** Replaces the partitions that are read; one that stays keeps its position. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#refuseWhileBusy('assign')
    const before = this.#assigned
    this.#assigned = partitions.map(
      wanted =>
        before.find(known => isSame(known, wanted)) ??
        new AssignedPartition(wanted, this.#settings.autoOffsetReset)
    )
    this.#turn = 0
  }

  /** The next record read from the partition will be the one at `offset`, or the first after it. */
  seek(partition: TopicPartition, offset: number): void {
    this.#refuseWhileBusy('seek')
    invariant(Number.isSafeInteger(offset) && offset >= 0, 'an offset is a whole number, 0 or more', {
      offset
    })
    this.#find(partition).moveTo(offset)
  }

  /** Offset of the next record of an assigned partition. */
  async position(partition: TopicPartition): Promise<number> {
    const assigned = this.#find(partition)
    if (assigned.position < 0) {
      const fetcher = await this.#open()
      await fetcher.prepare(assigned, this.#clock.monotonic() + this.#settings.requestTimeoutMs)
    }
    return assigned.position
  }

  /**
   * At most `max.poll.records` records to keep; empty if none came within `timeoutMs`.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET, HIGHWATER_CLOSED
   */
  async poll(timeoutMs: number): Promise<ConsumerRecord[]> {
    const records: ConsumerRecord[] = []
    await this.#untilSome(timeoutMs, false, async fetcher => {
      await this.#collect(fetcher, records)
      return records.length
    })
    return records
  }

  /**
   * Calls `handle` for every record that is there, without a copy: the record is valid until `handle`
   * returns, and throws HIGHWATER_CURSOR_EXPIRED after the whole call. If `handle` throws, its record is the
   * next one again.
   * @returns how many records there were
   */
  async forEach(handle: RecordHandler, options: ForEachOptions = {}): Promise<number> {
    return await this.#untilSome(options.timeoutMs ?? 0, options.blocking ?? false, fetcher =>
      this.#deliver(fetcher, handle)
    )
  }

  /** Offset the next record written will get. */
  async endOffset(partition: TopicPartition): Promise<number> {
    return await this.#offset(partition, LATEST_TIMESTAMP)
  }

  /** Offset of the first record that is kept. */
  async beginningOffset(partition: TopicPartition): Promise<number> {
    return await this.#offset(partition, EARLIEST_TIMESTAMP)
  }

  /** Offset of the first record with this time or a later one; null if there is none. */
  async offsetForTime(partition: TopicPartition, timestampMs: number): Promise<number | null> {
    const offset = await this.#offset(partition, timestampMs)
    return offset < 0 ? null : offset
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const fetcher = await this.#opening?.catch(() => null)
    fetcher?.close()
    await this.#client?.leave()
  }

  /** Tries, and waits for more, until something was found or the time is up. */
  async #untilSome(
    timeoutMs: number,
    isBlocking: boolean,
    attempt: (fetcher: Fetcher) => Promise<number>
  ): Promise<number> {
    this.#refuseWhileBusy('poll or forEach')
    this.#isBusy = true
    try {
      const deadline = this.#clock.monotonic() + timeoutMs
      const fetcher = await this.#open()
      for (;;) {
        for (const partition of this.#assigned)
          if (!partition.isReady) await fetcher.prepare(partition, deadline)
        const found = await attempt(fetcher)
        const left = deadline - this.#clock.monotonic()
        if (found > 0 || left <= 0 || this.#isClosed) return found
        const ready = this.#assigned.filter(({ isReady }) => isReady)
        if (ready.length < this.#assigned.length) continue
        if (ready.length === 0) await pause(left, this.#clock)
        else if (isBlocking) fetcher.waitBlocking(ready, left)
        else await fetcher.wait(ready, left)
      }
    } finally {
      this.#isBusy = false
    }
  }

  async #collect(fetcher: Fetcher, into: ConsumerRecord[]): Promise<void> {
    const { maxPollRecords, checkCrcs, fetchMaxBytes } = this.#settings
    let bytesLeft = fetchMaxBytes
    for (const partition of this.#round()) {
      if (into.length >= maxPollRecords) return
      if (partition.chunk === null && bytesLeft > 0) {
        const answer = fetcher.fetch(partition, bytesLeft)
        const response = answer instanceof Promise ? await answer : answer
        if (response === null || response.bytes.length === 0) continue
        bytesLeft -= response.bytes.length
        partition.chunk = new PolledChunk(response, partition.position, checkCrcs, fetchMaxBytes)
      }
      // One that turns out to be damaged is not kept: its bytes may have changed by the next call.
      const { chunk } = partition
      partition.chunk = null
      if (chunk?.take(partition, into, maxPollRecords) === true) partition.chunk = chunk
    }
  }

  async #deliver(fetcher: Fetcher, handle: RecordHandler): Promise<number> {
    let bytesLeft = this.#settings.fetchMaxBytes
    let count = 0
    for (const partition of this.#round()) {
      if (bytesLeft <= 0) break
      partition.chunk = null
      const answer = fetcher.fetch(partition, bytesLeft)
      const response = answer instanceof Promise ? await answer : answer
      if (response === null || response.bytes.length === 0) continue
      bytesLeft -= response.bytes.length
      count += this.#deliverBytes(partition, response, handle)
    }
    return count
  }

  #deliverBytes(partition: AssignedPartition, response: FetchResponse, handle: RecordHandler): number {
    const iterator = this.#cursorIterator
    const record = iterator.record
    let position = partition.position
    let count = 0
    this.#crc32c = response.crc32c
    iterator.reset(response.bytes, 0, response.bytes.length, position)
    try {
      while (iterator.nextBatch()) {
        while (iterator.nextRecord()) {
          handle(record, partition)
          position = record.offset + 1
          count += 1
        }
        position = iterator.nextOffset
      }
    } finally {
      partition.position = position
      iterator.release()
    }
    return count
  }

  /** All ready partitions once, each time beginning with another one. */
  #round(): AssignedPartition[] {
    const assigned = this.#assigned
    const turn = this.#turn % Math.max(1, assigned.length)
    this.#turn = turn + 1
    return [...assigned.slice(turn), ...assigned.slice(0, turn)].filter(({ isReady }) => isReady)
  }

  async #offset(partition: TopicPartition, timestamp: number): Promise<number> {
    const { channel } = await this.#open()
    return await lookUpOffset(
      { channel, clock: this.#clock, timeoutMs: this.#settings.requestTimeoutMs },
      partition,
      timestamp
    )
  }

  #find(wanted: TopicPartition): AssignedPartition {
    const assigned = this.#assigned.find(known => isSame(known, wanted))
    invariant(assigned !== undefined, 'the partition is assigned to the consumer', () => ({ ...wanted }))
    return assigned
  }

  #refuseWhileBusy(what: string): void {
    if (this.#isClosed) throw new HighwaterError('HIGHWATER_CLOSED', 'The consumer is closed.')
    invariant(!this.#isBusy, `${what} waits until the call before it has ended`)
  }

  async #open(): Promise<Fetcher> {
    if (this.#isClosed) throw new HighwaterError('HIGHWATER_CLOSED', 'The consumer is closed.')
    this.#opening ??= this.#openLane()
    return await this.#opening
  }

  async #openLane(): Promise<Fetcher> {
    this.#client = await openChannel(this.#source)
    const { channel } = this.#client
    const lane = await channel.openFetchLane({ chunkBytes: this.#settings.maxPartitionFetchBytes })
    return new Fetcher({ channel, lane, clock: this.#clock, settings: this.#settings })
  }
}

function isSame(left: TopicPartition, right: TopicPartition): boolean {
  return left.topic === right.topic && left.partition === right.partition
}
