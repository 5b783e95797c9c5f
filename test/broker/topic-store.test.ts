import { expect, test } from 'vitest'
import { type Topic, TopicStore } from '../../src/broker/topic-store.ts'
import { MemoryStorage } from '../support/memory-storage.ts'

const FILE = '/data/highwater-topics.json'

function disk(contents?: string): MemoryStorage {
  const storage = new MemoryStorage()
  storage.makeDirectory('/data')
  if (contents !== undefined) storage.put(FILE, new TextEncoder().encode(contents))
  return storage
}

const orders: Topic = {
  name: 'orders',
  topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  partitions: 3,
  configs: { 'segment.bytes': '1000' }
}

test('topics survive a power cut once they are added', () => {
  const storage = disk()
  const topics = new TopicStore(storage, '/data')
  topics.add(orders)
  topics.add({ ...orders, name: 'clicks', partitions: 2 })
  const again = new TopicStore(storage.powerCut(), '/data')
  expect(again.all().map(topic => topic.name)).toEqual(['orders', 'clicks'])
  expect(again.get('orders')).toEqual(orders)
  expect(again.partitionCount).toBe(5)
})

test('the file is one that a person can read', () => {
  const storage = disk()
  new TopicStore(storage, '/data').add(orders)
  expect(new TextDecoder().decode(storage.bytesOf(FILE))).toBe(`{
  "version": 1,
  "topics": [
    {
      "name": "orders",
      "topicId": "AAAAAAAAAAAAAAAAAAAAAQ",
      "partitions": 3,
      "configs": {
        "segment.bytes": "1000"
      }
    }
  ]
}
`)
})

test('a topic that could not be written does not exist', () => {
  const storage = disk()
  const topics = new TopicStore(storage, '/data')
  storage.failAt(storage.operations.length, 'ENOSPC')
  expect(() => topics.add(orders)).toThrow('ENOSPC')
  expect(topics.get('orders')).toBe(undefined)
  expect(new TopicStore(storage, '/data').all()).toEqual([])
})

const withTopic = (change: object): string =>
  JSON.stringify({ version: 1, topics: [{ ...orders, ...change }] })

test.each([
  ['no JSON', '{'],
  ['another version', JSON.stringify({ version: 2, topics: [] })],
  ['no list', JSON.stringify({ version: 1, topics: {} })],
  ['a name that leaves the directory', withTopic({ name: '..' })],
  ['a name with a slash', withTopic({ name: 'a/b' })],
  ['an id of another length', withTopic({ topicId: 'short' })],
  ['no partitions', withTopic({ partitions: 0 })],
  ['a setting that is no text', withTopic({ configs: { 'segment.bytes': 5 } })]
])('a file with %s is not believed', (_, contents) => {
  expect(() => new TopicStore(disk(contents), '/data')).toThrow('must hold the topics that a broker wrote')
})
