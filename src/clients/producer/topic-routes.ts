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
  /** Why the last question about it failed; null if it did not. */
  fault: Error | null = null
  leaderIds: readonly number[] = []
  /** The question about it, while one is under way. */
  asking: Promise<void> | null = null
  /** Monotonic time until which somebody waits for an answer. */
  wantedUntil = Number.NEGATIVE_INFINITY
  isRouting = false

  constructor(topic: string, random: Random) {
    this.topic = topic
    this.sticky = new StickyPartition(random)
  }

  get isKnown(): boolean {
    return this.queues.length > 0
  }
}

export interface TopicRoutesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly settings: ProducerSettings
  /** Called when a topic became known or could not be found. */
  readonly onChange: () => void
}

export class TopicRoutes {
  readonly #options: TopicRoutesOptions
  readonly #routes = new Map<string, TopicRoute>()
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

  /** Asks about the topic until it is known or nobody waits any more; `until` is monotonic time. */
  ask(route: TopicRoute, channel: Channel, until: number): Promise<void> {
    route.wantedUntil = Math.max(route.wantedUntil, until)
    route.asking ??= this.#askUntilKnown(route, channel).finally(() => {
      route.asking = null
    })
    return route.asking
  }

  /** Finds the brokers of the topic's queues that have batches and no place to go, until all have one. */
  async reroute(route: TopicRoute, channel: Channel, lane: ProduceLane, sender: Sender): Promise<void> {
    const { clock, random, settings, onChange } = this.#options
    if (route.isRouting) return
    route.isRouting = true
    try {
      for (let failures = 0; !this.#isClosed && route.queues.some(isHomeless); failures++) {
        if (failures > 0) await pause(backoffMs(failures, settings, random), clock)
        const isStale = failures > 0 || route.queues.some(({ isLeaderStale }) => isLeaderStale)
        if (isStale) route.fault = await this.#askOnce(route, channel)
        if (route.fault === null) await this.#openQueues(route, lane, sender)
      }
    } finally {
      route.isRouting = false
      onChange()
    }
  }

  async #askUntilKnown(route: TopicRoute, channel: Channel): Promise<void> {
    const { clock, random, settings, onChange } = this.#options
    for (let failures = 1; !this.#isClosed; failures++) {
      route.fault = await this.#askOnce(route, channel)
      onChange()
      if (route.fault === null || clock.monotonic() >= route.wantedUntil) return
      await pause(backoffMs(failures, settings, random), clock)
    }
  }

  async #openQueues(route: TopicRoute, lane: ProduceLane, sender: Sender): Promise<void> {
    for (const queue of route.queues.filter(isHomeless)) {
      const leaderId = route.leaderIds[queue.partition] ?? -1
      if (leaderId < 0) continue
      try {
        sender.route(queue, leaderId, await this.#bounded(lane.openPartition(queue)))
      } catch (error) {
        if (!(error instanceof KafkaError) && !(error instanceof HighwaterError)) throw error
        route.fault = error
      }
    }
  }

  async #askOnce(route: TopicRoute, channel: Channel): Promise<Error | null> {
    try {
      const { topics } = await this.#bounded(channel.metadata({ topics: [route.topic] }))
      const found = topics.find(({ name }) => name === route.topic)
      if (found === undefined) return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', route.topic)
      if (found.errorCode !== 0) return KafkaError.ofCode(found.errorCode, route.topic)
      if (found.partitions.length === 0) return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', route.topic)
      update(route, found)
      return null
    } catch (error) {
      if (error instanceof KafkaError || error instanceof HighwaterError) return error
      throw error
    }
  }

  #bounded<Value>(answer: Promise<Value>): Promise<Value> {
    return withTimeout(answer, this.#options.settings.requestTimeoutMs, this.#options.clock)
  }
}

/** Takes over what the broker said; partitions are only ever added. */
function update(route: TopicRoute, { partitions }: TopicMetadata): void {
  const leaderIds = [...route.leaderIds]
  for (const { partitionIndex, leaderId, errorCode } of partitions) {
    leaderIds[partitionIndex] = errorCode === 0 ? leaderId : -1
  }
  route.leaderIds = leaderIds
  for (const queue of route.queues) queue.isLeaderStale = false
  for (let partition = route.queues.length; partition < leaderIds.length; partition++) {
    route.queues.push(new PartitionQueue(route.topic, partition))
  }
  const all = leaderIds.map((_, partition) => partition)
  const available = all.filter(partition => (leaderIds[partition] ?? -1) >= 0)
  route.sticky.setAvailable(available.length > 0 ? available : all)
}

function isHomeless({ node, batches }: PartitionQueue): boolean {
  return node === null && batches.length > 0
}
