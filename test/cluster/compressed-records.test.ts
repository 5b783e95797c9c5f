/** Compressed batches from a producer, through a partition thread and its files, to a consumer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Admin, type Cluster, Consumer, Producer, startCluster } from '../../src/index.ts'

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const RECORDS = 5000
const TIMEOUT_MS = 30_000

const textOf = (index: number): string => `row ${index} of user-${(index * 7919) % 1000} in Berlin`

let directory = ''
let cluster: Cluster

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-codecs-'))
  cluster = await startCluster({ 'log.dirs': directory })
  const admin = new Admin(cluster)
  await admin.createTopics(CODECS.map(topic => ({ topic, numPartitions: 1 })))
  await admin.close()
})

afterAll(async () => {
  await cluster.close()
  rmSync(directory, { recursive: true, force: true })
})

describe.each(CODECS)('with %s', codec => {
  const place = { topic: codec, partition: 0 }
  const expected = Array.from({ length: RECORDS }, (_, index) => textOf(index))

  beforeAll(async () => {
    const producer = new Producer(cluster, { 'compression.type': codec, 'linger.ms': 100 })
    for (const value of expected) {
      await producer.ready()
      producer.send({ ...place, value }, () => {})
    }
    await producer.close()
  })

  test('forEach shows every record in its order', async () => {
    const consumer = new Consumer(cluster)
    consumer.assign([place])
    consumer.seek(place, 0)
    const read: (string | null)[] = []
    while (read.length < RECORDS) {
      await consumer.forEach(record => void read.push(record.valueString()), { timeoutMs: TIMEOUT_MS })
    }
    await consumer.close()
    expect(read).toEqual(expected)
  })

  test('poll gives every record in its order, from the middle of a batch too', async () => {
    const consumer = new Consumer(cluster)
    consumer.assign([place])
    consumer.seek(place, 1234)
    const read: string[] = []
    while (read.length < RECORDS - 1234) {
      for (const record of await consumer.poll(TIMEOUT_MS))
        read.push(Buffer.from(record.value ?? []).toString())
    }
    await consumer.close()
    expect(read).toEqual(expected.slice(1234))
  })
})
