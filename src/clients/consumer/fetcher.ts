/**
 * Fetches partitions and follows what the answers say: opens them, finds the first position, resets one that
 * lies outside the log, and waits for new bytes.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/Fetcher, AbstractFetch, OffsetFetcher.
 */
import type { Clock } from '../../base/clock.ts'
import { ERROR_CODES } from '../../base/error-codes.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { ConsumerSettings } from '../../config/consumer-config.ts'
import type { Channel, FetchLane } from '../../wire/network/channel.ts'
import { EARLIEST_TIMESTAMP, type FetchResponse, LATEST_TIMESTAMP } from '../../wire/protocol/messages.ts'
import { pause } from '../with-timeout.ts'
import type { AssignedPartition, OffsetReset } from './assigned-partition.ts'
import { lookUpOffset } from './offset-lookup.ts'

/** With several partitions a blocking wait goes round them, so long at each. */
const BLOCKING_SLICE_MS = 1

interface FetcherOptions {
  readonly channel: Channel
  readonly lane: FetchLane
  readonly clock: Clock
  readonly settings: ConsumerSettings
}

export class Fetcher {
  readonly channel: Channel
  readonly #lane: FetchLane
  readonly #clock: Clock
  readonly #settings: ConsumerSettings

  constructor(options: FetcherOptions) {
    this.channel = options.channel
    this.#lane = options.lane
    this.#clock = options.clock
    this.#settings = options.settings
  }

  /**
   * Opens the partition and finds its first position; tries again until `deadline` where that may help.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET
   */
  async prepare(partition: AssignedPartition, deadline: number): Promise<void> {
    while (!partition.isReady) {
      try {
        if (!partition.isOpen) {
          await this.#lane.openPartition(partition)
          partition.isOpen = true
        }
        if (partition.position < 0) await this.#findPosition(partition)
      } catch (error) {
        const left = deadline - this.#clock.monotonic()
        if (!(error instanceof KafkaError) || !error.retriable || left <= 0) throw error
        partition.isOpen = false
        await pause(Math.min(left, this.#settings.retryBackoffMs), this.#clock)
      }
    }
  }

  /** What lies at the partition's position; null where the answer was an error that has been dealt with. */
  fetch(
    partition: AssignedPartition,
    maxBytes: number
  ): FetchResponse | null | Promise<FetchResponse | null> {
    const { topic, partition: index, position } = partition
    const answer = this.#lane.fetch({
      topic,
      partition: index,
      fetchOffset: position,
      maxBytes: Math.min(maxBytes, this.#settings.maxPartitionFetchBytes)
    })
    if (answer instanceof Promise)
      return answer.then(response => this.#checked(partition, position, response))
    return this.#checked(partition, position, answer)
  }

  /** Resolves when one of the partitions may have more, or after `timeoutMs`. */
  async wait(partitions: readonly AssignedPartition[], timeoutMs: number): Promise<void> {
    const [only] = partitions
    if (only !== undefined && partitions.length === 1 && only.wait === null) {
      return await this.#lane.wait(only, only.position, timeoutMs)
    }
    let cancel = (): void => {}
    const timeout = new Promise<void>(resolve => {
      cancel = this.#clock.after(timeoutMs, resolve)
    })
    await Promise.race([timeout, ...partitions.map(partition => this.#pendingWait(partition, timeoutMs))])
    cancel()
  }

  /** As `wait`, blocking the thread. */
  waitBlocking(partitions: readonly AssignedPartition[], timeoutMs: number): void {
    const sliceMs = partitions.length === 1 ? timeoutMs : Math.min(timeoutMs, BLOCKING_SLICE_MS)
    for (const partition of partitions) this.#lane.waitBlocking(partition, partition.position, sliceMs)
  }

  close(): void {
    this.#lane.close()
  }

  /** A wait that another partition ended is kept for the next time, so that they do not pile up. */
  #pendingWait(partition: AssignedPartition, timeoutMs: number): Promise<void> {
    if (partition.wait !== null && partition.waitOffset === partition.position) return partition.wait
    const wait = this.#lane.wait(partition, partition.position, timeoutMs).then(() => {
      if (partition.wait === wait) partition.wait = null
    })
    partition.wait = wait
    partition.waitOffset = partition.position
    return wait
  }

  async #findPosition(partition: AssignedPartition): Promise<void> {
    if (partition.reset === 'none') {
      throw new HighwaterError(
        'HIGHWATER_NO_OFFSET',
        `There is no position for ${partition.topic}-${partition.partition} and auto.offset.reset is ` +
          `none; seek first.`
      )
    }
    const timestamp = partition.reset === 'earliest' ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP
    const lookup = { channel: this.channel, clock: this.#clock, timeoutMs: this.#settings.requestTimeoutMs }
    const offset = await lookUpOffset(lookup, partition, timestamp)
    if (partition.position < 0) partition.moveTo(offset)
  }

  #checked(partition: AssignedPartition, position: number, response: FetchResponse): FetchResponse | null {
    const { errorCode } = response
    if (errorCode === ERROR_CODES.NONE.code) return response
    const error = KafkaError.ofCode(
      errorCode,
      `fetching ${partition.topic}-${partition.partition} at ${position}`
    )
    if (errorCode === ERROR_CODES.OFFSET_OUT_OF_RANGE.code) {
      const reset: OffsetReset = this.#settings.autoOffsetReset
      if (reset === 'none') throw error
      partition.reset = reset
      partition.moveTo(-1)
      return null
    }
    if (!error.retriable) throw error
    partition.isOpen = false
    return null
  }
}
