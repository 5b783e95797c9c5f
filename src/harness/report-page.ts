/**
 * The report as one page that stands for itself: text, table and two figures, light or dark as its reader
 * prefers, without a script and without the network. All text is escaped where it is put in.
 */

import { partitionsText } from '../planner/partition-count.ts'
import type { Plan } from '../planner/plan.ts'
import type { Refusal } from '../planner/refusal.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration, formatShare } from '../planner/units.ts'
import { articleLine, safeLine } from './formula-lines.ts'
import type { PlanReport, ReportedPoint } from './plan-report.ts'
import type { PlanSettings } from './plan-settings.ts'
import { runsFigure } from './runs-figure.ts'
import { escapeMarkup } from './svg.ts'
import { zoneFigure } from './zone-figure.ts'

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem;
  background:#fff;color:#1b1f24}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}
.answer{font-size:1.35rem;border-left:5px solid #2f8f4e;padding:.4rem 1rem;margin:1.2rem 0}
.answer.refused{border-color:#b3541e}.soft{color:#5b6570}code{font-size:.92em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #c9d1d9;vertical-align:top}
td.figure{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:1rem 0;overflow-x:auto}figure svg{width:100%;min-width:560px;height:auto;display:block}
@media (prefers-color-scheme:dark){body{background:#14181d;color:#e6edf3}.soft{color:#9aa5b1}
th,td{border-color:#3a424c}}
`

/** The page of a report. */
export function reportPage(report: PlanReport): string {
  const { outcome } = report
  const rate = formatByteRate(report.settings.targetThroughput)
  const sections = [
    `<h1>How many partitions for ${escapeMarkup(rate)}?</h1>`,
    paragraph(`${report.label}, ${report.createdAt}`, 'soft'),
    outcome.kind === 'plan' ? planSections(report, outcome) : refusalSection(outcome),
    '<h2>What was measured</h2>',
    measurementTable(report),
    paragraph(measurementNote(report), 'soft'),
    `<figure>${runsFigure(report)}</figure>`,
    list('Doubts', report.warnings),
    '<h2>Where and how</h2>',
    environmentTable(report),
    paragraph('The same measurement again:'),
    `<p><code>${escapeMarkup(report.command)}</code></p>`,
    paragraph(
      'Your own cluster will be measured by the same command with --bootstrap-server; not in this version.'
    )
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
  return `<p${attribute}>${escapeMarkup(text)}</p>`
}

function list(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const items = lines.map(line => `<li>${escapeMarkup(line)}</li>`).join('\n')
  return `<h2>${escapeMarkup(heading)}</h2>\n<ul>\n${items}\n</ul>`
}

function planSections(report: PlanReport, plan: Plan): string {
  const [low, high] = plan.partitionsInterval
  const range =
    low === high ? '' : `, between ${formatCount(low)} and ${formatCount(high)} as the runs scatter`
  const verification = report.verification?.sentence ?? ''
  return [
    `<p class="answer">${escapeMarkup(`${partitionsText(plan.partitions)}${range}`)}</p>`,
    paragraph(verification),
    paragraph(`Safe: ${safeLine(plan)}.`),
    paragraph(`As the article has it: ${articleLine(plan)}.`),
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
  const heads = ['one partition', 'median', '95 % interval', 'spread', 'per CPU second', 'bound by']
  return table(heads, rows)
}

function measurementRow(name: string, { measurement, verdict }: ReportedPoint): string {
  const [low, high] = measurement.interval95
  const perCpu = measurement.bytesPerCpuSecond
  return [
    `<td>${escapeMarkup(name)}</td>`,
    figureCell(formatByteRate(measurement.bytesPerSecond)),
    figureCell(`${formatByteRate(low)} to ${formatByteRate(high)}`),
    figureCell(formatShare(measurement.spread)),
    figureCell(perCpu === null ? 'not known here' : formatBytes(perCpu)),
    `<td>${escapeMarkup(`${verdict.bottleneck}. ${verdict.evidence}`)}</td>`
  ].join('')
}

function figureCell(text: string): string {
  return `<td class="figure">${escapeMarkup(text)}</td>`
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map(text => `<th>${escapeMarkup(text)}</th>`).join('')
  const body = rows.join('</tr>\n<tr>')
  return `<table><thead><tr>${head}</tr></thead><tbody>\n<tr>${body}</tr>\n</tbody></table>`
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
      `${environment.engineVersion}${environment.commit === null ? '' : `, ${environment.commit}`}`
    ],
    ['producer', producerSettings(settings)],
    ['handler', handler],
    ['length', `${formatCount(settings.runs)} runs of ${formatDuration(settings.secondsPerRun * 1000)}`],
    ['took', formatDuration(durationSeconds * 1000)]
  ]
  const cells = rows.map(([name, value]) => `<td>${escapeMarkup(name)}</td><td>${escapeMarkup(value)}</td>`)
  return table(['what', 'value'], cells)
}
