/**
 * A disk that is really full: a small file system in memory, mounted for the test where this may be done.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Admin, type Cluster, Consumer, Producer, startCluster } from '../../src/index.ts'

const TOPIC = 'orders'
const DISK_MIB = 24
const VALUE_BYTES = 1000
/** More than the disk holds. */
const RECORDS = 40_000
const TIMEOUT_MS = 60_000

/** The mounted disk, or null where nobody may mount one. */
function mountSmallDisk(): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-full-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', directory], { stdio: 'ignore' })
    return directory
  } catch {
    rmdirSync(directory)
    return null
  }
}

/** @returns values by offset that were acknowledged, and what the others failed with */
async function produceUntilFull(cluster: Cluster): Promise<{ acked: Map<number, number>; errors: string[] }> {
  const admin = new Admin(cluster)
  await admin.createTopics([{ topic: TOPIC, numPartitions: 1, configs: { 'segment.bytes': 4194304 } }])
  await admin.close()
  const producer = new Producer(cluster, { 'delivery.timeout.ms': 2000, 'request.timeout.ms': 1000 })
  const acked = new Map<number, number>()
  const errors: string[] = []
  for (let number = 0; number < RECORDS && errors.length === 0; number++) {
    const value = String(number).padEnd(VALUE_BYTES)
    producer.send({ topic: TOPIC, partition: 0, value }, (error, metadata) => {
      if (error === null) acked.set(metadata?.offset ?? -1, number)
      else errors.push(error.message)
    })
    await producer.ready()
  }
  await producer.close()
  return { acked, errors }
}

async function readAll(cluster: Cluster): Promise<Map<number, number>> {
  const consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest' })
  const found = new Map<number, number>()
  consumer.assign([{ topic: TOPIC, partition: 0 }])
  const end = await consumer.endOffset({ topic: TOPIC, partition: 0 })
  while (found.size < end) {
    await consumer.forEach(record => {
      found.set(record.offset, Number(record.valueString()))
    })
  }
  await consumer.close()
  return found
}

const disk = mountSmallDisk()
const reason = disk === null ? ', not run: this user may not mount one' : ''

describe.runIf(disk !== null)(`a disk that is full${reason}`, () => {
  const directory = disk ?? ''
  afterAll(() => {
    execFileSync('umount', [directory])
    rmSync(directory, { recursive: true })
  })

  test(
    'what was acknowledged before is read back, the rest fails by name, and the process goes on',
    async () => {
      const cluster = await startCluster({ 'log.dirs': directory })
      const { acked, errors } = await produceUntilFull(cluster)
      expect(acked.size).toBeGreaterThan(1000)
      expect(errors.length).toBeGreaterThan(0)
      for (const error of errors) expect(error).toMatch(/KAFKA_STORAGE_ERROR/)
      expect(() => writeFileSync(join(directory, 'more'), new Uint8Array(65536))).toThrow(/ENOSPC/)
      rmSync(join(directory, 'more'))
      await cluster.close().catch((error: Error) => expect(error.message).toMatch(/ENOSPC/))

      const next = await startCluster({ 'log.dirs': directory })
      const found = await readAll(next)
      for (const [offset, number] of acked) expect(found.get(offset)).toBe(number)
      expect(new Set(found.values()).size).toBe(found.size)
      await next.close()
    },
    TIMEOUT_MS
  )
})
