/**
 * The loop of one loader: as fast as the engine takes records (saturation), or by a schedule that does not
 * wait for it (open loop). Where records go is injected, so that tests drive it without threads.
 *
 * Thread: the loader's. Nothing is allocated per record but what the producer itself makes.
 */
import type { Clock } from '../base/clock.ts'
import { quantile } from '../planner/statistics.ts'
import { Schedule } from './schedule.ts'

/**
 * A longer wait is the engine's doing: what fell due in it was offered. A shorter one may be the loader's.
 */
const ROOM_WAIT_MS = 1

/** A producer as a loader sees it. */
export interface LoadSink {
  /** Stamps and sends the next record of a partition. */
  send(partition: number): void
  /** Resolves when there is room again; at once if there is. */
  ready(): Promise<void>
  flush(): Promise<void>
  /** Records acknowledged since `begin`. */
  readonly acknowledged: number
  /** Batches acknowledged since `begin`. */
  readonly batches: number
  /** The first error of a record, or null. */
  readonly failure: Error | null
  /** Called after `acknowledged` has grown: in the middle of a wait for room too. */
  onAcknowledged: () => void
}

/** Where the loader's counts go, and where it learns that the run ends. */
export interface LoadTally {
  readonly isStopped: boolean
  publish(finished: number, offered: number, batches: number): void
}

interface LoadTask {
  readonly sink: LoadSink
  readonly tally: LoadTally
  readonly clock: Clock
  readonly partitions: readonly number[]
  /** Records sent before the loader looks whether there is room: no more than its values can stand. */
  readonly burstRecords: number
  /** Null: as fast as it goes. */
  readonly recordsPerSecond: number | null
}

export interface LoadResult {
  readonly sent: number
  /** What the loader waited for room, of `elapsedMs`. */
  readonly waitedMs: number
  readonly elapsedMs: number
  /** 99th percentile of how late a burst began, over the time between bursts; null without a schedule. */
  readonly delayOverInterval: number | null
}

/**
 * Sends until the tally says stop, then flushes: every record has its answer when this resolves.
 * @throws the first error of a record
 */
export async function generateLoad(task: LoadTask): Promise<LoadResult> {
  const { clock, recordsPerSecond } = task
  const startedMs = clock.monotonic()
  const turn = new Turn(task)
  task.sink.onAcknowledged = () => turn.publish(0)
  const delay =
    recordsPerSecond === null
      ? await saturate(task, turn)
      : await pace(task, turn, new Schedule(startedMs, recordsPerSecond))
  const elapsedMs = clock.monotonic() - startedMs
  await task.sink.flush()
  turn.publish(0)
  failOnError(task.sink)
  return { sent: turn.sent, waitedMs: turn.waitedMs, elapsedMs, delayOverInterval: delay }
}

/** What a loader has sent so far, and which partition is next: they take turns. */
class Turn {
  sent = 0
  waitedMs = 0
  readonly #task: LoadTask
  #nextPartition = 0
  #offered = 0

  constructor(task: LoadTask) {
    this.#task = task
  }

  send(count: number): void {
    const { sink, partitions } = this.#task
    let next = this.#nextPartition
    for (let i = 0; i < count; i++) {
      sink.send(partitions[next]!)
      next = next + 1 === partitions.length ? 0 : next + 1
    }
    this.#nextPartition = next
    this.sent += count
  }

  async waitForRoom(): Promise<number> {
    const { clock, sink } = this.#task
    const before = clock.monotonic()
    await sink.ready()
    const waited = clock.monotonic() - before
    this.waitedMs += waited
    return waited
  }

  /** @param tried records that would have been sent by now, had there been room */
  publish(tried: number): void {
    const { sink, tally } = this.#task
    this.#offered = Math.max(this.#offered, this.sent, tried)
    tally.publish(sink.acknowledged, this.#offered, sink.batches)
  }
}

async function saturate(task: LoadTask, turn: Turn): Promise<null> {
  while (!task.tally.isStopped) {
    turn.send(task.burstRecords)
    await turn.waitForRoom()
    turn.publish(0)
    failOnError(task.sink)
  }
  return null
}

async function pace(task: LoadTask, turn: Turn, schedule: Schedule): Promise<number> {
  const { clock, sink, tally, burstRecords } = task
  const delays: number[] = []
  while (!tally.isStopped) {
    const now = clock.monotonic()
    const due = schedule.due(now)
    if (turn.sent < due) delays.push(Math.max(0, now - schedule.burstAt(turn.sent)))
    while (turn.sent < due && !tally.isStopped) {
      turn.send(Math.min(due - turn.sent, burstRecords))
      const waitedMs = await turn.waitForRoom()
      turn.publish(waitedMs > ROOM_WAIT_MS ? due : 0)
      failOnError(sink)
    }
    await pause(clock, Math.max(0, schedule.burstAt(turn.sent) - clock.monotonic()))
    turn.publish(0)
  }
  return delays.length === 0 ? 0 : quantile(delays, 0.99) / schedule.burstMs
}

function failOnError(sink: LoadSink): void {
  if (sink.failure !== null) throw sink.failure
}

/** Leaves the event loop to the producer's timers. */
function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => clock.after(delayMs, resolve))
}
