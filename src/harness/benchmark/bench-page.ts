/**
 * The report of a benchmark as one page that stands for itself, and the files beside it. All text is escaped
 * where it is put in.
 */
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare
} from '../../planner/units.ts'
import { environmentFacts } from '../environment.ts'
import { type AnswerCardInput, answerCard, factList } from '../page/answer-card.ts'
import { type Cell, dataTableHtml } from '../page/data-table.ts'
import { figureFiles, figureHtml } from '../page/figure.ts'
import { items, pageShell, paragraph, type Section, section } from '../page/page-shell.ts'
import { provenance } from '../page/provenance.ts'
import { countText } from '../page/quantity.ts'
import { type BenchFigures, benchFigures, drawnBenchFigures } from './bench-figures.ts'
import { type BenchFindings, type BenchReport, latencyLogs } from './bench-report.ts'
import type { LatencySummary } from './histogram.ts'
import {
  auditSentence,
  configText,
  type Fact,
  loadFacts,
  PERCENTILE_COLUMNS,
  pageFooter,
  pageSubtitle,
  percentileCells,
  RATE_COLUMNS,
  rateCells,
  recordRateRange,
  timesText
} from './load-facts.ts'

const LOGS = ['latency-scheduled.hlog', 'latency-sent.hlog']

/** What a report may consist of. */
export const BENCH_FILES = [
  'index.html',
  'bench.json',
  ...LOGS,
  ...['latency', 'runs'].flatMap(name => [`${name}.svg`, `${name}.csv`])
]

/** Texts by file name, the page first. */
export function benchFiles(report: BenchReport, findings: BenchFindings): ReadonlyMap<string, string> {
  const figures = benchFigures(findings, report)
  const logs = latencyLogs(findings)
  return new Map([
    ['index.html', benchPage(report, figures, [...logs.keys()])],
    ['bench.json', `${JSON.stringify(report, null, 2)}\n`],
    ...logs,
    ...figureFiles(drawnBenchFigures(figures))
  ])
}

/** @param logs names of the latency logs beside the page */
function benchPage(report: BenchReport, figures: BenchFigures, logs: readonly string[]): string {
  const { settings, label, createdAt } = report
  const { workload, recordsPerSecond } = settings
  const rate = recordsPerSecond === null ? 'saturation' : formatRecordRate(recordsPerSecond)
  return pageShell({
    title: `highwater bench ${workload}, ${rate}`,
    heading: headingOf(report),
    subtitle: pageSubtitle(label, createdAt),
    answer: answerCard(answerOf(report), null),
    sections: sectionsOf(report, figures, logs).filter(({ html }) => html !== ''),
    footer: pageFooter(label)
  })
}

const WHO = { produce: 'producers', consume: 'consumers', e2e: 'producers and consumers' } as const

function headingOf({ settings: { workload, recordsPerSecond } }: BenchReport): string {
  if (recordsPerSecond === null) return `How fast are ${WHO[workload]}?`
  return `What becomes of ${formatRecordRate(recordsPerSecond)}?`
}

function answerOf(report: BenchReport): AnswerCardInput {
  const { rate } = report.result
  const both = `${formatRecordRate(rate.recordsPerSecond)}, ${formatByteRate(rate.bytesPerSecond)}`
  return {
    answer: { kind: 'stated', text: both, range: rangeOf(report) },
    verdict: verdictOf(report),
    badges: badgesOf(report),
    facts: factsOf(report)
  }
}

function rangeOf({ result }: BenchReport): string {
  const { interval95, spread, runs } = result
  const scatter = spread === null ? '' : ` Spread of the runs: ${formatShare(spread)}.`
  if (interval95 !== null) {
    return `95 % interval: ${recordRateRange(interval95)}.${scatter}`
  }
  const why = runs.length < 3 ? 'fewer than three runs' : 'a run without a record'
  return `No interval: ${why}.${scatter}`
}

function verdictOf({ result, settings }: BenchReport): AnswerCardInput['verdict'] {
  const { bottleneck, evidence } = result.verdict
  const isSteady = result.runs.every(({ steady }) => steady)
  if (settings.mode === 'open-loop' && !isSteady) {
    const sentence = bottleneck === 'none' ? evidence : `${sentenceCase(bottleneck)}: ${evidence}`
    return { state: 'failed', words: 'Rate not carried', sentence }
  }
  const words = bottleneck === 'none' ? 'Nothing bound it' : sentenceCase(bottleneck)
  // What the loader lacks is no figure of the engine.
  const state = isSteady && bottleneck !== 'client-bound' ? 'held' : 'open'
  return { state, words, sentence: evidence }
}

function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function badgesOf({ settings, result }: BenchReport): string[] {
  const badges = ['this engine, not your cluster']
  badges.push(settings.mode === 'open-loop' ? 'open loop' : 'saturation')
  if (settings.stall !== null) badges.push('answers withheld on purpose')
  if (result.runs.some(({ steady }) => !steady)) badges.push('unsteady')
  return badges
}

function factsOf({ result, settings }: BenchReport): Fact[] {
  const { scheduled, sent, meanRecordBytes } = result
  const facts: Fact[] = []
  if (settings.recordsPerSecond !== null) {
    const { recordsPerSecond } = settings
    const bytes = formatByteRate(recordsPerSecond * meanRecordBytes)
    facts.push(['Offered', `${formatRecordRate(recordsPerSecond)}, ${bytes}`])
  }
  if (scheduled !== null) facts.push(['p99 from the due time', formatDuration(scheduled.p99 / 1000)])
  if (sent !== null) facts.push(['p99 from the sending', formatDuration(sent.p99 / 1000)])
  facts.push(['A record', formatBytes(meanRecordBytes)])
  return facts
}

