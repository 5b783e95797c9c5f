/**
 * The report as one page that stands for itself: text, table and two figures, light or dark as its reader
 * prefers, on a wide screen or a narrow one, without a script and without the network. All text is escaped
 * where it is put in.
 */

import { partitionsText } from '../planner/partition-count.ts'
import type { Plan } from '../planner/plan.ts'
import type { Refusal } from '../planner/refusal.ts'
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  keepFiguresWhole
} from '../planner/units.ts'
import type { Verification } from '../planner/verification.ts'
import { articleLine, safeLine } from './formula-lines.ts'
import type { PlanReport, ReportedPoint } from './plan-report.ts'
import type { PlanSettings } from './plan-settings.ts'
import { runsFigure } from './runs-figure.ts'
import { escapeMarkup } from './svg.ts'
import { zoneFigure } from './zone-figure.ts'

const STYLE = `
:root{color-scheme:light dark;--line:#c9d1d9;--soft:#5b6570;
  --held:#2f8f4e;--open:#5b7fa6;--failed:#c0392b;--refused:#b3541e}
body{font:16px/1.5 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem;
  background:#fff;color:#1b1f24;overflow-wrap:break-word}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}
.answer{font-size:1.35rem;border-left:5px solid;padding:.4rem 1rem;margin:1.2rem 0 .6rem}
.held{border-color:var(--held)}.open{border-color:var(--open)}
.failed{border-color:var(--failed)}.refused{border-color:var(--refused)}
.soft{color:var(--soft)}ul{padding-left:1.2rem}
code{font-size:.92em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;
  overflow-wrap:anywhere}
td.figure,th.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.name{white-space:nowrap}
figure{margin:1.2rem 0}figure svg{width:100%;max-width:640px;height:auto;display:block}
@media (max-width:680px){
.points thead{display:none}.points tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
.points td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.05rem 0}
.points td.name{display:block;font-weight:600}
.points td::before{content:attr(data-label);color:var(--soft)}}
@media (prefers-color-scheme:dark){:root{--line:#3a424c;--soft:#9aa5b1;
  --held:#4fb573;--open:#84a9d1;--failed:#e5675a;--refused:#e08a4f}body{background:#14181d;color:#e6edf3}}
`

