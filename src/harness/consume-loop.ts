/**
 * The loop of one measured consumer: reads a partition in order, hands each record to the handler, and
 * counts. A saturation run reads in circles over what is there; a paced run waits for what comes.
 *
 * Thread: the consumer's. Nothing is allocated per record.
 */
import type { Clock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { AuditedRecord } from './audit.ts'
import type { Handler } from './handler/handler.ts'
import type { ServiceMeter } from './handler/service-times.ts'
import type { LoadTally } from './load-generator.ts'

/** One partition as a measured consumer sees it. */
export interface ConsumeSource {
  seek(offset: number): void
  /** Hands over what is there, waiting a while for the first; returns how many. */
  read(each: (record: AuditedRecord) => void): Promise<number>
}

interface ConsumeTask {
  readonly source: ConsumeSource
  readonly tally: LoadTally
  /** Null: fetch only. */
  readonly handler: Handler | null
  /** Where to begin again from offset 0; null: never, wait for more. */
  readonly endOffset: number | null
  /** Records that make a full batch. */
  readonly recordsPerBatch: number
  /** Batches this thread has consumed before. */
  readonly earlierBatches: number
  /** Takes the time of each call of the handler; null: nobody wants it. */
  readonly timing?: ServiceTiming | null
}

interface ServiceTiming {
  readonly clock: Clock
  readonly meter: ServiceMeter
}

export interface ConsumeResult {
  readonly records: number
  /** Batches this thread has consumed in its life. */
  readonly batches: number
}

class CountedRecords {
  records = 0
  #expected = 0
  readonly #task: ConsumeTask
  /** Keeps the read of each value from being optimised away. */
  #touched = 0

  constructor(task: ConsumeTask) {
    this.#task = task
  }

  get position(): number {
    return this.#expected
  }

  get batches(): number {
    return this.#task.earlierBatches + Math.floor(this.records / this.#task.recordsPerBatch)
  }

  rewind(): void {
    this.#task.source.seek(0)
    this.#expected = 0
  }

  publish(): void {
    this.#task.tally.publish(this.records, this.records, this.batches)
  }

  readonly count = (record: AuditedRecord): void => {
    if (record.offset !== this.#expected) throw misplaced(record.offset, this.#expected)
    this.#expected = record.offset + 1
    this.#touched ^= record.bytes[record.valueAt]!
    this.records += 1
  }

  /** What comes after the stop is passed over: a slow handler must not hold the run up. */
  readonly countAndHandle = (record: AuditedRecord): void => {
    if (this.#task.tally.isStopped) return
    this.count(record)
    this.#handle()
    this.publish()
  }

  #handle(): void {
    const { handler, timing } = this.#task
    if (timing === undefined || timing === null) {
      handler?.()
      return
    }
    const startedMs = timing.clock.monotonic()
    handler?.()
    timing.meter.add(1, timing.clock.monotonic() - startedMs)
  }
}

/**
 * Consumes until the tally says stop.
 * @throws HighwaterError HIGHWATER_AUDIT if a record is left out or comes twice
 */
export async function consumeUntilStopped(task: ConsumeTask): Promise<ConsumeResult> {
  const { source, tally, endOffset } = task
  const counted = new CountedRecords(task)
  const each = task.handler === null ? counted.count : counted.countAndHandle
  counted.rewind()
  while (!tally.isStopped) {
    await source.read(each)
    counted.publish()
    if (endOffset !== null && counted.position >= endOffset) counted.rewind()
  }
  return { records: counted.records, batches: counted.batches }
}

export function misplaced(found: number, expected: number): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_AUDIT',
    `A consumer got the record at offset ${found} where offset ${expected} was due; no number of ` +
      `this run is given.`
  )
}
