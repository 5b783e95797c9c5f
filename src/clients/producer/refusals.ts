/**
 * Records that fail before they are in a batch: each gets an outcome of its own, and the failures nobody
 * hears of are told to the program once.
 *
 * Thread: the caller's. Kafka: the catch clauses of KafkaProducer.doSend.
 */
import type { Clock } from '../../base/clock.ts'
import { BatchOutcome, UnheardFailures } from './batch-outcome.ts'
import { InterceptedRecord } from './interceptors.ts'
import type { OutgoingRecord } from './producer-batch.ts'
import { queueFull, undelivered } from './producer-errors.ts'
import type { ProducerMetrics } from './producer-metrics.ts'
import { RecordFuture } from './record-future.ts'
import type { WaitingRecord } from './send-queue.ts'

interface RefusedRecord extends Pick<OutgoingRecord, 'timestamp' | 'callback'> {
  readonly topic: string
  /** -1 if it was not chosen. */
  readonly partition: number
}

export class Refusals {
  /** Failures of any kind that nobody heard of yet. */
  readonly unheard = new UnheardFailures()
  readonly #clock: Clock
  readonly #metrics: ProducerMetrics
  #isWarned = false
  /** The last refusal for want of a place in the queue, and of what; null in a new turn. */
  #full: { readonly records: number; readonly topic: string | null; readonly error: Error } | null = null

  constructor(clock: Clock, metrics: ProducerMetrics) {
    this.#clock = clock
    this.#metrics = metrics
  }

  /** The future of a record that is refused inside `send`. */
  reject(record: RefusedRecord, error: Error): RecordFuture {
    const outcome = this.#outcomeOf(record)
    this.#fail(outcome, error)
    return new RecordFuture(outcome, 0)
  }

  /**
   * The error of a record that finds the queue full; that of the record before it, if nothing has changed in
   * this turn: to make one costs more than all else of a refusal.
   * @param topic they wait for; null: they wait for memory
   */
  queueFull(records: number, topic: string | null): Error {
    if (this.#full === null || this.#full.records !== records || this.#full.topic !== topic) {
      this.#full = { records, topic, error: queueFull(records, topic) }
    }
    return this.#full.error
  }

  /** Fails a record that waited in vain. */
  fail(record: WaitingRecord, error: Error): void {
    const outcome = this.#outcomeOf(record)
    record.future.attach(outcome, 0)
    this.#fail(outcome, error)
  }

  /** @throws HighwaterError HIGHWATER_UNDELIVERED, once for the failures so far */
  throwUnheard(): void {
    if (this.unheard.count === 0) return
    const error = undelivered(this.unheard)
    this.unheard.clear()
    throw error
  }

  /** Warns, but not in the turn of the failure: whoever awaits the record had no chance to say so yet. */
  endTurn(): void {
    this.#full = null
    if (this.#isWarned || this.unheard.count === 0) return
    this.#isWarned = true
    this.#clock.after(0, () => {
      if (this.unheard.count === 0) this.#isWarned = false
      else process.emitWarning(undelivered(this.unheard).message, { code: 'HIGHWATER_UNDELIVERED' })
    })
  }

  #outcomeOf({ topic, partition, timestamp, callback }: RefusedRecord): BatchOutcome {
    if (callback instanceof InterceptedRecord) callback.isRefused = true
    const outcome = new BatchOutcome(topic, Math.max(-1, partition), this.unheard)
    outcome.noteRecord(0, timestamp, callback)
    return outcome
  }

  #fail(outcome: BatchOutcome, error: Error): void {
    this.#metrics.failed(outcome.topic, 1, this.#clock.monotonic())
    outcome.fail(error, 1)
    outcome.deliver()
  }
}
