/**
 * What the producer knows of topics: how many partitions, which of them have a leader, and the queue of each.
 * Asks the broker for what is missing, one question per topic at a time.
 *
 * Thread: the caller's. Kafka: clients/producer/internals/ProducerMetadata.
 */
import { type Answer, allOf } from '../../base/answer.ts'
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import { arrival, type Steps, task } from '../../base/task.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import type { Channel, ProduceLane } from '../../wire/network/channel.ts'
import type { TopicMetadata } from '../../wire/protocol/messages.ts'
import { pause, withTimeout } from '../with-timeout.ts'
import type { OpenQuestions } from './open-questions.ts'
import type { TopicPartitions } from './partition-load.ts'
import { PartitionQueue } from './partition-queue.ts'
import type { Partitioning, TopicPartitioner } from './partitioner.ts'
import { checkTopic } from './producer-errors.ts'
import type { ProducerMetrics } from './producer-metrics.ts'
import { backoffMs } from './retry-backoff.ts'
import type { Sender } from './sender.ts'
import type { StickyPartition } from './sticky-partition.ts'

/** A topic the producer has sent to. Without queues until the broker said how many partitions it has. */
export class TopicRoute implements TopicPartitions {
  readonly topic: string
  readonly queues: PartitionQueue[] = []
  readonly partitioner: TopicPartitioner
  readonly sticky: StickyPartition
  readonly isKeylessSticky: boolean
  available: readonly number[] = []
  /** How often a broker said what partitions it has. */
  answers = 0
  leaders: readonly Leader[] = []
  /** Why the last question about it failed; null if it did not. */
  fault: Error | null = null
  /** The question about it, while one is under way. */
  asking: Answer<void> | null = null
  /** The search for the brokers of its queues, while one is under way. */
  routing: Answer<void> | null = null
  /** Monotonic time until which somebody waits for it to become known. */
  wantedUntil = Number.NEGATIVE_INFINITY

  constructor(topic: string, partitioning: Partitioning) {
    this.topic = topic
    this.partitioner = partitioning.forTopic(this)
    this.sticky = this.partitioner.sticky
    this.isKeylessSticky = this.partitioner.isKeylessSticky
  }

  get isKnown(): boolean {
    return this.queues.length > 0
  }

  /** @param partition below 0 any of them */
  knows(partition: number): boolean {
    return this.queues.length > Math.max(0, partition)
  }

  hasLeader(partition: number): boolean {
    return (this.leaders[partition] ?? NO_LEADER).nodeId >= 0
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
  readonly partitioning: Partitioning
  readonly metrics: ProducerMetrics
  /** Those about topics are added. */
  readonly questions: OpenQuestions
  /** Called when something about a topic became known, or could not be found out. */
  readonly onChange: () => void
  /** Called with an error that no answer of a broker explains. */
  readonly onFatal: (error: unknown) => void
}

export class TopicRoutes {
  readonly #options: TopicRoutesOptions
  readonly #routes = new Map<string, TopicRoute>()
  /** Topics that somebody waits for, or for a partition of them. */
  readonly #wanted = new Set<TopicRoute>()
  /** Monotonic time of the last answer about topics. */
  #updatedAt: number
  /** Monotonic time at which all known topics are asked about again. */
  #refreshAt = Number.POSITIVE_INFINITY
  #isRefreshing = false
  #isClosed = false

  constructor(options: TopicRoutesOptions) {
    this.#updatedAt = options.clock.monotonic()
    this.#options = options
  }

