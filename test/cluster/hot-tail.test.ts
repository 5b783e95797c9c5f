/** Readers of the running engine: which bytes they are lent, which they read, and when they are woken. */
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Cluster, startCluster } from '../../src/cluster/embedded-cluster.ts'
import { READER_ROWS } from '../../src/threads/lease-table.ts'
import type { Channel, FetchLane } from '../../src/wire/network/channel.ts'
import { LaneProducer, readSequences } from './lane-driver.ts'

const orders = { topic: 'orders', partition: 0 }
const MIB = 2 ** 20
/** What LaneProducer sends. */
const BATCH_BYTES = 200
const LONG_MS = 60_000

let cluster: Cluster | null = null

afterEach(async () => {
  await cluster?.close()
  cluster = null
})

async function opened(arenaBytes = 16 * MIB): Promise<{ channel: Channel; producer: LaneProducer }> {
  cluster = await startCluster({ 'engine.arena.bytes': arenaBytes })
  const channel = await cluster.connect()
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, configs: {} }
  await channel.createTopics({ topics: [topic] })
  return { channel, producer: await LaneProducer.open(channel, orders) }
}

async function openLane(channel: Channel): Promise<FetchLane> {
  const lane = await channel.openFetchLane({ chunkBytes: 4096 })
  await lane.openPartition(orders)
  return lane
}

const fetchAt = async (lane: FetchLane, fetchOffset: number, maxBytes = 4096): Promise<Uint8Array> =>
  (await lane.fetch({ ...orders, fetchOffset, maxBytes })).bytes

describe('the newest bytes', () => {
  test('are lent where the partition thread put them; older ones are read from the file', async () => {
    const { channel, producer } = await opened()
    await producer.append(1)
    const lane = await openLane(channel)
    await producer.append(1)
    const older = await fetchAt(lane, 0, BATCH_BYTES)
    const newest = await fetchAt(lane, 1)
    expect([older.length, newest.length]).toEqual([BATCH_BYTES, BATCH_BYTES])
    expect(newest.buffer.byteLength).toBe(16 * MIB)
    expect(older.buffer.byteLength).toBeLessThan(MIB)
  })

  test('are copied once for all readers, and not at all while there is none', async () => {
    const { channel, producer } = await opened()
    await producer.append(5)
    expect((await cluster?.partitionUsage(orders))?.tailBytes).toBe(0)
    const lanes = [await openLane(channel), await openLane(channel)]
    await producer.append(3)
    expect((await cluster?.partitionUsage(orders))?.tailBytes).toBe(3 * BATCH_BYTES)
    for (const lane of lanes) lane.close()
    await channel.metadata({ topics: [] })
    await producer.append(2)
    expect((await cluster?.partitionUsage(orders))?.tailBytes).toBe(3 * BATCH_BYTES)
  })

  test('stay as they are while they are leased, however much is appended', async () => {
    const { channel, producer } = await opened()
    const lane = await openLane(channel)
    await producer.append(1)
    const leased = await fetchAt(lane, 0)
    const before = leased.slice()
    await producer.append(20_000)
    expect(Buffer.compare(leased, before)).toBe(0)
    expect(await readSequences(channel, orders)).toHaveLength(20_001)
  })

  test('come from the file where the arena is too small for blocks', async () => {
    const { channel, producer } = await opened(3 * MIB)
    const lane = await openLane(channel)
    await producer.append(1)
    const bytes = await fetchAt(lane, 0)
    expect(bytes.length).toBe(BATCH_BYTES)
    expect(bytes.buffer.byteLength).toBeLessThan(MIB)
  })
})

test('a reader that wants the files alone gets the newest bytes from there too', async () => {
  const { channel, producer } = await opened()
  const lane = await channel.openFetchLane({ chunkBytes: 4096, hotTail: false })
  await lane.openPartition(orders)
  await producer.append(1)
  expect((await fetchAt(lane, 0)).buffer.byteLength).toBeLessThan(MIB)
})

