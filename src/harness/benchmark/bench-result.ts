/**
 * From the runs of a benchmark to what is reported: rates, latencies, batches and a verdict. Pure: counts in,
 * numbers out.
 */
import { interval95, median, spread } from '../../planner/statistics.ts'
import { slopeOf } from '../../planner/trend.ts'
import type { Verdict } from '../../planner/verdict.ts'
import { cutRun } from '../run-series.ts'
import type { CrewLoadReport } from './bench-crew.ts'
import type { BenchRun } from './bench-session.ts'
import type { BenchPlan } from './bench-settings.ts'
import { judgeBench } from './bench-verdict.ts'
import { type Histogram, type LatencySummary, mergeHistograms, summarise } from './histogram.ts'
import type { RunCounts } from './run-measure.ts'

/** Records and bytes of records (key and value) a second: always together. */
export interface Rate {
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
}

interface RunResult extends Rate {
  readonly records: number
  readonly seconds: number
  /** At saturation: whether the rate settled; an open loop: whether what was offered was carried. */
  readonly steady: boolean
  readonly reason: string
}

interface IntervalResult extends Rate {
  /** Number of the run, from 1. */
  readonly run: number
  /** From the begin of the run. */
  readonly startSeconds: number
  readonly seconds: number
  readonly scheduled: LatencySummary | null
  readonly sent: LatencySummary | null
}

/** What the producers made of the records. */
export interface BatchResult {
  readonly recordsPerBatch: number
  readonly bytesPerBatch: number
  readonly batchesPerRequest: number
  readonly requestsPerSecond: number
  /** Mean time from handing a batch over to its answer, as a record sees it. */
  readonly requestMs: number
}

export interface BenchResult {
  /** Medians of the runs. */
  readonly rate: Rate
  /** Records per second; null with fewer than three runs. */
  readonly interval95: readonly [low: number, high: number] | null
  /** (greatest - least) / median of the runs; null with one run, or of nothing. */
  readonly spread: number | null
  readonly meanRecordBytes: number
  readonly runs: readonly RunResult[]
  readonly intervals: readonly IntervalResult[]
  /** Microseconds from the due time; null at saturation, which has none, and where none were taken. */
  readonly scheduled: LatencySummary | null
  /** Microseconds from the sending. */
  readonly sent: LatencySummary | null
  /** Microseconds that records left late by the loader's own fault; null without a schedule. */
  readonly slip: LatencySummary | null
  readonly batches: BatchResult | null
  readonly verdict: Verdict
}

const INTERVAL_RUNS_MIN = 3
const WINDOWS_MAX = 60
/** Below this share of what was offered, a backlog grew. */
const CARRIED_MIN = 0.99

/** Mean key and value bytes of the measured records; what was planned where none was counted. */
function meanRecordBytes(runs: readonly BenchRun[], { load }: BenchPlan): number {
  let bytes = 0
  let records = 0
  for (const { loads, reads } of runs) {
    for (const report of loads ?? []) {
      bytes += report.payloadBytes
      records += report.measured
    }
    if (loads !== null) continue
    for (const report of reads ?? []) {
      bytes += report.bytes
      records += report.records
    }
  }
  return records === 0 ? load.meanRecordBytes : bytes / records
}

export function benchResult(runs: readonly BenchRun[], plan: BenchPlan): BenchResult {
  const { settings } = plan
  const bytesEach = meanRecordBytes(runs, plan)
  const results = runs.map(run => runResult(run, plan, bytesEach))
  const rates = results.map(({ recordsPerSecond }) => recordsPerSecond)
  const isPaced = settings.mode === 'open-loop'
  const takesLatency = settings.workload !== 'consume'
  const slip = isPaced ? mergeHistograms(runs.map(run => run.slip)) : null
  return {
    rate: rateOf(median(rates), bytesEach),
    interval95: runs.length >= INTERVAL_RUNS_MIN && Math.min(...rates) > 0 ? interval95(rates) : null,
    spread: runs.length > 1 && median(rates) > 0 ? spread(rates) : null,
    meanRecordBytes: bytesEach,
    runs: results,
    intervals: runs.flatMap((run, index) => intervalResults(run, index + 1, { plan, bytesEach })),
    scheduled: isPaced && takesLatency ? summarise(mergedOf(runs, 'scheduled')) : null,
    sent: takesLatency ? summarise(mergedOf(runs, 'sent')) : null,
    slip: slip === null ? null : summarise(slip),
    batches: batchResult(runs),
    verdict: verdictOf(runs, plan, { bytesEach, recordsPerSecond: median(rates), slip })
  }
}

/** Latencies of all intervals of all runs. */
export function mergedOf(runs: readonly BenchRun[], kind: 'scheduled' | 'sent'): Histogram {
  return mergeHistograms(runs.flatMap(({ counts }) => counts.intervals.map(interval => interval[kind])))
}

function rateOf(recordsPerSecond: number, bytesEach: number): Rate {
  return { recordsPerSecond, bytesPerSecond: recordsPerSecond * bytesEach }
}

