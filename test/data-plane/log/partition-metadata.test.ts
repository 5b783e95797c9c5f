import { expect, test } from 'vitest'
import { claimTopicId, readTopicId } from '../../../src/data-plane/log/partition-metadata.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { DIRECTORY } from './batches.ts'

const PATH = `${DIRECTORY}/partition.metadata`
const TOPIC_ID = 'znKIZe4DRay52qI41ZSRfQ'

function storageWith(text: string | null): MemoryStorage {
  const storage = new MemoryStorage()
  storage.makeDirectory(DIRECTORY)
  if (text !== null) storage.put(PATH, new TextEncoder().encode(text))
  return storage
}

test('a topic id is written as Kafka writes it, and read back', () => {
  const storage = storageWith(null)
  expect(readTopicId(storage, DIRECTORY)).toBeNull()
  claimTopicId(storage, DIRECTORY, TOPIC_ID)
  const text = new TextDecoder().decode(storage.bytesOf(PATH))
  expect(text).toBe('version: 0\ntopic_id: znKIZe4DRay52qI41ZSRfQ')
  expect(readTopicId(storage, DIRECTORY)).toBe(TOPIC_ID)
})

test('a directory that has the id already is not written to', () => {
  const storage = storageWith(`version: 0\ntopic_id: ${TOPIC_ID}\n`)
  claimTopicId(storage, DIRECTORY, TOPIC_ID)
  expect(storage.operations.filter(operation => operation.startsWith('write'))).toEqual([])
})

test('another topic is refused', () => {
  const storage = storageWith(`version: 0\ntopic_id: ${TOPIC_ID}`)
  expect(() => claimTopicId(storage, DIRECTORY, 'AAAAAAAAAAAAAAAAAAAAAQ')).toThrow('belongs to the topic')
})

test.each(['', 'version: 1\ntopic_id: znKIZe4DRay52qI41ZSRfQ', 'version: 0\ntopic_id: short'])(
  'the contents %j are refused',
  text => {
    expect(() => readTopicId(storageWith(text), DIRECTORY)).toThrow('it holds something else')
  }
)
