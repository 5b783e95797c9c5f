/**
 * A plan as text for the terminal: the formula that is needed first, then the one often quoted and why it
 * differs, then the count and what asks for it, how throughput grows with partitions, what they cost, whether
 * it held, and what all of it holds for.
 */
import {
  articleLine,
  auditLine,
  backlogLine,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  lawLine,
  lawParametersText,
  type Plan,
  type PlanReport,
  partitionsText,
  type Refusal,
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
    ...(outcome.kind === 'plan' ? planLines(outcome) : refusalLines(outcome)),
    '',
    ...pointTable(report),
    '',
    ...section('Verdict', verdictLines(report)),
    ...section('Law', lawLines(report)),
    ...section('Held out', heldOutLines(report)),
    ...section('Keys', keyLines(report)),
    ...section('Cost', costLines(report)),
    ...verificationLines(report),
    ...section('Doubts', report.warnings),
    ...section('Audit', [auditLine(report)]),
    ...reportFoot(report, files.slice(0, 2))
  ]
  return lines.join('\n')
}

function refusalLines({ reason, cure, command }: Refusal): string[] {
  return [
    ...section('Refused', [reason]),
    ...section('What helps', cure === null ? [] : [cure]),
    ...(command === null ? [] : [commandLine('Instead', command)])
  ]
}

function planLines(plan: Plan): string[] {
  const { partitions, partitionsInterval, requirements } = plan
  const [low, high] = partitionsInterval
  const range =
    low === high ? '' : `, between ${formatCount(low)} and ${formatCount(high)} as the runs scatter`
  const { lanes } = requirements
  return [
    ...section('Needed', [safeLine(plan.rates)]),
    ...section('Often quoted', [articleLine(plan.rates)]),
    ...section('Why', plan.explanation),
    '',
    ...section('Recommended', [`${partitionsText(partitions)}${range}`, requirements.binding.sentence]),
    ...tableLines(
      requirements.constraints.map(({ name, partitions: count, formula }) => [
        name,
        Number.isFinite(count) ? formatCount(count) : 'none is enough',
        formula
      ]),
      INDENT
    ),
    ...section('Advice', lanes === null ? [] : [lanes.sentence])
  ]
}

/** Which curve, and how well it tells points that were left out. */
function lawLines(report: PlanReport): string[] {
  const line = lawLine(report)
  const { law } = report
  return line === null || law === null ? [] : [line, lawParametersText(law.parameters)]
}

function heldOutLines({ heldOut }: PlanReport): string[] {
  if (heldOut === null) return []
  const { partitions, predicted, measured, error, inside } = heldOut
  const range = `${megabytes(predicted.low)} to ${formatByteRate(predicted.high)}`
  return [
    `${partitionsText(partitions)}: foretold ${formatByteRate(predicted.median)} (${range}), then measured ` +
      `${formatByteRate(measured)}: off by ${formatShare(error)}, ${inside ? 'inside' : 'outside'} the ` +
      `interval`
  ]
}

function keyLines({ skew, outcome }: PlanReport): string[] {
  if (skew === null) return []
  const [fullest = 0] = skew.shares
  const count = skew.shares.length
  const at =
    outcome.kind === 'plan' ? `; of ${partitionsText(count)} the fullest gets ${formatShare(fullest)}` : ''
  return [`${formatCount(skew.keys)} keys, the hottest ${formatShare(skew.hottest)} of all records${at}`]
}

function costLines({ costs }: PlanReport): string[] {
  if (costs === null) return []
  const { lines, groupSizes, roundedPartitions, admissible } = costs
  const sizes = `consumers share them evenly in groups of ${groupSizes.map(formatCount).join(', ')}`
  const rounded = groupSizes.includes(roundedPartitions)
    ? sizes
    : `${sizes}; ${partitionsText(roundedPartitions)} would be shared by more group sizes`
  return [...lines.map(({ sentence }) => sentence), `${rounded}.`, admissible.sentence]
}

/** A rate without its unit where that is MB/s. */
function megabytes(rate: number): string {
  return formatByteRate(rate).replace(/ MB\/s$/, '')
}

function targetLine({ settings, handler }: PlanReport): string {
  const { process, recordBytes, targetThroughput, offeredThroughput, utilisation } = settings
  const grown =
    offeredThroughput === targetThroughput
      ? ''
      : `, ${formatByteRate(offeredThroughput)} with peak and growth,`
  const full = utilisation === 1 ? '' : `; producers and brokers at most ${formatShare(utilisation)} full`
  const size = formatBytes(recordBytes)
  const records = `Tt ${formatByteRate(targetThroughput)}${grown} of records of ${size}${full}`
  if (process === null && handler !== null) return `${records}; the handler takes ${handler.text}`
  if (process === null) return `${records}; consumers only fetch`
  const cost = formatDuration(process.micros / 1000)
  const verb = process.kind === 'wait' ? 'waits' : 'computes'
  return `${records}; the handler ${verb} ${cost} for each`
}

/** Throughput at each count and Tc, with what they scatter and what bound them. */
function pointTable(report: PlanReport): string[] {
  const { counts, heldOut, consumerFetchOnly, consumerWithHandler, settings, loaders } = report
  const rows = [
    ['', 'median', '95 % interval', 'spread', 'a CPU second', 'bound by'],
    ...counts.map(point => pointRow(point.partitions === 1 ? 'Tp, 1' : formatCount(point.partitions), point))
  ]
  if (heldOut !== null) rows.push(pointRow(`${formatCount(heldOut.partitions)}, held out`, heldOut))
  rows.push(pointRow('Tc fetch only', consumerFetchOnly))
  if (consumerWithHandler !== null) rows.push(pointRow('Tc handler', consumerWithHandler))
  const threads = loaders === 1 ? '1 producing thread' : `${formatCount(loaders)} producing threads`
  return [
    `Measured at saturation, by partitions: ${report.label}; ${settings.runs} runs each, ${threads}`,
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
  const { verified, held, sentence, run } = verification
  const tried = run === null ? [] : [backlogLine(run)]
  return section(verified ? (held ? 'Verified' : 'Did not hold') : 'Not verified', [sentence, ...tried])
}
