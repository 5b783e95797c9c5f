/**
 * The first program anybody writes: a loop of 10^7 sends that awaits nothing, then a close.
 *
 *   node dist/test/clients/producer/flood-run.js
 *
 * First on a cluster just started, with a topic nobody has asked about: every record is in the log and the
 * heap stays below 300 MB. Then with a partition thread that stands still: the loop ends all the same, every
 * record is in the log or a counted failure, and `close` rejects. Exit code 1 otherwise.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Admin,
  type Channel,
  type Cluster,
  Consumer,
  connectHandle,
  Producer,
  startCluster
} from '../../../src/index.ts'
import type { MessagePort } from '../../../src/threads/command-port.ts'
import { threadEntry } from '../../../src/threads/worker-entry.ts'
import { startThread } from '../../../src/threads/worker-pool.ts'
import { allocateCrashWords, CrashSwitch } from '../../crash/crash-points.ts'

const BROKER = threadEntry(import.meta.url, '../../crash/crash-broker-thread.ts')
const ARENA_BYTES = 256 * 1024 * 1024
const RECORDS = 10_000_000
const VALUE = new Uint8Array(100)
const SAMPLE_RECORDS = 100_000
const HEAP_MAX_MB = 300
/** Each send waits 5 ms where nobody serves: fewer records, and patience for one second. */
const HELD_UP_RECORDS = 3000
const IMPATIENT = {
  'max.block.ms': 500,
  'delivery.timeout.ms': 1000,
  'request.timeout.ms': 500,
  'buffer.memory': 65536
}

let heapMaxMb = 0
const faults: string[] = []

function sampleHeap(): void {
  heapMaxMb = Math.max(heapMaxMb, process.memoryUsage().heapUsed / 1e6)
}

/** Sends without a pause, then closes. @returns why `close` rejected, empty if it did not */
async function flood(producer: Producer, topic: string, records: number): Promise<string> {
  for (let number = 0; number < records; number++) {
    producer.send({ topic, value: VALUE })
    if (number % SAMPLE_RECORDS === 0) sampleHeap()
  }
  sampleHeap()
  const reason = await producer.close().then(
    () => '',
    (error: Error) => error.message
  )
  sampleHeap()
  return reason
}

async function newTopic(source: Cluster | Channel, topic: string): Promise<void> {
  const admin = new Admin(source)
  await admin.createTopics([{ topic, numPartitions: 1 }])
  await admin.close()
}

/** Reads the whole partition. @returns how many records it has */
async function countRecords(source: Cluster | Channel, topic: string): Promise<number> {
  const consumer = new Consumer(source, { 'auto.offset.reset': 'earliest' })
  const place = { topic, partition: 0 }
  consumer.assign([{ ...place, to: await consumer.endOffset(place) }])
  let count = 0
  while (!consumer.isAtEnd) {
    await consumer.forEach(
      record => {
        if (record.offset === count && record.value()?.length === VALUE.length) count += 1
      },
      { timeoutMs: 1000 }
    )
  }
  await consumer.close()
  return count
}

async function served(): Promise<void> {
  const cluster = await startCluster()
  await newTopic(cluster, 'served')
  const producer = new Producer(cluster)
  const startedAt = performance.now()
  const reason = await flood(producer, 'served', RECORDS)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const logged = await countRecords(cluster, 'served')
  await cluster.close()
  const heap = heapMaxMb.toFixed(0)
  console.log(`served: ${RECORDS} sent, ${logged} in the log after ${seconds} s; heap at most ${heap} MB`)
  if (reason !== '') faults.push(`close rejected: ${reason}`)
  if (logged !== RECORDS) faults.push(`${RECORDS - logged} records are not in the log`)
  if (heapMaxMb > HEAP_MAX_MB) faults.push(`the heap reached ${heap} MB, more than ${HEAP_MAX_MB}`)
}

/** @param hold makes the partition thread stand still, @param release has another one take its place */
async function heldUp(channel: Channel, hold: () => void, release: () => Promise<unknown>): Promise<void> {
  await newTopic(channel, 'held-up')
  const producer = new Producer(channel, IMPATIENT)
  await producer.partitionsFor('held-up')
  await producer.send({ topic: 'held-up', value: VALUE })
  hold()
  const reason = await flood(producer, 'held-up', HELD_UP_RECORDS)
  const failed = producer.metrics()['record-error-total']
  await release()
  const logged = (await countRecords(channel, 'held-up')) - 1
  console.log(`held up: ${HELD_UP_RECORDS} sent, ${failed} failed, ${logged} in the log; close: ${reason}`)
  if (failed === 0 || !reason.startsWith(`${failed} records failed`)) {
    faults.push('close does not say how many records failed')
  }
  if (logged + failed < HELD_UP_RECORDS) faults.push('records are neither in the log nor failed')
}

await served()
const directory = mkdtempSync(join(tmpdir(), 'highwater-flood-'))
const crashWords = allocateCrashWords()
const broker = startThread(BROKER, {
  options: { logDirectory: directory, arenaBytes: ARENA_BYTES },
  crashWords
})
try {
  await broker.port.call('open', {})
  const { shared } = await broker.port.call('connect', {})
  const port = shared['port'] as MessagePort
  const channel = await connectHandle({ port, transferList: [port] })
  await heldUp(
    channel,
    () => new CrashSwitch(crashWords).arm(0, 'take'),
    () => broker.port.call('killPartition', { topic: 'held-up', partition: 0 })
  )
  await channel.close()
} finally {
  await broker.port.call('close', {}).catch(() => {})
  broker.port.close()
  await broker.ended
  rmSync(directory, { recursive: true, force: true })
}
for (const fault of faults) console.log(fault)
process.exitCode = faults.length === 0 ? 0 : 1
