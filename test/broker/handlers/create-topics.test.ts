import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createTopics } from '../../../src/broker/handlers/create-topics.ts'
import { TopicStore } from '../../../src/broker/topic-store.ts'
import type { CreatableTopic } from '../../../src/wire/protocol/messages.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'

const LIMITS = {
  threads: 4,
  threadsReason: '2 cores, 2 threads each',
  partitions: 8,
  partitionsReason: 'a limit of 64 open files'
}

function broker() {
  const storage = new MemoryStorage()
  storage.makeDirectory('/data')
  return { storage, topics: new TopicStore(storage, '/data'), limits: LIMITS, random: seededRandom(1) }
}

const topic = (more: Partial<CreatableTopic> = {}): CreatableTopic => ({
  name: 'orders',
  numPartitions: 1,
  replicationFactor: 1,
  configs: {},
  ...more
})

test('a topic is created with an id of its own', () => {
  const parts = broker()
  const answer = createTopics({ topics: [topic({ numPartitions: 3 }), topic({ name: 'clicks' })] }, parts)
  expect(answer.topics.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
    [0, null],
    [0, null]
  ])
  expect(parts.topics.get('orders')).toMatchObject({ partitions: 3, configs: {} })
  const ids = parts.topics.all().map(created => created.topicId)
  expect(new Set(ids).size).toBe(2)
  expect(ids.every(id => /^[A-Za-z0-9_-]{22}$/.test(id))).toBe(true)
})

test('-1 is the default: one partition, one replica', () => {
  const parts = broker()
  createTopics({ topics: [topic({ numPartitions: -1, replicationFactor: -1 })] }, parts)
  expect(parts.topics.get('orders')?.partitions).toBe(1)
})

test.each([
  ['an empty name', topic({ name: '' }), 17, 'The topic name is empty.'],
  ['a name that is a path', topic({ name: '../x' }), 17, 'has a character other than'],
  ['no partitions', topic({ numPartitions: 0 }), 37, 'must be 1 or more'],
  ['more partitions than are carried', topic({ numPartitions: 9 }), 37, 'carries 8'],
  ['two replicas', topic({ replicationFactor: 2 }), 38, 'must be 1'],
  ['an unknown setting', topic({ configs: { 'segment.byte': '5' } }), 40, 'did you mean segment.bytes?'],
  ['a setting out of range', topic({ configs: { 'segment.bytes': '3' } }), 40, 'segment.bytes must be']
])('%s is refused with its code and a sentence', (_, refused, errorCode, words) => {
  const parts = broker()
  const [answer] = createTopics({ topics: [refused] }, parts).topics
  expect(answer?.errorCode).toBe(errorCode)
  expect(answer?.errorMessage).toContain(words)
  expect(parts.topics.all()).toEqual([])
})

test('the cap counts partitions of all topics', () => {
  const parts = broker()
  createTopics({ topics: [topic({ numPartitions: 5 })] }, parts)
  const [fourth, third] = [4, 3].map(
    numPartitions => createTopics({ topics: [topic({ name: 'clicks', numPartitions })] }, parts).topics[0]
  )
  expect(fourth?.errorMessage).toBe(
    'With clicks the broker would have 9 partitions, and this machine carries 8, set by a limit ' +
      'of 64 open files; create fewer partitions.'
  )
  expect(third?.errorCode).toBe(0)
})

test('a name that exists, or differs from one only in dot and underscore, is refused', () => {
  const parts = broker()
  createTopics({ topics: [topic({ name: 'a.b' })] }, parts)
  const again = createTopics({ topics: [topic({ name: 'a.b' }), topic({ name: 'a_b' })] }, parts)
  expect(again.topics.map(answer => answer.errorCode)).toEqual([36, 17])
})

test('a name that stands twice in a request is refused both times', () => {
  const parts = broker()
  const answer = createTopics({ topics: [topic(), topic(), topic({ name: 'clicks' })] }, parts)
  expect(answer.topics.map(({ errorCode }) => errorCode)).toEqual([42, 42, 0])
})

test('a disk that refuses is a storage error in words', () => {
  const parts = broker()
  parts.storage.failAt(parts.storage.operations.length, 'ENOSPC')
  const [answer] = createTopics({ topics: [topic()] }, parts).topics
  expect(answer?.errorCode).toBe(56)
  expect(answer?.errorMessage).toContain('ENOSPC: no space left on device')
})
