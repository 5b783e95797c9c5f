/**
 * Topics of a broker, and the file that keeps them over a restart: `highwater-topics.json` in the log
 * directory, replaced as a whole, durable before a creation is answered.
 *
 * Thread: the broker.
 */
import { join } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import { topicNameFault } from '../base/topic-partition.ts'
import type { Storage } from '../data-plane/log/storage.ts'

const FILE_NAME = 'highwater-topics.json'
const VERSION = 1

export interface Topic {
  readonly name: string
  readonly topicId: string
  readonly partitions: number
  /** As they were given, under Kafka's names. */
  readonly configs: Readonly<Record<string, string>>
}

export class TopicStore {
  readonly #storage: Storage
  readonly #path: string
  readonly #topics = new Map<string, Topic>()

  /** @throws HighwaterError HIGHWATER_LOG_CORRUPT, HIGHWATER_STORAGE */
  constructor(storage: Storage, logDirectory: string) {
    this.#storage = storage
    this.#path = join(logDirectory, FILE_NAME)
    for (const topic of this.#read()) this.#topics.set(topic.name, topic)
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** In the order of their creation. */
  all(): Topic[] {
    return [...this.#topics.values()]
  }

  /** Partitions of all topics. */
  get partitionCount(): number {
    return this.all().reduce((sum, topic) => sum + topic.partitions, 0)
  }

  /** @throws HighwaterError HIGHWATER_STORAGE; then the topic does not exist */
  add(topic: Topic): void {
    const contents = JSON.stringify({ version: VERSION, topics: [...this.all(), topic] }, null, 2)
    this.#storage.replaceAll(this.#path, new TextEncoder().encode(`${contents}\n`))
    this.#topics.set(topic.name, topic)
  }

  #read(): Topic[] {
    if (!this.#storage.exists(this.#path)) return []
    const text = new TextDecoder().decode(this.#storage.readAll(this.#path))
    const topics = parseTopics(text)
    if (topics !== null) return topics
    const fact = `${this.#path} must hold the topics that a broker wrote, but it holds something else`
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', fact)
  }
}

function parseTopics(text: string): Topic[] | null {
  let contents: unknown
  try {
    contents = JSON.parse(text)
  } catch {
    // Said by the caller, with the path.
    return null
  }
  if (!isObject(contents) || contents['version'] !== VERSION) return null
  const topics = contents['topics']
  return Array.isArray(topics) && topics.every(isTopic) ? topics : null
}

/** A name is checked here too: it becomes a directory. */
function isTopic(value: unknown): value is Topic {
  if (!isObject(value)) return false
  const { name, topicId, partitions, configs } = value as { [Key in keyof Topic]?: unknown }
  return (
    typeof name === 'string' &&
    topicNameFault(name) === null &&
    typeof topicId === 'string' &&
    /^[A-Za-z0-9_-]{22}$/.test(topicId) &&
    Number.isInteger(partitions) &&
    Number(partitions) > 0 &&
    isObject(configs) &&
    Object.values(configs).every(setting => typeof setting === 'string')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
