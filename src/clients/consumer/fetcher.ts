/**
 * Fetches partitions and follows what the answers say: opens them, finds the first position, resets one that
 * lies outside the log, and waits for new bytes.
 *
 * Nothing is fetched ahead: inside the process nobody else would do that work meanwhile.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/Fetcher, AbstractFetch, OffsetFetcher.
 */
import type { Clock } from '../../base/clock.ts'
import { ERROR_CODES } from '../../base/error-codes.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import type { Random } from '../../base/random.ts'
import type { ConsumerSettings } from '../../config/consumer-config.ts'
import type { FetchLane, FetchPlace } from '../../wire/network/channel.ts'
import type { FetchResponse } from '../../wire/protocol/messages.ts'
import { backoffMs } from '../producer/retry-backoff.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { ConsumerMetrics } from './consumer-metrics.ts'
import type { OffsetLookup } from './offset-lookup.ts'
import { isSame } from './subscription-state.ts'
import type { Wakeup } from './wakeup.ts'

/** How long one sleeps between two looks where the lane cannot be waited for. */
const LOOK_MS = 2

interface FetcherOptions {
  readonly lane: FetchLane
  readonly lookup: OffsetLookup
  readonly clock: Clock
  readonly random: Random
  readonly settings: ConsumerSettings
  readonly metrics: ConsumerMetrics
  readonly wakeup: Wakeup
}

interface PendingWait {
  readonly places: readonly FetchPlace[]
  readonly minBytes: number
  /** Then it ends whatever there is. */
  readonly until: number
  readonly ended: Promise<void>
}

interface SentFetch {
  readonly position: number
  readonly startedAt: number
}

export class Fetcher {
  readonly #options: FetcherOptions
  readonly #lane: FetchLane
  /** A lane waits once at a time; a wait that was left is gone on with if the same is wanted again. */
  #pending: PendingWait | null = null
  /** When the wait for `fetch.min.bytes` began; null while there is none. */
  #shortSince: number | null = null
  #isClosed = false

  constructor(options: FetcherOptions) {
    this.#options = options
    this.#lane = options.lane
  }

  /**
   * Tries once to open the partition and to find its first position. An error that may pass is left in
   * `failure`, with the time to try again in `retryAt`.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET
   */
  async prepare(partition: AssignedPartition): Promise<void> {
    const { clock, random, settings, lookup } = this.#options
    if (clock.monotonic() < partition.retryAt) return
    try {
      if (!partition.isOpen) {
        await this.#lane.openPartition(partition)
        partition.isOpen = true
      }
      if (partition.position < 0) {
        const offset = await lookup.startOffset(partition)
        // It may have been moved meanwhile.
        if (partition.position < 0) partition.moveTo(offset)
      }
      partition.failure = null
    } catch (error) {
      if (!(error instanceof KafkaError) || !error.retriable) throw error
      partition.isOpen = false
      partition.failure = error
      partition.failures += 1
      partition.retryAt = clock.monotonic() + backoffMs(partition.failures, settings, random)
    }
  }

