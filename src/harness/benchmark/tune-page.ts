/**
 * The report of a tuned grid as one page that stands for itself, and the files beside it. All text is escaped
 * where it is put in.
 */
import { formatByteRate, formatCount, formatDuration, formatRecordRate } from '../../planner/units.ts'
import { environmentFacts } from '../environment.ts'
import { factList } from '../page/answer-card.ts'
import { type Cell, dataTableHtml } from '../page/data-table.ts'
import { figureFiles, figureHtml } from '../page/figure.ts'
import { items, pageShell, paragraph, prose, type Section, section } from '../page/page-shell.ts'
import { provenance } from '../page/provenance.ts'
import { quantityText } from '../page/quantity.ts'
import { escapeMarkup } from '../svg.ts'
import {
  auditSentence,
  configText,
  type Fact,
  loadFacts,
  pageFooter,
  pageSubtitle,
  RATE_COLUMNS,
  rateCells,
  timesText
} from './load-facts.ts'
import { BATCH_ERROR_MAX, MEAN_ERROR_MAX, type TuneCell } from './tune-cells.ts'
import { drawnTuneFigures, TUNE_FIGURES, type TuneFigures, tuneFigures } from './tune-figures.ts'
import type { TuneReport } from './tune-report.ts'

/** What a report may consist of. */
export const TUNE_FILES = [
  'index.html',
  'tune.json',
  ...TUNE_FIGURES.flatMap(name => [`${name}.svg`, `${name}.csv`])
]

/** Texts by file name, the page first. */
export function tuneFiles(report: TuneReport): ReadonlyMap<string, string> {
  const figures = tuneFigures(report)
  return new Map([
    ['index.html', tunePage(report, figures)],
    ['tune.json', `${JSON.stringify(report, null, 2)}\n`],
    ...figureFiles(drawnTuneFigures(figures))
  ])
}

function tunePage(report: TuneReport, figures: TuneFigures): string {
  const { settings, label, createdAt } = report
  const rate = formatRecordRate(settings.recordsPerSecond)
  return pageShell({
    title: `highwater tune, ${rate}`,
    heading: `Which batch.size and linger.ms for ${rate}?`,
    subtitle: pageSubtitle(label, createdAt),
    answer: answerOf(report),
    sections: sectionsOf(report, figures).filter(({ html }) => html !== ''),
    footer: pageFooter(label)
  })
}

/** The best settings with lines to paste, before everything else. */
function answerOf({ cells, best, settings, comparison }: TuneReport): string {
  const fastest = cells[best.throughput.cell]
  const quickest = cells[best.p99.cell]
  const rate = formatRecordRate(settings.recordsPerSecond)
  const badges = ['this engine, not your cluster']
  if (cells.some(({ carried }) => !carried)) badges.push('rate not carried everywhere')
  return [
    '<section class="answer" aria-label="The answer">',
    fastest === undefined
      ? paragraph('No cell was measured', 'count')
      : bestMarkup(
          saturationText(fastest),
          `Best by throughput, at saturation; p99 at ${rate}: ${latencyText(fastest.latency.p99)}.`,
          best.throughput.properties
        ),
    comparison === null ? '' : paragraph(comparison),
    quickest === undefined
      ? ''
      : bestMarkup(
          `p99 ${latencyText(quickest.latency.p99)}`,
          `Best by p99, at ${rate}; at saturation: ${saturationText(quickest)}.`,
          best.p99.properties
        ),
    `<ul class="badges">${badges.map(text => `<li>${prose(text)}</li>`).join('')}</ul>`,
    '</section>'
  ]
    .filter(part => part !== '')
    .join('\n')
}

function bestMarkup(text: string, range: string, properties: string): string {
  const lines = `<pre><code>${escapeMarkup(properties)}</code></pre>`
  return [paragraph(text, 'count'), paragraph(range, 'range'), lines].join('\n')
}

function saturationText({ saturation }: TuneCell): string {
  return `${formatRecordRate(saturation.recordsPerSecond)}, ${formatByteRate(saturation.bytesPerSecond)}`
}

/** Of microseconds. */
function latencyText(micros: number): string {
  return formatDuration(micros / 1000)
}

function sectionsOf(report: TuneReport, figures: TuneFigures): Section[] {
  const { cells, warnings, audit, settings } = report
  const { throughput, p99, batches, means } = figures
  const missing = cells.filter(({ carried }) => !carried).length
  const left =
    missing === 0 || missing === cells.length ? '' : paragraph('Empty settings did not carry the rate.')
  return [
    section('throughput', 'As fast as it goes', figureHtml(throughput)),
    section('latency', `At ${formatRecordRate(settings.recordsPerSecond)}`, figureHtml(p99), left),
    section('cells', 'Every setting', cells.length === 0 ? '' : measuredTable(report)),
    section(
      'model',
      'Predicted and measured',
      batches === null ? '' : figureHtml(batches),
      means === null ? '' : figureHtml(means),
      modelParts(report)
    ),
    section('load', 'What was measured', factList(workFacts(report)), paragraph(auditSentence(audit))),
    section('doubts', 'Doubts', items(warnings)),
    section('provenance', 'Where and how', provenanceOf(report, figures))
  ]
}

