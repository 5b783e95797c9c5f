/**
 * Which partition a record goes to that names none itself.
 *
 * | name           | records with a key                      | records without                       |
 * | -------------- | --------------------------------------- | ------------------------------------- |
 * | default        | by hash of the key, over all partitions | sticky by bytes and load (KIP-794)    |
 * | uniform-sticky | as those without                        | the same                              |
 * | sticky         | by hash of the key                      | another one per new batch (KIP-480)   |
 * | round-robin    | in turn over the available ones         | the same                              |
 * | legacy-0.8     | Java's hashCode of the key              | one for ten minutes                   |
 *
 * Thread: the caller's. Kafka: KafkaProducer.partition, BuiltInPartitioner, RoundRobinPartitioner.
 */
import type { Clock } from '../../base/clock.ts'
import { partitionForKey } from '../../base/key-partition.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import { configError } from '../../config/define-config.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import { LegacyPartitioner } from './legacy-partitioner.ts'
import type { TopicPartitions } from './partition-load.ts'
import type { ProducerRecord, SerializedRecord } from './producer-record.ts'
import { BatchSticky, type StickyPartition, UniformSticky } from './sticky-partition.ts'

/** The sticky partition may take the record: it is known only when the record is appended. */
export const ANY_PARTITION = -1

export interface PartitionChoices {
  readonly partitionCount: number
  /** Partitions with a leader, or all if none has one. */
  readonly available: readonly number[]
}

/** @returns a partition from 0 */
export type PartitionFunction<K = Uint8Array | string, V = Uint8Array | string> = (
  record: ProducerRecord<K, V>,
  keyBytes: Uint8Array | null,
  topic: PartitionChoices
) => number

export interface Partitioner<K = Uint8Array | string, V = Uint8Array | string> {
  partition: PartitionFunction<K, V>
  close?(): void
}

/** Chooses for the records of one topic. */
export interface TopicPartitioner {
  readonly sticky: StickyPartition
  /** Records without a key go to the sticky partition: they need not be asked about. */
  readonly isKeylessSticky: boolean
  /** Once per record, when its topic is known. @returns ANY_PARTITION leaves it to the sticky partition */
  choose(record: SerializedRecord): number
}

interface PartitioningOptions {
  readonly settings: ProducerSettings
  readonly clock: Clock
  readonly random: Random
}

/** What `partitioner.class` and its settings say, for all topics. */
export class Partitioning {
  readonly #options: PartitioningOptions
  readonly #custom: Partitioner<unknown, unknown> | null

  constructor(options: PartitioningOptions) {
    this.#options = options
    this.#custom = customPartitioner(options.settings.partitionerClass)
  }

  /** It looks at records as they were before they were serialized. */
  get needsSource(): boolean {
    return this.#custom !== null || this.#options.settings.partitionerClass === 'legacy-0.8'
  }

  forTopic(topic: TopicPartitions): TopicPartitioner {
    const { settings, clock, random } = this.#options
    const { partitionerClass, partitionerIgnoreKeys } = settings
    if (this.#custom !== null) return new CustomPartitioner(topic, this.#custom, random)
    const uniform = new UniformSticky(topic, settings, random)
    switch (partitionerClass) {
      case 'uniform-sticky':
        return new KeyPartitioner(topic, uniform, true)
      case 'sticky':
        return new KeyPartitioner(topic, new BatchSticky(topic, random), partitionerIgnoreKeys)
      case 'round-robin':
        return new RoundRobinPartitioner(topic, uniform)
      case 'legacy-0.8':
        return new LegacyPartitioner(topic, uniform, { clock, random })
      default:
        return new KeyPartitioner(topic, uniform, partitionerIgnoreKeys)
    }
  }

  close(): void {
    this.#custom?.close?.()
  }
}

class KeyPartitioner implements TopicPartitioner {
  readonly sticky: StickyPartition
  readonly isKeylessSticky = true
  readonly #topic: TopicPartitions
  readonly #ignoresKeys: boolean

  constructor(topic: TopicPartitions, sticky: StickyPartition, ignoresKeys: boolean) {
    this.#topic = topic
    this.sticky = sticky
    this.#ignoresKeys = ignoresKeys
  }

  choose({ key }: SerializedRecord): number {
    return key === null || this.#ignoresKeys ? ANY_PARTITION : partitionForKey(key, this.#topic.queues.length)
  }
}

class RoundRobinPartitioner implements TopicPartitioner {
  readonly sticky: StickyPartition
  readonly isKeylessSticky = false
  readonly #topic: TopicPartitions
  #next = 0

  constructor(topic: TopicPartitions, sticky: StickyPartition) {
    this.#topic = topic
    this.sticky = sticky
  }

  choose(): number {
    const { available } = this.#topic
    const at = this.#next % available.length
    this.#next = at + 1
    return available[at] ?? 0
  }
}

class CustomPartitioner implements TopicPartitioner {
  readonly sticky: StickyPartition
  readonly isKeylessSticky = false
  readonly #topic: TopicPartitions
  readonly #custom: Partitioner<unknown, unknown>

  constructor(topic: TopicPartitions, custom: Partitioner<unknown, unknown>, random: Random) {
    this.#topic = topic
    this.#custom = custom
    this.sticky = new BatchSticky(topic, random)
  }

  /** @throws what the partitioner throws, and HighwaterError HIGHWATER_CONFIG */
  choose({ source, key }: SerializedRecord): number {
    const { topic, queues, available } = this.#topic
    const chosen: unknown = this.#custom.partition(source, key, { partitionCount: queues.length, available })
    if (typeof chosen === 'number' && Number.isInteger(chosen) && chosen >= 0) return chosen
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `The partitioner must name a partition of ${topic} by a whole number, 0 or more, not ${String(chosen)}.`
    )
  }
}

/** @returns null if the setting is a name */
function customPartitioner(setting: string | object): Partitioner<unknown, unknown> | null {
  if (typeof setting === 'string') return null
  if (typeof setting === 'function') return { partition: setting as PartitionFunction<unknown, unknown> }
  if ('partition' in setting && typeof setting.partition === 'function') {
    return setting as Partitioner<unknown, unknown>
  }
  throw configError('partitioner.class must be a name, a function, or an object with a method partition.')
}
