/**
 * The loop of a consumer with a user's handler: polls records, hands them over call by call, in order, one
 * call at a time, and takes the time of each.
 *
 *   poll ─▶ handler(some of them, context), awaited ─▶ counted ─▶ ... ─▶ poll
 *
 * Calls begin with one record and grow to what a poll gives while they stay short: so a slow handler is timed
 * by few records and a stop is heard soon, a quick one gets batches as a lane gives them. Before each call
 * the records of it are published as offered, so that whoever looks at the tally knows that a call goes on.
 *
 * Thread: the consumer's, which has an event loop.
 */
import type { Clock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { ConsumerRecord } from '../../clients/consumer/consumer-record.ts'
import type { HandlerContext, LaneHandler } from '../../clients/consumer/handler-lane.ts'
import { type ConsumeResult, misplaced } from '../consume-loop.ts'
import type { LoadTally } from '../load-generator.ts'
import { whatWas } from './handler-module.ts'
import type { ServiceMeter } from './service-times.ts'

type Records = readonly ConsumerRecord<unknown, unknown>[]

/** One partition as its handler gets it. */
export interface PolledSource {
  seek(offset: number): void
  /** What is there, waiting a while for the first. */
  poll(): Promise<Records>
}

interface HandleTask {
  readonly name: string
  readonly source: PolledSource
  readonly tally: LoadTally
  readonly clock: Clock
  readonly handler: LaneHandler<unknown, unknown>
  readonly context: HandlerContext
  /** Where to begin again from offset 0; null: never, wait for more. */
  readonly endOffset: number | null
  readonly recordsPerBatch: number
  readonly earlierBatches: number
  readonly calls: CallSize
  readonly meter: ServiceMeter
}

/** A call that takes longer gets fewer records the next time, one that takes less more. */
const CALL_MS_LONG = 100
const CALL_MS_SHORT = 25
/** Kafka's default max.poll.records. */
const CALL_RECORDS_MAX = 500
/** What a handler does first takes longer than what it does later: compiling, connecting, filling caches. */
const WARM_RECORDS = 1000
const WARM_MS = 1000
/** Batches from which on a measured thread counts as warm. */
const WARM_BATCHES = 100

/** How many records a handler gets at a time, over the life of its thread. */
export class CallSize {
  records = 1
  #handled = 0
  #handledMs = 0

  /** Whether the handler has shown its lasting speed by now. */
  get isWarm(): boolean {
    return this.#handled >= WARM_RECORDS || this.#handledMs >= WARM_MS
  }

  /** A call of so many records took so long. */
  learn(records: number, milliseconds: number): void {
    this.#handled += records
    this.#handledMs += milliseconds
    if (milliseconds > CALL_MS_LONG) this.records = Math.max(1, this.records >> 1)
    else if (milliseconds < CALL_MS_SHORT) this.records = Math.min(CALL_RECORDS_MAX, this.records * 2)
  }
}

/**
 * Handles until the tally says stop.
 * @throws HighwaterError HIGHWATER_HANDLER with what the handler threw, HIGHWATER_AUDIT
 */
export async function handleUntilStopped(task: HandleTask): Promise<ConsumeResult> {
  const run = new HandledRun(task)
  run.rewind()
  while (!task.tally.isStopped) {
    await run.handleAll(await task.source.poll())
    // What the handler left unhandled, a rejection or a closed port, comes to light between two polls.
    await new Promise(resolve => setImmediate(resolve))
  }
  return { records: run.records, batches: run.batches }
}

class HandledRun {
  records = 0
  #expected = 0
  readonly #task: HandleTask

  constructor(task: HandleTask) {
    this.#task = task
  }

  /** A warm handler counts as a warm thread, however few records it took. */
  get batches(): number {
    const { earlierBatches, recordsPerBatch, calls } = this.#task
    return Math.max(
      calls.isWarm ? WARM_BATCHES : 0,
      earlierBatches + Math.floor(this.records / recordsPerBatch)
    )
  }

  rewind(): void {
    this.#task.source.seek(0)
    this.#expected = 0
  }

  /** What comes after the stop is passed over. */
  async handleAll(records: Records): Promise<void> {
    const { tally, calls, endOffset } = this.#task
    for (let at = 0; at < records.length && !tally.isStopped; ) {
      const some = records.slice(at, at + calls.records)
      at += some.length
      this.#check(some)
      await this.#call(some)
    }
    if (endOffset !== null && this.#expected >= endOffset) this.rewind()
  }

  #check(records: Records): void {
    for (const { offset } of records) {
      if (offset !== this.#expected) throw misplaced(offset, this.#expected)
      this.#expected += 1
    }
  }

  async #call(records: Records): Promise<void> {
    const { tally, clock, handler, context, calls, meter, name } = this.#task
    tally.publish(this.records, this.records + records.length, this.batches)
    const startedMs = clock.monotonic()
    try {
      const returned = handler(records, context)
      // Waiting for what is no promise would cost a quick handler as much as its work.
      if (returned !== null && typeof returned === 'object' && 'then' in returned) await returned
    } catch (cause) {
      throw handlerError(name, records[0]?.offset ?? this.#expected, context, cause)
    }
    const tookMs = clock.monotonic() - startedMs
    if (calls.isWarm) meter.add(records.length, tookMs)
    calls.learn(records.length, tookMs)
    this.records += records.length
    tally.publish(this.records, this.records, this.batches)
  }
}

function handlerError(
  name: string,
  offset: number,
  { topic, partition }: HandlerContext,
  cause: unknown
): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_HANDLER',
    `The handler ${name} failed in the call that began at offset ${offset} of ${topic}-${partition}: ` +
      `${whatWas(cause)}.`,
    { cause }
  )
}
