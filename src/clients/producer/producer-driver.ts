/**
 * Runs the sender: when something is due, when answers came, when the broker said where partitions are.
 *
 * Everything happens in the caller's thread: inside `send()`, at the end of the turn in which something was
 * sent, by one timer, and by one pending wait for answers while anything is in flight. A caller that blocks
 * its event loop delays linger and retries.
 *
 * Thread: the caller's. Kafka: the run loop of clients/producer/internals/Sender.
 */
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import type { Random } from '../../base/random.ts'
import { arrival, type Steps, task } from '../../base/task.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { type ChannelSource, type ClientChannel, checkSource, openChannel } from '../channel-source.ts'
import { pause, withTimeout } from '../with-timeout.ts'
import type { OpenQuestions } from './open-questions.ts'
import type { ProducerMetrics } from './producer-metrics.ts'
import type { RecordAccumulator, SlotSizes } from './record-accumulator.ts'
import { backoffMs } from './retry-backoff.ts'
import { Sender } from './sender.ts'
import type { RouteWays, TopicRoute, TopicRoutes } from './topic-routes.ts'

/** A lost wake-up would cost this much, no more. */
const WAIT_MS_MAX = 100

interface ProducerDriverOptions {
  readonly source: ChannelSource
  readonly settings: ProducerSettings
  readonly sizes: SlotSizes
  readonly clock: Clock
  readonly random: Random
  readonly accumulator: RecordAccumulator
  readonly routes: TopicRoutes
  readonly metrics: ProducerMetrics
  /** The driver's own are added. */
  readonly questions: OpenQuestions
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
  /** Null before `start` is through and after the end. */
  #ways: RouteWays | null = null
  /** Monotonic time at which a run is wanted. */
  #wakeAt = Number.POSITIVE_INFINITY
  #timerAt = Number.POSITIVE_INFINITY
  #cancelTimer: (() => void) | null = null
  #isWaiting = false
  #isAskingIdentity = false
  /** Nothing more is waited for: what is sent from now on is refused. */
  #isStopped = false
  #isClosed = false

  constructor(options: ProducerDriverOptions) {
    checkSource(options.source)
    this.#options = options
  }

  get sender(): Sender | null {
    return this.#ways?.sender ?? null
  }

  get wakeAt(): number {
    return this.#wakeAt
  }

  /** Opens channel and lane. A failure is fatal. */
  start(): void {
    this.#options.questions.add(task(() => this.#start()))
  }

