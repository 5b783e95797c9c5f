/**
 * What a producer says when it refuses a record: what was expected, what was found, and the cure.
 */
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { topicNameFault } from '../../base/topic-partition.ts'
import { configError } from '../../config/define-config.ts'
import type { UnheardFailures } from './batch-outcome.ts'

export function closedError(): HighwaterError {
  return new HighwaterError('HIGHWATER_CLOSED', 'The producer is closed.')
}

export function wrongBytes(what: 'key' | 'value', found: unknown): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_SERIALIZATION',
    `The ${what} of a record must be a Uint8Array, a string or null, not ${shownType(found)}; ` +
      `serialize it first, or set ${what}.serializer.`
  )
}

/** @param cause what the serializer threw */
export function notSerialized(what: 'key' | 'value', topic: string, cause: unknown): HighwaterError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new HighwaterError(
    'HIGHWATER_SERIALIZATION',
    `The ${what} of a record of ${topic} could not be serialized by ${what}.serializer: ${reason}`,
    { cause }
  )
}

/** @throws HighwaterError HIGHWATER_CONFIG; KafkaError INVALID_TOPIC_EXCEPTION */
export function checkTopic(topic: unknown): void {
  if (typeof topic !== 'string') {
    throw configError(`The topic of a record must be a string, not ${shownType(topic)}.`)
  }
  const fault = topicNameFault(topic)
  if (fault !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', fault)
}

export function wrongCallback(found: unknown): HighwaterError {
  return configError(`The callback of a record must be a function, null or absent, not ${shownType(found)}.`)
}

function shownType(found: unknown): string {
  if (found === null) return 'null'
  return Array.isArray(found) ? 'array' : typeof found
}

/** @throws HighwaterError HIGHWATER_SERIALIZATION */
export function checkedTimestamp(timestamp: number): number {
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return timestamp
  throw new HighwaterError(
    'HIGHWATER_SERIALIZATION',
    `The timestamp of a record must be whole milliseconds since 1970, not ${timestamp}.`
  )
}

/** @throws HighwaterError HIGHWATER_SERIALIZATION */
export function checkedPartition(partition: number): number {
  if (Number.isInteger(partition) && partition >= 0) return partition
  throw new HighwaterError(
    'HIGHWATER_SERIALIZATION',
    `The partition of a record must be a whole number, 0 or more, not ${partition}.`
  )
}

export function noLeader(topic: string): KafkaError {
  return new KafkaError('LEADER_NOT_AVAILABLE', `no partition of ${topic} has a leader`)
}

export function noSuchPartition(topic: string, partition: number, partitionCount: number): KafkaError {
  return new KafkaError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `the record names partition ${partition} of ${topic}, which has ${partitionCount} partitions from 0`
  )
}

export function recordTooLarge(sizeBytes: number, setting: string, limitBytes: number): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_RECORD_TOO_LARGE',
    `The record takes up to ${sizeBytes} bytes, more than ${setting} (${limitBytes}); send less or raise it.`
  )
}

/** @param topic they wait for; null: they wait for memory */
export function queueFull(records: number, topic: string | null): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_QUEUE_FULL',
    topic === null
      ? `${records} records (engine.send.queue.records) wait for memory; ` +
          'use `await producer.ready()` before sending more.'
      : `${records} records (what buffer.memory lets wait, and engine.send.queue.records) wait until ` +
          `topic ${topic} is known; ` +
          `use \`await producer.partitionsFor('${topic}')\` before sending more.`
  )
}

export function notReady(waitMs: number): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_TIMEOUT',
    `The producer had no room, or no way to the brokers, for max.block.ms (${waitMs}).`
  )
}

/** A record waited for max.block.ms. @param fault why its topic is not known, null if memory was missing */
export function waitedTooLong(topic: string, waitMs: number, fault: Error | null, isKnown: boolean): Error {
  if (!isKnown) {
    const cause = fault === null ? '' : `: ${fault.message}`
    return new HighwaterError(
      'HIGHWATER_TIMEOUT',
      `Topic ${topic} did not become known within max.block.ms (${waitMs})${cause}.`
    )
  }
  return new HighwaterError(
    'HIGHWATER_BUFFER_EXHAUSTED',
    `No memory for a record of ${topic} became free within max.block.ms (${waitMs}); send less or ` +
      `raise buffer.memory.`
  )
}

export function undelivered({ count, first }: UnheardFailures): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_UNDELIVERED',
    `${count} records failed and nobody awaited them or gave a callback; the first: ` +
      `${first?.message ?? 'unknown'}`,
    { cause: first }
  )
}
