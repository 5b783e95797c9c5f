/**
 * A tuned grid as text for the terminal: each cell as measured and as predicted, the best ones with lines to
 * paste, and what all of it holds for.
 */
import {
  formatByteRate,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare,
  type TuneCell,
  type TuneReport
} from '../index.ts'
import { auditText, latencyText, partitionsText, runsOf, valuesText } from './load-text.ts'
import { reportFoot } from './report-foot.ts'
import { INDENT, section, tableLines } from './text-layout.ts'

/** The text of a report; `files` are what was written of it, the page first. */
export function tuneText(report: TuneReport, files: readonly string[]): string {
  const { cells, best } = report
  const lines = [
    ...section('Tune', [gridText(report)]),
    ...section('Records', [recordsText(report)]),
    '',
    'Measured: saturation, then latency from the due time to the acknowledgement at the rate',
    ...tableLines([MEASURED_HEAD, ...cells.map(measuredRow)], INDENT),
    '',
    'Predicted by the batch model, with its error against what was measured; means from the sending',
    ...tableLines([PREDICTED_HEAD, ...cells.map(predictedRow)], INDENT),
    '',
    ...section('Model', modelTexts(report)),
    '',
    ...bestLines('throughput', cells[best.throughput.cell], best.throughput.properties),
    '',
    ...bestLines('p99', cells[best.p99.cell], best.p99.properties),
    '',
    ...section('Compared', report.comparison === null ? [] : [report.comparison]),
    ...section('Doubts', report.warnings),
    ...section('Audit', [auditText(report.audit, '')]),
    ...reportFoot(report, files.slice(0, 2))
  ]
  return lines.join('\n')
}

function gridText({ settings }: TuneReport): string {
  const { cells, runs, seconds, recordsPerSecond } = settings
  const rate = formatRecordRate(recordsPerSecond)
  const times = runsOf(runs, formatDuration(seconds * 1000))
  return `${cells.length} cells of batch.size and linger.ms, each ${times} at ${rate} and one at saturation`
}

function recordsText({ load }: TuneReport): string {
  const loading = `${formatCount(load.loaders)} loading, seed ${load.seed}`
  return `${valuesText(load)}, keys ${load.keys}; ${partitionsText(load)}, ${loading}`
}

const MEASURED_HEAD = [
  'batch.size',
  'linger',
  'records/s',
  'MB/s',
  'spread',
  'p50',
  'p99',
  'spread',
  'bound by'
]
const PREDICTED_HEAD = [
  'batch.size',
  'linger',
  'mean',
  'predicted',
  'error',
  'rec/batch',
  'predicted',
  'error',
  'busy',
  'ended by'
]

function share(value: number | null): string {
  return value === null ? '' : formatShare(value)
}

function measuredRow(cell: TuneCell): string[] {
  const { batchSize, lingerMs, saturation, saturationSpread, latency, p99Spread, carried, bottleneck } = cell
  return [
    String(batchSize),
    String(lingerMs),
    formatCount(saturation.recordsPerSecond),
    (saturation.bytesPerSecond / 1e6).toPrecision(3),
    share(saturationSpread),
    latencyText(latency.p50),
    latencyText(latency.p99),
    share(p99Spread),
    carried ? bottleneck : `${bottleneck}, rate not carried`
  ]
}

function predictedRow({ batchSize, lingerMs, sentMean, batches, predicted }: TuneCell): string[] {
  const head = [String(batchSize), String(lingerMs), latencyText(sentMean)]
  const records = batches === null ? '' : String(Number(batches.recordsPerBatch.toPrecision(3)))
  if (predicted === null) return [...head, '', '', records]
  return [
    ...head,
    formatDuration(predicted.meanMs),
    signed(predicted.meanError),
    records,
    String(Number(predicted.recordsPerBatch.toPrecision(3))),
    signed(predicted.recordsPerBatchError),
    formatShare(predicted.utilisation),
    predicted.endedBy
  ]
}

function signed(error: number): string {
  return `${error < 0 ? '-' : '+'}${formatShare(Math.abs(error))}`
}

function modelTexts({ model }: TuneReport): string[] {
  if (model === null) return ['not fitted: fewer than six cells carried the rate']
  const { c0Ms, c1MsPerBatch, c2MsPerRecord, timerLatenessMs, burstMs, leavesOneOut, judged } = model
  const how = leavesOneOut ? 'each cell predicted from the others' : 'fitted to the same cells'
  const cost =
    `a request takes ${formatDuration(c0Ms)} + ${formatDuration(c1MsPerBatch)} a batch + ` +
    `${formatDuration(c2MsPerRecord)} a record`
  const timers =
    `a linger lasts ${formatDuration(timerLatenessMs)} longer; the load comes in bursts, one in ` +
    formatDuration(burstMs)
  return [
    `${cost}; ${timers}; ${how}`,
    `of ${judged} cells busy below 90 %: records per batch within 15 % in ${model.batchesWithin}, ` +
      `mean latency within 20 % in ${model.meansWithin}`
  ]
}

function bestLines(by: string, cell: TuneCell | undefined, properties: string): string[] {
  if (cell === undefined) return []
  const { saturation, latency } = cell
  const { recordsPerSecond, bytesPerSecond } = saturation
  const rate = `${formatRecordRate(recordsPerSecond)}, ${formatByteRate(bytesPerSecond)}`
  return [
    `# best by ${by}: ${rate} at saturation, p99 ${latencyText(latency.p99)} at the rate`,
    ...properties.split('\n')
  ]
}