const SETTING_COLUMNS = [{ heading: 'batch.size' }, { heading: 'linger.ms' }]

/** Settings as they are pasted, without a space between thousands. */
function settingCells({ batchSize, lingerMs }: TuneCell): Cell[] {
  return [String(batchSize), String(lingerMs)]
}

function measuredTable({ cells }: TuneReport): string {
  return dataTableHtml({
    title: 'Measured at saturation, then from the due time to the acknowledgement at the rate',
    columns: [
      ...SETTING_COLUMNS,
      ...RATE_COLUMNS,
      { heading: 'spread', quantity: 'share' },
      { heading: 'p50', quantity: 'milliseconds' },
      { heading: 'p99', quantity: 'milliseconds' },
      { heading: 'spread', quantity: 'share' },
      { heading: 'bound by' }
    ],
    rows: cells.map(cell => [
      ...settingCells(cell),
      ...rateCells(cell.saturation),
      cell.saturationSpread,
      cell.latency.p50 / 1000,
      cell.latency.p99 / 1000,
      cell.p99Spread,
      cell.carried ? cell.bottleneck : `${cell.bottleneck}, rate not carried`
    ])
  })
}

function modelParts({ cells, model }: TuneReport): string {
  if (model === null) return ''
  const { c0Ms, c1MsPerBatch, c2MsPerRecord, timerLatenessMs, burstMs, leavesOneOut, judged } = model
  const how = leavesOneOut
    ? 'Each setting is predicted from the others'
    : 'The model is fitted to the same cells'
  const among = (count: number, share: number): string =>
    `within ${quantityText('share', share)} in ${count} of ${judged}`
  const table = dataTableHtml({
    title: 'Predicted by the batch model, with its error against what was measured',
    columns: [
      ...SETTING_COLUMNS,
      { heading: 'mean', quantity: 'milliseconds' },
      { heading: 'model', quantity: 'milliseconds' },
      { heading: 'error', quantity: 'share' },
      { heading: 'rec/batch' },
      { heading: 'model' },
      { heading: 'error', quantity: 'share' },
      { heading: 'busy', quantity: 'share' },
      { heading: 'ended by' }
    ],
    rows: cells.map(predictedRow)
  })
  return [
    paragraph(
      `${how}: a request takes ${formatDuration(c0Ms)}, ${formatDuration(c1MsPerBatch)} more for each ` +
        `batch and ${formatDuration(c2MsPerRecord)} for each record; a linger lasts ` +
        `${formatDuration(timerLatenessMs)} longer; the load comes in bursts, one in ` +
        `${formatDuration(burstMs)}.`
    ),
    paragraph(
      `Of settings busy below 90 %, records per batch are ` +
        `${among(model.batchesWithin, BATCH_ERROR_MAX)}, the ` +
        `mean latency ${among(model.meansWithin, MEAN_ERROR_MAX)}. Busier ones are not judged.`
    ),
    table
  ].join('\n')
}

function predictedRow(cell: TuneCell): Cell[] {
  const { sentMean, batches, predicted } = cell
  const head = [...settingCells(cell), sentMean / 1000]
  const records = batches?.recordsPerBatch ?? null
  if (predicted === null) return [...head, null, null, records]
  const { meanMs, meanError, recordsPerBatch, recordsPerBatchError, utilisation, endedBy } = predicted
  return [...head, meanMs, meanError, records, recordsPerBatch, recordsPerBatchError, utilisation, endedBy]
}

function workFacts({ settings, load, cells }: TuneReport): Fact[] {
  const { runs, seconds, saturationSeconds, recordsPerSecond } = settings
  const rate = formatRecordRate(recordsPerSecond)
  const bytes = formatByteRate(recordsPerSecond * load.meanRecordBytes)
  const lengthOf = (length: number): string => timesText(runs, formatDuration(length * 1000))
  return [
    ['Settings', `${formatCount(cells.length)}, each round in another order`],
    ['At saturation', `${lengthOf(saturationSeconds)} for each`],
    ['At the rate', `${lengthOf(seconds)} for each at ${rate}, ${bytes}, arrivals at random`],
    ...loadFacts(load, null),
    ['Producers', configText(ownConfig(load))]
  ]
}

/** Without the settings that each cell has of its own. */
function ownConfig({ config }: TuneReport['load']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).filter(([name]) => name !== 'batch.size' && name !== 'linger.ms')
  )
}

function provenanceOf(report: TuneReport, figures: TuneFigures): string {
  const { environment, durationSeconds, load, command } = report
  return provenance(
    {
      environment: environmentFacts(environment, durationSeconds),
      seeds: [['order of the settings, keys, sizes, values', String(load.seed)]],
      files: [{ name: 'tune.json', what: 'everything on this page, for programs' }],
      command,
      replay: null
    },
    drawnTuneFigures(figures)
  )
}