/** The page of a report. */
export function reportPage(report: PlanReport): string {
  const { outcome } = report
  const rate = formatByteRate(report.settings.targetThroughput)
  const sections = [
    `<h1>How many partitions for ${prose(rate)}?</h1>`,
    paragraph(`${report.label}, ${report.createdAt}`, 'soft'),
    outcome.kind === 'plan' ? planSections(report, outcome) : refusalSection(outcome),
    '<h2>What was measured</h2>',
    measurementTable(report),
    boundList(report),
    paragraph(measurementNote(report), 'soft'),
    `<figure>${runsFigure(report)}</figure>`,
    list('Doubts', report.warnings),
    '<h2>Where and how</h2>',
    environmentTable(report),
    paragraph('The same measurement again:'),
    `<p><code>${escapeMarkup(report.command)}</code></p>`,
    paragraph('Your own cluster can be measured in the same way with a coming version.', 'soft')
  ]
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeMarkup(`highwater plan ${rate}`)}</title>`,
    `<style>${STYLE}</style></head><body>`,
    ...sections,
    '</body></html>',
    ''
  ].join('\n')
}

function paragraph(text: string, className = ''): string {
  const attribute = className === '' ? '' : ` class="${className}"`
  return `<p${attribute}>${prose(text)}</p>`
}

/** Text to be read, not to be copied into a terminal. */
function prose(text: string): string {
  return escapeMarkup(keepFiguresWhole(text))
}

function list(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `<h2>${escapeMarkup(heading)}</h2>\n${items(lines)}`
}

function items(lines: readonly string[]): string {
  return `<ul>\n${lines.map(line => `<li>${prose(line)}</li>`).join('\n')}\n</ul>`
}

/** What a check of the count came to: its colour goes with the exit code, 0, 0 and 2. */
function checkOf(verification: Verification | null): { readonly className: string; readonly words: string } {
  if (verification === null || !verification.verified) return { className: 'open', words: 'Not verified' }
  return verification.held
    ? { className: 'held', words: 'Verified' }
    : { className: 'failed', words: 'Did not hold' }
}

function planSections(report: PlanReport, plan: Plan): string {
  const [low, high] = plan.partitionsInterval
  const range =
    low === high ? '' : `, between ${formatCount(low)} and ${formatCount(high)} as the runs scatter`
  const { className, words } = checkOf(report.verification)
  return [
    `<p class="answer ${className}">${prose(`${partitionsText(plan.partitions)}${range}`)}</p>`,
    `<p><strong>${words} on this machine.</strong> ${prose(report.verification?.sentence ?? '')}</p>`,
    paragraph(`Needed, so that each side carries the target: ${safeLine(plan)}.`),
    paragraph(`Often quoted, but right for the faster side only: ${articleLine(plan)}.`),
    `<figure>${zoneFigure(plan)}</figure>`,
    list('Why', plan.explanation)
  ].join('\n')
}

function refusalSection({ reason, command }: Refusal): string {
  return [
    '<p class="answer refused">No count: the measurements cannot tell.</p>',
    paragraph(reason),
    `<p>This would settle it: <code>${escapeMarkup(command)}</code></p>`
  ].join('\n')
}

function measurementTable({ producer, consumerFetchOnly, consumerWithHandler }: PlanReport): string {
  const rows = [
    measurementRow('Tp, producers', producer),
    measurementRow('Tc, fetch only', consumerFetchOnly)
  ]
  if (consumerWithHandler !== null) rows.push(measurementRow('Tc with the handler', consumerWithHandler))
  const heads = MEASURED.map(text => `<th class="figure">${prose(text)}</th>`).join('')
  const body = rows.join('</tr>\n<tr>')
  return (
    `<table class="points"><thead><tr><th>One partition</th>${heads}</tr></thead>` +
    `<tbody>\n<tr>${body}</tr>\n</tbody></table>`
  )
}

const MEASURED = ['median', '95 % interval', 'spread', 'per CPU second', 'bound by']

function measurementRow(name: string, { measurement, verdict }: ReportedPoint): string {
  const [low, high] = measurement.interval95
  const perCpu = measurement.bytesPerCpuSecond
  const figures = [
    formatByteRate(measurement.bytesPerSecond),
    rangeText(low, high),
    formatShare(measurement.spread),
    perCpu === null ? 'not known here' : formatBytes(perCpu),
    verdict.bottleneck
  ]
  const cells = figures.map((text, index) => {
    const label = prose(MEASURED[index] ?? '')
    return `<td class="figure" data-label="${label}">${prose(text)}</td>`
  })
  return `<td class="name">${escapeMarkup(name)}</td>${cells.join('')}`
}

/** `9.75 to 10.3 MB/s`: the unit once where it is one. */
function rangeText(low: number, high: number): string {
  const first = formatByteRate(low)
  const last = formatByteRate(high)
  const unit = / \S+$/.exec(last)?.[0] ?? ''
  return `${first.endsWith(unit) ? first.slice(0, -unit.length) : first} to ${last}`
}

/** What bound each figure, in words. */
function boundList({ producer, consumerFetchOnly, consumerWithHandler }: PlanReport): string {
  const lines = [`Tp: ${producer.verdict.evidence}`, `Tc, fetch only: ${consumerFetchOnly.verdict.evidence}`]
  if (consumerWithHandler !== null) lines.push(`Tc with the handler: ${consumerWithHandler.verdict.evidence}`)
  return items(lines)
}

function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const body = rows.map(
    ([name, value]) => `<td class="name">${escapeMarkup(name)}</td><td>${prose(value)}</td>`
  )
  return `<table><tbody>\n<tr>${body.join('</tr>\n<tr>')}</tr>\n</tbody></table>`
}

function measurementNote({ producer, loaders, settings, audit }: PlanReport): string {
  const { runs } = producer.measurement
  return (
    `Saturation: as fast as it goes. ${runs.length} runs each, in turns; ${formatCount(loaders)} producing ` +
    `thread${loaders === 1 ? '' : 's'}; records of ${formatBytes(settings.recordBytes)}. ` +
    `Per CPU second: of the partition's thread for Tp, of the consumer's for Tc. ` +
    `Every one of ${formatCount(audit.records)} records was read back and checked.`
  )
}

function producerSettings({ batchBytes, bufferBytes, lingerMs }: PlanSettings): string {
  return `batch.size ${batchBytes}, buffer.memory ${bufferBytes}, linger.ms ${lingerMs}, acks all`
}

function environmentTable({ environment, settings, durationSeconds }: PlanReport): string {
  const { process } = settings
  const handler =
    process === null ? 'none' : `${process.kind} ${formatDuration(process.micros / 1000)} a record`
  const rows: readonly (readonly [string, string])[] = [
    ['processor', `${environment.cpuModel}, ${formatCount(environment.cores)} cores`],
    ['memory', formatBytes(environment.memoryBytes)],
    ['system', environment.platform],
    ['Node', environment.nodeVersion],
    [
      'highwater',
      environment.engineVersion + (environment.commit === null ? '' : `, ${environment.commit.slice(0, 10)}`)
    ],
    ['producer', producerSettings(settings)],
    ['handler', handler],
    ['length', `${formatCount(settings.runs)} runs of ${formatDuration(settings.secondsPerRun * 1000)}`],
    ['took', formatDuration(durationSeconds * 1000)]
  ]
  return table(rows)
}
