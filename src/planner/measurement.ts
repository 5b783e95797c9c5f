/**
 * A measured throughput: the median of several runs, what the runs scattered, and under which conditions it
 * holds.
 */
import { invariant } from '../base/invariant.ts'
import { type Interval95, interval95, median, spread } from './statistics.ts'

/**
 * What the figure means. `saturation`: as fast as it goes, so it can serve as Tp or Tc. `paced`: what was
 * offered at a fixed rate, so it proves that rate and no more.
 */
type MeasurementLabel = 'saturation' | 'paced'

/** One run, already cut to its steady part. */
interface MeasuredRun {
  readonly bytesPerSecond: number
  /** Whether the run reached a steady state at all. */
  readonly steady: boolean
}

export interface Measurement {
  readonly label: MeasurementLabel
  /** Median of the runs: record bytes (key and value) per second. */
  readonly bytesPerSecond: number
  readonly recordsPerSecond: number
  /** Bytes per second of each run, in the order they were made. */
  readonly runs: readonly number[]
  /** 95 % interval, bytes per second; holds `bytesPerSecond`. */
  readonly interval95: Interval95
  /** (greatest - least) / median of the runs. */
  readonly spread: number
  readonly steadyRuns: number
  /** Whether most runs were steady. */
  readonly steady: boolean
  /** Mean key and value bytes of a record. */
  readonly recordBytes: number
  /** The same work per second of CPU time of the thread measured; null where the system does not tell. */
  readonly bytesPerCpuSecond: number | null
}

/** From this spread on a figure is not firm. */
export const SPREAD_WARNING = 0.25

/** A measurement of at least two runs with records of `recordBytes` bytes, rates above 0. */
export function makeMeasurement(input: {
  readonly label: MeasurementLabel
  readonly runs: readonly MeasuredRun[]
  readonly recordBytes: number
  readonly bytesPerCpuSecond: number | null
}): Measurement {
  const runs = input.runs.map(run => run.bytesPerSecond)
  invariant(runs.length >= 2, 'a measurement needs at least two runs', { runs: runs.length })
  invariant(input.recordBytes > 0, 'records must have bytes', { recordBytes: input.recordBytes })
  const bytesPerSecond = median(runs)
  const steadyRuns = input.runs.filter(run => run.steady).length
  return {
    label: input.label,
    bytesPerSecond,
    recordsPerSecond: bytesPerSecond / input.recordBytes,
    runs,
    interval95: interval95(runs),
    spread: spread(runs),
    steadyRuns,
    steady: steadyRuns * 2 > runs.length,
    recordBytes: input.recordBytes,
    bytesPerCpuSecond: input.bytesPerCpuSecond
  }
}

/**
 * The same runs after `convert` (bytes per second to bytes per second): a prediction with the measured
 * scatter.
 */
export function convertMeasurement(measured: Measurement, convert: (rate: number) => number): Measurement {
  const runs = measured.runs.map(convert)
  const bytesPerSecond = median(runs)
  return {
    ...measured,
    bytesPerSecond,
    recordsPerSecond: bytesPerSecond / measured.recordBytes,
    runs,
    interval95: interval95(runs),
    spread: spread(runs),
    bytesPerCpuSecond: null
  }
}
