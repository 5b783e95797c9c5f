/** Consumers of a running engine: each reads for itself, and whole batches beyond its limits. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Admin, type Cluster, Consumer, Producer, startCluster } from '../../src/index.ts'

const MIB = 2 ** 20
const TIMEOUT_MS = 30_000
const EARLIEST = { 'auto.offset.reset': 'earliest' } as const

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster()
})

afterAll(() => cluster.close())

async function offsetsOf(consumer: Consumer, count: number): Promise<number[]> {
  const offsets: number[] = []
  while (offsets.length < count) {
    for (const { offset } of await consumer.poll(TIMEOUT_MS)) offsets.push(offset)
  }
  return offsets
}

test('two consumers of one partition read all of it each, wherever the other stands', async () => {
  const place = { topic: 'both', partition: 0 }
  const admin = new Admin(cluster)
  await admin.createTopics([{ topic: place.topic, numPartitions: 1 }])
  await admin.close()
  const producer = new Producer(cluster, { 'batch.size': 500 })
  const consumers = [10, 7].map(most => new Consumer(cluster, { ...EARLIEST, 'max.poll.records': most }))
  for (const consumer of consumers) consumer.assign([place])
  const [first, second] = consumers as [Consumer, Consumer]
  const sendTen = async (): Promise<void> => {
    for (let index = 0; index < 10; index++) producer.send({ ...place, value: `value ${index}` })
    await producer.flush()
  }
  await sendTen()
  const all = Array.from({ length: 20 }, (_, offset) => offset)
  expect(await offsetsOf(first, 10)).toEqual(all.slice(0, 10))
  const waiting = offsetsOf(first, 10)
  expect(await offsetsOf(second, 7)).toEqual(all.slice(0, 7))
  await sendTen()
  expect(await waiting).toEqual(all.slice(10))
  first.seek(place, 3)
  expect(await offsetsOf(second, 13)).toEqual(all.slice(7))
  expect(await first.position(place)).toBe(3)
  expect(await second.position(place)).toBe(20)
  await producer.close()
  for (const consumer of consumers) await consumer.close()
})

test('a record of 5 MB comes to a consumer with default limits, in poll and in forEach', async () => {
  const place = { topic: 'large', partition: 0 }
  const admin = new Admin(cluster)
  const configs = { 'max.message.bytes': String(6 * MIB) }
  await admin.createTopics([{ topic: place.topic, numPartitions: 1, configs }])
  await admin.close()
  const value = Buffer.alloc(5_000_000, 'some bytes that do not look alike everywhere; ')
  value.writeUInt32LE(0xfeedface, value.length - 4)
  const producer = new Producer(cluster, { 'max.request.size': 6 * MIB })
  await producer.send({ ...place, value })
  await producer.close()
  const consumer = new Consumer(cluster, EARLIEST)
  consumer.assign([place])
  const [record] = await consumer.poll(TIMEOUT_MS)
  expect(Buffer.compare(record?.value ?? new Uint8Array(), value)).toBe(0)
  consumer.seek(place, 0)
  const equal: boolean[] = []
  await consumer.forEach(
    cursor => {
      equal.push(Buffer.compare(cursor.value() ?? new Uint8Array(), value) === 0)
    },
    { timeoutMs: TIMEOUT_MS }
  )
  expect(equal).toEqual([true])
  await consumer.close()
})
