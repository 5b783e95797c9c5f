/**
 * The report of a plan as one page that stands for itself. All text is escaped where it is put in.
 */
import { partitionsText } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import { FAMILY_NAMES } from '../../planner/scaling-law.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration, formatShare } from '../../planner/units.ts'
import { environmentFacts } from '../environment.ts'
import { type AnswerCardInput, answerCard, factList } from '../page/answer-card.ts'
import { assumptionsTable, assumptionsTableSummary } from '../page/assumptions-table.ts'
import { figureHtml } from '../page/figure.ts'
import { items, pageShell, paragraph, type Section, section } from '../page/page-shell.ts'
import { provenance } from '../page/provenance.ts'
import { articleLine, safeLine } from './formula-lines.ts'
import { drawnFigures, type PlanFigures } from './plan-figures.ts'
import type { PlanReport } from './plan-report.ts'

/** The page of a report, with its figures. */
export function reportPage(report: PlanReport, figures: PlanFigures): string {
  const rate = formatByteRate(report.settings.targetThroughput)
  const source = report.target === 'sim' ? 'From a' : 'Measured on'
  return pageShell({
    title: `highwater plan ${rate}`,
    heading: `How many partitions for ${rate}?`,
    subtitle: `${source} ${report.label}, ${report.createdAt.slice(0, 16).replace('T', ' ')} UTC.`,
    answer: answerCard(answerOf(report), figures.zones),
    sections: sectionsOf(report, figures).filter(({ html }) => html !== ''),
    footer:
      `All figures hold for ${report.label}, and no other. Your own cluster can be measured in the same ` +
      `way with a ` +
      'coming version.'
  })
}

function verdictOf({ outcome, verification }: PlanReport): AnswerCardInput['verdict'] {
  if (outcome.kind === 'refused')
    return { state: 'refused', words: 'Refused', sentence: 'The measurements do not tell a count.' }
  const sentence = verification?.sentence ?? 'The recommended count was not tried.'
  if (verification === null || !verification.verified)
    return { state: 'open', words: 'Not verified', sentence }
  return verification.held
    ? { state: 'held', words: 'Verified here', sentence }
    : { state: 'failed', words: 'Did not hold', sentence }
}

function badgesOf({ outcome, settings, target, interrupted }: PlanReport): string[] {
  const badges = [target === 'sim' ? 'simulation, no machine' : 'this engine, not your cluster']
  if (settings.short) badges.push('first look, wide interval')
  if (outcome.kind === 'plan') {
    const [low, high] = outcome.partitionsInterval
    if (!settings.short && high - low > high / 4) badges.push('wide interval')
  }
  if (interrupted) badges.push('interrupted')
  return badges
}

function answerOf(report: PlanReport): AnswerCardInput {
  const { outcome } = report
  return {
    answer:
      outcome.kind === 'plan'
        ? { kind: 'count', partitions: outcome.partitions, interval: outcome.partitionsInterval }
        : { kind: 'refused', reason: outcome.reason, command: outcome.command },
    verdict: verdictOf(report),
    badges: badgesOf(report),
    facts: outcome.kind === 'plan' ? factsOf(report, outcome) : []
  }
}

function factsOf({ costs }: PlanReport, plan: Plan): [term: string, value: string][] {
  const { requirements, offeredThroughput, rates } = plan
  const facts: [string, string][] = [
    ['Binds', requirements.binding.sentence],
    ['Planned for', formatByteRate(offeredThroughput)],
    [
      'One partition',
      `takes ${formatByteRate(rates.producerThroughput)} (Tp), its consumer ` +
        `${formatByteRate(rates.consumerThroughput)} (Tc)`
    ]
  ]
  if (requirements.lanes !== null) facts.push(['Instead', requirements.lanes.sentence])
  if (costs !== null) facts.push(['Admissible', costs.admissible.sentence])
  return facts
}

function sectionsOf(report: PlanReport, figures: PlanFigures): Section[] {
  const { outcome, costs, warnings } = report
  const plan = outcome.kind === 'plan' ? outcome : null
  const optional = (figure: PlanFigures[keyof PlanFigures]): string =>
    figure === null ? '' : figureHtml(figure)
  return [
    section(
      'throughput',
      'Throughput',
      figureHtml(figures.throughput),
      paragraph(lawText(report)),
      verdictList(report)
    ),
    section('formulas', 'The two formulas', ...(plan === null ? [] : formulaParts(plan))),
    section('demand', 'What asks for partitions', ...(plan === null ? [] : [constraintTable(plan)])),
    section('consumers', 'Consumers', optional(figures.wait), optional(figures.catchUp)),
    section('keys', 'Keys', optional(figures.skew), optional(figures.effective)),
    section(
      'growth',
      'Growing later',
      optional(figures.growth),
      costs === null ? '' : paragraph(groupText(report))
    ),
    section('costs', 'Costs', optional(figures.costs), ...(costs === null ? [] : costParts(report))),
    section('runs', 'Every run', figureHtml(figures.runs), paragraph(auditText(report))),
    section('doubts', 'Doubts', items(warnings)),
    section(
      'assumptions',
      'Where each number comes from',
      ...(costs === null ? [] : assumptionParts(costs.assumptions))
    ),
    section('provenance', 'Where and how', provenanceOf(report, figures))
  ]
}

