/**
 * What the producer knows of topics: how many partitions, which of them have a leader, and the queue of each.
 * Asks the broker for what is missing, one question per topic at a time.
 *
 * Thread: the caller's. Kafka: clients/producer/internals/ProducerMetadata.
 */
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import type { Channel, ProduceLane } from '../../wire/network/channel.ts'
import type { TopicMetadata } from '../../wire/protocol/messages.ts'
import { pause, withTimeout } from '../with-timeout.ts'
import { PartitionQueue } from './partition-queue.ts'
import { StickyPartition } from './partitioner.ts'
import { backoffMs } from './retry-backoff.ts'
import type { Sender } from './sender.ts'

/** A topic the producer has sent to. Without queues until the broker said how many partitions it has. */
export class TopicRoute {
  readonly topic: string
  readonly queues: PartitionQueue[] = []
  readonly sticky: StickyPartition
  leaders: readonly Leader[] = []
  /** Why the last question about it failed; null if it did not. */
  fault: Error | null = null
  /** The question about it, while one is under way. */
  asking: Promise<void> | null = null
  /** The search for the brokers of its queues, while one is under way. */
  routing: Promise<void> | null = null
  /** Monotonic time until which somebody waits for it to become known. */
  wantedUntil = Number.NEGATIVE_INFINITY

  constructor(topic: string, random: Random) {
    this.topic = topic
    this.sticky = new StickyPartition(random)
  }

  get isKnown(): boolean {
    return this.queues.length > 0
  }
}

interface Leader {
  /** -1 while there is none. */
  readonly nodeId: number
  readonly epoch: number
}

const NO_LEADER: Leader = { nodeId: -1, epoch: -1 }

/** What is needed to ask. */
export interface RouteWays {
  readonly channel: Channel
  readonly lane: ProduceLane
  readonly sender: Sender
}

interface TopicRoutesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly settings: ProducerSettings
  /** Called when something about a topic became known, or could not be found out. */
  readonly onChange: () => void
  /** Called with an error that no answer of a broker explains. */
  readonly onFatal: (error: unknown) => void
}

export class TopicRoutes {
  readonly #options: TopicRoutesOptions
  readonly #routes = new Map<string, TopicRoute>()
  /** Topics that are not known and that somebody waits for. */
  readonly #wanted = new Set<TopicRoute>()
  #isClosed = false

  constructor(options: TopicRoutesOptions) {
    this.#options = options
  }

  of(topic: string): TopicRoute {
    let route = this.#routes.get(topic)
    if (route === undefined) {
      route = new TopicRoute(topic, this.#options.random)
      this.#routes.set(topic, route)
    }
    return route
  }

  *queues(): Iterable<PartitionQueue> {
    for (const route of this.#routes.values()) yield* route.queues
  }

  close(): void {
    this.#isClosed = true
  }

  /** Somebody waits, until this monotonic time, for the topic to become known. */
  want(route: TopicRoute, until: number): void {
    route.wantedUntil = Math.max(route.wantedUntil, until)
    this.#wanted.add(route)
  }

  /**
   * Begins to ask about wanted topics, and for the brokers of queues that have batches and no place to go.
   */
  lookAfter(ways: RouteWays, unrouted: readonly PartitionQueue[]): void {
    for (const route of this.#wanted) {
      this.#wanted.delete(route)
      if (!route.isKnown) this.#ask(route, ways).catch(this.#options.onFatal)
    }
    for (const queue of unrouted) {
      if (queue.batches.length > 0) this.#reroute(this.of(queue.topic), ways).catch(this.#options.onFatal)
    }
  }

  /**
   * Asks until the topic is known or nobody waits any more, then for the brokers of all its partitions once.
   */
  async discover(route: TopicRoute, ways: RouteWays, until: number): Promise<void> {
    route.wantedUntil = Math.max(route.wantedUntil, until)
    if (!route.isKnown) await this.#ask(route, ways)
    while (route.routing !== null) await route.routing
    route.routing = this.#openQueues(route, ways, route.queues).finally(() => {
      route.routing = null
    })
    await route.routing
    this.#options.onChange()
  }

