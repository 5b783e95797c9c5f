/**
 * CreateTopics (key 19), in the process.
 *
 * Behaviour: each topic is judged for itself; what is answered with 0 is on disk. -1 means the default: one
 * partition, one replica. Not more partitions than the machine has memory and files for.
 * Not done: manual assignment, validateOnly.
 */
import { ERROR_CODES, type ErrorName } from '../../base/error-codes.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import { topicNameFault } from '../../base/topic-partition.ts'
import type {
  CreatableTopic,
  CreateTopicsRequest,
  CreateTopicsResponse
} from '../../wire/protocol/messages.ts'
import type { PartitionLimits } from '../partition-limits.ts'
import { randomId } from '../topic-id.ts'
import { partitionSettings } from '../topic-settings.ts'
import type { TopicStore } from '../topic-store.ts'

interface Refusal {
  readonly error: ErrorName
  readonly message: string
}

interface CreateTopicsParts {
  readonly topics: TopicStore
  readonly limits: PartitionLimits
  readonly random: Random
}

export function createTopics(request: CreateTopicsRequest, parts: CreateTopicsParts): CreateTopicsResponse {
  const named = request.topics.map(topic => topic.name)
  return {
    topics: request.topics.map(topic => {
      const isDouble = named.indexOf(topic.name) !== named.lastIndexOf(topic.name)
      const refusal = isDouble
        ? { error: 'INVALID_REQUEST' as const, message: `The request names ${topic.name} more than once.` }
        : (faultOf(topic, parts) ?? create(topic, parts))
      const errorCode = refusal === null ? 0 : ERROR_CODES[refusal.error].code
      return { name: topic.name, errorCode, errorMessage: refusal?.message ?? null }
    })
  }
}

function faultOf(topic: CreatableTopic, { topics, limits }: CreateTopicsParts): Refusal | null {
  const nameFault = topicNameFault(topic.name) ?? collision(topic.name, topics)
  if (nameFault !== null) return { error: 'INVALID_TOPIC_EXCEPTION', message: sentence(nameFault) }
  if (topics.get(topic.name) !== undefined) {
    return { error: 'TOPIC_ALREADY_EXISTS', message: `The topic ${topic.name} exists already.` }
  }
  const partitions = partitionsOf(topic)
  if (!Number.isInteger(partitions) || partitions < 1) {
    const message =
      `The number of partitions of ${topic.name} must be 1 or more, or -1 for the default, not ` +
      `${partitions}.`
    return { error: 'INVALID_PARTITIONS', message }
  }
  const wanted = topics.partitionCount + partitions
  if (wanted > limits.partitions) {
    const message =
      `With ${topic.name} the broker would have ${wanted} partitions, and this machine carries ` +
      `${limits.partitions}, set by ${limits.partitionsReason}; create fewer partitions.`
    return { error: 'INVALID_PARTITIONS', message }
  }
  if (topic.replicationFactor !== 1 && topic.replicationFactor !== -1) {
    const given = topic.replicationFactor
    const message = `The replication factor of ${topic.name} must be 1 with one broker, not ${given}.`
    return { error: 'INVALID_REPLICATION_FACTOR', message }
  }
  return configFault(topic)
}

function partitionsOf({ numPartitions }: CreatableTopic): number {
  return numPartitions === -1 ? 1 : numPartitions
}

/** Names that differ only in '.' and '_' would have the same metrics. */
function collision(name: string, topics: TopicStore): string | null {
  const metricName = name.replaceAll('.', '_')
  const other = topics.all().find(topic => topic.name.replaceAll('.', '_') === metricName)
  if (other === undefined || other.name === name) return null
  return `the topic name ${name} collides with ${other.name}: they differ only in '.' and '_'`
}

function configFault({ name, configs }: CreatableTopic): Refusal | null {
  try {
    partitionSettings(configs)
    return null
  } catch (error) {
    if (!(error instanceof HighwaterError)) throw error
    return { error: 'INVALID_CONFIG', message: `Topic ${name}: ${error.message}` }
  }
}

function create(topic: CreatableTopic, { topics, random }: CreateTopicsParts): Refusal | null {
  const { name, configs } = topic
  try {
    topics.add({ name, topicId: randomId(random), partitions: partitionsOf(topic), configs })
    return null
  } catch (error) {
    if (!(error instanceof HighwaterError)) throw error
    return { error: 'KAFKA_STORAGE_ERROR', message: `The topic ${name} was not created: ${error.message}` }
  }
}

function sentence(fault: string): string {
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`
}
