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
  await expect(admin.createTopics([{ topic: 'a', numPartitions: 1 }])).rejects.toMatchObject({
    code: 'TOPIC_ALREADY_EXISTS',
    message: 'TOPIC_ALREADY_EXISTS: A topic of this name exists already (topic a)'
  })
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

test('where the broker says what it found, its sentence stands alone', async () => {
  class TalkingChannel extends MemoryChannel {
    override async createTopics() {
      return { topics: [{ name: 'a', errorCode: 37, errorMessage: 'The machine carries 64 partitions.' }] }
    }
  }
  const admin = new Admin(new TalkingChannel())
  await expect(admin.createTopics([{ topic: 'a', numPartitions: 65 }])).rejects.toMatchObject({
    code: 'INVALID_PARTITIONS',
    message: 'INVALID_PARTITIONS: The machine carries 64 partitions.'
  })
})

test('a list of names is asked for where one name is given', async () => {
  const admin = new Admin(new MemoryChannel())
  const name = 'orders' as unknown
  await expect(admin.describeTopics(name as string[])).rejects.toThrow(
    "describeTopics takes a list of names, such as ['orders']."
  )
})