function runResult({ counts, loads }: BenchRun, { settings }: BenchPlan, bytesEach: number): RunResult {
  const { samples, offered } = counts
  const first = samples[0]!
  const last = samples.at(-1)!
  // A run of so many records lasts until the last one has its answer, not until somebody looks.
  const isCounted = settings.records !== null && loads !== null
  const endMs = isCounted ? Math.max(...loads.map(({ answeredMs }) => answeredMs)) : last.atMs
  const records = isCounted ? sumOf(loads, ({ measured }) => measured) : last.records - first.records
  const seconds = Math.max(1e-6, (endMs - first.atMs) / 1000)
  const rate = rateOf(records / seconds, bytesEach)
  if (settings.mode === 'saturation') {
    const step = stepOf(counts)
    const { steady, reason } = cutRun(everyNth(samples, step), step * counts.windowMs, 1)
    return { ...rate, records, seconds, steady, reason }
  }
  const due = isCounted ? records : offered.at(-1)! - offered[0]!
  const steady = records >= CARRIED_MIN * due
  const reason = steady
    ? 'What was offered was carried.'
    : `Only ${records} of ${due} records offered were carried in the time.`
  return { ...rate, records, seconds, steady, reason }
}

function intervalResults(
  { counts }: BenchRun,
  run: number,
  { plan, bytesEach }: { plan: BenchPlan; bytesEach: number }
): IntervalResult[] {
  const { mode, workload } = plan.settings
  return counts.intervals.map(({ startSeconds, seconds, records, scheduled, sent }) => ({
    run,
    startSeconds,
    seconds,
    ...rateOf(records / Math.max(1e-6, seconds), bytesEach),
    scheduled: mode === 'open-loop' && workload !== 'consume' ? summarise(scheduled) : null,
    sent: workload === 'consume' ? null : summarise(sent)
  }))
}

function batchResult(runs: readonly BenchRun[]): BatchResult | null {
  const loads = runs.flatMap(run => run.loads ?? [])
  const of = (pick: (report: CrewLoadReport) => number): number => sumOf(loads, pick)
  const batches = of(({ counts }) => counts.batches)
  const requests = of(({ counts }) => counts.requests)
  const records = of(({ counts }) => counts.records)
  if (batches === 0 || requests === 0 || records === 0) return null
  const seconds = runs.reduce((sum, { counts }) => sum + counts.usage.elapsedSeconds, 0)
  return {
    recordsPerBatch: records / batches,
    bytesPerBatch: of(({ counts }) => counts.bytes) / batches,
    batchesPerRequest: batches / requests,
    requestsPerSecond: requests / seconds,
    requestMs: of(({ counts }) => counts.serviceRecordMs) / records
  }
}

function verdictOf(
  runs: readonly BenchRun[],
  { settings, load }: BenchPlan,
  found: { readonly bytesEach: number; readonly recordsPerSecond: number; readonly slip: Histogram | null }
): Verdict {
  const { bytesEach, recordsPerSecond, slip } = found
  const loads = runs.flatMap(run => run.loads ?? [])
  const readers = runs.flatMap(run => run.reads ?? [])
  const isWritten = settings.workload !== 'consume'
  const verdict = judgeBench({
    throughput: recordsPerSecond * bytesEach,
    loaderBusy: loads.length === 0 ? null : Math.max(...loads.map(loaderBusy)),
    partitionThreadBusy: isWritten ? greatest(runs.map(run => run.counts.partition.busy)) : null,
    diskWait: isWritten ? greatest(runs.map(run => run.counts.partition.diskWait)) : null,
    allCoresBusy: meanOf(runs.map(run => run.counts.usage.coresBusy)),
    lagSlope: settings.workload === 'e2e' ? lagSlope(runs, bytesEach) : null,
    slipMs: slip === null ? null : slip.quantile(0.99) / 1000,
    recordsPerSecond: settings.recordsPerSecond === null ? null : settings.recordsPerSecond / load.loaders
  })
  if (settings.workload !== 'consume' || verdict.bottleneck !== 'none' || readers.length === 0) return verdict
  return { bottleneck: 'consumer-bound', evidence: 'The readers never waited for records.' }
}

/** How busy a loader was; where its CPU time is not known, all that it did not wait for room. */
function loaderBusy({ cpuMs, elapsedMs, waitedMs }: CrewLoadReport): number {
  return elapsedMs <= 0 ? 0 : Math.min(1, (cpuMs ?? elapsedMs - waitedMs) / elapsedMs)
}

/** Growth of what was sent and not yet read, bytes a second: the steepest of the runs. */
function lagSlope(runs: readonly BenchRun[], bytesEach: number): number {
  const slopes = runs.map(({ counts }) => {
    const { samples, offered, windowMs } = counts
    const step = stepOf(counts)
    const behind = everyNth(
      samples.map(({ records }, index) => (offered[index] ?? records) - records),
      step
    )
    return behind.length < 2 ? 0 : (slopeOf(behind) / ((step * windowMs) / 1000)) * bytesEach
  })
  return Math.max(...slopes)
}

/** Windows to look at together: the tests of steadiness and slope compare all pairs. */
function stepOf({ samples }: RunCounts): number {
  return Math.max(1, Math.ceil((samples.length - 1) / WINDOWS_MAX))
}

/** Each `step`-th, the last one among them. */
function everyNth<T>(items: readonly T[], step: number): T[] {
  return items.filter((_, index) => (items.length - 1 - index) % step === 0)
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length < values.length || known.length === 0 ? null : Math.max(...known)
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  if (known.length < values.length || known.length === 0) return null
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function sumOf<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((sum, item) => sum + pick(item), 0)
}
