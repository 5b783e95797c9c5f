/**
 * A benchmark as text for the terminal: what was offered, rates in records and bytes, latencies from both
 * starting points, each interval, what bound it, and what all of it holds for.
 */
import {
  type BenchReport,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare,
  type LatencySummary
} from '../index.ts'
import { auditText, latencyText, partitionsText, runsOf, valuesText } from './load-text.ts'
import { reportFoot } from './report-foot.ts'
import { INDENT, section, tableLines } from './text-layout.ts'

/** The text of a report; `files` are what was written of it, the page first. */
export function benchText(report: BenchReport, files: readonly string[]): string {
  const { result } = report
  const lines = [
    ...section('Bench', [workText(report)]),
    ...section('Records', [recordsText(report)]),
    ...section('Settings', settingsTexts(report)),
    '',
    ...section('Rate', [rateText(report)]),
    ...section('Runs', [runsText(report)]),
    '',
    ...latencyLines(report),
    ...section('Batches', batchTexts(report)),
    '',
    ...intervalLines(report),
    ...section('Verdict', [`${result.verdict.bottleneck}: ${result.verdict.evidence}`]),
    ...section('Doubts', report.warnings),
    ...section('Audit', [auditText(report.audit, loadersText(report))]),
    ...reportFoot(report, files.slice(0, 2))
  ]
  // What a workload has nothing of leaves two empty lines behind.
  return lines.filter((line, index) => line !== '' || lines[index - 1] !== '').join('\n')
}

function workText({ settings, load, result }: BenchReport): string {
  const { workload, recordsPerSecond, runs, seconds, records } = settings
  const length = seconds === null ? `${formatCount(records ?? 0)} records` : formatDuration(seconds * 1000)
  const times = runsOf(runs, length)
  if (workload === 'consume') {
    return `consume, saturation: ${settings.api} over ${formatCount(records ?? 0)} records; ${times}`
  }
  if (recordsPerSecond === null) return `${workload}, saturation: as fast as it goes; ${times}`
  const bytes = formatByteRate(recordsPerSecond * result.meanRecordBytes)
  const loaders = load.loaders === 1 ? '' : ' of all loaders'
  return `${workload}, open loop: ${formatRecordRate(recordsPerSecond)}, ${bytes}${loaders}; ${times}`
}

function recordsText({ load, settings, result }: BenchReport): string {
  const keys = load.keys === 'none' ? 'no keys' : `keys ${load.keys}`
  const only = settings.partition === null ? '' : `, only partition ${settings.partition}`
  const size = formatBytes(result.meanRecordBytes)
  return `${valuesText(load)}, ${keys}: ${size} a record; ${partitionsText(load)}${only}`
}

function settingsTexts({ load, settings }: BenchReport): string[] {
  const given = (config: Readonly<Record<string, string>>): string =>
    Object.entries(config)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')
  const readers = settings.consumers === 0 ? '' : `, ${settings.consumers} reading`
  const threads = `${load.loaders} loading${readers}`
  const batching = { 'batch.size': String(load.batchBytes), 'linger.ms': String(load.lingerMs) }
  const lines = [
    `threads: ${threads}; seed ${load.seed}`,
    `producers: ${given({ ...batching, ...load.config })}`
  ]
  if (Object.keys(settings.consumerConfig).length > 0)
    lines.push(`consumers: ${given(settings.consumerConfig)}`)
  return lines
}

function rateText({ result }: BenchReport): string {
  const { rate, interval95, spread } = result
  const both = `${formatRecordRate(rate.recordsPerSecond)}   ${formatByteRate(rate.bytesPerSecond)}`
  if (interval95 === null) return both
  const [low, high] = interval95
  const range = `95 %: ${formatRecordRate(low)} to ${formatRecordRate(high)}`
  return `${both}   (${range}${spread === null ? '' : `, spread ${formatShare(spread)}`})`
}

function runsText({ result }: BenchReport): string {
  return result.runs
    .map(({ recordsPerSecond, bytesPerSecond, steady }) => {
      const mark = steady ? '' : ' (unsteady)'
      return `${formatRecordRate(recordsPerSecond)} ${formatByteRate(bytesPerSecond)}${mark}`
    })
    .join(' · ')
}

const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9', 'max']

function percentiles({ p50, p90, p99, p999, max }: LatencySummary): string[] {
  return [p50, p90, p99, p999, max].map(latencyText)
}

function latencyLines({ result, settings, timedOneIn }: BenchReport): string[] {
  const { scheduled, sent, slip } = result
  if (sent === null) return []
  const goal = settings.workload === 'e2e' ? 'the reader' : 'the acknowledgement'
  const rows = [['Latency', 'mean', ...PERCENTILES, 'records']]
  const add = (name: string, summary: LatencySummary | null): void => {
    if (summary !== null)
      rows.push([name, latencyText(summary.mean), ...percentiles(summary), formatCount(summary.count)])
  }
  add('from due time', scheduled)
  add('from sending', sent)
  add('loader late', slip)
  const some = timedOneIn === 1 ? '' : `; one record in ${timedOneIn} is timed`
  return [...tableLines(rows, INDENT), `${' '.repeat(INDENT)}to ${goal}${some}`, '']
}

function batchTexts({ result: { batches } }: BenchReport): string[] {
  if (batches === null) return []
  const { recordsPerBatch, bytesPerBatch, batchesPerRequest, requestsPerSecond, requestMs } = batches
  return [
    `${Number(recordsPerBatch.toPrecision(3))} records, ${formatBytes(bytesPerBatch)} a batch; ` +
      `${Number(batchesPerRequest.toPrecision(3))} batches a request; ` +
      `${Number(requestsPerSecond.toPrecision(3))} requests/s, answered in ${formatDuration(requestMs)}`
  ]
}

function intervalLines({ result, settings }: BenchReport): string[] {
  const [first] = result.intervals
  if (first === undefined) return []
  const isTimed = first.sent !== null
  const since = settings.mode === 'open-loop' ? 'from due time' : 'from sending'
  const rows = [['Interval', 'run', 'records/s', 'MB/s', ...(isTimed ? PERCENTILES : [])]]
  for (const interval of result.intervals) {
    const { run, startSeconds, seconds, recordsPerSecond, bytesPerSecond } = interval
    const latency = interval.scheduled ?? interval.sent
    rows.push([
      `${startSeconds.toFixed(1)} to ${(startSeconds + seconds).toFixed(1)} s`,
      String(run),
      formatCount(recordsPerSecond),
      (bytesPerSecond / 1e6).toPrecision(3),
      ...(latency === null ? [] : percentiles(latency))
    ])
  }
  const note = isTimed ? [`${' '.repeat(INDENT)}latencies ${since}`] : []
  return [...tableLines(rows, INDENT), ...note, '']
}

function loadersText({ load }: BenchReport): string {
  return load.loaders === 1 ? '' : ` of ${load.loaders} loaders`
}
