/**
 * The loop of one loader of a benchmark: as fast as the engine takes records (saturation), or by arrivals
 * that do not wait for it (open loop). Where records go is injected, so that tests drive it without threads.
 *
 * Its own lateness is kept apart: how long after its due time a record left, what the engine made it wait for
 * room not counted. A loader that is late by itself measures itself.
 *
 * Thread: the loader's. Nothing is allocated per record but what the producer itself makes.
 */
import type { Clock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Arrivals } from './arrivals.ts'

/** A producer as a loader of a benchmark sees it. */
export interface BenchSink {
  /** Sends the next record, due and sent at these monotonic milliseconds; a timed one is to be measured. */
  send(dueMs: number, sentMs: number, isTimed: boolean): void
  /** Resolves when there is room again; at once if there is. */
  ready(): Promise<void>
  /** Resolves when every record has its answer. */
  flush(): Promise<void>
  /** From here on records are measured. */
  mark(): void
  /** Publishes what was counted. */
  publish(): void
  /** The first error of a record, or null. */
  readonly failure: Error | null
}

interface LoadTask {
  readonly sink: BenchSink
  readonly clock: Clock
  /** Whether the run is to end before its time. */
  readonly isStopped: () => boolean
  /** Null: saturation. */
  readonly arrivals: Arrivals | null
  readonly startMs: number
  /** Records due before this time are sent and not measured. */
  readonly measureMs: number
  /** No record is due from here on. */
  readonly endMs: number
  readonly recordsMax: number
  /** Records sent before the loader looks whether there is room. */
  readonly burstRecords: number
  /** Takes the lateness that is the loader's own. */
  readonly onSlip: (micros: number) => void
}

export interface LoadResult {
  readonly sent: number
  /** Records that are measured. */
  readonly measured: number
  /** Bursts with such a record: between two of them the producer may drain. */
  readonly bursts: number
  /** What the loader waited for room, of `elapsedMs`. */
  readonly waitedMs: number
  readonly elapsedMs: number
  /** Monotonic time of the last answer. */
  readonly answeredMs: number
}

/** A longer wait is the engine's doing, a shorter one may be the loader's. */
const ROOM_WAIT_MS = 1
/** At saturation every so many records one is timed, and the clock is looked at. */
export const SATURATION_STRIDE = 16

/**
 * Sends until the schedule, the number of records or the tally ends it, then flushes.
 * @throws HighwaterError HIGHWATER_AUDIT if a record failed
 */
export async function runLoad(task: LoadTask): Promise<LoadResult> {
  const { clock, startMs, sink } = task
  // A timer may come a fraction of a millisecond early, and that would be before the start.
  while (clock.monotonic() < startMs) await pause(clock, startMs - clock.monotonic())
  const turn = new LoadTurn(task)
  if (task.arrivals === null) await turn.saturate()
  else await turn.pace(task.arrivals)
  const elapsedMs = clock.monotonic() - startMs
  await flushed(sink)
  const answeredMs = clock.monotonic()
  sink.publish()
  failOnError(sink)
  const { sent, measured, bursts, waitedMs } = turn
  return { sent, measured, bursts, waitedMs, elapsedMs, answeredMs }
}

class LoadTurn {
  sent = 0
  measured = 0
  bursts = 0
  waitedMs = 0
  readonly #task: LoadTask
  /** When the engine last had room again. */
  #roomAt = 0
  /** Until then it catches up: as long as it was made to wait, the time it takes is not its fault either. */
  #graceUntil = 0
  #lastSentMs = 0

  constructor(task: LoadTask) {
    this.#task = task
  }

  async pace(arrivals: Arrivals): Promise<void> {
    const { clock, endMs } = this.#task
    while (!this.#isOver() && arrivals.nextAt < endMs) {
      const now = clock.monotonic()
      if (arrivals.nextAt > now) {
        this.#task.sink.publish()
        await pause(clock, arrivals.nextAt - now)
      } else {
        this.#sendDue(arrivals, now)
        await this.#waitForRoom()
      }
    }
  }

  async saturate(): Promise<void> {
    const { clock, endMs } = this.#task
    while (!this.#isOver() && clock.monotonic() < endMs) {
      this.#sendBurst()
      await this.#waitForRoom()
      this.#task.sink.publish()
    }
  }

  #isOver(): boolean {
    return this.#task.isStopped() || this.sent >= this.#task.recordsMax
  }

  /** What is due by `now`, as many as go in one burst. */
  #sendDue(arrivals: Arrivals, now: number): void {
    const { clock, sink, endMs, recordsMax, burstRecords, onSlip } = this.#task
    const last = Math.min(this.sent + burstRecords, recordsMax)
    const before = this.measured
    for (let due = arrivals.nextAt; due <= now && due < endMs && this.sent < last; due = arrivals.nextAt) {
      const sentMs = clock.monotonic()
      const isMeasured = this.#isMeasured(due)
      if (isMeasured) onSlip((sentMs - Math.max(due, this.#couldSendAt(sentMs))) * 1000)
      this.#lastSentMs = sentMs
      sink.send(due, sentMs, isMeasured)
      arrivals.advance()
      this.sent += 1
    }
    if (this.measured > before) this.bursts += 1
  }

  /** When a record that is sent now could have left, but for its due time. */
  #couldSendAt(sentMs: number): number {
    return sentMs < this.#graceUntil ? Math.max(this.#roomAt, this.#lastSentMs) : this.#roomAt
  }

  #sendBurst(): void {
    const { clock, sink, recordsMax, burstRecords } = this.#task
    const last = Math.min(this.sent + burstRecords, recordsMax)
    let now = clock.monotonic()
    while (this.sent < last) {
      const isTimed = this.sent % SATURATION_STRIDE === 0
      if (isTimed) now = clock.monotonic()
      sink.send(now, now, this.#isMeasured(now) && isTimed)
      this.sent += 1
    }
  }

  /** Counts the record if it is; the first one starts the counts of the sink. */
  #isMeasured(due: number): boolean {
    if (due < this.#task.measureMs) return false
    if (this.measured === 0) this.#task.sink.mark()
    this.measured += 1
    return true
  }

  async #waitForRoom(): Promise<void> {
    const { clock, sink } = this.#task
    const before = clock.monotonic()
    await sink.ready()
    const after = clock.monotonic()
    this.waitedMs += after - before
    if (after - before > ROOM_WAIT_MS) {
      this.#roomAt = after
      this.#graceUntil = after + (after - before)
    }
    failOnError(sink)
  }
}

function failOnError({ failure }: BenchSink): void {
  if (failure !== null) throw recordsFailed(failure)
}

async function flushed(sink: BenchSink): Promise<void> {
  try {
    await sink.flush()
  } catch (cause) {
    throw recordsFailed(cause)
  }
}

/** A record that was sent and not written: the run has no numbers. */
function recordsFailed(cause: unknown): HighwaterError {
  const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause)
  return new HighwaterError('HIGHWATER_AUDIT', `No result: records failed, the first with: ${reason}.`, {
    cause
  })
}

/** Leaves the event loop to the producer's timers. */
function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => clock.after(Math.max(0, delayMs), resolve))
}