  *#start(): Steps<void> {
    const { source, settings, sizes, accumulator, clock, random, metrics } = this.#options
    try {
      const client = yield* arrival(openChannel(source))
      this.#client = client
      yield* accumulator.open()
      const options = { ...sizes, inFlightMax: settings.maxInFlightRequestsPerConnection }
      const lane = yield* arrival(client.channel.openProduceLane(options))
      const sender = new Sender({ accumulator, lane, clock, random, settings, metrics })
      this.#ways = { channel: client.channel, lane, sender }
      if (this.#isClosed) yield* arrival(this.#leave())
      else this.turn()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** Something was added that becomes due at this time. */
  wakeBy(time: number): void {
    if (time < this.#wakeAt) this.#wakeAt = time
  }

  /** Runs the sender and all that depends on it. */
  run(): void {
    if (this.#isClosed) return
    const { beforeRun, afterRun, clock } = this.#options
    do {
      this.#wakeAt = Number.POSITIVE_INFINITY
      if (this.#ways !== null) {
        beforeRun(this.#ways.sender)
        const delayMs = this.#ways.sender.runOnce()
        // Callbacks may have sent meanwhile, and asked for an earlier run.
        this.wakeBy(clock.monotonic() + delayMs)
      }
    } while (afterRun())
  }

  /**
   * Runs if it is time, then sets the timer and waits for answers: what a caller's thread does before it
   * idles.
   */
  turn(): void {
    if (this.#isClosed) return
    this.run()
    this.arm()
  }

  /** Sees to it that the driver runs again without a call from outside. */
  arm(): void {
    if (this.#isStopped) return
    const ways = this.#ways
    if (ways !== null) {
      this.#ask(ways)
      if (ways.sender.inFlightCount > 0 && !this.#isWaiting) void this.#awaitAnswers(ways)
    }
    if (this.#wakeAt === Number.POSITIVE_INFINITY) this.#clearTimer()
    else if (this.#wakeAt < this.#timerAt) this.#setTimer(this.#wakeAt)
  }

  /** Begins to ask brokers for what is missing. */
  #ask(ways: RouteWays): void {
    this.#options.routes.lookAfter(ways, this.#options.accumulator.unrouted)
    if (!ways.sender.isIdentityWanted || this.#isAskingIdentity) return
    this.#isAskingIdentity = true
    this.#options.questions.add(task(() => this.#askIdentity(ways)))
  }

  /**
   * Blocks for an answer, to a batch or a question, at most so long.
   * @returns false, at once, if none can come without the event loop
   */
  waitBlocking(timeoutMs: number): boolean {
    if (this.#isStopped) return false
    if (this.#ways !== null) this.#ask(this.#ways)
    const { questions } = this.#options
    // What was asked may have been answered at once, and ended the driver.
    const ways = this.#ways
    if (ways === null || ways.sender.inFlightCount === 0) return questions.waitBlocking(timeoutMs)
    ways.lane.waitBlocking(timeoutMs)
    questions.waitBlocking(0)
    return true
  }

  /** Finds out about a topic and the brokers of its partitions; gives up at this monotonic time. */
  async discover(route: TopicRoute, until: number): Promise<void> {
    if (this.#ways !== null) await this.#options.routes.discover(route, this.#ways, until)
  }

  /** Fails all that is not answered, and waits for nothing more: no timer keeps the process alive. */
  stop(error: Error): void {
    this.#end()
    this.sender?.abandon(this.#options.routes.queues(), error)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#end()
    await this.#leave()
  }

  #end(): void {
    this.#isStopped = true
    this.#options.routes.close()
    this.#clearTimer()
  }

  async #leave(): Promise<void> {
    this.#ways?.lane.close()
    this.#ways = null
    const client = this.#client
    this.#client = null
    await client?.leave()
  }

  #giveUp(error: unknown): void {
    this.#options.onFatal(error instanceof Error ? error : new Error(String(error)))
  }

  /** An idle producer holds no timer: it would keep the process alive. */
  #clearTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #setTimer(time: number): void {
    const { clock } = this.#options
    this.#clearTimer()
    this.#timerAt = time
    this.#cancelTimer = clock.after(Math.max(0, Math.ceil(time - clock.monotonic())), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#cancelTimer = null
      this.turn()
    })
  }

  async #awaitAnswers({ lane, sender }: RouteWays): Promise<void> {
    this.#isWaiting = true
    try {
      while (!this.#isStopped && sender.inFlightCount > 0) {
        const untilWake = this.#wakeAt - this.#options.clock.monotonic()
        await lane.wait(Math.min(WAIT_MS_MAX, Math.max(1, untilWake)))
        this.turn()
      }
    } catch (error) {
      this.#giveUp(error)
    } finally {
      this.#isWaiting = false
    }
  }

  /** Until there is one: without a producer id nothing is sent. */
  *#askIdentity({ channel, sender }: RouteWays): Steps<void> {
    const { settings, clock, random } = this.#options
    try {
      for (let failures = 1; !this.#isStopped && sender.isIdentityWanted; failures++) {
        const fault = yield* this.#askIdentityOnce(channel, sender)
        if (fault === null) continue
        if (!fault.retriable) throw fault
        yield* arrival(pause(backoffMs(failures, settings, random), clock))
      }
    } catch (error) {
      this.#giveUp(error)
    } finally {
      this.#isAskingIdentity = false
    }
    this.turn()
  }

  *#askIdentityOnce(channel: Channel, sender: Sender): Steps<KafkaError | null> {
    const { settings, clock } = this.#options
    try {
      const answer = channel.initProducerId({ transactionalId: null })
      const bounded = withTimeout(answer, settings.requestTimeoutMs, clock)
      const { errorCode, ...identity } = yield* arrival(bounded)
      if (errorCode !== 0) return KafkaError.ofCode(errorCode, 'asked for a producer id')
      sender.setIdentity(identity)
      return null
    } catch (error) {
      if (error instanceof KafkaError) return error
      throw error
    }
  }
}
