/**
 * One measured run: load goes on, every thread gets warm, then windows are sampled and the usage beside them.
 *
 * Thread: the harness's; the load runs in the threads of a group.
 */
import type { Clock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import type { PackedValues } from './inputs/record-sample.ts'
import {
  busiestShares,
  type PartitionShares,
  partitionShares,
  type Usage,
  UsageMeter
} from './machine-usage.ts'
import type { PlanSettings } from './plan/plan-settings.ts'
import { cutRun, pause, type RunSeries, type Sample, sampleRun } from './run-series.ts'
import type { PartitionUsage, Target } from './target.ts'
import type { ThreadGroup } from './thread-group.ts'
import type { TallyBoard } from './thread-tally.ts'

/** What every measurement works with. */
export interface BenchContext {
  readonly target: Target
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly settings: PlanSettings
  readonly cores: number
  /** Values of the user's own records; null: generated ones. */
  readonly sample: PackedValues | null
}

/** Batches after which a thread's code is compiled; before, they cost up to five times as much. */
const WARM_BATCHES = 100
const WARM_LOOK_MS = 10
/** After this nothing is going to move any more. */
const WARM_MS_MAX = 30_000

/** Windows of a run that lasts as long as it may: some more than the ten that show a steady state. */
const WINDOWS = 14
/** Of a run that may end early at the byte limit, so many times the windows are sampled, and then merged. */
const SAMPLES_PER_WINDOW = 4
/** Threads that share cores take turns of milliseconds: a short window sees the turns, not the rate. */
const WINDOW_MS_MIN = 20
const WINDOW_MS_MAX = 250

/** Milliseconds of a window, for a run that lasts so many seconds. */
export function windowLength(seconds: number): number {
  return Math.min(WINDOW_MS_MAX, Math.max(WINDOW_MS_MIN, (seconds * 1000) / WINDOWS))
}

/** Milliseconds between samples of a run that may end early. */
export function sampleLength(seconds: number): number {
  return Math.max(WINDOW_MS_MIN, windowLength(seconds) / SAMPLES_PER_WINDOW)
}

/** The series of a run: as few windows as are wanted, as many as there are samples at most. */
export function seriesOf(samples: readonly Sample[], sampleMs: number, recordBytes: number): RunSeries {
  const step = Math.max(1, Math.floor((samples.length - 1) / WINDOWS))
  return cutRun(everyNth(samples, step), step * sampleMs, recordBytes)
}

/** Each `step`-th sample, the last one among them. */
function everyNth(samples: readonly Sample[], step: number): Sample[] {
  return samples.filter((_, index) => (samples.length - 1 - index) % step === 0)
}

/**
 * Waits until each of the first `threads` of a board is warm, or the run has ended by an error.
 * @throws HighwaterError HIGHWATER_TIMEOUT
 */
async function warmUp(context: BenchContext, board: TallyBoard, threads: number): Promise<void> {
  const { clock, signal } = context
  const startedMs = clock.monotonic()
  while (board.batchesLeast(threads) < WARM_BATCHES && !board.isStopped) {
    if (clock.monotonic() - startedMs > WARM_MS_MAX) {
      throw new HighwaterError(
        'HIGHWATER_TIMEOUT',
        `A load thread moved only ${board.batchesLeast(threads)} of ${WARM_BATCHES} batches in ` +
          `${WARM_MS_MAX / 1000} s.`
      )
    }
    await pause(clock, WARM_LOOK_MS, signal)
  }
}

interface MeteredRun<Report> {
  readonly samples: readonly Sample[]
  readonly usage: Usage
  /** How the busiest watched partition's thread spent the time in which the samples were taken. */
  readonly partition: PartitionShares
  /** CPU milliseconds of all watched threads meanwhile; null where the system does not tell. */
  readonly partitionCpuMs: number | null
  readonly reports: readonly Report[]
}

interface MeteredTask {
  readonly group: ThreadGroup
  readonly command: string
  /** One per thread. */
  readonly bodies: readonly object[]
  readonly sampleMs: number
  readonly seconds: number
  readonly bytesMax: number
  /** Partitions whose threads are looked at. */
  readonly watched: readonly TopicPartition[]
}

/** Runs a command on a group to its end, metered in the middle. `Report` is what the threads answer. */
export async function meteredRun<Report>(
  context: BenchContext,
  task: MeteredTask
): Promise<MeteredRun<Report>> {
  const { clock, signal, settings } = context
  const { group, sampleMs } = task
  const board = group.board
  const running = group.run(task.command, task.bodies)
  try {
    await warmUp(context, board, task.bodies.length)
    const before = await usageOf(context, task.watched)
    const meter = new UsageMeter(clock)
    const samples = await sampleRun({
      clock,
      signal,
      windowMs: sampleMs,
      read: () => board.finished(),
      isOver: (elapsedMs, records) =>
        elapsedMs > task.seconds * 1000 - sampleMs / 2 ||
        records * settings.recordBytes >= task.bytesMax ||
        board.isStopped
    })
    const usage = meter.read()
    const after = await usageOf(context, task.watched)
    board.stop()
    const reports: object[] = await running
    return {
      samples,
      usage,
      partition: busiestOf(before, after, usage),
      partitionCpuMs: cpuBetween(before, after),
      reports: reports as Report[]
    }
  } finally {
    board.stop()
    await Promise.allSettled([running])
  }
}

/** Of each partition, in this order. */
export function usageOf(
  { target }: BenchContext,
  partitions: readonly TopicPartition[]
): Promise<PartitionUsage[]> {
  return Promise.all(partitions.map(partition => target.partitionUsage(partition)))
}

/** All partitions of a topic. */
export function partitionsOf(topic: string, partitions: number): TopicPartition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}

function cpuBetween(before: readonly PartitionUsage[], after: readonly PartitionUsage[]): number | null {
  let sum = 0
  for (const [index, { cpuMs }] of after.entries()) {
    const earlier = before[index]?.cpuMs ?? null
    // The counts begin again with a thread that took over from a dead one.
    if (cpuMs === null || earlier === null || cpuMs < earlier) return null
    sum += cpuMs - earlier
  }
  return sum
}

/** How the partition thread that had the least time left spent the samples' time. */
export function busiestOf(
  before: readonly PartitionUsage[],
  after: readonly PartitionUsage[],
  { elapsedSeconds }: Usage
): PartitionShares {
  const shares: PartitionShares[] = []
  for (const [index, end] of after.entries()) {
    const start = before[index]
    if (start !== undefined) shares.push(partitionShares(start, end, elapsedSeconds))
  }
  return busiestShares(shares)
}

/** Record bytes between the first sample and the last. */
export function sampledBytes(samples: readonly Sample[], recordBytes: number): number {
  const first = samples[0]
  const last = samples[samples.length - 1]
  return first === undefined || last === undefined ? 0 : (last.records - first.records) * recordBytes
}
