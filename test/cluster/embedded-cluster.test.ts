import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { connectHandle } from '../../src/cluster/cluster-handle.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../../src/cluster/embedded-cluster.ts'
import { CommandPort } from '../../src/threads/command-port.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread } from '../../src/threads/worker-pool.ts'
import type { Channel } from '../../src/wire/network/channel.ts'
import { recordBatch } from '../data-plane/log/batches.ts'
import { count, LaneProducer, readSequences, SLOT_BYTES } from './lane-driver.ts'

const orders = { topic: 'orders', partition: 0 }
const MIB = 2 ** 20

const clusters: Cluster[] = []
const directories: string[] = []

afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.close()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

async function started(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ 'engine.arena.bytes': 16 * MIB, ...options })
  clusters.push(cluster)
  return cluster
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'highwater-test-'))
  directories.push(path)
  return path
}

async function withTopic(
  cluster: Cluster,
  configs: Record<string, string> = {},
  numPartitions = 1
): Promise<Channel> {
  const channel = await cluster.connect()
  const topic = { name: 'orders', numPartitions, replicationFactor: 1, configs }
  const { topics } = await channel.createTopics({ topics: [topic] })
  expect(topics).toEqual([{ name: 'orders', errorCode: 0, errorMessage: null }])
  return channel
}

/** Until the rings of another lane are drained there is no region for one of this size. */
async function openedOnceThereIsRoom(channel: Channel, slotCount: number): Promise<LaneProducer> {
  while (true) {
    try {
      return await LaneProducer.open(channel, orders, slotCount)
    } catch (error) {
      expect(error).toMatchObject({ code: 'HIGHWATER_RESOURCES' })
    }
  }
}

/** Threads and open files of this process; a fresh one has reached its number after the first cluster. */
const kernelThreads = (): number => readdirSync('/proc/self/task').length
const openFiles = (): number => readdirSync('/proc/self/fd').length

test('batches go through a ring into the log and come back by fetch, each once and whole', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(500)
  expect([...producer.settled.values()].map(({ baseOffset }) => baseOffset)).toEqual(count(500))
  expect(await readSequences(channel, orders)).toEqual(count(500))
})

test('a truncation to what is no offset is refused, and every record is still there', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(1)
  for (const offset of JSON.parse('["x", -5, 0.5, null]') as number[]) {
    await expect(cluster.truncatePartition(orders, offset)).rejects.toMatchObject({
      code: 'HIGHWATER_CONFIG'
    })
  }
  await producer.append(1)
  expect([...producer.settled.values()]).toMatchObject([{ baseOffset: 0 }, { baseOffset: 1 }])
  expect(await readSequences(channel, orders)).toEqual([0, 1])
})

test('reading goes over segments and batches larger than the chunk', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster, { 'segment.bytes': '10000', 'index.interval.bytes': '500' })
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(100)
  await producer.append(3, 5 * SLOT_BYTES)
  await producer.append(100)
  expect(await readSequences(channel, orders)).toEqual(count(203))
  const logs = readdirSync(join(cluster.logDir, 'orders-0')).filter(name => name.endsWith('.log'))
  expect(logs.length).toBeGreaterThan(4)
})

test('two partitions have two logs that know nothing of each other', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster, {}, 2)
  const producers = [
    await LaneProducer.open(channel, orders),
    await LaneProducer.open(channel, { topic: 'orders', partition: 1 })
  ]
  await Promise.all(producers.map(producer => producer.append(50)))
  expect(await readSequences(channel, orders)).toEqual(count(50))
  expect(await readSequences(channel, { topic: 'orders', partition: 1 })).toEqual(count(50))
})