function sectionsOf(report: BenchReport, figures: BenchFigures, logs: readonly string[]): Section[] {
  const { load, settings, audit, warnings } = report
  return [
    section(
      'latency',
      'Latency',
      figures.latency === null ? '' : figureHtml(figures.latency),
      ...latencyParts(report)
    ),
    section('runs', 'Every run', figureHtml(figures.runs), ...intervalParts(report)),
    section(
      'load',
      'What was measured',
      factList([...workFacts(report), ...loadFacts(load, settings.partition), ...configFacts(report)]),
      paragraph(auditSentence(audit))
    ),
    section('doubts', 'Doubts', items(warnings)),
    section('provenance', 'Where and how', provenanceOf(report, figures, logs))
  ]
}

function latencyParts({ result, settings, timedOneIn }: BenchReport): string[] {
  const { scheduled, sent, slip } = result
  if (sent === null) return []
  const rowOf = (name: string, summary: LatencySummary | null): Cell[][] =>
    summary === null ? [] : [[name, summary.mean / 1000, ...percentileCells(summary), summary.count]]
  const goal = settings.workload === 'e2e' ? 'the reader' : 'the acknowledgement'
  const some = timedOneIn === 1 ? '' : `; one record in ${timedOneIn} is timed`
  const table = dataTableHtml({
    title: `Latency to ${goal}${some}`,
    columns: [
      { heading: 'Counted' },
      { heading: 'mean', quantity: 'milliseconds' },
      ...PERCENTILE_COLUMNS,
      { heading: 'records' }
    ],
    rows: [
      ...rowOf('from due time', scheduled),
      ...rowOf('from sending', sent),
      ...rowOf('loader late', slip)
    ]
  })
  const late =
    slip === null ? '' : paragraph('Loader late is what the benchmark itself added before a record left.')
  return [table, late]
}

function intervalParts({ result, settings }: BenchReport): string[] {
  const { intervals } = result
  const [first] = intervals
  if (first === undefined) return []
  const isTimed = first.sent !== null
  const since = settings.mode === 'open-loop' ? 'the due time' : 'the sending'
  const rows = intervals.map(interval => {
    const { run, startSeconds, seconds, scheduled, sent } = interval
    const latency = scheduled ?? sent
    return [
      `${startSeconds.toFixed(1)} to ${(startSeconds + seconds).toFixed(1)} s`,
      run,
      ...rateCells(interval),
      ...(latency === null ? [] : percentileCells(latency))
    ]
  })
  return [
    dataTableHtml({
      title: `Each interval of each run${isTimed ? `; latencies from ${since}` : ''}`,
      columns: [
        { heading: 'Interval' },
        { heading: 'Run' },
        ...RATE_COLUMNS,
        ...(isTimed ? PERCENTILE_COLUMNS : [])
      ],
      rows
    })
  ]
}

function workFacts({ settings, result }: BenchReport): Fact[] {
  const { workload, runs, seconds, records, consumers, api, process, stall } = settings
  const length = seconds === null ? `${formatCount(records ?? 0)} records` : formatDuration(seconds * 1000)
  const facts: Fact[] = [['Runs', timesText(runs, length)]]
  if (workload === 'consume') facts.push(['Prepared', `${formatCount(records ?? 0)} records`])
  if (consumers > 0)
    facts.push(['Reading', `${consumers === 1 ? '1 thread' : `${consumers} threads`}, ${api}`])
  if (process !== null) {
    const verb = process.kind === 'wait' ? 'waits' : 'computes'
    facts.push(['A reader', `${verb} ${formatDuration(process.micros / 1000)} for each record`])
  }
  if (stall !== null) {
    const { silentMs, periodMs } = stall
    facts.push(['Withheld', `${formatDuration(silentMs)} of each ${formatDuration(periodMs)}`])
  }
  return [...facts, ...batchFacts(result)]
}

function batchFacts({ batches }: BenchReport['result']): Fact[] {
  if (batches === null) return []
  const { recordsPerBatch, bytesPerBatch, batchesPerRequest, requestsPerSecond, requestMs } = batches
  return [
    ['A batch', `${countText(recordsPerBatch)} records, ${formatBytes(bytesPerBatch)}`],
    ['A request', `${batchesText(batchesPerRequest)}, answered in ${formatDuration(requestMs)}`],
    ['Requests', `${countText(requestsPerSecond)} a second`]
  ]
}

function batchesText(count: number): string {
  const text = countText(count)
  return text === '1' ? '1 batch' : `${text} batches`
}

function configFacts({ load, settings }: BenchReport): Fact[] {
  const { config, batchBytes, lingerMs } = load
  const batching = { 'batch.size': String(batchBytes), 'linger.ms': String(lingerMs) }
  const facts: Fact[] = []
  if (settings.workload !== 'consume') facts.push(['Producers', configText({ ...batching, ...config })])
  if (Object.keys(settings.consumerConfig).length > 0) {
    facts.push(['Consumers', configText(settings.consumerConfig)])
  }
  return facts
}

function provenanceOf(report: BenchReport, figures: BenchFigures, logs: readonly string[]): string {
  const { environment, durationSeconds, load, command } = report
  return provenance(
    {
      environment: environmentFacts(environment, durationSeconds),
      seeds: [['keys, sizes and values', String(load.seed)]],
      files: [
        { name: 'bench.json', what: 'everything on this page, for programs' },
        ...logs.map(name => ({ name, what: 'latencies of each interval, for the tools of HdrHistogram' }))
      ],
      command,
      replay: null
    },
    drawnBenchFigures(figures)
  )
}
