import { expect, test } from 'vitest'
import { creatableTopics, type NewTopic } from '../../../src/clients/admin/new-topic.ts'

test('what is not given has its default, and settings become text', () => {
  const configs = { 'segment.bytes': 1024, 'message.timestamp.type': 'CreateTime' }
  expect(
    creatableTopics([
      { topic: 'a', numPartitions: 2 },
      { topic: 'b', numPartitions: 1, configs }
    ])
  ).toEqual([
    { name: 'a', numPartitions: 2, replicationFactor: 1, configs: {} },
    {
      name: 'b',
      numPartitions: 1,
      replicationFactor: 1,
      configs: { 'segment.bytes': '1024', 'message.timestamp.type': 'CreateTime' }
    }
  ])
})

test.each<[string, unknown, string]>([
  [
    'another name for the name',
    [{ name: 'x' }],
    'A new topic has no "name"; known are topic, numPartitions,'
  ],
  [
    'a slip of a property',
    [{ topic: 'x', numPartition: 1 }],
    'no "numPartition"; did you mean numPartitions?'
  ],
  [
    'a name alone',
    ['x'],
    'createTopics takes objects such as { topic: \'orders\', numPartitions: 6 }, not "x".'
  ],
  ['null', [null], 'numPartitions: 6 }, not null.'],
  ['no count', [{ topic: 'x' }], 'but numPartitions of x is missing.'],
  ['a count as text', [{ topic: 'x', numPartitions: '4' }], 'but numPartitions of x is "4".'],
  ['no name', [{ numPartitions: 1 }], 'but topic is missing.'],
  ['one topic without a list', { topic: 'x', numPartitions: 1 }, 'createTopics takes a list of topics: [']
])('%s is refused in a sentence, not by a TypeError', (_, given, words) => {
  expect(() => creatableTopics(given as NewTopic[])).toThrow(words)
  expect(() => creatableTopics(given as NewTopic[])).toThrow(
    expect.objectContaining({ code: 'HIGHWATER_CONFIG' })
  )
})
