/**
 * What partitions cost on this machine: an engine of its own grows by topics, and the process is looked at
 * after each. Every partition takes a record and gives it back, so that all it opens is open.
 *
 * Thread: the harness's, and the engine's own, which have ended when this returns.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { Consumer } from '../../clients/consumer/consumer.ts'
import { Producer } from '../../clients/producer/producer.ts'
import { median } from '../../planner/statistics.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { type BenchContext, partitionsOf } from '../bench-run.ts'
import type { CountCost } from '../plan/plan-bench.ts'
import { interrupted, pause } from '../run-series.ts'
import type { Target } from '../target.ts'
import { connectTarget, startEmbeddedTarget } from './embedded-target.ts'

const VALUE = new Uint8Array(100)
/** For what a start left behind. */
const SETTLE_MS = 100
const READ_WAIT_MS = 1000
const READS_MAX = 60
const TRIPS = 50

interface Look {
  readonly memoryBytes: number
  readonly fileHandles: number
  readonly threads: number
}

function look(): Look {
  return {
    memoryBytes: process.memoryUsage.rss(),
    fileHandles: entriesOf('/proc/self/fd'),
    threads: entriesOf('/proc/self/task')
  }
}

/** 0 where the system does not tell. */
function entriesOf(directory: string): number {
  try {
    return readdirSync(directory).length
  } catch {
    // Another system than Linux.
    return 0
  }
}

function bytesBelow(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  return bytes
}

/** Costs at each of the counts, which ascend. @throws HighwaterError HIGHWATER_INTERRUPTED */
export async function measureCountCosts(
  context: BenchContext,
  counts: readonly number[]
): Promise<readonly CountCost[]> {
  const target = await startEmbeddedTarget()
  try {
    const channel = await connectTarget(await target.openHandle())
    const clients = { producer: new Producer(channel, { 'linger.ms': 0 }), consumer: new Consumer(channel) }
    try {
      return await grow(context, { target, ...clients, channel }, counts)
    } finally {
      await clients.producer.close()
      await clients.consumer.close()
      await channel.close()
    }
  } finally {
    await target.close()
  }
}

interface Engine {
  readonly target: Target
  readonly producer: Producer
  readonly consumer: Consumer
  readonly channel: Channel
}

async function grow(context: BenchContext, engine: Engine, counts: readonly number[]): Promise<CountCost[]> {
  const { clock, signal, settings } = context
  const { target } = engine
  invariant(target.logDirectory !== null, 'an embedded engine has a directory')
  await pause(clock, SETTLE_MS, signal)
  const before = look()
  const bytesBefore = bytesBelow(target.logDirectory)
  const costs: CountCost[] = []
  let startMs = 0
  let held = 0
  for (const partitions of counts) {
    invariant(partitions > held, 'counts ascend', { partitions, held })
    const topic = `${settings.topic}-cost-${partitions}`
    const startedMs = clock.monotonic()
    await target.createTopic(topic, partitions - held)
    await writeAndRead(engine, topic, partitions - held)
    startMs += clock.monotonic() - startedMs
    held = partitions
    await pause(clock, SETTLE_MS, signal)
    const now = look()
    costs.push({
      partitions,
      memoryBytes: Math.max(0, now.memoryBytes - before.memoryBytes),
      fileHandles: now.fileHandles - before.fileHandles,
      threads: now.threads - before.threads,
      startMs,
      diskBytes: bytesBelow(target.logDirectory) - bytesBefore,
      roundTripMs: await roundTrip(context, engine, topic)
    })
    if (signal.aborted) throw interrupted()
  }
  return costs
}

async function roundTrip({ clock }: BenchContext, { producer }: Engine, topic: string): Promise<number> {
  const times: number[] = []
  for (let trip = 0; trip < TRIPS; trip++) {
    const startedMs = clock.monotonic()
    await producer.send({ topic, partition: 0, value: VALUE })
    times.push(clock.monotonic() - startedMs)
  }
  return median(times)
}

async function writeAndRead(
  { producer, consumer }: Engine,
  topic: string,
  partitions: number
): Promise<void> {
  const names = partitionsOf(topic, partitions)
  await Promise.all(names.map(({ partition }) => producer.send({ topic, partition, value: VALUE })))
  consumer.assign(names)
  for (const name of names) consumer.seek(name, 0)
  let read = 0
  for (let reads = 0; read < partitions && reads < READS_MAX; reads++) {
    read += await consumer.forEach(() => {}, { timeoutMs: READ_WAIT_MS })
  }
  if (read !== partitions) {
    throw new HighwaterError(
      'HIGHWATER_AUDIT',
      `${partitions} partitions took a record each, and ${read} gave it back; no number of this run is given.`
    )
  }
}