test('topics, records and producer ids survive a restart', async () => {
  const logDirs = directory()
  const first = await started({ 'log.dirs': logDirs })
  const before = await withTopic(first, { 'segment.bytes': '5000' }, 2)
  const producer = await LaneProducer.open(before, orders)
  await producer.append(60)
  await first.close()
  const second = await started({ 'log.dirs': logDirs })
  const channel = await second.connect()
  const { topics } = await channel.metadata({ topics: null })
  expect(topics).toMatchObject([{ name: 'orders', partitions: [{ leaderId: 1 }, { leaderId: 1 }] }])
  expect((await channel.initProducerId({ transactionalId: null })).producerId).toBe(1000)
  expect(await channel.listOffsets({ ...orders, timestamp: -1 })).toMatchObject({ errorCode: 0, offset: 60 })
  expect(await readSequences(channel, orders)).toEqual(count(60))
})

test('a killed partition returns under load, and nothing acknowledged or in flight is lost', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster, { 'segment.bytes': '40000' })
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(100)
  for (let kill = 0; kill < 2; kill++) {
    const appending = producer.append(1000)
    await producer.lane.wait(1)
    await cluster.killPartition(orders)
    await appending
  }
  expect([...producer.settled.values()].every(({ errorCode }) => errorCode === 0)).toBe(true)
  expect(await readSequences(channel, orders)).toEqual(count(2100))
})

test('the third death within 10 s takes the partition offline, and its batches are answered', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const producer = await LaneProducer.open(channel, orders)
  for (let kill = 0; kill < 3; kill++) {
    await producer.append(10)
    await cluster.killPartition(orders)
  }
  await producer.append(2)
  expect([...producer.settled.values()].map(({ errorCode }) => errorCode)).toEqual([
    ...count(30).map(() => 0),
    56,
    56
  ])
  const other = await channel.openProduceLane({ slotBytes: SLOT_BYTES, slotCount: 4, inFlightMax: 4 })
  await expect(other.openPartition(orders)).rejects.toThrow(KafkaError)
  const { topics } = await channel.metadata({ topics: ['orders'] })
  expect(topics).toMatchObject([{ partitions: [{ errorCode: 56, leaderId: -1 }] }])
})

test('a closed channel gives back what it had, once its last batch is answered', async () => {
  const cluster = await started({ 'engine.arena.bytes': 4 * MIB })
  const slotCount = (2 * MIB) / SLOT_BYTES
  const first = await withTopic(cluster)
  const producer = await LaneProducer.open(first, orders, slotCount)
  producer.sendUpTo(5)
  await first.close()
  const second = await cluster.connect()
  const next = await openedOnceThereIsRoom(second, slotCount)
  await next.append(1)
  expect(next.settled.get(0)).toEqual({ errorCode: 0, baseOffset: 5 })
})

test('of a caller that is killed, what it submitted is appended and what it had comes back', async () => {
  const cluster = await started({ 'engine.arena.bytes': 4 * MIB })
  const channel = await withTopic(cluster)
  const slotCount = (2 * MIB) / SLOT_BYTES
  const handle = await cluster.handle()
  const data = { port: handle.port, slotCount }
  const caller = startThread(threadEntry(import.meta.url, './caller-thread.ts'), data)
  await caller.port.call('submit', {})
  await expect(LaneProducer.open(channel, orders, slotCount)).rejects.toMatchObject({
    code: 'HIGHWATER_RESOURCES'
  })
  caller.abort()
  await caller.ended
  const next = await openedOnceThereIsRoom(channel, slotCount)
  await next.append(1)
  expect(next.settled.get(0)).toEqual({ errorCode: 0, baseOffset: 5 })
})

test('an arena without room is an error that names the cure', async () => {
  const cluster = await started({ 'engine.arena.bytes': MIB })
  const channel = await withTopic(cluster)
  await expect(LaneProducer.open(channel, orders, 1024)).rejects.toThrow(
    'the arena has no free region for 1024 slots of 1024 bytes; raise engine.arena.bytes or lower ' +
      'buffer.memory'
  )
})

