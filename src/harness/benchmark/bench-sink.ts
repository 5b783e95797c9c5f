/**
 * A real producer as a loader of a benchmark sees it: makes records, times answers, keeps the first error.
 *
 * Thread: the loader's. A record that is timed has a callback of a pool: as many as are in flight, made once.
 */
import type { Clock } from '../../base/clock.ts'
import type { Producer } from '../../clients/producer/producer.ts'
import type { SendCallback } from '../../clients/producer/record-future.ts'
import type { LatencyCounts } from './histogram-board.ts'
import type { BenchSink } from './load-loop.ts'
import type { ProduceCounts, ProduceMeter } from './produce-meter.ts'
import type { RecordStream } from './record-stream.ts'

/** Where a loader's latencies go. */
export interface LatencyTargets {
  /** From the due time to the answer. */
  readonly scheduled: LatencyCounts
  /** From the sending to the answer. */
  readonly sent: LatencyCounts
  readonly slip: LatencyCounts
}

/** Where a loader's counts go: its row of the tally. */
interface CountTarget {
  publish(finished: number, offered: number, batches: number): void
}

interface BenchSinkOptions {
  readonly producer: Pick<Producer, 'send' | 'ready' | 'flush'>
  readonly meter: ProduceMeter
  readonly stream: RecordStream
  readonly clock: Clock
  readonly tally: CountTarget
  readonly latency: LatencyTargets
}

/** One run as the sink sees it. */
interface SinkRun {
  readonly topic: string
  /** Undefined: the producer chooses. */
  readonly partition: number | undefined
  readonly startMs: number
  /** Whether answers are timed; a reader times them otherwise. */
  readonly timesAnswers: boolean
}

export class ProducerBenchSink implements BenchSink {
  failure: Error | null = null
  /** Records that failed in this run. */
  failed = 0
  /** Key and value bytes of the records sent since `mark`. */
  payloadBytes = 0
  readonly #options: BenchSinkOptions
  readonly #pool: TimedAnswer[] = []
  #startMs = 0
  #timesAnswers = false
  #sent = 0
  #acknowledgedBefore = 0

  constructor(options: BenchSinkOptions) {
    this.#options = options
    options.meter.onAnswers = () => this.publish()
  }

  begin({ topic, partition, startMs, timesAnswers }: SinkRun): void {
    this.#options.stream.direct(topic, partition)
    this.#acknowledgedBefore = this.#options.meter.acknowledged
    this.#startMs = startMs
    this.#timesAnswers = timesAnswers
    this.#sent = 0
    this.payloadBytes = 0
    this.failed = 0
    this.failure = null
  }

  get counts(): ProduceCounts {
    return this.#options.meter.counts
  }

  send(dueMs: number, sentMs: number, isTimed: boolean): void {
    const { stream, producer } = this.#options
    const dueMicros = Math.floor((dueMs - this.#startMs) * 1000)
    const sentMicros = Math.floor((sentMs - this.#startMs) * 1000)
    const record = stream.next(dueMicros, sentMicros)
    this.#sent += 1
    this.payloadBytes += record.value.length + (record.key === null ? 0 : record.key.length)
    if (!isTimed || !this.#timesAnswers) {
      producer.send(record)
      return
    }
    const answer = this.#pool.pop() ?? new TimedAnswer(this.#onAnswer)
    answer.dueMs = dueMs
    answer.sentMs = sentMs
    producer.send(record, answer.callback)
  }

  ready(): Promise<void> {
    return this.#options.producer.ready()
  }

  /** @throws the error of a record nobody heard of */
  async flush(): Promise<void> {
    await this.#options.producer.flush()
  }

  mark(): void {
    this.payloadBytes = 0
    this.#options.meter.mark()
  }

  /** How late a record left by the loader's own fault. */
  slipped(micros: number): void {
    this.#options.latency.slip.record(micros)
  }

  publish(): void {
    const { tally, latency, meter } = this.#options
    latency.scheduled.publish()
    latency.sent.publish()
    latency.slip.publish()
    tally.publish(meter.acknowledged - this.#acknowledgedBefore, this.#sent, meter.acknowledgedBatches)
  }

  readonly #onAnswer = (answer: TimedAnswer, error: Error | null): void => {
    if (error === null) {
      const { clock, latency } = this.#options
      const now = clock.monotonic()
      latency.scheduled.record((now - answer.dueMs) * 1000)
      latency.sent.record((now - answer.sentMs) * 1000)
    } else {
      this.failure ??= error
      this.failed += 1
    }
    this.#pool.push(answer)
  }
}

/** A callback that knows its record; used again for another one. */
class TimedAnswer {
  dueMs = 0
  sentMs = 0
  readonly callback: SendCallback

  constructor(onAnswer: (answer: TimedAnswer, error: Error | null) => void) {
    this.callback = error => onAnswer(this, error)
  }
}
