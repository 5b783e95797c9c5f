import { afterEach, expect, test } from 'vitest'
import { type Cluster, type ClusterOptions, startCluster } from '../../src/cluster/embedded-cluster.ts'
import type { Channel } from '../../src/wire/network/channel.ts'
import { count, LaneProducer, readSequences } from './lane-driver.ts'

const MIB = 2 ** 20
const orders = { topic: 'orders', partition: 0 }

let cluster: Cluster

afterEach(() => cluster.close())

async function withTopics(
  paces: Readonly<Record<string, number | null>>,
  options: ClusterOptions = {}
): Promise<Channel> {
  cluster = await startCluster({ 'engine.arena.bytes': 16 * MIB, ...options })
  const channel = await cluster.connect()
  const topics = Object.entries(paces).map(([name, pace]) => {
    const configs: Record<string, string> = pace === null ? {} : { 'engine.partition.pace': String(pace) }
    return { name, numPartitions: 1, replicationFactor: 1, configs }
  })
  const created = await channel.createTopics({ topics })
  expect(created.topics.map(({ errorMessage }) => errorMessage)).toEqual(topics.map(() => null))
  return channel
}

const open = (channel: Channel, topic: string): Promise<LaneProducer> =>
  LaneProducer.open(channel, { topic, partition: 0 })

/** Keeps a partition busy until told to stop. @returns batches it has answered */
async function keepBusy(producer: LaneProducer, isDone: () => boolean): Promise<number> {
  while (!isDone()) {
    producer.sendUpTo(5)
    await producer.lane.wait(20)
    producer.reap()
  }
  return producer.settled.size
}

test('each partition keeps its own pace; the cluster gives it where a topic has none', async () => {
  const paces = { slow: null, middle: 200_000, fast: 400_000 }
  const channel = await withTopics(paces, { 'engine.partition.pace': 100_000 })
  const producers = await Promise.all(Object.keys(paces).map(topic => open(channel, topic)))
  const startedAt = performance.now()
  // As soon as the slow one has half of a second behind it, all are looked at.
  const isDone = (): boolean => (producers[0]?.settled.size ?? 0) >= 250
  const batches = await Promise.all(producers.map(producer => keepBusy(producer, isDone)))
  const elapsedSeconds = (performance.now() - startedAt) / 1000
  for (const [index, pace] of [100_000, 200_000, 400_000].entries()) {
    // What is saved up, and one pass.
    expect(200 * (batches[index] ?? 0)).toBeLessThanOrEqual(pace * (elapsedSeconds + 0.2) + 200)
  }
  const [slow = 0, , fast = 0] = batches
  expect(fast / slow).toBeGreaterThan(1.5)
})

test('what waits for its pace is told of, and can be read, cut and closed at once', async () => {
  // A batch of 200 bytes is 200 s of this pace.
  const channel = await withTopics({ orders: 1 })
  const producer = await open(channel, 'orders')
  producer.sendUpTo(5)
  await producer.lane.wait(5000)
  producer.reap()
  expect(producer.settled.size).toBe(1)
  expect(await readSequences(channel, orders)).toEqual(count(1))
  expect(await cluster.truncatePartition(orders, 0)).toBe(0)
  const { pacedMs, bytes, passes } = await cluster.partitionUsage(orders)
  expect({ bytes, passes }).toEqual({ bytes: 200, passes: 1 })
  expect(pacedMs).toBeGreaterThan(0)
  await cluster.close()
  producer.reap()
  expect([...producer.settled.values()].map(({ errorCode }) => errorCode)).toEqual([0, 0, 0, 0, 0])
})

test('a topic may be without a pace in a cluster that has one', async () => {
  const channel = await withTopics({ orders: 0 }, { 'engine.partition.pace': 1 })
  const producer = await open(channel, 'orders')
  await producer.append(50)
  expect(producer.settled.size).toBe(50)
})

test('a pace that is none is refused', async () => {
  cluster = await startCluster({ 'engine.arena.bytes': 16 * MIB })
  const channel = await cluster.connect()
  const configs = { 'engine.partition.pace': '-1' }
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, configs }
  const { topics } = await channel.createTopics({ topics: [topic] })
  expect(topics[0]?.errorMessage).toContain('engine.partition.pace must be a whole number from 0 to')
})
