/**
 * A topic that is to be created, as a program describes it, and what is said of one that cannot be meant.
 * What is possible decides the broker.
 */
import { configError, nearestKey } from '../../config/define-config.ts'
import type { CreatableTopic } from '../../wire/protocol/messages.ts'

export interface NewTopic {
  readonly topic: string
  readonly numPartitions: number
  /** 1 if absent. */
  readonly replicationFactor?: number
  /** Kafka's topic settings, such as `{ 'segment.bytes': 1048576 }`. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>
}

const EXAMPLE = "{ topic: 'orders', numPartitions: 6 }"
const KEYS = ['topic', 'numPartitions', 'replicationFactor', 'configs']

/** As the request carries them. @throws HighwaterError HIGHWATER_CONFIG */
export function creatableTopics(topics: readonly NewTopic[]): CreatableTopic[] {
  if (!Array.isArray(topics)) throw configError(`createTopics takes a list of topics: [${EXAMPLE}].`)
  return topics.map(creatableTopic)
}

function creatableTopic(given: NewTopic): CreatableTopic {
  if (typeof given !== 'object' || given === null) {
    throw configError(`createTopics takes objects such as ${EXAMPLE}, not ${JSON.stringify(given)}.`)
  }
  const unknown = Object.keys(given).find(key => !KEYS.includes(key))
  if (unknown !== undefined) {
    const nearest = nearestKey(unknown, KEYS)
    const cure = nearest === null ? `known are ${KEYS.join(', ')}.` : `did you mean ${nearest}?`
    throw configError(`A new topic has no ${JSON.stringify(unknown)}; ${cure}`)
  }
  const { topic, numPartitions, replicationFactor, configs } = given
  if (typeof topic !== 'string' || typeof numPartitions !== 'number') {
    const wrong = typeof topic === 'string' ? `numPartitions of ${topic}` : 'topic'
    const value = typeof topic === 'string' ? numPartitions : topic
    throw configError(`createTopics takes objects such as ${EXAMPLE}, but ${wrong} is ${shown(value)}.`)
  }
  return {
    name: topic,
    numPartitions,
    replicationFactor: replicationFactor ?? 1,
    configs: Object.fromEntries(Object.entries(configs ?? {}).map(([key, value]) => [key, String(value)]))
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value))
}
