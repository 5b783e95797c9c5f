/**
 * One run of a benchmark while it goes on: counts sampled in small windows, latencies taken at the end of
 * each interval, the usage of the machine beside them.
 *
 * Thread: the harness's.
 */
import type { Clock } from '../../base/clock.ts'
import {
  busiestShares,
  type PartitionShares,
  partitionShares,
  type Usage,
  UsageMeter
} from '../machine-usage.ts'
import { pause, type Sample, sampleRun } from '../run-series.ts'
import type { PartitionUsage } from '../target.ts'
import { Histogram } from './histogram.ts'

/** Windows of an interval: enough of them show whether a run is steady. */
const WINDOWS_PER_INTERVAL = 10

export interface IntervalCounts {
  /** From the begin of the measured time. */
  readonly startSeconds: number
  readonly seconds: number
  /** Finished in it. */
  readonly records: number
  readonly scheduled: Histogram
  readonly sent: Histogram
}

export interface RunCounts {
  readonly samples: readonly Sample[]
  /** Records offered at each sample. */
  readonly offered: readonly number[]
  readonly windowMs: number
  readonly intervals: readonly IntervalCounts[]
  readonly usage: Usage
  /** How the busiest partition thread spent the time. */
  readonly partition: PartitionShares
}

interface MeasureTask {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Monotonic time at which measuring begins. */
  readonly measureMs: number
  /** Infinity: until `isOver`. */
  readonly seconds: number
  readonly intervalMs: number
  readonly finished: () => number
  readonly offered: () => number
  /** Asked after each window. */
  readonly isOver: (records: number) => boolean
  /** Latencies since the call before; null where none are taken. */
  readonly takeLatencies: (() => Pick<IntervalCounts, 'scheduled' | 'sent'>) | null
  readonly partitionUsages: () => Promise<readonly PartitionUsage[]>
}

/** Samples a run to its end. @throws HighwaterError HIGHWATER_INTERRUPTED */
export async function measureRun(task: MeasureTask): Promise<RunCounts> {
  const { clock, signal, intervalMs, seconds } = task
  await pause(clock, Math.max(0, task.measureMs - clock.monotonic()), signal)
  const before = await task.partitionUsages()
  const meter = new UsageMeter(clock)
  const windowMs = intervalMs / WINDOWS_PER_INTERVAL
  const offered: number[] = []
  const latencies: Pick<IntervalCounts, 'scheduled' | 'sent'>[] = []
  const take = (): void => {
    latencies.push(task.takeLatencies?.() ?? { scheduled: new Histogram(), sent: new Histogram() })
  }
  const samples = await sampleRun({
    clock,
    signal,
    windowMs,
    read: () => {
      offered.push(task.offered())
      const count = offered.length - 1
      if (count > 0 && count % WINDOWS_PER_INTERVAL === 0) take()
      return task.finished()
    },
    isOver: (elapsedMs, records) => elapsedMs > seconds * 1000 - windowMs / 2 || task.isOver(records)
  })
  const usage = meter.read()
  const after = await task.partitionUsages()
  if ((samples.length - 1) % WINDOWS_PER_INTERVAL !== 0) take()
  return {
    samples,
    offered,
    windowMs,
    intervals: intervalsOf(samples, latencies),
    usage,
    partition: busiestOf(before, after, usage.elapsedSeconds)
  }
}

function intervalsOf(
  samples: readonly Sample[],
  latencies: readonly Pick<IntervalCounts, 'scheduled' | 'sent'>[]
): IntervalCounts[] {
  const first = samples[0]!
  return latencies.map((taken, index) => {
    const from = samples[index * WINDOWS_PER_INTERVAL]!
    const to = samples[Math.min((index + 1) * WINDOWS_PER_INTERVAL, samples.length - 1)]!
    return {
      startSeconds: (from.atMs - first.atMs) / 1000,
      seconds: (to.atMs - from.atMs) / 1000,
      records: to.records - from.records,
      ...taken
    }
  })
}

function busiestOf(
  before: readonly PartitionUsage[],
  after: readonly PartitionUsage[],
  elapsedSeconds: number
): PartitionShares {
  const shares = after.flatMap((end, index) => {
    const begin = before[index]
    return begin === undefined ? [] : [partitionShares(begin, end, elapsedSeconds)]
  })
  return busiestShares(shares)
}

/** Latencies that came after the last sample belong to what was measured: they are the longest. */
export function withLateLatencies(
  counts: RunCounts,
  late: Pick<IntervalCounts, 'scheduled' | 'sent'>
): RunCounts {
  const last = counts.intervals.at(-1)
  if (last === undefined || late.scheduled.total + late.sent.total === 0) return counts
  last.scheduled.add(late.scheduled)
  last.sent.add(late.sent)
  return counts
}
