/**
 * Creates and describes topics.
 *
 *   const admin = new Admin(cluster)
 *   await admin.createTopics([{ topic: 'orders', numPartitions: 6 }])
 *   await admin.close()
 *
 * Kafka: clients/admin/KafkaAdminClient.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { configError } from '../../config/define-config.ts'
import type { Channel } from '../../wire/network/channel.ts'
import type { TopicMetadata } from '../../wire/protocol/messages.ts'
import { type ChannelSource, type ClientChannel, checkSource, openChannel } from '../channel-source.ts'
import { withTimeout } from '../with-timeout.ts'
import { creatableTopics, type NewTopic } from './new-topic.ts'

/** Kafka: default.api.timeout.ms. */
const ANSWER_TIMEOUT_MS = 60000

export interface TopicDescription {
  readonly topic: string
  readonly partitions: readonly {
    readonly partition: number
    /** Broker that leads it, -1 while there is none. */
    readonly leader: number
    readonly leaderEpoch: number
  }[]
}

export class Admin {
  readonly #source: ChannelSource
  readonly #clock: Clock
  #opening: Promise<ClientChannel> | null = null

  constructor(source: ChannelSource, tools: { readonly clock?: Clock } = {}) {
    checkSource(source)
    this.#source = source
    this.#clock = tools.clock ?? systemClock
  }

  /**
   * Creates all, or throws the first error; the others exist then, if nothing is wrong with them.
   * @throws KafkaError TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_CONFIG and
   *   others; HighwaterError HIGHWATER_CONFIG if a topic is described wrongly, and then none was asked for
   */
  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const request = { topics: creatableTopics(topics) }
    const answer = await this.#ask(channel => channel.createTopics(request))
    const refused = answer.topics.find(({ errorCode }) => errorCode !== 0)
    if (refused === undefined) return
    const { name, errorCode, errorMessage } = refused
    throw errorMessage === null
      ? KafkaError.ofCode(errorCode, `topic ${name}`)
      : KafkaError.ofAnswer(errorCode, errorMessage)
  }

  /** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION if one of them does not exist */
  async describeTopics(topics: readonly string[]): Promise<TopicDescription[]> {
    if (!Array.isArray(topics)) {
      throw configError("describeTopics takes a list of names, such as ['orders'].")
    }
    const answer = await this.#ask(channel => channel.metadata({ topics }))
    return topics.map(topic => {
      const found = answer.topics.find(({ name }) => name === topic)
      if (found === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', topic)
      if (found.errorCode !== 0) throw KafkaError.ofCode(found.errorCode, topic)
      return description(found)
    })
  }

  /** Names of all topics, sorted. */
  async listTopics(): Promise<string[]> {
    const answer = await this.#ask(channel => channel.metadata({ topics: null }))
    return answer.topics.map(({ name }) => name).sort()
  }

  async close(): Promise<void> {
    const client = await this.#opening?.catch(() => null)
    this.#opening = null
    await client?.leave()
  }

  async #ask<Answer>(question: (channel: Channel) => Promise<Answer>): Promise<Answer> {
    this.#opening ??= openChannel(this.#source)
    const { channel } = await this.#opening
    return await withTimeout(question(channel), ANSWER_TIMEOUT_MS, this.#clock)
  }
}

function description({ name, partitions }: TopicMetadata): TopicDescription {
  return {
    topic: name,
    partitions: partitions.map(({ partitionIndex, leaderId, leaderEpoch }) => ({
      partition: partitionIndex,
      leader: leaderId,
      leaderEpoch
    }))
  }
}
