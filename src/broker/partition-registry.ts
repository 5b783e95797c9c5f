/**
 * The partitions of this broker that are in use, each made at its first use and kept until the broker closes.
 *
 * Thread: the broker.
 */
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { threadEntry } from '../threads/worker-entry.ts'
import type { Engine } from './engine.ts'
import { HostThreads } from './host-threads.ts'
import { HostedPartition } from './hosted-partition.ts'
import { partitionSettings } from './topic-settings.ts'
import type { TopicStore } from './topic-store.ts'

const ENTRY = threadEntry(import.meta.url, '../data-plane/partition/partition-thread.ts', 'bundle')
/** How often the supervisors look: short against the 5 s a thread may be still. */
const TICK_MS = 500
/** How long a batch for an offline partition waits for its refusal. */
const OFFLINE_TICK_MS = 5

interface RegistryOptions {
  readonly logDirectory: string
  /** Partition threads; partitions beyond them share one. */
  readonly threadsMax: number
  /** engine.partition.pace of the cluster. */
  readonly pace: number
}

export class PartitionRegistry {
  readonly #engine: Engine
  readonly #topics: TopicStore
  readonly #logDirectory: string
  readonly #partitions = new Map<string, HostedPartition>()
  readonly #offline = new Set<HostedPartition>()
  #cancelTick: () => void
  #cancelOfflineTick: (() => void) | null = null
  readonly #pace: number
  readonly #hosts: HostThreads
  #isClosed = false

  constructor(engine: Engine, topics: TopicStore, options: RegistryOptions) {
    const { logDirectory, threadsMax, pace } = options
    this.#engine = engine
    this.#topics = topics
    this.#logDirectory = logDirectory
    this.#pace = pace
    this.#hosts = new HostThreads(engine, ENTRY, threadsMax)
    this.#cancelTick = engine.clock.after(TICK_MS, () => this.#tick())
  }

  /** The partition, if it is in use. */
  get({ topic, partition }: TopicPartition): HostedPartition | undefined {
    return this.#partitions.get(`${topic}-${partition}`)
  }

  /**
   * The partition, serving.
   * @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR; HighwaterError HIGHWATER_CLOSED
   */
  async open(name: TopicPartition): Promise<HostedPartition> {
    if (this.#isClosed) throw new HighwaterError('HIGHWATER_CLOSED', 'the cluster is closed')
    const partition = this.get(name) ?? this.#create(name)
    await partition.ready()
    return partition
  }

  /** A reader has ended: nobody is to be woken for it. */
  forgetReader(readerRow: number): void {
    for (const partition of this.#partitions.values()) partition.forgetReader(readerRow)
  }

  #create({ topic, partition }: TopicPartition): HostedPartition {
    const known = this.#topics.get(topic)
    if (
      known === undefined ||
      !(Number.isInteger(partition) && partition >= 0 && partition < known.partitions)
    ) {
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${topic}-${partition}`)
    }
    const place = {
      id: this.#partitions.size + 1,
      topic,
      partition,
      topicId: known.topicId,
      logDirectory: this.#logDirectory,
      settings: partitionSettings(known.configs, this.#pace),
      host: this.#hosts.place(),
      wentOffline: () => {
        this.#offline.add(hosted)
        this.#answerOffline()
      }
    }
    const hosted = new HostedPartition(place, this.#engine)
    this.#partitions.set(`${topic}-${partition}`, hosted)
    return hosted
  }

  #tick(): void {
    this.#hosts.tick()
    this.#answerOffline()
    this.#cancelTick = this.#engine.clock.after(TICK_MS, () => this.#tick())
  }

  /** Every 5 ms as long as an offline partition has rings. */
  #answerOffline(): void {
    if (this.#cancelOfflineTick !== null) return
    let goesOn = false
    for (const partition of this.#offline) goesOn = partition.answerOffline() || goesOn
    if (!goesOn) return
    this.#cancelOfflineTick = this.#engine.clock.after(OFFLINE_TICK_MS, () => {
      this.#cancelOfflineTick = null
      this.#answerOffline()
    })
  }

  /**
   * Stops every partition: what was submitted is answered, logs are flushed and closed.
   * @throws HighwaterError HIGHWATER_STORAGE, after all have ended, if a log could not be flushed
   */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTick()
    const failures = await Promise.all([...this.#partitions.values()].map(partition => partition.stop()))
    await this.#hosts.ended()
    this.#cancelOfflineTick?.()
    const [failure] = failures.filter(text => text !== null)
    if (failure !== undefined) throw new HighwaterError('HIGHWATER_STORAGE', failure)
  }
}
