/**
 * Runs a handler of records in pool threads: one lane for each partition, in order, each with a reader and a
 * state of its own.
 *
 *   const run = await runHandlers(cluster, {
 *     handler: new URL('./on-orders.js', import.meta.url), // export async function handler(records, context)
 *     partitions: [{ topic: 'orders', partition: 0, from: 0 }, { topic: 'orders', partition: 1, from: 0 }]
 *   })
 *   const reports = await run.stop() // or `await run.ended`: the position of each partition
 *
 * A handler is called again when what it returned has settled: that is all the back-pressure there is. One
 * that throws ends its own lane; the others go on unless `stopOnError`.
 *
 * Thread: the caller's, which only starts and stops; records never pass through it.
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import type { LaneReport } from '../clients/consumer/handler-lane.ts'
import type { PartitionRange } from '../clients/consumer/subscription-state.ts'
import { parseConsumerConfig } from '../config/consumer-config.ts'
import { configError } from '../config/define-config.ts'
import { unpackError } from '../threads/command-error.ts'
import { threadEntry } from '../threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../threads/worker-pool.ts'
import type { Cluster } from './embedded-cluster.ts'
import type { HandlerConfig, HandlerThreadData, LanePosition, LaneReply, RunLane } from './handler-thread.ts'

export interface RunHandlersOptions {
  /**
   * An ES module in JavaScript, by its URL or path. It exports `handler(records, context)`, and may export
   * `keyDeserializer` and `valueDeserializer`. No native addon is loaded in its thread.
   */
  readonly handler: URL | string
  /** A lane for each. Without `from` it starts as auto.offset.reset says; with `to` it ends by itself. */
  readonly partitions: readonly PartitionRange[]
  /** Threads that share the lanes; if absent one for each lane, at most one for each core. */
  readonly threads?: number
  /** Settings of the consumers; what is code comes from the module. */
  readonly config?: HandlerConfig
  /** All lanes stop when one ends with an error; false if absent: the others go on. */
  readonly stopOnError?: boolean
  /** Hears of every lane when it ends. */
  readonly onLaneEnd?: (report: LaneReport) => void
}

export interface HandlerRun {
  /** How far each lane got, in the order of `partitions`, when all have ended. Never rejects. */
  readonly ended: Promise<readonly LaneReport[]>
  /** Where the lanes were a moment ago; -1 for one that has not told yet. */
  positions(): (TopicPartition & { readonly position: number })[]
  /**
   * Begins no further call and waits for those that go on; a thread whose handlers take longer is ended.
   * @param timeoutMs 30 s if absent
   */
  stop(timeoutMs?: number): Promise<readonly LaneReport[]>
}

const ENTRY = threadEntry(import.meta.url, './handler-thread.ts')
const STOP_MS = 30_000
/** A thread that has nothing more to do and does not end is killed. */
const CLOSE_MS = 5000

