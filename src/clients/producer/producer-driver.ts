/**
 * Runs the sender: when something is due, when answers came, when the broker said where partitions are.
 *
 * Everything happens in the caller's thread: inside `send()`, at the end of the turn in which something was sent, by
 * one timer, and by one pending wait for answers while anything is in flight. A caller that blocks its event loop
 * delays linger and retries.
 *
 * Thread: the caller's. Kafka: the run loop of clients/producer/internals/Sender.
 */
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import type { Random } from '../../base/random.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import type { ProduceLane } from '../../wire/network/channel.ts'
import { type ChannelSource, type ClientChannel, openChannel } from '../channel-source.ts'
import { pause, withTimeout } from '../with-timeout.ts'
import type { RecordAccumulator, SlotSizes } from './record-accumulator.ts'
import { backoffMs } from './retry-backoff.ts'
import { Sender } from './sender.ts'
import type { TopicRoute, TopicRoutes } from './topic-routes.ts'

/** A lost wake-up would cost this much, no more. */
const WAIT_MS_MAX = 100

export interface ProducerDriverOptions {
  readonly source: ChannelSource
  readonly settings: ProducerSettings
  readonly sizes: SlotSizes
  readonly clock: Clock
  readonly random: Random
  readonly accumulator: RecordAccumulator
  readonly routes: TopicRoutes
  /** Called before each run of the sender: sets what it wants to know. */
  readonly beforeRun: (sender: Sender) => void
  /** Called after each: places waiting records. @returns whether the sender should run once more */
  readonly afterRun: () => boolean
  /** Called when the driver cannot go on. */
  readonly onFatal: (error: Error) => void
}

export class ProducerDriver {
  readonly #options: ProducerDriverOptions
  #client: ClientChannel | null = null
  #lane: ProduceLane | null = null
  #sender: Sender | null = null
  /** Monotonic time at which a run is wanted. */
  #wakeAt = Number.POSITIVE_INFINITY
  #timerAt = Number.POSITIVE_INFINITY
  #cancelTimer: (() => void) | null = null
  #isWaiting = false
  #isAskingIdentity = false
  #isClosed = false

  constructor(options: ProducerDriverOptions) {
    this.#options = options
  }

  get sender(): Sender | null {
    return this.#sender
  }

  get wakeAt(): number {
    return this.#wakeAt
  }

  /** Opens channel and lane. A failure is fatal. */
  async start(): Promise<void> {
    const { source, settings, sizes, accumulator, clock, random } = this.#options
    try {
      this.#client = await openChannel(source)
      const lane = await this.#client.channel.openProduceLane({
        ...sizes,
        inFlightMax: settings.maxInFlightRequestsPerConnection
      })
      this.#lane = lane
      if (this.#isClosed) return await this.#leave()
      this.#sender = new Sender({ accumulator, lane, clock, random, settings })
      this.turn()
    } catch (error) {
      this.#options.onFatal(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Something was added that becomes due at this time. */
  wakeBy(time: number): void {
    if (time < this.#wakeAt) this.#wakeAt = time
  }

  /** Runs the sender and all that depends on it. */
  run(): void {
    const sender = this.#sender
    if (sender === null || this.#isClosed) return
    let delayMs: number
    do {
      this.#options.beforeRun(sender)
      delayMs = sender.runOnce()
    } while (this.#options.afterRun())
    this.#wakeAt = this.#options.clock.monotonic() + delayMs
  }

  /** Runs if it is time, then sets the timer and waits for answers: what a caller's thread does before it idles. */
  turn(): void {
    if (this.#isClosed) return
    this.run()
    this.arm()
  }

  /** Sees to it that the driver runs again without a call from outside. */
  arm(): void {
    if (this.#isClosed) return
    this.#lookAfterRoutes()
    if (this.#sender?.isIdentityWanted === true && !this.#isAskingIdentity) void this.#askIdentity()
    if ((this.#sender?.inFlightCount ?? 0) > 0 && !this.#isWaiting) void this.#awaitAnswers()
    if (this.#wakeAt < this.#timerAt) this.#setTimer(this.#wakeAt)
  }

  /** Blocks for an answer, at most so long. */
  waitBlocking(timeoutMs: number): void {
    this.#lane?.waitBlocking(timeoutMs)
  }

  /** Finds out about a topic for somebody who waits until this monotonic time. */
  async discover(route: TopicRoute, until: number): Promise<void> {
    if (this.#client !== null) await this.#options.routes.ask(route, this.#client.channel, until)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#options.routes.close()
    this.#cancelTimer?.()
    await this.#leave()
  }

  async #leave(): Promise<void> {
    this.#lane?.close()
    this.#lane = null
    const client = this.#client
    this.#client = null
    await client?.leave()
  }

  #setTimer(time: number): void {
    const { clock } = this.#options
    this.#cancelTimer?.()
    this.#timerAt = time
    this.#cancelTimer = clock.after(Math.max(0, Math.ceil(time - clock.monotonic())), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#cancelTimer = null
      this.turn()
    })
  }

  async #awaitAnswers(): Promise<void> {
    this.#isWaiting = true
    try {
      while (!this.#isClosed && this.#lane !== null && (this.#sender?.inFlightCount ?? 0) > 0) {
        const untilWake = this.#wakeAt - this.#options.clock.monotonic()
        await this.#lane.wait(Math.min(WAIT_MS_MAX, Math.max(1, untilWake)))
        this.turn()
      }
    } catch (error) {
      this.#options.onFatal(error instanceof Error ? error : new Error(String(error)))
    } finally {
      this.#isWaiting = false
    }
  }

  /** Batches whose broker is not known need a place to go. */
  #lookAfterRoutes(): void {
    const { accumulator, routes } = this.#options
    if (this.#client === null || this.#lane === null || this.#sender === null) return
    for (const queue of accumulator.unrouted) {
      if (queue.batches.length === 0) continue
      void routes.reroute(routes.of(queue.topic), this.#client.channel, this.#lane, this.#sender)
    }
  }

  async #askIdentity(): Promise<void> {
    const { settings, clock, random } = this.#options
    this.#isAskingIdentity = true
    try {
      for (let failures = 1; !this.#isClosed && this.#client !== null; failures++) {
        const answer = await this.#initProducerId()
        if (answer === null) {
          this.turn()
          return
        }
        if (!answer.retriable) return this.#options.onFatal(answer)
        await pause(backoffMs(failures, settings, random), clock)
      }
    } finally {
      this.#isAskingIdentity = false
    }
  }

  async #initProducerId(): Promise<KafkaError | null> {
    const { settings, clock } = this.#options
    try {
      const answer = this.#client?.channel.initProducerId({ transactionalId: null })
      if (answer === undefined) return null
      const { errorCode, ...identity } = await withTimeout(answer, settings.requestTimeoutMs, clock)
      if (errorCode !== 0) return KafkaError.ofCode(errorCode, 'asked for a producer id')
      this.#sender?.setIdentity(identity)
      return null
    } catch (error) {
      if (error instanceof KafkaError) return error
      throw error
    }
  }
}
