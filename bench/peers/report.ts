/** The result as a table for readers, and as data. */
import { type MachineLine, machineText } from '../machine.ts'
import type { ComparedRow, LimitRow, Verdict } from './comparisons.ts'
import type { Sample } from './sample.ts'
import { type Contender, DEFAULTS, TUNED, WORKS, type Work } from './works.ts'

export interface PeerReport {
  readonly startedAt: string
  /** Commit of the working tree; null where it has none. */
  readonly commit: string | null
  readonly machine: MachineLine
  readonly versions: { readonly kafka: string; readonly java: string; readonly franzGo: string }
  readonly pairs: number
  /** CPU seconds of Kafka's tools before they do anything, which were taken off. */
  readonly javaStartCpuSeconds: { readonly produce: number; readonly consume: number }
  readonly comparisons: readonly ComparedRow[]
  readonly limits: readonly LimitRow[]
  readonly runs: readonly {
    readonly work: string
    readonly contender: Contender
    readonly samples: readonly Sample[]
  }[]
}

/** Other work above this in a run makes its figures doubtful. */
const FOREIGN_MAX = 0.1

export function markdownOf(report: PeerReport): string {
  const { machine, versions, startedAt, commit, pairs } = report
  const peers = `Apache Kafka ${versions.kafka} on ${versions.java}; ${versions.franzGo}`
  return [
    '# Highwater beside its peers',
    '',
    `${startedAt}, commit ${commit ?? 'unknown'}, ${pairs} rounds, every contender once in each.`,
    `${machineText(machine)}; ${peers}.`,
    '',
    ...WHAT_IT_IS,
    '',
    comparisonTable(report.comparisons),
    '',
    limitTable(report.limits),
    '',
    startText(report),
    '',
    foreignText(report),
    ''
  ].join('\n')
}

const WHAT_IT_IS = [
  'One partition, one producer or consumer, acks=1, no compression, page cache (nobody syncs). **Ours',
  'runs inside one process; Kafka runs over loopback TCP, with its own performance tools or franz-go as',
  'clients: so this compares what a program sees, not two brokers.** Every run is audited: the end of',
  'each log, the count of each reader; of ours every offset once, in order, with its value, from',
  "segment files. Rates leave out the start of any process; those of Kafka's tools are what the tools",
  'report (consumer: fetching alone), and hold the warm-up of their Java. The ratio is the median over',
  'the rounds, with the lower end of its 95 % interval; a bar holds when that end reaches 0.9 of it.'
]

function comparisonTable(rows: readonly ComparedRow[]): string {
  const head = ['work', 'against', 'ours', 'theirs', 'ratio', 'lower bound', 'floor', 'aim', 'holds']
  const cells = rows.map(row => [
    workText(row.work) + (row.ours === 'embedded-poll' ? ', `poll`' : ''),
    CONTENDER_NAMES[row.theirs] + (row.quantity === 'MB per CPU second' ? ', per CPU second' : ''),
    quantityText(row, row.oursMedian),
    quantityText(row, row.theirsMedian),
    ratioText(row.ratio),
    ratioText(row.lowerBound),
    row.bar === null ? '' : ratioText(row.bar.floor),
    row.bar === null ? '' : ratioText(row.bar.aim),
    VERDICTS[row.verdict],
    `${decimal(row.oursCpuMsPerMegabyte)} / ${decimal(row.theirsCpuMsPerMegabyte)}`
  ])
  return table([...head, 'CPU ms per MB, ours / theirs'], cells)
}

function limitTable(rows: readonly LimitRow[]): string {
  const cells = rows.map(({ what, unit, value, most, verdict }) => [
    what,
    Number.isNaN(value) ? '' : `${decimal(value)} ${unit}`,
    `≤ ${most} ${unit}`,
    verdict
  ])
  return table(['alone', 'measured', 'bar', 'holds'], cells)
}

export const CONTENDER_NAMES: Readonly<Record<Contender, string>> = {
  embedded: 'Highwater',
  'embedded-poll': 'Highwater, `poll`',
  kafka: "Kafka, Java's tool",
  'franz-go': 'Kafka, franz-go',
  'plain-write': 'Node, copy to 64 KB and `writeSync`'
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  aim: 'aim',
  floor: 'floor',
  missed: '**missed**',
  'no bar': '',
  'not measured': 'not measured'
}

function workText(name: string): string {
  const work = WORKS.find(known => known.name === name)
  return work === undefined ? name : describe(work)
}

function describe(work: Work): string {
  if (work.kind === 'idle') return 'idle'
  if (work.kind === 'consume') return `consume ${work.recordBytes} B with CRC`
  const { batchBytes, lingerMs } = work.batchBytes === DEFAULTS.batchBytes ? DEFAULTS : TUNED
  return `produce ${work.recordBytes} B, ${batchBytes} / ${lingerMs} ms`
}

function quantityText({ quantity, work: name }: ComparedRow, value: number): string {
  if (Number.isNaN(value)) return ''
  if (quantity === 'MB per CPU second') return `${decimal(value)} MB`
  const work = WORKS.find(known => known.name === name)
  if (work === undefined || work.kind === 'idle') return `${rateText(value)}/s`
  return `${rateText(value)}/s, ${decimal((value * work.recordBytes) / 1e6)} MB/s`
}

/** Three digits that mean something: 2.31 M, 642 k. */
export function rateText(recordsPerSecond: number): string {
  if (recordsPerSecond >= 1e6) return `${(recordsPerSecond / 1e6).toPrecision(3)} M`
  return `${(recordsPerSecond / 1e3).toPrecision(3)} k`
}

const ratioText = (ratio: number): string => (Number.isNaN(ratio) ? '' : `${decimal(ratio)}×`)

function decimal(value: number): string {
  if (Number.isNaN(value)) return '?'
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---')
  return [head, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function startText({ javaStartCpuSeconds: { produce, consume } }: PeerReport): string {
  return (
    `The CPU time of Kafka is that of broker and client, less what a tool takes for ten records ` +
    `(${decimal(produce)} s producer, ${decimal(consume)} s consumer); that of ours is of the whole ` +
    'process in the measured stretch.'
  )
}

function foreignText({ runs }: PeerReport): string {
  const shares = runs.flatMap(({ samples }) => samples.flatMap(({ foreignShare }) => foreignShare ?? []))
  if (shares.length === 0) return 'This system does not tell whether other work was going on.'
  const most = Math.max(...shares)
  const many = shares.filter(share => share > FOREIGN_MAX).length
  const text = `Other work took at most ${percent(most)} of the machine during a run`
  if (many === 0) return `${text}.`
  return `${text}, more than ${percent(FOREIGN_MAX)} in ${many} of ${shares.length}: **measure again.**`
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