/**
 * Resolves when every thread has loaded the module.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export async function runHandlers(
  cluster: Pick<Cluster, 'handle'>,
  options: RunHandlersOptions
): Promise<HandlerRun> {
  const { partitions, config = {} } = options
  parseConsumerConfig(config)
  if (partitions.length === 0) throw configError('partitions must name at least one partition.')
  const count = threadCount(options)
  const start: HandlerThreadData = { module: addressOf(options.handler), config }
  const threads: ThreadHandle[] = []
  try {
    for (let index = 0; index < count; index++) {
      const { port } = await cluster.handle()
      threads.push(startThread(ENTRY, { port, start }))
    }
    await Promise.all(threads.map(thread => call(thread, 'open', {})))
  } catch (cause) {
    await endThreads(threads)
    throw cause
  }
  return new ThreadedRun(threads, options)
}

class ThreadedRun implements HandlerRun {
  readonly ended: Promise<readonly LaneReport[]>
  readonly #threads: readonly ThreadHandle[]
  readonly #options: RunHandlersOptions
  readonly #positions: number[]
  #isOver = false

  constructor(threads: readonly ThreadHandle[], options: RunHandlersOptions) {
    this.#threads = threads
    this.#options = options
    this.#positions = options.partitions.map(() => -1)
    for (const { port } of threads) {
      port.onCommand(({ body }) => {
        const { lane, position } = body as object as LanePosition
        this.#positions[lane] = position
      })
    }
    this.ended = this.#run()
  }

  positions(): (TopicPartition & { readonly position: number })[] {
    return this.#options.partitions.map(({ topic, partition }, lane) => ({
      topic,
      partition,
      position: this.#positions[lane] ?? -1
    }))
  }

  async stop(timeoutMs = STOP_MS): Promise<readonly LaneReport[]> {
    this.#tellStop()
    const cancel = systemClock.after(timeoutMs, () => {
      for (const thread of this.#threads) if (!this.#isOver) thread.abort()
    })
    try {
      return await this.ended
    } finally {
      cancel()
    }
  }

  async #run(): Promise<readonly LaneReport[]> {
    const { partitions } = this.#options
    const reports = await Promise.all(partitions.map((range, lane) => this.#runLane(lane, range)))
    this.#isOver = true
    await endThreads(this.#threads)
    return reports
  }

  async #runLane(lane: number, range: PartitionRange): Promise<LaneReport> {
    const { stopOnError = false, onLaneEnd } = this.#options
    const thread = this.#threads[lane % this.#threads.length] as ThreadHandle
    const report = await this.#reportOf(thread, { lane, range })
    this.#positions[lane] = report.position
    if (report.error !== null && stopOnError) this.#tellStop()
    // What a listener throws is its program's, not the run's.
    if (onLaneEnd !== undefined) queueMicrotask(() => onLaneEnd(report))
    return report
  }

  async #reportOf(thread: ThreadHandle, body: RunLane): Promise<LaneReport> {
    try {
      const reply = (await call(thread, 'run', body)) as object as LaneReply
      return { ...reply, error: reply.error === null ? null : unpackError(reply.error) }
    } catch (cause) {
      const { topic, partition } = body.range
      const position = this.#positions[body.lane] ?? -1
      const error = new HighwaterError(
        'HIGHWATER_HANDLER',
        `The thread of the handler of ${topic}-${partition} ended before it had stopped, at offset ` +
          `${position} or later (${cause}).`,
        { cause }
      )
      return { topic, partition, position, records: -1, error }
    }
  }

  #tellStop(): void {
    for (const { port } of this.#threads) if (!port.isClosed) port.post('stop', {})
  }
}

/** @throws what the thread ended with, if it did */
async function call(thread: ThreadHandle, command: string, body: object): Promise<Record<string, unknown>> {
  try {
    return (await thread.port.call(command, body)).body
  } catch (cause) {
    if (!(cause instanceof HighwaterError) || cause.code !== 'HIGHWATER_THREAD_ENDED') throw cause
    const { error } = await thread.ended
    throw error ?? cause
  }
}

async function endThreads(threads: readonly ThreadHandle[]): Promise<void> {
  for (const { port } of threads) if (!port.isClosed) port.post('close', {})
  const cancel = systemClock.after(CLOSE_MS, () => {
    for (const thread of threads) thread.abort()
  })
  await Promise.all(threads.map(thread => thread.ended))
  cancel()
}

/** @throws HighwaterError HIGHWATER_CONFIG */
function threadCount({ threads, partitions }: RunHandlersOptions): number {
  if (threads === undefined) return Math.min(partitions.length, availableParallelism())
  if (Number.isSafeInteger(threads) && threads > 0) return Math.min(partitions.length, threads)
  throw configError(`threads must be a whole number above 0, not ${threads}.`)
}

/** A text is a path, unless it is an address. */
function addressOf(handler: URL | string): string {
  if (handler instanceof URL) return handler.href
  return /^(?:file|data):/.test(handler) ? handler : pathToFileURL(resolve(handler)).href
}
