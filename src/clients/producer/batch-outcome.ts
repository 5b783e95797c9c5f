/**
 * What became of a batch, for all its records at once: who wants to hear of it, and what to tell each.
 *
 * Thread: the caller's. It outlives the batch and its slot: a future may be awaited long after.
 * Kafka: clients/producer/internals/ProduceRequestResult, and ProducerBatch's thunks.
 */
import { invariant } from '../../base/invariant.ts'
import type { RecordCallback, RecordFuture, RecordMetadata } from './record-future.ts'

/**
 * Failed records that nobody awaits and no callback hears of: `flush` and `close` reject while there are
 * some.
 */
export class UnheardFailures {
  count = 0
  first: Error | null = null
  /** Grows by each report: a failure that was reported before counts no more, whoever awaits it then. */
  epoch = 0

  add(count: number, error: Error): void {
    if (count === 0) return
    if (this.count === 0) this.first = error
    this.count += count
  }

  /** Somebody awaited one after all that was added in this epoch. */
  heardOne(epoch: number): void {
    if (epoch === this.epoch && this.count > 0) this.count -= 1
  }

  /** They are reported. */
  clear(): void {
    this.epoch += 1
    this.count = 0
    this.first = null
  }
}

interface Listener {
  readonly future: RecordFuture
  readonly index: number
}

/** Records from `fromIndex` on went to another batch when theirs was split. */
interface Piece {
  readonly fromIndex: number
  readonly outcome: BatchOutcome
}

export class BatchOutcome {
  readonly topic: string
  readonly partition: number
  readonly #unheard: UnheardFailures
  #isSettled = false
  #isDelivered = false
  #error: Error | null = null
  /** In which its failures were added. */
  #unheardEpoch = 0
  #recordCount = 0
  #baseOffset = -1
  #logAppendTime = -1
  /** By index; null where a record has none. */
  #callbacks: (RecordCallback | null)[] | null = null
  #listeners: Listener[] | null = null
  /** First index and timestamp of each stretch of records with the same timestamp. */
  readonly #timestamps: number[] = []
  #lastTimestamp = -1
  #pieces: Piece[] | null = null

  constructor(topic: string, partition: number, unheard: UnheardFailures) {
    this.topic = topic
    this.partition = partition
    this.#unheard = unheard
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Remembers what the answer to a record needs. */
  noteRecord(index: number, timestamp: number, callback: RecordCallback | null): void {
    if (timestamp !== this.#lastTimestamp || index === 0) {
      this.#lastTimestamp = timestamp
      this.#timestamps.push(index, timestamp)
    }
    if (callback !== null) this.#addCallback(index, callback)
  }

  /**
   * Settles `future` when the batch is settled, or now. A failure it hears of no longer counts as unheard.
   */
  observe(future: RecordFuture, index: number): void {
    const pieces = this.#pieces
    if (pieces !== null) {
      const piece = pieceOf(pieces, index)
      piece.outcome.observe(future, index - piece.fromIndex)
    } else if (!this.#isSettled) {
      this.#listeners ??= []
      this.#listeners.push({ future, index })
    } else {
      if (this.#error !== null && !this.#hasCallback(index)) this.#unheard.heardOne(this.#unheardEpoch)
      this.#tell(future, index)
    }
  }

  /** The broker has the batch; `baseOffset` -1 if it did not say where. */
  succeed(baseOffset: number, logAppendTime: number, recordCount: number): void {
    this.#settle(null, recordCount)
    this.#baseOffset = baseOffset
    this.#logAppendTime = logAppendTime
  }

  fail(error: Error, recordCount: number): void {
    this.#settle(error, recordCount)
    this.#unheardEpoch = this.#unheard.epoch
    this.#unheard.add(recordCount - this.#listenerCount(), error)
  }

  /** Hands the records over to the batches that replace this one, the first of which starts at index 0. */
  split(pieces: readonly Piece[]): void {
    invariant(!this.#isSettled && this.#pieces === null, 'only an unsettled batch is split, once')
    this.#pieces = [...pieces]
    for (const { future, index } of this.#listeners ?? []) this.observe(future, index)
    this.#callbacks?.forEach((callback, index) => {
      if (callback === null) return
      const piece = pieceOf(pieces, index)
      piece.outcome.#addCallback(index - piece.fromIndex, callback)
    })
    this.#listeners = null
    this.#callbacks = null
  }

  /** Runs callbacks and settles awaited futures, in the order of the records. */
  deliver(): void {
    invariant(this.#isSettled && !this.#isDelivered, 'an outcome is delivered once, after it is settled')
    this.#isDelivered = true
    const callbacks = this.#callbacks
    if (callbacks !== null) {
      for (let index = 0; index < callbacks.length; index++) {
        const callback = callbacks[index]
        if (callback) this.#call(callback, index)
      }
    }
    const listeners = this.#listeners
    this.#listeners = null
    for (const { future, index } of listeners ?? []) this.#tell(future, index)
  }

  #addCallback(index: number, callback: RecordCallback): void {
    this.#callbacks ??= []
    while (this.#callbacks.length < index) this.#callbacks.push(null)
    this.#callbacks.push(callback)
  }

  #settle(error: Error | null, recordCount: number): void {
    invariant(!this.#isSettled && this.#pieces === null, 'a batch is settled once', () => ({
      topic: this.topic,
      partition: this.partition
    }))
    this.#isSettled = true
    this.#error = error
    this.#recordCount = recordCount
  }

  /** A callback that throws is the program's fault, but must not keep the others from being called. */
  #call(callback: RecordCallback, index: number): void {
    try {
      const error = this.#error
      if (typeof callback === 'function') callback(error, error === null ? this.#metadata(index) : null)
      else callback.acknowledge(error, error === null ? this.#metadata(index) : this.#failedMetadata())
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #tell(future: RecordFuture, index: number): void {
    future.settle(this.#error, this.#error === null ? this.#metadata(index) : null)
  }

  #metadata(index: number): RecordMetadata {
    return {
      topic: this.topic,
      partition: this.partition,
      offset: this.#baseOffset < 0 ? -1 : this.#baseOffset + index,
      timestamp: this.#logAppendTime >= 0 ? this.#logAppendTime : this.#timestampOf(index)
    }
  }

  #failedMetadata(): RecordMetadata {
    return { topic: this.topic, partition: this.partition, offset: -1, timestamp: -1 }
  }

  #timestampOf(index: number): number {
    const stretches = this.#timestamps
    let low = 0
    let high = stretches.length / 2 - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (stretches[2 * middle]! <= index) low = middle
      else high = middle - 1
    }
    return stretches[2 * low + 1] ?? -1
  }

  #hasCallback(index: number): boolean {
    return isHeard(this.#callbacks?.[index] ?? null)
  }

  #listenerCount(): number {
    let count = 0
    for (const callback of this.#callbacks ?? []) if (isHeard(callback)) count += 1
    for (const { index } of this.#listeners ?? []) if (!this.#hasCallback(index)) count += 1
    return Math.min(count, this.#recordCount)
  }
}

/** Interceptors alone do not count: the program has not heard of a failure by them. */
function isHeard(callback: RecordCallback | null): boolean {
  return callback !== null && (typeof callback === 'function' || callback.hasCallback)
}

function pieceOf(pieces: readonly Piece[], index: number): Piece {
  const piece = pieces.findLast(({ fromIndex }) => fromIndex <= index)
  invariant(piece !== undefined, 'the pieces of a split batch start at index 0')
  return piece
}
