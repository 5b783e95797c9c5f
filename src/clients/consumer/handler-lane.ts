/**
 * The lane of one partition: polls it, hands what came to a handler, waits for that, and polls again. So the
 * order of the partition is kept, and no more is fetched than the handler takes.
 *
 *   poll ─▶ handler(records, context), awaited ─▶ position moves behind them ─▶ poll …
 *
 * A handler that throws ends its lane: the position stays at the first record that was not resolved, and the
 * next run from there gets it again. Other lanes know nothing of it.
 *
 * Thread: a pool thread, or any with an event loop; several lanes take turns in one thread.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { Consumer } from './consumer.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import { checkOffset, type PartitionRange } from './subscription-state.ts'

/** What a handler knows beside its records; one object for the life of the lane. */
export interface HandlerContext extends TopicPartition {
  /** The lane's own, for what a handler keeps between calls. Variables of its module are its thread's. */
  readonly state: Record<string, unknown>
  /** Aborted when the lane is to stop: a handler that takes long may end early. */
  readonly signal: AbortSignal
  /** Records behind this call in the partition; null before that is known. */
  lag(): number | null
  /** The records up to this offset are done, whatever becomes of the call. */
  resolveOffset(offset: number): void
}

/** The next call comes when what it returns has settled. */
export type LaneHandler<K = Uint8Array, V = Uint8Array> = (
  records: readonly ConsumerRecord<K, V>[],
  context: HandlerContext
) => unknown

/** How far a lane got. */
export interface LaneReport extends TopicPartition {
  /** Offset of the first record that was not handled; -1 if the lane did not get so far as to know. */
  readonly position: number
  /** Records that were handled. */
  readonly records: number
  /** Why the lane ended by itself before its end; null if it did not. */
  readonly error: Error | null
}

interface LaneOptions<K, V> {
  /** The lane's own; closed with it. */
  readonly consumer: Consumer<K, V>
  readonly range: PartitionRange
  readonly handler: LaneHandler<K, V>
  /** Hears of the position after every call. */
  readonly onPosition?: (position: number) => void
}

const POLL_MS = 60_000

export class HandlerLane<K, V> {
  readonly #options: LaneOptions<K, V>
  readonly #abortion = new AbortController()
  readonly #context: HandlerContext
  #position = -1
  /** Behind the last record of the call that goes on. */
  #limit = 0
  #records = 0

  constructor(options: LaneOptions<K, V>) {
    const { consumer, range } = options
    const { topic, partition } = range
    this.#options = options
    this.#context = {
      topic,
      partition,
      state: {},
      signal: this.#abortion.signal,
      lag: () => consumer.lag(range),
      resolveOffset: offset => {
        checkOffset(offset)
        this.#position = Math.max(this.#position, Math.min(offset + 1, this.#limit))
      }
    }
  }

  /** Begins no further call; `run` ends when the one that goes on has. */
  stop(): void {
    this.#abortion.abort()
    this.#options.consumer.wakeup()
  }

  /** Runs to the end of the range, to `stop`, or to an error. Never rejects. */
  async run(): Promise<LaneReport> {
    const { consumer, range } = this.#options
    let error: Error | null = null
    try {
      consumer.assign([range])
      await this.#loop()
    } catch (cause) {
      if (!this.#isStop(cause)) error = cause instanceof Error ? cause : new Error(String(cause))
    }
    await consumer.close()
    const { topic, partition } = range
    return { topic, partition, position: this.#position, records: this.#records, error }
  }

  async #loop(): Promise<void> {
    const { consumer, range, onPosition } = this.#options
    const { signal } = this.#abortion
    this.#position = await consumer.position(range)
    while (!signal.aborted && !consumer.isAtEnd) {
      const records = await consumer.poll(POLL_MS)
      if (records.length > 0) await this.#handle(records)
      // Behind offsets that show no record too.
      this.#position = await consumer.position(range)
      onPosition?.(this.#position)
      // Commands to the thread come between two calls, also where no handler ever waits.
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  async #handle(records: readonly ConsumerRecord<K, V>[]): Promise<void> {
    const { handler, range } = this.#options
    const before = this.#position
    this.#limit = (records.at(-1)?.offset ?? -1) + 1
    try {
      await handler(records, this.#context)
      this.#records += records.length
    } catch (cause) {
      this.#records += records.filter(({ offset }) => offset >= before && offset < this.#position).length
      // Between two records there may be offsets that show none.
      this.#position = records.find(({ offset }) => offset >= this.#position)?.offset ?? this.#position
      throw handlerError(range, this.#position, cause)
    }
  }

  #isStop(cause: unknown): boolean {
    const isWoken = cause instanceof HighwaterError && cause.code === 'HIGHWATER_WAKEUP'
    return isWoken && this.#abortion.signal.aborted
  }
}

function handlerError({ topic, partition }: TopicPartition, offset: number, cause: unknown): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_HANDLER',
    `The handler threw at offset ${offset} of ${topic}-${partition} (${whatWas(cause)}); its lane has ` +
      `stopped there.`,
    { cause }
  )
}

/** With the line of the handler, which is all that reaches another thread of where it was. */
function whatWas(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const place = cause.stack?.split('\n').find(line => line.trimStart().startsWith('at '))
  return `${cause.name}: ${cause.message}${place === undefined ? '' : ` ${place.trim()}`}`
}
