/**
 * Entry of a reader thread of a benchmark: one consumer of its own, which measures (`read`) or audits
 * (`audit`).
 *
 *   harness ─▶ connect, offsets, read, audit, close
 *
 * Counts come back in its row of the tally, latencies in its histograms.
 *
 * Thread: its own, a pool thread. It blocks in fetches and handlers; the tally's stop word ends a run.
 */
import { processClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import { Consumer } from '../../clients/consumer/consumer.ts'
import { parseConsumerConfig } from '../../config/consumer-config.ts'
import type { ProcessCost } from '../../planner/units.ts'
import type { Command } from '../../threads/command-port.ts'
import { enterThread, obeyUntilClosed } from '../../threads/thread-start.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { makeHandler } from '../handler/handler.ts'
import { readThreadCpuMs } from '../machine-usage.ts'
import { connectTarget } from '../targets/embedded-target.ts'
import { ThreadTally } from '../thread-tally.ts'
import { auditTopic, type BenchAudit, type ExpectedTopic } from './bench-audit.ts'
import type { StampedRecord } from './bench-stamp.ts'
import { latencyCounts } from './histogram-board.ts'
import { type EachRecord, type ReadResult, type ReadSource, readUntilStopped } from './read-loop.ts'

/** What all readers are started with, beside the handle of their target, their row and their tally. */
export interface ReaderStart {
  /** Settings of the consumer, by Kafka's names. */
  readonly config: Readonly<Record<string, string>>
  readonly latency: SharedArrayBuffer
}

/** Body of `read`. */
export interface ReadCommand {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly api: 'forEach' | 'poll'
  readonly process: ProcessCost | null
  /** Offsets by place in `partitions`: where to begin; where to begin again, or null: wait for more. */
  readonly begin: readonly number[]
  readonly end: readonly number[] | null
  /** Null: latencies are not taken. */
  readonly timed: {
    readonly isStampInHeader: boolean
    readonly startMs: number
    readonly measureMicros: number
  } | null
  readonly recordsPerBatch: number
}

/** Body of `offsets`. */
interface OffsetsCommand {
  readonly topic: string
  readonly partitions: number
}

/** Answer to `read`. */
export interface ReadReport extends ReadResult {
  readonly elapsedMs: number
  /** CPU milliseconds of the thread meanwhile; null where the system does not tell. */
  readonly cpuMs: number | null
}

/** Bounds how long a stop goes unnoticed. */
const READ_WAIT_MS = 50
/** An audit waits longer: what is not there then is lost. */
const AUDIT_WAIT_MS = 500

class BenchReadThread {
  readonly #data: Record<string, unknown>
  readonly #start: ReaderStart
  readonly #row: number
  readonly #tally: ThreadTally
  #channel: Channel | null = null
  #consumer: Consumer | null = null
  #records = 0
  readonly #oversized: OversizedBatches | null

  constructor(data: Record<string, unknown>) {
    this.#data = data
    this.#start = data['start'] as ReaderStart
    this.#row = Number(data['row'])
    this.#tally = new ThreadTally(data['tally'] as SharedArrayBuffer, this.#row)
    const isLegacy = parseConsumerConfig(this.#start.config).engineLegacyFetch
    this.#oversized = isLegacy ? new OversizedBatches() : null
  }

  async obey(command: Command): Promise<object> {
    const body: object = command.body
    if (command.name === 'connect') return await this.#connect()
    if (command.name === 'read') return await this.#read(body as ReadCommand)
    if (command.name === 'offsets') return await this.#endOffsets(body as OffsetsCommand)
    invariant(command.name === 'audit', 'a reader knows its commands', { name: command.name })
    return await this.#audit(body as ExpectedTopic)
  }

  async close(): Promise<void> {
    await this.#consumer?.close()
    await this.#channel?.close()
  }

  async #connect(): Promise<object> {
    this.#channel = await connectTarget(this.#data)
    this.#consumer = new Consumer(this.#channel, this.#start.config)
    return {}
  }

  async #read(command: ReadCommand): Promise<ReadReport> {
    const { latency } = this.#start
    const names = command.partitions.map(partition => ({ topic: command.topic, partition }))
    const consumer = this.#assign(names)
    const startedMs = processClock.monotonic()
    const before = readThreadCpuMs()
    const result = await readUntilStopped({
      source: unlessStalled(readSource(consumer, names, command.api), this.#oversized),
      tally: this.#tally,
      handler: makeHandler(command.process, processClock),
      begin: command.begin,
      end: command.end,
      timed:
        command.timed === null
          ? null
          : {
              ...command.timed,
              clock: processClock,
              latency: {
                scheduled: latencyCounts(latency, this.#row, 'scheduled'),
                sent: latencyCounts(latency, this.#row, 'sent')
              }
            },
      recordsPerBatch: command.recordsPerBatch,
      earlierRecords: this.#records
    })
    this.#records += result.records
    const after = readThreadCpuMs()
    const cpuMs = before === null || after === null ? null : after - before
    return { ...result, elapsedMs: processClock.monotonic() - startedMs, cpuMs }
  }

  async #endOffsets({ topic, partitions }: OffsetsCommand): Promise<object> {
    const names = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
    const consumer = this.#assign(names)
    const end: number[] = []
    for (const name of names) end.push(await consumer.endOffset(name))
    return { end }
  }

  async #audit(expected: ExpectedTopic): Promise<BenchAudit> {
    const options = { timeoutMs: AUDIT_WAIT_MS, blocking: true }
    invariant(this.#channel !== null, 'a reader is connected before it reads')
    // What is judged is what stands in the files.
    const consumer = new Consumer(this.#channel, { 'engine.hot.tail': false })
    try {
      return await auditTopic(
        {
          open: async partition => {
            consumer.assign([partition])
            consumer.seek(partition, 0)
            return await consumer.endOffset(partition)
          },
          read: each => consumer.forEach(each, options)
        },
        expected
      )
    } finally {
      await consumer.close()
    }
  }

  #assign(partitions: readonly TopicPartition[]): Consumer {
    const consumer = this.#consumer
    invariant(consumer !== null, 'a reader is connected before it reads')
    consumer.assign(partitions)
    return consumer
  }
}

function readSource(
  consumer: Consumer,
  names: readonly TopicPartition[],
  api: ReadCommand['api']
): ReadSource {
  const places = new Map(names.map(({ partition }, place) => [partition, place]))
  let known: TopicPartition | null = null
  let knownPlace = 0
  // Records come partition by partition: the same object many times in a row.
  const placeOf = (name: TopicPartition): number => {
    if (name !== known) {
      known = name
      knownPlace = places.get(name.partition) ?? 0
    }
    return knownPlace
  }
  const seek = (place: number, offset: number): void => {
    const name = names[place]
    if (name !== undefined) consumer.seek(name, offset)
  }
  if (api === 'poll') {
    return { seek, read: each => pollOnce(consumer, partition => places.get(partition) ?? 0, each) }
  }
  const options = { timeoutMs: READ_WAIT_MS, blocking: true }
  const read = (each: EachRecord): Promise<number> =>
    consumer.forEach((record, name) => {
      each(record, placeOf(name))
    }, options)
  return { seek, read }
}

/**
 * What the consumer of this thread warns of: with `engine.legacy.fetch` it says so, and nothing else, when it
 * comes to a batch that it will never give.
 */
class OversizedBatches {
  /** The first warning; null as long as there is none. */
  warning: string | null = null

  constructor() {
    // It ends the run as an error: printed as well it would be said twice.
    process.removeAllListeners('warning')
    process.on('warning', (warning: Error & { readonly code?: string }) => {
      if (warning.code === 'HIGHWATER_OVERSIZED_BATCH') this.warning ??= warning.message
    })
  }
}

/** Ends a run whose reader would wait for ever. */
function unlessStalled({ seek, read }: ReadSource, oversized: OversizedBatches | null): ReadSource {
  if (oversized === null) return { seek, read }
  return {
    seek,
    read: async each => {
      const count = await read(each)
      // A loop of awaits alone keeps warnings waiting.
      if (count === 0) await new Promise<void>(resolve => process.nextTick(resolve))
      const { warning } = oversized
      if (warning === null) return count
      const reason = warning.replace(/^The /, 'the ')
      throw new HighwaterError('HIGHWATER_TIMEOUT', `The reader has stalled, as with Kafka 0.8: ${reason}`)
    }
  }
}

/** A polled record is shown as it lies in its own value: without a stamp in a header. */
async function pollOnce(
  consumer: Consumer,
  placeOf: (partition: number) => number,
  each: EachRecord
): Promise<number> {
  const records = await consumer.poll(READ_WAIT_MS)
  for (const { partition, offset, key, value } of records) {
    const shown: StampedRecord = {
      offset,
      bytes: value ?? NO_BYTES,
      keyAt: 0,
      keyLength: key === null ? -1 : key.length,
      valueAt: 0,
      valueLength: value === null ? -1 : value.length,
      endAt: value === null ? 0 : value.length
    }
    each(shown, placeOf(partition))
  }
  return records.length
}

const NO_BYTES = new Uint8Array(0)

export default async function benchReadThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const thread = new BenchReadThread(data)
  await obeyUntilClosed(port, thread)
}