test('a handle passes to another thread by transfer, and connects there', async () => {
  const cluster = await started()
  await withTopic(cluster)
  const handle = await cluster.handle()
  const received = structuredClone(handle, { transfer: [...handle.transferList] })
  const channel = await connectHandle(received)
  expect((await channel.metadata({ topics: null })).topics.map(topic => topic.name)).toEqual(['orders'])
})

test('what is not there is answered with Kafka’s codes', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const missing = { topic: 'orders', partition: 7 }
  const lane = await channel.openFetchLane({ chunkBytes: 4096 })
  await expect(lane.openPartition(missing)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  await lane.openPartition(orders)
  const at = async (fetchOffset: number) => lane.fetch({ ...orders, fetchOffset, maxBytes: 4096 })
  expect(await at(0)).toMatchObject({ errorCode: 0, highWatermark: 0 })
  expect(await at(1)).toMatchObject({ errorCode: 1 })
  expect((await channel.metadata({ topics: ['nothing'] })).topics[0]?.errorCode).toBe(3)
  expect(await channel.initProducerId({ transactionalId: 'mine' })).toMatchObject({ errorCode: 42 })
})

test('a reader that waits is told when there is something to read', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const producer = await LaneProducer.open(channel, orders)
  const lane = await channel.openFetchLane({ chunkBytes: 4096 })
  await lane.openPartition(orders)
  const waiting = lane.wait([{ ...orders, offset: 0 }], 1, 60_000)
  await producer.append(1)
  await waiting
  expect((await lane.fetch({ ...orders, fetchOffset: 0, maxBytes: 4096 })).bytes.byteLength).toBe(200)
  lane.waitBlocking([{ ...orders, offset: 0 }], 1, 60_000)
})

test('offsets are listed by time', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster, { 'segment.bytes': '300' })
  const lane = await channel.openProduceLane({ slotBytes: SLOT_BYTES, slotCount: 4, inFlightMax: 4 })
  const partition = await lane.openPartition(orders)
  for (const [slot, times] of [[1000, 2000], [3000], [3500, 5000], [4000]].entries()) {
    const bytes = recordBatch(0, times)
    lane.fill(slot, bytes, bytes.byteLength)
    const unnamed = { baseSequence: -1, producerId: -1, producerEpoch: -1 }
    const { byteLength } = bytes
    lane.add(partition, { slot, slotRun: 1, byteLength, recordCount: times.length, ...unnamed }, 1)
  }
  lane.send()
  for (let settled = 0; settled < 4; settled += lane.reap(() => {})) await lane.wait(1000)
  const at = async (timestamp: number) => {
    const answer = await channel.listOffsets({ ...orders, timestamp })
    return [answer.offset, answer.timestamp]
  }
  expect(await at(-2)).toEqual([0, -1])
  expect(await at(-1)).toEqual([6, -1])
  expect(await at(0)).toEqual([0, 1000])
  expect(await at(1001)).toEqual([1, 2000])
  expect(await at(2001)).toEqual([2, 3000])
  expect(await at(4500)).toEqual([4, 5000])
  expect(await at(5001)).toEqual([-1, -1])
})

test('the use of a partition thread is told', async () => {
  const cluster = await started()
  const channel = await withTopic(cluster)
  const unused = { cpuMs: null, diskMs: 0, blockedMs: null, threadPartitions: 0 }
  const nothing = { pacedMs: 0, passes: 0, bytes: 0, tailBytes: 0 }
  expect(await cluster.partitionUsage(orders)).toEqual({ ...unused, ...nothing })
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(10)
  const usage = await cluster.partitionUsage(orders)
  expect(usage.bytes).toBe(2000)
  expect(usage.passes).toBeGreaterThan(0)
  expect(usage.diskMs).toBeGreaterThan(0)
})

