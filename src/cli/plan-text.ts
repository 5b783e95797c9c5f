/**
 * A plan as text for the terminal: the formula that is needed first, then the one often quoted and why it
 * differs, then the count, what bound the figures, whether it held, and what all of it holds for.
 */
import {
  articleLine,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  type Plan,
  type PlanReport,
  partitionsText,
  type ReportedPoint,
  safeLine
} from '../index.ts'
import { reportFoot } from './report-foot.ts'
import { commandLine, INDENT, section, tableLines } from './text-layout.ts'

/** The text of a report; `files` are what was written of it, the page first. */
export function planText(report: PlanReport, files: readonly string[]): string {
  const { outcome } = report
  const lines = [
    ...section('Target', [targetLine(report)]),
    '',
    ...(outcome.kind === 'plan'
      ? planLines(outcome)
      : [...section('Refused', [outcome.reason]), commandLine('Instead', outcome.command)]),
    '',
    ...pointTable(report),
    '',
    ...section('Verdict', verdictLines(report)),
    ...verificationLines(report),
    ...section('Doubts', report.warnings),
    ...section('Audit', [auditLine(report)]),
    ...reportFoot(report, files.slice(0, 2))
  ]
  return lines.join('\n')
}

function planLines(plan: Plan): string[] {
  const { partitions, partitionsInterval } = plan
  const [low, high] = partitionsInterval
  const range =
    low === high ? '' : `, between ${formatCount(low)} and ${formatCount(high)} as the runs scatter`
  return [
    ...section('Needed', [safeLine(plan)]),
    ...section('Often quoted', [articleLine(plan)]),
    ...section('Why', plan.explanation),
    '',
    ...section('Recommended', [`${partitionsText(partitions)}${range}`])
  ]
}

/** A rate without its unit where that is MB/s. */
function megabytes(rate: number): string {
  return formatByteRate(rate).replace(/ MB\/s$/, '')
}

function targetLine({ settings }: PlanReport): string {
  const { process, recordBytes, targetThroughput } = settings
  const records = `Tt ${formatByteRate(targetThroughput)} of records of ${formatBytes(recordBytes)}`
  if (process === null) return `${records}; consumers only fetch`
  const cost = formatDuration(process.micros / 1000)
  const verb = process.kind === 'wait' ? 'waits' : 'computes'
  return `${records}; the handler ${verb} ${cost} for each`
}

/** Tp and Tc with what they scatter and what bound them. */
function pointTable(report: PlanReport): string[] {
  const { producer, consumerFetchOnly, consumerWithHandler, settings, loaders } = report
  const rows = [
    ['', 'median', '95 % interval', 'spread', 'a CPU second', 'bound by'],
    pointRow('Tp producers', producer),
    pointRow('Tc fetch only', consumerFetchOnly)
  ]
  if (consumerWithHandler !== null) rows.push(pointRow('Tc handler', consumerWithHandler))
  const threads = loaders === 1 ? '1 producing thread' : `${formatCount(loaders)} producing threads`
  return [
    `Measured at saturation on one partition: ${report.label}; ${settings.runs} runs each, ${threads}`,
    ...tableLines(rows, INDENT)
  ]
}

function pointRow(name: string, { measurement, verdict }: ReportedPoint): string[] {
  const [low, high] = measurement.interval95
  const perCpu = measurement.bytesPerCpuSecond
  return [
    name,
    formatByteRate(measurement.bytesPerSecond),
    `${megabytes(low)} to ${formatByteRate(high)}`,
    formatShare(measurement.spread),
    perCpu === null ? 'unknown here' : formatBytes(perCpu),
    verdict.bottleneck
  ]
}

function verdictLines({ producer, consumerFetchOnly, consumerWithHandler }: PlanReport): string[] {
  const consumer = consumerWithHandler ?? consumerFetchOnly
  return [verdictLine('Tp', producer), verdictLine('Tc', consumer)]
}

function verdictLine(name: string, { verdict }: ReportedPoint): string {
  const { bottleneck, evidence } = verdict
  return `${name}${bottleneck === 'none' ? '' : ` ${bottleneck}`}: ${evidence}`
}

/** Whether the count held; exit codes 0, 2 and 0. */
function verificationLines({ verification }: PlanReport): string[] {
  if (verification === null) return []
  const { verified, held, sentence } = verification
  return section(verified ? (held ? 'Verified' : 'Did not hold') : 'Not verified', [sentence])
}

function auditLine({ audit }: PlanReport): string {
  const checked = 'each offset once, each sequence once, each checksum right'
  return `${formatCount(audit.records)} records read back: ${checked}`
}
