/**
 * A topic's partition, its directory name, and the rule for topic names.
 *
 * Kafka: common/TopicPartition, internals/Topic, storage/LogFileUtils.
 */
import { KafkaError } from './kafka-error.ts'

export interface TopicPartition {
  readonly topic: string
  /** Index from 0. */
  readonly partition: number
}

const LEGAL = /^[a-zA-Z0-9._-]+$/

/**
 * Why a topic name is refused, or null. The rule is Kafka's: 1 to 249 of `[a-zA-Z0-9._-]`, not `.` or `..`.
 */
export function topicNameFault(topic: string): string | null {
  if (topic.length === 0) return 'the topic name is empty'
  if (topic === '.' || topic === '..') return `the topic name cannot be "${topic}"`
  if (topic.length > 249) return `the topic name has ${topic.length} characters; 249 are permitted`
  if (!LEGAL.test(topic)) {
    const name = JSON.stringify(topic)
    return `the topic name ${name} has a character other than ASCII letters, digits, '.', '_' and '-'`
  }
  return null
}

/**
 * Directory of a partition inside a log directory, `topic-0`. Checks the name again: this is the lowest layer
 * that builds a path from it.
 * @throws KafkaError INVALID_TOPIC_EXCEPTION
 */
export function partitionDirectory({ topic, partition }: TopicPartition): string {
  const fault = topicNameFault(topic)
  if (fault !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', fault)
  if (!Number.isInteger(partition) || partition < 0) {
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `partition ${partition} of ${topic}`)
  }
  return `${topic}-${partition}`
}