test('closing ends every thread, closes every file, removes a temporary directory', async () => {
  const warm = await started()
  await warm.close()
  const before = { threads: kernelThreads(), files: openFiles() }
  const cluster = await started()
  const channel = await withTopic(cluster)
  const producer = await LaneProducer.open(channel, orders)
  await producer.append(10)
  await readSequences(channel, orders)
  expect(existsSync(cluster.logDir)).toBe(true)
  await Promise.all([cluster.close(), cluster.close()])
  expect(existsSync(cluster.logDir)).toBe(false)
  expect({ threads: kernelThreads(), files: openFiles() }).toEqual(before)
})

test('what is submitted when a cluster closes is in the log afterwards', async () => {
  const logDirs = directory()
  const first = await started({ 'log.dirs': logDirs })
  const producer = await LaneProducer.open(await withTopic(first), orders)
  producer.sendUpTo(5)
  await first.close()
  const second = await started({ 'log.dirs': logDirs })
  expect(await readSequences(await second.connect(), orders)).toEqual(count(5))
})

test('a log that cannot be closed in order is told, and all has ended nevertheless', async () => {
  const logDirs = directory()
  const cluster = await startCluster({ 'log.dirs': logDirs, 'engine.arena.bytes': 16 * MIB })
  const producer = await LaneProducer.open(await withTopic(cluster), orders)
  await producer.append(1)
  rmSync(join(logDirs, 'orders-0'), { recursive: true })
  await expect(cluster.close()).rejects.toMatchObject({
    code: 'HIGHWATER_STORAGE',
    message: expect.stringContaining('ENOENT: no such file or directory')
  })
  await started({ 'log.dirs': logDirs })
})

test('a directory is used by one cluster at a time', async () => {
  const logDirs = directory()
  const first = await started({ 'log.dirs': logDirs })
  await expect(startCluster({ 'log.dirs': logDirs })).rejects.toMatchObject({
    code: 'HIGHWATER_RESOURCES',
    message: expect.stringContaining('is in use by the process')
  })
  await first.close()
  await started({ 'log.dirs': logDirs })
})

test('the directory of a cluster whose thread was killed can be used again by this process', async () => {
  const logDirs = directory()
  const thread = startThread(threadEntry(import.meta.url, './cluster-thread.ts'), { logDirs })
  await thread.port.call('started', {})
  await expect(startCluster({ 'log.dirs': logDirs })).rejects.toMatchObject({ code: 'HIGHWATER_RESOURCES' })
  thread.abort()
  await thread.ended
  await started({ 'log.dirs': logDirs })
})

test('a broker that dies is told when the cluster is closed, and its directory is free', async () => {
  const logDirs = directory()
  const cluster = await startCluster({ 'log.dirs': logDirs, 'engine.arena.bytes': 16 * MIB })
  const channel = await withTopic(cluster)
  await (await LaneProducer.open(channel, orders)).append(3)
  const warned = new Promise<Error>(resolve => process.once('warning', resolve))
  const caller = new CommandPort((await cluster.handle()).port)
  await expect(caller.call('no such command', {})).rejects.toThrow()
  expect(await warned).toMatchObject({ code: 'HIGHWATER_THREAD_ENDED' })
  await expect(cluster.close()).rejects.toMatchObject({
    code: 'HIGHWATER_THREAD_ENDED',
    message: expect.stringContaining('the broker knows the commands of its callers')
  })
  expect(existsSync(join(logDirs, '.lock'))).toBe(false)
  const next = await started({ 'log.dirs': logDirs })
  expect(await readSequences(await next.connect(), orders)).toEqual(count(3))
})

test('a cluster whose directory was removed closes without a word about its lock', async () => {
  const logDirs = directory()
  const cluster = await startCluster({ 'log.dirs': logDirs, 'engine.arena.bytes': 16 * MIB })
  rmSync(logDirs, { recursive: true })
  await cluster.close()
})

