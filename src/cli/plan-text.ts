/**
 * A plan as text for the terminal: the safe formula first, then the one often printed and why it differs,
 * then the count, what bound the figures, whether it held, and what all of it holds for.
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

const WIDTH = 100
/** Column where the text behind a heading begins. */
const INDENT = 13

/** The text of a report; `files` are what was written of it, the page first. */
export function planText(report: PlanReport, files: readonly string[]): string {
  const { outcome } = report
  const lines = [
    ...section('Target', [targetLine(report)]),
    '',
    ...(outcome.kind === 'plan'
      ? planLines(outcome)
      : [...section('Refused', [outcome.reason]), ...section('Instead', [outcome.command])]),
    '',
    ...pointTable(report),
    '',
    ...section('Verdict', verdictLines(report)),
    ...section('Verified', report.verification === null ? [] : [verificationLine(report)]),
    ...section('Doubts', report.warnings),
    ...section('Audit', [auditLine(report)]),
    ...section('Machine', [machineLine(report)]),
    ...section('Report', files.slice(0, 2)),
    '',
    `All figures: ${report.label}, and no other.`,
    `For your cluster: ${report.command} --bootstrap-server HOST:PORT (not in this version)`,
    ''
  ]
  return lines.join('\n')
}

function planLines(plan: Plan): string[] {
  const { partitions, partitionsInterval } = plan
  const [low, high] = partitionsInterval
  return [
    ...section('Safe', [safeLine(plan)]),
    ...section('Article', [articleLine(plan), ...plan.explanation]),
    '',
    ...section('Recommended', [`${partitionsText(partitions)} [${formatCount(low)}, ${formatCount(high)}]`])
  ]
}

/** A rate without its unit where that is MB/s. */
function megabytes(rate: number): string {
  return formatByteRate(rate).replace(/ MB\/s$/, '')
}

function targetLine({ settings }: PlanReport): string {
  const { process, recordBytes, targetThroughput } = settings
  const records = `${formatByteRate(targetThroughput)} of records of ${formatBytes(recordBytes)}`
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
    pointRow('Tp', producer),
    pointRow('Tc fetch', consumerFetchOnly)
  ]
  if (consumerWithHandler !== null) rows.push(pointRow('Tc handler', consumerWithHandler))
  const widths = [
    INDENT,
    ...[1, 2, 3, 4].map(column => 3 + Math.max(...rows.map(row => row[column]?.length ?? 0)))
  ]
  const threads = loaders === 1 ? '1 producing thread' : `${formatCount(loaders)} producing threads`
  return [
    `Measured at saturation on one partition: ${report.label}; ${settings.runs} runs each, ${threads}`,
    ...rows.map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('')
        .trimEnd()
    )
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
  return [
    `Tp ${producer.verdict.bottleneck}: ${producer.verdict.evidence}`,
    `Tc ${consumer.verdict.bottleneck}: ${consumer.verdict.evidence}`
  ]
}

function verificationLine({ verification }: PlanReport): string {
  if (verification === null) return ''
  const { verified, sentence } = verification
  return verified
    ? sentence
    : `false. ${sentence.replace(/^Not verified: (.)/, (_, first) => first.toUpperCase())}`
}

function auditLine({ audit }: PlanReport): string {
  const checked = 'each offset once, each sequence once, each checksum right'
  return `${formatCount(audit.records)} records read back: ${checked}`
}

function machineLine({ environment }: PlanReport): string {
  const { cpuModel, cores, nodeVersion, engineVersion, commit } = environment
  const version = `highwater ${engineVersion}${commit === null ? '' : ` (${commit.slice(0, 10)})`}`
  return `${cpuModel}, ${formatCount(cores)} cores, Node ${nodeVersion}, ${version}`
}

/** A heading and its lines, wrapped; nothing if there are none. */
function section(heading: string, lines: readonly string[]): string[] {
  const wrapped = lines.flatMap(line => wrap(line, WIDTH - INDENT))
  return wrapped.map((line, index) => (index === 0 ? heading : '').padEnd(INDENT) + line)
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = `  ${word}`
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}
