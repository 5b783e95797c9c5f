import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Cluster, type ClusterOptions, startCluster } from '../../src/cluster/embedded-cluster.ts'
import type { Channel } from '../../src/wire/network/channel.ts'
import { count, LaneProducer, readSequences } from './lane-driver.ts'

const MIB = 2 ** 20
const MANY = 300
const THREADS = 4

const place = (partition: number) => ({ topic: 'orders', partition })

let cluster: Cluster
let directory = ''

afterEach(async () => {
  await cluster.close()
  if (directory !== '') rmSync(directory, { recursive: true, force: true })
  directory = ''
})

async function withPartitions(numPartitions: number, options: ClusterOptions): Promise<Channel> {
  cluster = await startCluster({ 'engine.arena.bytes': 32 * MIB, ...options })
  const channel = await cluster.connect()
  const orders = { name: 'orders', numPartitions, replicationFactor: 1, configs: {} }
  const { topics } = await channel.createTopics({ topics: [orders] })
  expect(topics).toEqual([{ name: 'orders', errorCode: 0, errorMessage: null }])
  return channel
}

const openAll = (channel: Channel, partitions: readonly number[]): Promise<LaneProducer[]> =>
  Promise.all(partitions.map(partition => LaneProducer.open(channel, place(partition))))

const kernelThreads = (): number => readdirSync('/proc/self/task').length
const openFiles = (): number => readdirSync('/proc/self/fd').length

const errorsOf = ({ settled }: LaneProducer): number[] =>
  [...settled.values()].map(({ errorCode }) => errorCode)

describe('more partitions than threads', { timeout: 60_000 }, () => {
  test('are each written and read, by no more threads and with a handle each', async () => {
    const channel = await withPartitions(MANY, { 'engine.partition.threads.max': THREADS })
    expect(await cluster.partitionRoom()).toEqual({ partitions: 0, reason: 'engine.partition.threads.max' })
    const lane = await channel.openProduceLane({ slotBytes: 1024, slotCount: 4, inFlightMax: 4 })
    const before = { threads: kernelThreads(), files: openFiles() }
    await Promise.all(count(MANY).map(partition => lane.openPartition(place(partition))))
    // A channel and its port, an event loop and what belongs to it: some handles for each thread.
    expect(kernelThreads() - before.threads).toBe(THREADS)
    expect(openFiles() - before.files).toBeLessThan(MANY + THREADS * 10)
    expect((await cluster.partitionUsage(place(0))).threadPartitions).toBe(MANY / THREADS)
    lane.close()
    // Readers with a bell each, some at a time.
    for (let from = 0; from < MANY; from += 50) {
      const some = count(50).map(index => from + index)
      const producers = await openAll(channel, some)
      await Promise.all(producers.map((producer, index) => producer.append(1 + (index % 3))))
      for (const [index, partition] of some.entries()) {
        expect(await readSequences(channel, place(partition))).toEqual(count(1 + (index % 3)))
      }
      for (const producer of producers) producer.lane.close()
    }
  })

  test('survive the deaths of their threads under load: what was acknowledged is there, once', async () => {
    const partitions = count(12)
    const channel = await withPartitions(partitions.length, { 'engine.partition.threads.max': 2 })
    const producers = await openAll(channel, partitions)
    for (let round = 0; round < 2; round++) {
      const appending = Promise.all(producers.map(producer => producer.append(300)))
      for (const victim of [round, 6 + round, 3 + round]) {
        await producers[victim]?.lane.wait(1)
        await cluster.killPartition(place(victim))
      }
      await appending
    }
    for (const [partition, producer] of producers.entries()) {
      expect(errorsOf(producer)).toEqual(count(600).map(() => 0))
      expect(await readSequences(channel, place(partition))).toEqual(count(600))
    }
  })

  test('are not put out of service by a neighbour that dies again and again', async () => {
    const channel = await withPartitions(3, { 'engine.partition.threads.max': 1 })
    const producers = await openAll(channel, count(3))
    for (let kill = 0; kill < 3; kill++) {
      await Promise.all(producers.map(producer => producer.append(10)))
      await cluster.killPartition(place(1))
    }
    await Promise.all(producers.map(producer => producer.append(2)))
    const alive = count(32).map(() => 0)
    expect(producers.map(errorsOf)).toEqual([alive, [...alive.slice(0, 30), 56, 56], alive])
    expect(await readSequences(channel, place(2))).toEqual(count(32))
  })

  test('are served on by the same thread when the disk refuses one of them', async () => {
    directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
    const channel = await withPartitions(3, { 'engine.partition.threads.max': 1, 'log.dirs': directory })
    const [first, last] = await openAll(channel, [0, 2])
    await first?.append(3)
    const { passes } = await cluster.partitionUsage(place(0))
    writeFileSync(join(directory, 'orders-1'), 'no directory')
    await expect(LaneProducer.open(channel, place(1))).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    await last?.append(3)
    // A thread that was started again would count from 0.
    expect(await cluster.partitionUsage(place(0))).toMatchObject({ passes, threadPartitions: 2 })
    expect((await channel.metadata({ topics: null })).topics[0]?.partitions).toMatchObject([
      { errorCode: 0 },
      { errorCode: 56, errorMessage: expect.stringContaining('orders-1 is offline') },
      { errorCode: 0 }
    ])
  })

  test('are cut one at a time, and closed with what was submitted to each', async () => {
    directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
    const options = { 'engine.partition.threads.max': 2, 'log.dirs': directory }
    const producers = await openAll(await withPartitions(9, options), count(9))
    await Promise.all(producers.map(producer => producer.append(10)))
    expect(await cluster.truncatePartition(place(4), 3)).toBe(3)
    const others = producers.filter((_, partition) => partition !== 4)
    for (const producer of others) producer.sendUpTo(5)
    await cluster.close()
    cluster = await startCluster({ 'engine.arena.bytes': 32 * MIB, ...options })
    const channel = await cluster.connect()
    for (const partition of count(9)) {
      expect(await readSequences(channel, place(partition))).toEqual(count(partition === 4 ? 3 : 15))
    }
  })

  test('do not wait for one that waits for its pace', async () => {
    const channel = await withPartitions(1, { 'engine.partition.threads.max': 1 })
    const configs = { 'engine.partition.pace': '1' }
    await channel.createTopics({
      topics: [{ name: 'slow', numPartitions: 1, replicationFactor: 1, configs }]
    })
    const slow = await LaneProducer.open(channel, { topic: 'slow', partition: 0 })
    const producer = await LaneProducer.open(channel, place(0))
    slow.sendUpTo(5)
    await producer.append(500)
    slow.reap()
    expect(slow.settled.size).toBe(1)
    expect(producer.settled.size).toBe(500)
  })
})