  /**
   * What lies at the partition's position; null where there is nothing, or an error that has been dealt with.
   * The bytes are valid until the next fetch or `release`.
   */
  fetch(
    partition: AssignedPartition,
    bytesMax: number
  ): FetchResponse | null | Promise<FetchResponse | null> {
    const { clock, settings } = this.#options
    const { topic, partition: index, position } = partition
    const maxBytes = Math.min(bytesMax, settings.maxPartitionFetchBytes)
    const startedAt = clock.monotonic()
    const answer = this.#lane.fetch({ topic, partition: index, fetchOffset: position, maxBytes })
    if (answer instanceof Promise) {
      return answer.then(response => this.#answered(partition, response, { position, startedAt }))
    }
    return this.#answered(partition, answer, { position, startedAt })
  }

  /** The bytes of the last answer are not looked at any more. */
  release(): void {
    this.#lane.release()
  }

  /**
   * Waits until one of the partitions has more, at most `timeoutMs`, or until it is woken. It may return
   * early, and does where `awaitMinBytes` is what waits.
   */
  async wait(
    partitions: readonly AssignedPartition[],
    timeoutMs: number,
    isBlocking: boolean
  ): Promise<void> {
    const { fetchMinBytes, fetchMaxWaitMs } = this.#options.settings
    if (fetchMinBytes > 1 && fetchMaxWaitMs > 0) return
    if (isBlocking) this.#lane.waitBlocking(placesOf(partitions), 1, timeoutMs)
    else await this.#waitFor(placesOf(partitions), 1, timeoutMs)
  }

  /**
   * Waits until there are `fetch.min.bytes`, or until `fetch.max.wait.ms` after the first call that found
   * fewer.
   * @returns false if neither was so before `deadline`
   */
  async awaitMinBytes(
    partitions: readonly AssignedPartition[],
    deadline: number,
    isBlocking: boolean
  ): Promise<boolean> {
    const { clock, settings } = this.#options
    const { fetchMinBytes, fetchMaxWaitMs } = settings
    if (fetchMinBytes <= 1) return true
    const now = clock.monotonic()
    this.#shortSince ??= now
    const until = this.#shortSince + fetchMaxWaitMs
    const isEnough = await this.#hasMinBytes(partitions, Math.min(deadline, until) - now, isBlocking)
    if (!isEnough && clock.monotonic() < until) return false
    this.#shortSince = null
    return true
  }

  close(): void {
    this.#isClosed = true
    this.#lane.close()
  }

  /** The lane waits where it can count; elsewhere a look at the bytes says how many there are. */
  async #hasMinBytes(
    partitions: readonly AssignedPartition[],
    timeoutMs: number,
    isBlocking: boolean
  ): Promise<boolean> {
    const { clock, wakeup, settings } = this.#options
    const until = clock.monotonic() + timeoutMs
    for (;;) {
      const left = until - clock.monotonic()
      if (left > 0 && isCountable(partitions)) return await this.#hasCome(partitions, left, isBlocking)
      if (await this.#canRead(partitions, settings.fetchMinBytes)) return true
      if (left <= 0) return false
      if (isCountable(partitions)) continue
      if (isBlocking) this.#lane.waitBlocking([], 1, Math.min(left, LOOK_MS))
      else await wakeup.pause(Math.min(left, LOOK_MS))
      if (this.#isClosed || wakeup.isRequested) return false
    }
  }

  async #hasCome(
    partitions: readonly AssignedPartition[],
    timeoutMs: number,
    isBlocking: boolean
  ): Promise<boolean> {
    const { clock, settings } = this.#options
    const places = placesOf(partitions)
    if (!isBlocking) return await this.#waitFor(places, settings.fetchMinBytes, timeoutMs)
    const until = clock.monotonic() + timeoutMs
    this.#lane.waitBlocking(places, settings.fetchMinBytes, timeoutMs)
    return clock.monotonic() < until
  }

  /** @returns true if the wait ended because there are so many bytes */
  async #waitFor(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): Promise<boolean> {
    const { wakeup, clock } = this.#options
    if (places.length === 0) {
      await wakeup.pause(timeoutMs)
      return false
    }
    if (this.#pending !== null && !isSameWait(this.#pending, places, minBytes)) {
      await wakeup.during(this.#pending.ended, Math.min(timeoutMs, LOOK_MS))
      return false
    }
    const pending = this.#pending ?? this.#begin(places, minBytes, timeoutMs)
    return (await wakeup.during(pending.ended, timeoutMs)) && clock.monotonic() < pending.until
  }

  /** No longer than `fetch.max.wait.ms`: so long goes on what a wakeup or a seek has left. */
  #begin(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): PendingWait {
    const { clock, settings } = this.#options
    const laneMs = Math.min(timeoutMs, Math.max(LOOK_MS, settings.fetchMaxWaitMs))
    const ended = this.#lane.wait(places, minBytes, laneMs).finally(() => {
      this.#pending = null
    })
    // Nobody may be listening any more when it fails.
    ended.catch(() => {})
    this.#pending = { places, minBytes, until: clock.monotonic() + laneMs, ended }
    return this.#pending
  }

  /** Whether so many bytes lie there now. */
  async #canRead(partitions: readonly AssignedPartition[], minBytes: number): Promise<boolean> {
    let missing = minBytes
    for (const partition of partitions.filter(isReadable)) {
      const { topic, position: fetchOffset } = partition
      const request = { topic, partition: partition.partition, fetchOffset, maxBytes: missing }
      const { errorCode, bytes, highWatermark } = await this.#lane.fetch(request)
      partition.isContinued = fetchOffset === highWatermark
      missing -= bytes.length
      this.#lane.release()
      // An error is told by the fetch that follows.
      if (missing <= 0 || errorCode !== 0) return true
    }
    return false
  }

  #answered(partition: AssignedPartition, response: FetchResponse, request: SentFetch): FetchResponse | null {
    const { clock, settings, metrics } = this.#options
    if (response.errorCode !== ERROR_CODES.NONE.code) {
      this.#follow(partition, response, request.position)
      return null
    }
    const { bytes, highWatermark, logStartOffset } = response
    partition.highWatermark = highWatermark
    partition.logStartOffset = logStartOffset
    partition.failure = null
    partition.failures = 0
    const now = clock.monotonic()
    metrics.fetched(bytes.length, now - request.startedAt, now)
    if (bytes.length === 0) {
      partition.isContinued = request.position === highWatermark
      return null
    }
    if (bytes.length > settings.maxPartitionFetchBytes) {
      this.#tellOversized(partition, bytes.length)
      if (settings.engineLegacyFetch) {
        partition.stalledAt = request.position
        this.#lane.release()
        return null
      }
    }
    return response
  }

  #tellOversized(partition: AssignedPartition, bytes: number): void {
    if (partition.isOversizeTold) return
    partition.isOversizeTold = true
    const { settings } = this.#options
    const outcome = settings.engineLegacyFetch
      ? 'with engine.legacy.fetch it is never given, and the partition stalls; raise the limit.'
      : 'it is given whole. This is told once for the partition.'
    process.emitWarning(
      `The batch at offset ${partition.position} of ${partition.topic}-${partition.partition} has ${bytes} ` +
        `bytes, more than max.partition.fetch.bytes (${settings.maxPartitionFetchBytes}); ${outcome}`,
      { code: 'HIGHWATER_OVERSIZED_BATCH' }
    )
  }

  /** @throws KafkaError if nothing can be done about it */
  #follow(partition: AssignedPartition, response: FetchResponse, position: number): void {
    const { errorCode, logStartOffset, highWatermark } = response
    const { clock, random, settings } = this.#options
    const place = `fetching ${partition.topic}-${partition.partition} at ${position}`
    if (errorCode === ERROR_CODES.OFFSET_OUT_OF_RANGE.code) {
      const reset = settings.autoOffsetReset
      // Of a range that was asked for nothing may be left out in silence.
      if (reset.to === 'none' || partition.end !== Number.POSITIVE_INFINITY) {
        throw KafkaError.ofCode(errorCode, `${place}; the log has ${logStartOffset} to ${highWatermark}`)
      }
      partition.resetTo(reset)
      return
    }
    const error = KafkaError.ofCode(errorCode, place)
    if (!error.retriable) throw error
    partition.isOpen = false
    partition.failure = error
    // The leader may only have moved: the first time it is asked again at once.
    if (partition.failures > 0) {
      partition.retryAt = clock.monotonic() + backoffMs(partition.failures, settings, random)
    }
    partition.failures += 1
  }
}

/**
 * Whether the lane knows the place of each partition in its log: behind the last answer, or at the end.
 * Elsewhere its wait takes any byte for many.
 */
function isCountable(partitions: readonly AssignedPartition[]): boolean {
  return partitions.filter(isReadable).every(({ isContinued }) => isContinued)
}

function isReadable({ isReady, position, stalledAt }: AssignedPartition): boolean {
  return isReady && position !== stalledAt
}

/** Where bytes may come that can be read. */
function placesOf(partitions: readonly AssignedPartition[]): FetchPlace[] {
  return partitions
    .filter(isReadable)
    .map(({ topic, partition, position }) => ({ topic, partition, offset: position }))
}

function isSameWait(pending: PendingWait, places: readonly FetchPlace[], minBytes: number): boolean {
  if (pending.minBytes !== minBytes || pending.places.length !== places.length) return false
  return pending.places.every((place, index) => {
    const other = places[index]
    return other !== undefined && isSame(place, other) && place.offset === other.offset
  })
}