test('partitions that wait for their turn to start are let go of when the cluster closes', async () => {
  const cluster = await startCluster({ 'engine.arena.bytes': 16 * MIB })
  const partitions = 2 * availableParallelism() + 4
  const lane = await (await withTopic(cluster, {}, partitions)).openFetchLane({ chunkBytes: 4096 })
  const opened = count(partitions).map(partition => lane.openPartition({ topic: 'orders', partition }))
  const settled = Promise.allSettled(opened)
  // Answered behind all of them.
  await cluster.partitionRoom()
  await cluster.close()
  const reasons = (await settled).map(end => (end.status === 'rejected' ? end.reason : null))
  // Which of the two is told first depends on which message comes first.
  const code = expect.stringMatching(/^HIGHWATER_(?:CLOSED|THREAD_ENDED)$/)
  expect(reasons.at(-1)).toMatchObject({ code })
})

test('a handle connects once, and not after its cluster has closed', async () => {
  const cluster = await started()
  const used = await cluster.handle()
  const channel = await connectHandle(used)
  const refusal = { code: 'HIGHWATER_CLOSED', message: expect.stringContaining('a handle connects once') }
  await expect(connectHandle(used)).rejects.toMatchObject(refusal)
  expect(await channel.metadata({ topics: null })).toEqual({ topics: [] })
  const late = await cluster.handle()
  await cluster.close()
  await expect(connectHandle(late)).rejects.toMatchObject(refusal)
  await expect(cluster.handle()).rejects.toMatchObject({ code: 'HIGHWATER_CLOSED' })
})

test('a handle whose cluster closes while it connects says so too', async () => {
  const { local, remote } = CommandPort.pair()
  const connecting = connectHandle({ port: remote, transferList: [remote] })
  local.close()
  await expect(connecting).rejects.toMatchObject({
    code: 'HIGHWATER_CLOSED',
    message: expect.stringContaining('or its cluster is closed')
  })
})

test('what a log is offline for is told to whoever wants to use it', async () => {
  const logDirs = directory()
  const first = await started({ 'log.dirs': logDirs })
  await (await LaneProducer.open(await withTopic(first), orders)).append(5)
  await first.close()
  const log = join(logDirs, 'orders-0', '00000000000000000000.log')
  truncateSync(log, 0)
  const second = await started({ 'log.dirs': logDirs })
  const channel = await second.connect()
  const reason = `orders-0 is offline: ${log} was durable up to offset 5`
  await expect(LaneProducer.open(channel, orders)).rejects.toMatchObject({
    code: 'KAFKA_STORAGE_ERROR',
    message: expect.stringContaining(`The log is offline until it is opened again (${reason}`)
  })
  const { topics } = await channel.metadata({ topics: ['orders'] })
  const partitions = [{ errorCode: 56, errorMessage: expect.stringContaining(reason) }]
  expect(topics).toMatchObject([{ partitions }])
})

test('a directory that cannot be made, and an unknown setting, are refused in one sentence', async () => {
  const file = join(directory(), 'file')
  writeFileSync(file, '')
  await expect(startCluster({ 'log.dirs': join(file, 'logs') })).rejects.toMatchObject({
    code: 'HIGHWATER_STORAGE',
    message: expect.stringMatching(/^cannot make directory .*ENOTDIR: not a directory$/)
  })
  await expect(startCluster({ 'log.dir': file } as ClusterOptions)).rejects.toMatchObject({
    code: 'HIGHWATER_CONFIG'
  })
})

test('a log directory of another topic is not taken for this one', async () => {
  const logDirs = directory()
  const first = await started({ 'log.dirs': logDirs })
  const channel = await withTopic(first)
  await (await LaneProducer.open(channel, orders)).append(1)
  await first.close()
  rmSync(join(logDirs, 'highwater-topics.json'))
  const second = await started({ 'log.dirs': logDirs })
  await expect(LaneProducer.open(await withTopic(second), orders)).rejects.toThrow(
    'belongs to the topic with id'
  )
})
