/**
 * Entry of a loader thread: one producer of its own, driven by `load` commands until it is closed.
 *
 *   harness ─▶ connect, load, sent, forget, close      counts come back in its row of the tally
 *
 * Thread: its own, a pool thread with an event loop: the producer's timers run between the bursts.
 */
import { systemClock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { seededRandom } from '../base/random.ts'
import { Producer } from '../clients/producer/producer.ts'
import type { Command } from '../threads/command-port.ts'
import { enterThread, obeyUntilClosed } from '../threads/thread-start.ts'
import type { Channel } from '../wire/network/channel.ts'
import type { PackedValues } from './inputs/record-sample.ts'
import { generateLoad, type LoadResult } from './load-generator.ts'
import { readThreadCpuMs } from './machine-usage.ts'
import { ProducerSink, valueCount } from './producer-sink.ts'
import { connectTarget } from './targets/embedded-target.ts'
import { ThreadTally } from './thread-tally.ts'

/** A disk that refuses is to be known of soon: Kafka's 30 s and 2 min are for networks. */
const REQUEST_TIMEOUT_MS = 10_000
const DELIVERY_TIMEOUT_MS = 20_000

/** What a loader is started with, beside the handle of its target, its row and its tally. */
export interface LoaderData {
  /** Of each record, or the mean of the sample. */
  readonly recordBytes: number
  /** Values of a sample; generated ones without it. */
  readonly sample?: PackedValues | null | undefined
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly lingerMs: number
}

/** Body of `load`. */
export interface LoadCommand {
  readonly topic: string
  readonly partitions: number
  readonly recordsPerSecond: number | null
  /** Partitions in the order they get records; null: one after another. */
  readonly cycle?: readonly number[] | null
}

/** Body of `sent`, how many records each partition of the topic got, and of `forget`: it is empty. */
export interface TopicCommand {
  readonly topic: string
}

/** Answer to `load`. */
export interface LoaderReport extends LoadResult {
  /** CPU milliseconds of the thread while it loaded; null where the system does not tell. */
  readonly cpuMs: number | null
}

class LoaderThread {
  readonly #handle: Record<string, unknown>
  readonly #start: LoaderData
  readonly #row: number
  readonly #tally: ThreadTally
  #channel: Channel | null = null
  #producer: Producer | null = null
  #sink: ProducerSink | null = null

  constructor(data: Record<string, unknown>) {
    this.#handle = data
    this.#start = data['start'] as LoaderData
    this.#row = Number(data['row'])
    this.#tally = new ThreadTally(data['tally'] as SharedArrayBuffer, this.#row)
  }

  async obey(command: Command): Promise<object> {
    const body: object = command.body
    if (command.name === 'connect') return this.#connect()
    if (command.name === 'load') return this.#load(body as LoadCommand)
    const { topic } = body as TopicCommand
    invariant(this.#sink !== null, 'a loader is connected before it is asked')
    if (command.name === 'sent') return { sent: this.#sink.sentTo(topic) }
    invariant(command.name === 'forget', 'a loader knows its commands', { name: command.name })
    this.#sink.forget(topic)
    return {}
  }

  async close(): Promise<void> {
    await this.#producer?.close()
    await this.#channel?.close()
  }

  async #connect(): Promise<object> {
    const { recordBytes, batchBytes, bufferBytes, lingerMs, sample } = this.#start
    this.#channel = await connectTarget(this.#handle)
    this.#producer = new Producer(this.#channel, {
      'batch.size': batchBytes,
      'linger.ms': lingerMs,
      'buffer.memory': bufferBytes,
      'request.timeout.ms': REQUEST_TIMEOUT_MS,
      'delivery.timeout.ms': DELIVERY_TIMEOUT_MS
    })
    this.#sink = new ProducerSink({
      producer: this.#producer,
      loader: this.#row,
      recordBytes,
      batchBytes,
      random: seededRandom(this.#row),
      sample
    })
    return {}
  }

  async #load({ topic, partitions, recordsPerSecond, cycle }: LoadCommand): Promise<LoaderReport> {
    const sink = this.#sink
    invariant(sink !== null, 'a loader is connected before it loads')
    await sink.begin(topic, partitions)
    const cpuBefore = readThreadCpuMs()
    const result = await generateLoad({
      sink,
      tally: this.#tally,
      clock: systemClock,
      partitions: cycle ?? Array.from({ length: partitions }, (_, index) => index),
      burstRecords: valueCount(this.#start.recordBytes) / 4,
      recordsPerSecond
    })
    const cpuAfter = readThreadCpuMs()
    return { ...result, cpuMs: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore }
  }
}

export default async function loadGeneratorThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const thread = new LoaderThread(data)
  await obeyUntilClosed(port, thread)
}
