import { expect, test } from 'vitest'
import { Admin } from '../../../src/clients/admin/admin.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'

test('topics are created, listed and described', async () => {
  const channel = new MemoryChannel()
  const admin = new Admin(channel)
  await admin.createTopics([
    { topic: 'b', numPartitions: 2, configs: { 'segment.bytes': 1024 } },
    { topic: 'a', numPartitions: 1 }
  ])
  expect(await admin.listTopics()).toEqual(['a', 'b'])
  expect(await admin.describeTopics(['b'])).toEqual([
    {
      topic: 'b',
      partitions: [
        { partition: 0, leader: 0, leaderEpoch: 0 },
        { partition: 1, leader: 0, leaderEpoch: 0 }
      ]
    }
  ])
  expect(channel.createdConfigs).toEqual([{ 'segment.bytes': '1024' }, {}])
})

test('what the broker refuses is thrown with the topic', async () => {
  const admin = new Admin(new MemoryChannel())
  await admin.createTopics([{ topic: 'a', numPartitions: 1 }])
  await expect(admin.createTopics([{ topic: 'a', numPartitions: 1 }])).rejects.toThrow(
    /TOPIC_ALREADY_EXISTS.*topic a/
  )
  await expect(admin.describeTopics(['missing'])).rejects.toThrow(/UNKNOWN_TOPIC_OR_PARTITION.*missing/)
})

test('a channel opened for it is closed with it, and one that was given is not', async () => {
  const own = new MemoryChannel()
  const admin = new Admin({ connect: async () => own })
  await admin.listTopics()
  await admin.close()
  expect(own.isClosed).toBe(true)
  const given = new MemoryChannel()
  const other = new Admin(given)
  await other.listTopics()
  await other.close()
  expect(given.isClosed).toBe(false)
})
