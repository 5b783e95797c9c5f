/**
 * A program's first loop: sends without a pause, so that the event loop stands still from the first record to
 * the last, and nothing was asked about the topic before.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { Admin } from '../../src/clients/admin/admin.ts'
import type { ChannelSource } from '../../src/clients/channel-source.ts'
import { Consumer } from '../../src/clients/consumer/consumer.ts'
import { Producer } from '../../src/clients/producer/producer.ts'
import type { ProducerOptions } from '../../src/clients/producer/producer-options.ts'
import { type Cluster, startCluster } from '../../src/cluster/embedded-cluster.ts'

/** More than may wait for a topic: 32 MiB, with 512 bytes for the objects of each. */
const RECORDS = 150_000

const clusters: Cluster[] = []

afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.close()
})

async function startedWith(topics: readonly string[], numPartitions = 1): Promise<Cluster> {
  const cluster = await startCluster()
  clusters.push(cluster)
  const admin = new Admin(cluster)
  await admin.createTopics(topics.map(topic => ({ topic, numPartitions })))
  await admin.close()
  return cluster
}

/** Sends numbers from 0, to the topics in turn. */
function sendLoop(producer: Producer, topics: readonly string[], records = RECORDS): void {
  for (let number = 0; number < records; number++) {
    producer.send({ topic: topics[number % topics.length] ?? '', value: String(number) })
  }
}

/** How many records failed. */
async function closed(producer: Producer): Promise<number> {
  await producer.close()
  return producer.metrics()['record-error-total']
}

/** Every `step`-th number from the first. */
function numbers(first = 0, step = 1): number[] {
  return Array.from({ length: Math.ceil((RECORDS - first) / step) }, (_, index) => first + index * step)
}

async function logged(source: ChannelSource, topic: string, partition = 0): Promise<number[]> {
  const consumer = new Consumer(source, { 'auto.offset.reset': 'earliest' })
  const place = { topic, partition }
  consumer.assign([{ ...place, to: await consumer.endOffset(place) }])
  const found: number[] = []
  while (!consumer.isAtEnd) {
    await consumer.forEach(record => void found.push(Number(Buffer.from(record.value() ?? []).toString())))
  }
  await consumer.close()
  return found
}

describe('a loop of sends without a pause has every record in the log, in order', () => {
  test.each<[string, ProducerOptions]>([
    ['with idempotence', {}],
    ['without', { 'enable.idempotence': false }],
    ['at acks 0', { acks: '0', 'enable.idempotence': false }],
    ['with a codec', { 'compression.type': 'lz4' }]
  ])('%s', async (_, config) => {
    const cluster = await startedWith(['t'])
    const producer = new Producer(cluster, config)
    sendLoop(producer, ['t'])
    expect(await closed(producer)).toBe(0)
    expect(await logged(cluster, 't')).toEqual(numbers())
  })

  test('over a channel that is open already', async () => {
    const cluster = await startedWith(['t'])
    const channel = await cluster.connect()
    const producer = new Producer(channel)
    sendLoop(producer, ['t'])
    expect(await closed(producer)).toBe(0)
    expect(await logged(channel, 't')).toEqual(numbers())
  })

  test('to two topics in turn', async () => {
    const cluster = await startedWith(['a', 'b'])
    const producer = new Producer(cluster)
    sendLoop(producer, ['a', 'b'])
    expect(await closed(producer)).toBe(0)
    expect(await logged(cluster, 'a')).toEqual(numbers(0, 2))
    expect(await logged(cluster, 'b')).toEqual(numbers(1, 2))
  })

  test('to a topic nobody has asked about, from a producer that has sent to another', async () => {
    const cluster = await startedWith(['a', 'b'])
    const producer = new Producer(cluster)
    await producer.send({ topic: 'a', value: 'first' })
    sendLoop(producer, ['b'])
    expect(await closed(producer)).toBe(0)
    expect(await logged(cluster, 'b')).toEqual(numbers())
  })

  test('to several partitions, each of them in order', async () => {
    const cluster = await startedWith(['t'], 3)
    const producer = new Producer(cluster)
    sendLoop(producer, ['t'])
    expect(await closed(producer)).toBe(0)
    const found = await Promise.all([0, 1, 2].map(partition => logged(cluster, 't', partition)))
    for (const numbersOfOne of found) expect(numbersOfOne).toEqual(numbersOfOne.toSorted((a, b) => a - b))
    expect(found.flat().toSorted((a, b) => a - b)).toEqual(numbers())
  })

  test.each([0, 1, 3, 10, 30])(
    'where the event loop had %i turns to open the way to the partition',
    async turns => {
      const cluster = await startedWith(['t'])
      const producer = new Producer(cluster, { 'enable.idempotence': false })
      const asked = producer.partitionsFor('t')
      for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
      sendLoop(producer, ['t'])
      expect(await asked).toEqual([0])
      expect(await closed(producer)).toBe(0)
      expect(await logged(cluster, 't')).toEqual(numbers())
    }
  )

  test('with memory for few records alone', async () => {
    const cluster = await startedWith(['t'])
    const producer = new Producer(cluster, { 'buffer.memory': 256 * 1024 })
    sendLoop(producer, ['t'])
    expect(await closed(producer)).toBe(0)
    expect(await logged(cluster, 't')).toEqual(numbers())
  })
})

test('one ring is opened for a partition, however it is asked for', async () => {
  const cluster = await startedWith(['t'])
  const channel = await cluster.connect()
  const lane = await channel.openProduceLane({ slotBytes: 1024, slotCount: 8, inFlightMax: 5 })
  const opening = lane.openPartition({ topic: 't', partition: 0 })
  expect(lane.openPartition({ topic: 't', partition: 0 })).toBe(opening)
  expect(await lane.openPartition({ topic: 't', partition: 0 })).toBe(await opening)
})

describe('a loop of sends to a topic that does not exist', () => {
  test('ends, and every record is a counted failure of which close tells', async () => {
    const cluster = await startedWith([])
    const producer = new Producer(cluster, { 'max.block.ms': 500 })
    sendLoop(producer, ['missing'])
    await expect(producer.close()).rejects.toThrow(`${RECORDS} records failed`)
    expect(producer.metrics()['record-error-total']).toBe(RECORDS)
  })

  test('takes nothing from one that does', async () => {
    const cluster = await startedWith(['t'])
    const producer = new Producer(cluster, { 'max.block.ms': 2000 })
    sendLoop(producer, ['t', 'missing'])
    await expect(producer.close()).rejects.toThrow(`${RECORDS / 2} records failed`)
    expect(await logged(cluster, 't')).toEqual(numbers(0, 2))
  })
})

test('a loop of sends on a cluster that is closed ends, and every record is a counted failure', async () => {
  const cluster = await startedWith([])
  await cluster.close()
  const producer = new Producer(cluster)
  sendLoop(producer, ['t'])
  await expect(producer.close()).rejects.toThrow(`${RECORDS} records failed`)
})