function lawText({ law, heldOut }: PlanReport): string {
  const [chosen] = law?.families ?? []
  if (chosen === undefined) return 'Too few counts were measured to tell how throughput grows.'
  const held =
    heldOut === null
      ? ''
      : ` ${partitionsText(heldOut.partitions)} were foretold at ` +
        `${formatByteRate(heldOut.predicted.median)} before ` +
        `they were measured at ${formatByteRate(heldOut.measured)}: off by ${formatShare(heldOut.error)}, ` +
        `${heldOut.inside ? 'inside' : 'outside'} the interval.`
  return (
    `The ${FAMILY_NAMES[chosen.family]} curve is off by ${formatShare(chosen.looError)} at points that ` +
    `were left out ` +
    `of the fit.${held}`
  )
}

function verdictList({ counts, consumerFetchOnly, consumerWithHandler }: PlanReport): string {
  const consumer = consumerWithHandler ?? consumerFetchOnly
  const line = (name: string, bottleneck: string, evidence: string): string =>
    `${name}${bottleneck === 'none' ? '' : `, ${bottleneck}`}: ${evidence}`
  return items([
    ...counts.map(({ partitions, verdict }) =>
      line(partitionsText(partitions), verdict.bottleneck, verdict.evidence)
    ),
    line('Tc', consumer.verdict.bottleneck, consumer.verdict.evidence)
  ])
}

function formulaParts(plan: Plan): string[] {
  return [
    paragraph(`Needed, so that each side carries the target: ${safeLine(plan)}.`),
    paragraph(`Often quoted, but right for the faster side only: ${articleLine(plan)}.`),
    items(plan.explanation)
  ]
}

function constraintTable({ requirements }: Plan): string {
  const rows = requirements.constraints.map(
    ({ name, partitions, formula, sentence }) =>
      [
        name,
        `${Number.isFinite(partitions) ? formatCount(partitions) : 'no number is enough'}: ${formula}. ` +
          `${sentence}`
      ] as const
  )
  return factList(rows)
}

function groupText({ costs }: PlanReport): string {
  if (costs === null) return ''
  const sizes = costs.groupSizes.map(formatCount).join(', ')
  const rounded = costs.groupSizes.includes(costs.roundedPartitions)
    ? ''
    : ` ${partitionsText(costs.roundedPartitions)} could be shared by more of them.`
  const fewest =
    costs.membersNeeded === null
      ? ''
      : ` At least ${formatCount(costs.membersNeeded)} carry the load, each on one lane.`
  return `Consumers share the partitions evenly in groups of ${sizes}.${fewest}${rounded}`
}

function costParts({ costs }: PlanReport): string[] {
  if (costs === null) return []
  const { cluster, sentences, lines } = costs
  const rows: [string, string][] = cluster.limits.map(({ name, used, limit, unit, ok, source, date }) => [
    name,
    `${formatCount(used)} of ${formatCount(limit)} ${unit}${ok ? '' : ', too many'} (${source}, ${date})`
  ])
  if (cluster.failoverWorstMs !== null) {
    rows.push(['Without a leader after a broker dies', formatDuration(cluster.failoverWorstMs)])
  }
  if (cluster.yearlyMinutes !== null) {
    rows.push([
      'Without a leader in a year',
      `${cluster.yearlyMinutes.toPrecision(2)} minutes a partition, at one death of a broker a month`
    ])
  }
  if (cluster.leaderGrowth !== null) {
    rows.push([
      'Leaders when a broker is gone',
      `${cluster.leaderGrowth.toPrecision(3)} times as many on the others`
    ])
  }
  if (cluster.brokersSentence !== null) rows.push(['Brokers', cluster.brokersSentence])
  if (cluster.replicationLatencyMs !== null) {
    rows.push(['Latency by replication', formatDuration(cluster.replicationLatencyMs)])
  }
  if (cluster.brokerDiskBytes !== null) rows.push(['Disk of a broker', formatBytes(cluster.brokerDiskBytes)])
  return [
    items([...lines.map(({ sentence }) => sentence), ...sentences]),
    `<h3>On a cluster, by the profile ${cluster.profile}</h3>`,
    factList(rows)
  ]
}

function auditText({ audit, loaders, settings, order }: PlanReport): string {
  if (audit.records === 0) return 'The measurement ended before its records were read back.'
  const threads = loaders === 1 ? '1 producing thread' : `${formatCount(loaders)} producing threads`
  return (
    `${settings.runs} runs of each, ${threads}, in shuffled blocks: ${order.join(', ')}. ` +
    `${formatCount(audit.records)} records were read back: each offset once, each sequence once, each ` +
    `checksum right.`
  )
}

type Assumptions = NonNullable<PlanReport['costs']>['assumptions']

function assumptionParts(assumptions: Assumptions): string[] {
  const rows = assumptions.map(({ quantity, value, unit, kind, source }) => ({
    quantity,
    value: unit === '' ? value : `${value} ${unit}`,
    origin: kind,
    source
  }))
  return [paragraph(assumptionsTableSummary(rows)), assumptionsTable(rows)]
}

const FILE_TEXTS = [
  { name: 'plan.json', what: 'everything on this page, for programs' },
  { name: 'measurements.json', what: 'every run, the machine and the seed: what the page is made from' }
]

function provenanceOf(report: PlanReport, figures: PlanFigures): string {
  const { environment, settings, command, durationSeconds } = report
  return provenance(
    {
      environment: environmentFacts(environment, durationSeconds),
      seeds: [['order of the runs, bootstrap', String(settings.seed)]],
      files: FILE_TEXTS,
      command,
      replay: 'highwater report replay DIRECTORY'
    },
    drawnFigures(figures)
  )
}
