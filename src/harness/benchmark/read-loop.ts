/**
 * The loop of one reader of a benchmark: its partitions in order, in circles over what is there, or waiting
 * for what comes. It counts, hands each record to the handler, and can tell how long each took since it was
 * due and sent.
 *
 * Thread: the reader's. Nothing is allocated per record.
 */
import type { Clock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Handler } from '../handler/handler.ts'
import type { LoadTally } from '../load-generator.ts'
import type { LatencyTargets } from './bench-sink.ts'
import { BenchStamp, type StampedRecord, stampAt } from './bench-stamp.ts'

/** The partitions of a measured reader, by their place in its list. */
export interface ReadSource {
  seek(place: number, offset: number): void
  /** Hands over what is there, waiting a while for the first; returns how many. */
  read(each: EachRecord): Promise<number>
}

export type EachRecord = (record: StampedRecord, place: number) => void

interface TimedRead {
  readonly clock: Clock
  readonly latency: Pick<LatencyTargets, 'scheduled' | 'sent'>
  readonly isStampInHeader: boolean
  /** Monotonic time of the run's start, which stamps count from. */
  readonly startMs: number
  /** Records due earlier are not measured, microseconds of the run. */
  readonly measureMicros: number
}

interface ReadTask {
  readonly source: ReadSource
  readonly tally: LoadTally
  /** Null: nothing is done with a record. */
  readonly handler: Handler | null
  /** First offset of each partition. */
  readonly begin: readonly number[]
  /** Where each ends and all begin again; null: wait for more. */
  readonly end: readonly number[] | null
  /** Null: latencies are not taken. */
  readonly timed: TimedRead | null
  readonly recordsPerBatch: number
  /** Records this thread has read before. */
  readonly earlierRecords: number
}

export interface ReadResult {
  readonly records: number
  /** Of keys and values. */
  readonly bytes: number
}

class CountedReads {
  records = 0
  bytes = 0
  readonly #task: ReadTask
  readonly #expected: number[]
  readonly #stamp = new BenchStamp()
  /** Partitions that are read to their end. */
  #finished = 0
  /** Keeps the read of each value from being optimised away. */
  #touched = 0

  constructor(task: ReadTask) {
    this.#task = task
    this.#expected = [...task.begin]
  }

  get isAtEnd(): boolean {
    return this.#task.end !== null && this.#finished === this.#expected.length
  }

  begin(): void {
    const { source, begin, end } = this.#task
    this.#finished = 0
    for (const [place, offset] of begin.entries()) {
      source.seek(place, offset)
      this.#expected[place] = offset
      if (end !== null && offset >= (end[place] ?? 0)) this.#finished += 1
    }
  }

  publish(): void {
    const { tally, timed, recordsPerBatch, earlierRecords } = this.#task
    timed?.latency.scheduled.publish()
    timed?.latency.sent.publish()
    tally.publish(this.records, this.records, Math.floor((earlierRecords + this.records) / recordsPerBatch))
  }

  /** What comes after the stop is passed over: a slow handler must not hold the run up. */
  readonly each = (record: StampedRecord, place: number): void => {
    const { end, handler, tally, timed } = this.#task
    if (handler !== null && tally.isStopped) return
    const { offset } = record
    if (end !== null && offset >= end[place]!) return
    if (offset !== this.#expected[place]) throw misplaced(place, offset, this.#expected[place]!)
    this.#expected[place] = offset + 1
    this.records += 1
    this.bytes += record.valueLength + Math.max(0, record.keyLength)
    this.#touched ^= record.bytes[record.valueAt]!
    if (timed !== null) this.#time(record, timed)
    if (end !== null && offset + 1 === end[place]) this.#finished += 1
    if (handler === null) return
    handler()
    this.publish()
  }

  #time(record: StampedRecord, timed: TimedRead): void {
    const stamp = this.#stamp
    const at = stampAt(record, timed.isStampInHeader)
    if (at < 0) return
    stamp.readTimes(record.bytes, at)
    const sinceStart = (timed.clock.monotonic() - timed.startMs) * 1000
    const sinceDue = microsSince(stamp.dueMicros, sinceStart)
    if (sinceStart - sinceDue < timed.measureMicros) return
    timed.latency.scheduled.record(sinceDue)
    timed.latency.sent.record(sinceDue - stamp.lateMicros)
  }
}

/** Stamps begin again at 0 after so many microseconds, 71.6 minutes of a run. */
const STAMP_MICROS = 2 ** 32
/** A reader's clock may be behind the loader's by some microseconds: that is no wait of an hour. */
const CLOCK_MICROS = 1e6

/** Microseconds from a stamped time, which has lost its high bits, to `nowMicros`. */
function microsSince(stampedMicros: number, nowMicros: number): number {
  const since = (nowMicros - stampedMicros + CLOCK_MICROS) % STAMP_MICROS
  return (since < 0 ? since + STAMP_MICROS : since) - CLOCK_MICROS
}

/**
 * Reads until the tally says stop.
 * @throws HighwaterError HIGHWATER_AUDIT if a record is left out or comes twice
 */
export async function readUntilStopped(task: ReadTask): Promise<ReadResult> {
  const counted = new CountedReads(task)
  counted.begin()
  while (!task.tally.isStopped) {
    await task.source.read(counted.each)
    counted.publish()
    if (counted.isAtEnd) counted.begin()
  }
  return { records: counted.records, bytes: counted.bytes }
}

function misplaced(place: number, found: number, expected: number): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_AUDIT',
    `No result: a reader got the record at offset ${found} of its partition ${place} where offset ` +
      `${expected} was due.`
  )
}