describe('a reader that waits', () => {
  test('is woken when as many bytes are there as it wants, and not before', async () => {
    const { channel, producer } = await opened()
    const lane = await openLane(channel)
    const waiting = lane.wait([{ ...orders, offset: 0 }], 3 * BATCH_BYTES, LONG_MS)
    let isOver = false
    void waiting.then(() => {
      isOver = true
    })
    await producer.append(2)
    expect(isOver).toBe(false)
    await producer.append(1)
    await waiting
    expect((await fetchAt(lane, 0)).length).toBe(3 * BATCH_BYTES)
  })

  test('need not be the only one of its lane: each is woken by what it waits for', async () => {
    const { channel, producer } = await opened()
    const others = { topic: 'others', partition: 0 }
    const topic = { name: 'others', numPartitions: 1, replicationFactor: 1, configs: {} }
    await channel.createTopics({ topics: [topic] })
    const otherProducer = await LaneProducer.open(channel, others)
    const lane = await openLane(channel)
    await lane.openPartition(others)
    const ended: string[] = []
    const wait = (name: string, place: typeof orders, batches: number): Promise<unknown> => {
      const waiting = lane.wait([{ ...place, offset: 0 }], batches * BATCH_BYTES, LONG_MS)
      return waiting.then(() => ended.push(name))
    }
    const two = wait('two of orders', orders, 2)
    const three = wait('three of orders', orders, 3)
    const other = wait('one of others', others, 1)
    await otherProducer.append(1)
    await other
    expect(ended).toEqual(['one of others'])
    await producer.append(1)
    const brief = lane.wait([{ ...others, offset: 1 }], 1, 1)
    await brief
    expect(ended).toEqual(['one of others'])
    await producer.append(1)
    await two
    expect(ended).toEqual(['one of others', 'two of orders'])
    await producer.append(1)
    await three
  })

  test('is let go of when its lane is closed', async () => {
    const { channel } = await opened()
    const lane = await openLane(channel)
    const waiting = lane.wait([{ ...orders, offset: 0 }], 1, LONG_MS)
    lane.close()
    await waiting
  })

  test('sees what comes also when there are more readers than rows', async () => {
    const { channel, producer } = await opened()
    for (let row = 0; row < READER_ROWS; row++) await channel.openFetchLane({ chunkBytes: 4096 })
    const lane = await openLane(channel)
    const waiting = lane.wait([{ ...orders, offset: 0 }], 1, LONG_MS)
    await producer.append(1)
    await waiting
    expect((await fetchAt(lane, 0)).buffer.byteLength).toBeLessThan(MIB)
  })
})

describe('when the cluster is gone', () => {
  test('who waits to read, and who waits for an answer, is told', async () => {
    const { channel, producer } = await opened()
    const lane = await openLane(channel)
    const reading = lane.wait([{ ...orders, offset: 0 }], 1, LONG_MS)
    const writing = producer.lane.wait(LONG_MS)
    const told = Promise.allSettled([reading, writing])
    await cluster?.close()
    const ended = { status: 'rejected', reason: { code: 'HIGHWATER_THREAD_ENDED' } }
    expect(await told).toMatchObject([ended, ended])
    expect(() => lane.fetch({ ...orders, fetchOffset: 0, maxBytes: 4096 })).toThrow(/cluster was closed/)
  })
})

describe('a truncation', () => {
  test('takes acknowledged records back, and what comes in their place is what readers find', async () => {
    const { channel, producer } = await opened()
    const lane = await openLane(channel)
    await producer.append(5)
    const before = await fetchAt(lane, 2)
    expect(before.length).toBe(3 * BATCH_BYTES)
    lane.release()
    expect(await cluster?.truncatePartition(orders, 2)).toBe(2)
    expect((await lane.fetch({ ...orders, fetchOffset: 5, maxBytes: 4096 })).errorCode).toBe(1)
    const other = await LaneProducer.open(channel, orders)
    await other.append(2)
    const after = await fetchAt(lane, 2)
    expect(after.length).toBe(2 * BATCH_BYTES)
    const file = await openLane(await (cluster as Cluster).connect())
    expect(Buffer.compare(await fetchAt(file, 2), after)).toBe(0)
    await cluster?.killPartition(orders)
    await other.append(1)
    expect((await fetchAt(lane, 0)).length).toBe(5 * BATCH_BYTES)
  })
})

test('a file that was cut from outside is an error, not an endless wait', async () => {
  const { channel, producer } = await opened()
  await producer.append(2)
  const logFile = join(cluster?.logDir ?? '', 'orders-0', '00000000000000000000.log')
  truncateSync(logFile, BATCH_BYTES + 100)
  const lane = await openLane(channel)
  expect((await fetchAt(lane, 0, BATCH_BYTES)).length).toBe(BATCH_BYTES)
  await expect(fetchAt(lane, 1)).rejects.toMatchObject({ code: 'HIGHWATER_LOG_CORRUPT' })
})
