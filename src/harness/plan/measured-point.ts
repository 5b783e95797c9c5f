/**
 * From the runs of one quantity to a point of the plan: its measurement, what bound it, what it cost.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { makeMeasurement } from '../../planner/measurement.ts'
import type { MeasuredPoint } from '../../planner/plan.ts'
import { formatShare } from '../../planner/units.ts'
import { judgeBottleneck } from '../../planner/verdict.ts'
import type { RunSeries } from '../run-series.ts'

/** One saturation run and what was used while it lasted; null where the system does not tell. */
export interface BenchRun {
  readonly series: RunSeries
  /** Record bytes moved while the usage was taken. */
  readonly bytes: number
  /** CPU seconds of the whole process. */
  readonly processCpuSeconds: number
  readonly coresBusy: number | null
  /** The busiest loader, 0 to 1; null for a consumer, which is what is measured then. */
  readonly loaderBusy: number | null
  readonly partitionBusy: number | null
  /** What the partition's thread waited for its disk, 0 to 1. */
  readonly diskWait: number | null
  /** CPU of the consumer's thread; null for producers. */
  readonly consumerBusy: number | null
  /** Record bytes per CPU second of the thread that is measured: the partition's, or the consumer's. */
  readonly bytesPerCpuSecond: number | null
}

export interface BenchPoint extends MeasuredPoint {
  readonly runs: readonly RunSeries[]
  /** CPU seconds of the whole process per record byte. */
  readonly cpuPerByte: number
}

/** Mean over the runs; null if one of them does not tell. */
function meanOf(runs: readonly BenchRun[], pick: (run: BenchRun) => number | null): number | null {
  let sum = 0
  for (const run of runs) {
    const value = pick(run)
    if (value === null) return null
    sum += value
  }
  return sum / runs.length
}

/** The point of at least two saturation runs of producers. */
export function producerPoint(runs: readonly BenchRun[], recordBytes: number): BenchPoint {
  return measuredPoint(runs, recordBytes)
}

/** The point of at least two saturation runs of a consumer, which always had something to read. */
export function consumerPoint(runs: readonly BenchRun[], recordBytes: number): BenchPoint {
  const point = measuredPoint(runs, recordBytes)
  if (point.verdict.bottleneck !== 'none') return point
  const busy = meanOf(runs, run => run.consumerBusy)
  const thread =
    busy === null ? '' : `: its thread computed for ${formatShare(Math.min(1, busy))} of the time`
  const evidence = `The consumer never waited for records${thread}.`
  return { ...point, verdict: { bottleneck: 'consumer-bound', evidence } }
}

/** @throws HighwaterError HIGHWATER_TIMEOUT if a run moved nothing */
function measuredPoint(runs: readonly BenchRun[], recordBytes: number): BenchPoint {
  if (runs.some(({ series }) => series.bytesPerSecond === 0)) {
    throw new HighwaterError(
      'HIGHWATER_TIMEOUT',
      'A run moved no record: the machine had no time for it, or a record takes longer than a run; give ' +
        'more --seconds.'
    )
  }
  const measurement = makeMeasurement({
    label: 'saturation',
    runs: runs.map(({ series }) => ({ bytesPerSecond: series.bytesPerSecond, steady: series.steady })),
    recordBytes,
    bytesPerCpuSecond: meanOf(runs, run => run.bytesPerCpuSecond)
  })
  const verdict = judgeBottleneck({
    throughput: measurement.bytesPerSecond,
    loaderBusy: meanOf(runs, run => run.loaderBusy),
    producerDelayOverInterval: null,
    partitionThreadBusy: meanOf(runs, run => run.partitionBusy),
    diskWait: meanOf(runs, run => run.diskWait),
    allCoresBusy: meanOf(runs, run => run.coresBusy),
    lagSlope: null
  })
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0)
  const cpuSeconds = runs.reduce((sum, run) => sum + run.processCpuSeconds, 0)
  return { measurement, verdict, runs: runs.map(run => run.series), cpuPerByte: cpuSeconds / bytes }
}
