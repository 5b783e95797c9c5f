/**
 * `partition.metadata`: the topic id of a partition directory, so that a topic made again under an old name
 * is not taken for the old one. Two lines, no newline at the end.
 *
 * Kafka: storage/internals/checkpoint/PartitionMetadataFile (KIP-516).
 */
import { join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { PARTITION_METADATA } from './log-file-names.ts'
import type { Storage } from './storage.ts'

const TOPIC_ID = /^[A-Za-z0-9_-]{22}$/
const CONTENTS = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/

/** Topic id in 22 characters of base64url, or null if the directory has none. */
export function readTopicId(storage: Storage, directory: string): string | null {
  const path = join(directory, PARTITION_METADATA)
  if (!storage.exists(path)) return null
  const match = CONTENTS.exec(new TextDecoder().decode(storage.readAll(path)))
  if (match?.[1] !== undefined) return match[1]
  const text = `${path} must hold "version: 0" and "topic_id: <22 characters>", but it holds something else`
  throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
}

/**
 * Writes the topic id into a directory that has none, or compares it.
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT if the directory belongs to another topic
 */
export function claimTopicId(storage: Storage, directory: string, topicId: string): void {
  invariant(TOPIC_ID.test(topicId), 'a topic id is 22 characters of base64url', { topicId })
  const found = readTopicId(storage, directory)
  if (found === topicId) return
  if (found !== null) {
    const text = `${directory} belongs to the topic with id ${found}, but the topic to open has id ${topicId}`
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
  }
  const contents = new TextEncoder().encode(`version: 0\ntopic_id: ${topicId}`)
  storage.replaceAll(join(directory, PARTITION_METADATA), contents)
}