  /** @throws HighwaterError HIGHWATER_CONFIG; KafkaError INVALID_TOPIC_EXCEPTION */
  of(topic: string): TopicRoute {
    let route = this.#routes.get(topic)
    if (route === undefined) {
      checkTopic(topic)
      route = new TopicRoute(topic, this.#options.partitioning)
      this.#routes.set(topic, route)
    }
    return route
  }

  /** Milliseconds since a broker last said something about topics. */
  get ageMs(): number {
    return this.#options.clock.monotonic() - this.#updatedAt
  }

  *queues(): Iterable<PartitionQueue> {
    for (const route of this.#routes.values()) yield* route.queues
  }

  close(): void {
    this.#isClosed = true
  }

  /** Somebody waits, until this monotonic time, for the topic or a partition of it to become known. */
  want(route: TopicRoute, until: number): void {
    route.wantedUntil = Math.max(route.wantedUntil, until)
    this.#wanted.add(route)
  }

  /**
   * Begins to ask about wanted topics, and for the brokers of queues that have batches and no place to go;
   * about all topics where the last answer is older than metadata.max.age.ms.
   */
  lookAfter(ways: RouteWays, unrouted: Iterable<PartitionQueue>): void {
    for (const route of this.#wanted) {
      this.#wanted.delete(route)
      this.#ask(route, ways).whenSettled(() => {}, this.#options.onFatal)
    }
    for (const queue of unrouted) {
      if (queue.batches.length === 0) continue
      const route = this.of(queue.topic)
      if (route.routing === null) this.#reroute(route, ways).whenSettled(() => {}, this.#options.onFatal)
    }
    if (this.#options.clock.monotonic() >= this.#refreshAt && !this.#isRefreshing) {
      task(() => this.#refresh(ways.channel)).whenSettled(() => {}, this.#options.onFatal)
    }
  }

  /**
   * Asks until the topic is known or nobody waits any more, then for the brokers of all its partitions once.
   */
  async discover(route: TopicRoute, ways: RouteWays, until: number): Promise<void> {
    route.wantedUntil = Math.max(route.wantedUntil, until)
    if (!route.isKnown) await this.#ask(route, ways)
    while (route.routing !== null) await route.routing
    await this.#route(route, () => this.#openQueues(route, ways, route.queues))
  }

  #ask(route: TopicRoute, ways: RouteWays): Answer<void> {
    if (route.asking !== null) return route.asking
    const asking = task(() => this.#askUntilKnown(route, ways))
    if (!asking.isSettled) route.asking = asking
    this.#options.questions.add(asking)
    return asking
  }

  #reroute(route: TopicRoute, ways: RouteWays): Answer<void> {
    return this.#route(route, () => this.#rerouteAll(route, ways))
  }

  #route(route: TopicRoute, search: () => Steps<void>): Answer<void> {
    const { questions, onChange } = this.#options
    const routing = task(function* () {
      try {
        yield* search()
      } finally {
        route.routing = null
      }
      onChange()
    })
    if (!routing.isSettled) route.routing = routing
    questions.add(routing)
    return routing
  }

  *#askUntilKnown(route: TopicRoute, { channel }: RouteWays): Steps<void> {
    const { clock, metrics, onChange } = this.#options
    const startedAt = clock.monotonic()
    try {
      for (let failures = 1; !this.#isClosed; failures++) {
        route.fault = yield* this.#askOnce(route, channel)
        if (route.fault === null || clock.monotonic() >= route.wantedUntil) break
        onChange()
        yield* arrival(this.#backOff(failures))
      }
    } finally {
      route.asking = null
    }
    metrics.metadataAwaited(clock.monotonic() - startedAt)
    onChange()
  }

  /** What cannot be answered now is asked again soon; what was known stays so. */
  *#refresh(channel: Channel): Steps<void> {
    const { clock, settings } = this.#options
    const known = [...this.#routes.values()].filter(({ isKnown }) => isKnown)
    this.#isRefreshing = true
    try {
      const names = known.map(({ topic }) => topic)
      const { topics } = yield* arrival(this.#bounded(channel.metadata({ topics: names })))
      for (const found of topics) {
        if (found.errorCode === 0 && found.partitions.length > 0) update(this.of(found.name), found)
      }
      this.#updatedAt = clock.monotonic()
      this.#refreshAt = this.#updatedAt + settings.metadataMaxAgeMs
    } catch (error) {
      answered(error)
      this.#refreshAt = clock.monotonic() + settings.retryBackoffMaxMs
    } finally {
      this.#isRefreshing = false
    }
  }

  *#rerouteAll(route: TopicRoute, ways: RouteWays): Steps<void> {
    for (let failures = 0; !this.#isClosed; failures++) {
      const homeless = route.queues.filter(isHomeless)
      if (homeless.length === 0) return
      if (failures > 0) yield* arrival(this.#backOff(failures))
      const isStale = failures > 0 || homeless.some(({ isLeaderStale }) => isLeaderStale)
      if (isStale) route.fault = yield* this.#askOnce(route, ways.channel)
      if (route.fault === null) yield* this.#openQueues(route, ways, homeless)
    }
  }

  /** All at once: a partition that is slow to serve, as after the death of its thread, delays no other. */
  *#openQueues(route: TopicRoute, ways: RouteWays, queues: readonly PartitionQueue[]): Steps<void> {
    yield* arrival(allOf(queues.map(queue => task(() => this.#openQueue(route, ways, queue)))))
  }

  *#openQueue(route: TopicRoute, ways: RouteWays, queue: PartitionQueue): Steps<void> {
    const { nodeId, epoch } = route.leaders[queue.partition] ?? NO_LEADER
    if (nodeId < 0 || queue.node !== null) return
    const former = queue.former
    const isUnchanged = former !== null && former.nodeId === nodeId && former.target.leaderEpoch === epoch
    try {
      const target = isUnchanged
        ? former.target
        : yield* arrival(this.#bounded(ways.lane.openPartition(queue)))
      ways.sender.route(queue, nodeId, target)
    } catch (error) {
      queue.fault = answered(error)
      route.fault = queue.fault
    }
  }

  *#askOnce(route: TopicRoute, channel: Channel): Steps<Error | null> {
    try {
      const { topics } = yield* arrival(this.#bounded(channel.metadata({ topics: [route.topic] })))
      const found = topics.find(({ name }) => name === route.topic)
      if (found !== undefined && found.errorCode !== 0) return KafkaError.ofCode(found.errorCode, route.topic)
      if (found === undefined || found.partitions.length === 0) {
        return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', route.topic)
      }
      update(route, found)
      this.#updatedAt = this.#options.clock.monotonic()
      this.#refreshAt = Math.min(this.#refreshAt, this.#updatedAt + this.#options.settings.metadataMaxAgeMs)
      return null
    } catch (error) {
      return answered(error)
    }
  }

  #bounded<Value>(answer: Promise<Value>): Answer<Value> {
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
  for (const { partitionIndex, leaderId, leaderEpoch, errorCode, errorMessage } of partitions) {
    leaders[partitionIndex] = errorCode === 0 ? { nodeId: leaderId, epoch: leaderEpoch } : NO_LEADER
    const queue = route.queues[partitionIndex]
    if (errorCode !== 0 && queue !== undefined) queue.fault = KafkaError.ofCode(errorCode, errorMessage)
  }
  route.leaders = leaders
  route.answers += 1
  for (const queue of route.queues) queue.isLeaderStale = false
  for (let partition = route.queues.length; partition < leaders.length; partition++) {
    route.queues.push(new PartitionQueue(route.topic, partition))
  }
  const all = route.queues.map(({ partition }) => partition)
  const available = all.filter(partition => route.hasLeader(partition))
  route.available = available.length > 0 ? available : all
}

function isHomeless({ node, batches }: PartitionQueue): boolean {
  return node === null && batches.length > 0
}