  #ask(route: TopicRoute, ways: RouteWays): Promise<void> {
    route.asking ??= this.#askUntilKnown(route, ways).finally(() => {
      route.asking = null
    })
    return route.asking
  }

  #reroute(route: TopicRoute, ways: RouteWays): Promise<void> {
    route.routing ??= this.#rerouteAll(route, ways).finally(() => {
      route.routing = null
      this.#options.onChange()
    })
    return route.routing
  }

  async #askUntilKnown(route: TopicRoute, { channel }: RouteWays): Promise<void> {
    for (let failures = 1; !this.#isClosed; failures++) {
      route.fault = await this.#askOnce(route, channel)
      this.#options.onChange()
      if (route.fault === null || this.#options.clock.monotonic() >= route.wantedUntil) return
      await this.#backOff(failures)
    }
  }

  async #rerouteAll(route: TopicRoute, ways: RouteWays): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures++) {
      const homeless = route.queues.filter(isHomeless)
      if (homeless.length === 0) return
      if (failures > 0) await this.#backOff(failures)
      const isStale = failures > 0 || homeless.some(({ isLeaderStale }) => isLeaderStale)
      if (isStale) route.fault = await this.#askOnce(route, ways.channel)
      if (route.fault === null) await this.#openQueues(route, ways, homeless)
    }
  }

  /** All at once: a partition that is slow to serve, as after the death of its thread, delays no other. */
  async #openQueues(route: TopicRoute, ways: RouteWays, queues: readonly PartitionQueue[]): Promise<void> {
    await Promise.all(queues.map(queue => this.#openQueue(route, ways, queue)))
  }

  async #openQueue(route: TopicRoute, ways: RouteWays, queue: PartitionQueue): Promise<void> {
    const { nodeId, epoch } = route.leaders[queue.partition] ?? NO_LEADER
    if (nodeId < 0 || queue.node !== null) return
    const former = queue.former
    const isUnchanged = former !== null && former.nodeId === nodeId && former.target.leaderEpoch === epoch
    try {
      const target = isUnchanged ? former.target : await this.#bounded(ways.lane.openPartition(queue))
      ways.sender.route(queue, nodeId, target)
    } catch (error) {
      queue.fault = answered(error)
      route.fault = queue.fault
    }
  }

  async #askOnce(route: TopicRoute, channel: Channel): Promise<Error | null> {
    try {
      const { topics } = await this.#bounded(channel.metadata({ topics: [route.topic] }))
      const found = topics.find(({ name }) => name === route.topic)
      if (found !== undefined && found.errorCode !== 0) return KafkaError.ofCode(found.errorCode, route.topic)
      if (found === undefined || found.partitions.length === 0) {
        return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', route.topic)
      }
      update(route, found)
      return null
    } catch (error) {
      return answered(error)
    }
  }

  #bounded<Value>(answer: Promise<Value>): Promise<Value> {
    return withTimeout(answer, this.#options.settings.requestTimeoutMs, this.#options.clock)
  }

  #backOff(failures: number): Promise<void> {
    const { clock, random, settings } = this.#options
    return pause(backoffMs(failures, settings, random), clock)
  }
}

/** The error if a broker or the way to it gave it; any other is thrown again. */
function answered(error: unknown): Error {
  if (error instanceof KafkaError || error instanceof HighwaterError) return error
  throw error
}

/** Takes over what the broker said; partitions are only ever added. */
function update(route: TopicRoute, { partitions }: TopicMetadata): void {
  const leaders = [...route.leaders]
  for (const { partitionIndex, leaderId, leaderEpoch, errorCode } of partitions) {
    leaders[partitionIndex] = errorCode === 0 ? { nodeId: leaderId, epoch: leaderEpoch } : NO_LEADER
  }
  route.leaders = leaders
  for (const queue of route.queues) queue.isLeaderStale = false
  for (let partition = route.queues.length; partition < leaders.length; partition++) {
    route.queues.push(new PartitionQueue(route.topic, partition))
  }
  const all = route.queues.map(({ partition }) => partition)
  const available = all.filter(partition => (leaders[partition] ?? NO_LEADER).nodeId >= 0)
  route.sticky.setAvailable(available.length > 0 ? available : all)
}

function isHomeless({ node, batches }: PartitionQueue): boolean {
  return node === null && batches.length > 0
}
