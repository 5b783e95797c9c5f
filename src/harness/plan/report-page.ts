/**
 * The report of a plan as one page that stands for itself. All text is escaped where it is put in.
 */
import { predictConsumer } from '../../planner/consumer-work.ts'
import type { DemandPlan } from '../../planner/demand.ts'
import type { HandlerCost } from '../../planner/handler-cost.ts'
import { lawParametersText } from '../../planner/law-parameters.ts'
import { explainDifference, partitionsText, type Throughputs } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration, formatShare } from '../../planner/units.ts'
import { environmentFacts } from '../environment.ts'
import { type AnswerCardInput, answerCard, factList } from '../page/answer-card.ts'
import { assumptionsTable, assumptionsTableSummary } from '../page/assumptions-table.ts'
import { figureHtml } from '../page/figure.ts'
import { items, pageShell, paragraph, prose, type Section, section } from '../page/page-shell.ts'
import { provenance } from '../page/provenance.ts'
import { sourceOf } from './cluster-costs.ts'
import { articleLine, safeLine } from './formula-lines.ts'
import { drawnFigures, type PlanFigures } from './plan-figures.ts'
import type { PlanReport } from './plan-report.ts'
import { auditLine, backlogLine, lawLine } from './report-lines.ts'

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
      'way with a coming version.'
  })
}

function verdictOf({ outcome, verification, target }: PlanReport): AnswerCardInput['verdict'] {
  if (outcome.kind === 'refused') return refusedVerdict(outcome)
  const sentence = verification?.sentence ?? 'The recommended count was not tried.'
  if (verification === null || !verification.verified)
    return { state: 'open', words: 'Not verified', sentence }
  return verification.held
    ? { state: 'held', words: target === 'sim' ? 'Held when simulated' : 'Verified here', sentence }
    : { state: 'failed', words: 'Did not hold', sentence }
}

function refusedVerdict({ command }: Refusal): AnswerCardInput['verdict'] {
  return command === null
    ? {
        state: 'refused',
        words: 'None works',
        sentence: 'No number of partitions that is permitted is enough.'
      }
    : { state: 'refused', words: 'Refused', sentence: 'The measurements do not tell a count.' }
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
        : { kind: 'refused', reason: outcome.reason, cure: outcome.cure, command: outcome.command },
    verdict: verdictOf(report),
    badges: badgesOf(report),
    facts: outcome.kind === 'plan' ? factsOf(report, outcome) : refusalFacts(report, outcome)
  }
}

/** What is known though no count is. */
function refusalFacts({ settings, skew }: PlanReport, { requirements }: Refusal): [string, string][] {
  const facts: [string, string][] = [['Planned for', formatByteRate(settings.offeredThroughput)]]
  if (requirements !== null)
    facts.push(['One partition', `may get ${formatShare(requirements.shareLimit)} of it`])
  if (skew !== null) facts.push(['The hottest key', `has ${formatShare(skew.hottest)} of all records`])
  return facts
}

function factsOf({ costs, verification }: PlanReport, plan: Plan): [term: string, value: string][] {
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
  const run = verification?.run ?? null
  if (run !== null) facts.push(['When tried', backlogLine(run)])
  return facts
}

function sectionsOf(report: PlanReport, figures: PlanFigures): Section[] {
  const { outcome, costs, warnings } = report
  const { requirements } = outcome
  const demanded = requirements?.assumptions.map(row => sourceOf(row, report.settings)) ?? []
  const assumptions = costs?.assumptions ?? demanded
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
    section('formulas', 'The two formulas', ...formulaParts(report)),
    section(
      'demand',
      'What asks for partitions',
      ...(requirements === null ? [] : [constraintTable(requirements)])
    ),
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
      ...(assumptions.length === 0 ? [] : assumptionParts(assumptions))
    ),
    section('provenance', 'Where and how', provenanceOf(report, figures))
  ]
}

function lawText(report: PlanReport): string {
  const { heldOut, law: fitted } = report
  const law = lawLine(report)
  if (law === null) return 'Too few counts were measured to tell how throughput grows.'
  const held =
    heldOut === null
      ? ''
      : ` ${partitionsText(heldOut.partitions)} were foretold at ` +
        `${formatByteRate(heldOut.predicted.median)} before ` +
        `they were measured at ${formatByteRate(heldOut.measured)}: off by ${formatShare(heldOut.error)}, ` +
        `${heldOut.inside ? 'inside' : 'outside'} the interval.`
  const parameters = fitted === null ? '' : ` ${lawParametersText(fitted.parameters)}.`
  return `${law}.${parameters}${held}`
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

/** Both formulas, and why they differ; after a refusal with the medians of what was measured. */
function formulaParts(report: PlanReport): string[] {
  const { outcome } = report
  const rates = outcome.kind === 'plan' ? outcome.rates : measuredRates(report)
  const lines = outcome.kind === 'plan' ? outcome.explanation : explainDifference(rates)
  return [
    paragraph(`Needed, so that each side carries the target: ${safeLine(rates)}.`),
    paragraph(`Often quoted, but right for the faster side only: ${articleLine(rates)}.`),
    outcome.kind === 'plan'
      ? ''
      : paragraph('Both rest on the medians of the runs and say nothing of keys, waiting or an outage.'),
    items(lines)
  ]
}

function measuredRates(report: PlanReport): Throughputs {
  const { settings, producer, consumerFetchOnly, consumerWithHandler, handler } = report
  const fetchOnly = consumerFetchOnly.measurement.bytesPerSecond
  const { recordBytes } = settings
  const predicted = (cost: HandlerCost): number =>
    predictConsumer({ process: cost.process, recordBytes, fetchOnlyThroughput: fetchOnly, lanes: 1 })
      .consumerThroughput
  return {
    targetThroughput: settings.offeredThroughput,
    producerThroughput: producer.measurement.bytesPerSecond,
    consumerThroughput:
      consumerWithHandler?.measurement.bytesPerSecond ?? (handler === null ? fetchOnly : predicted(handler))
  }
}

/** Why for the one that binds, and for those that no number is enough for; for the others how many. */
function constraintTable({ binding, constraints }: DemandPlan): string {
  const rows = constraints.map(({ name, partitions, formula, sentence }) => {
    const isSome = Number.isFinite(partitions)
    const count = `${isSome ? formatCount(partitions) : 'no number is enough'}: ${formula}`
    return [name, name === binding.name || !isSome ? `${count}. ${sentence}` : count] as const
  })
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
    `<h3>${prose(`On a cluster, by the profile ${cluster.profile}`)}</h3>`,
    factList(rows)
  ]
}

function auditText(report: PlanReport): string {
  const { audit, loaders, settings, order } = report
  if (audit.records === 0) return 'The measurement ended before its records were read back.'
  const threads = loaders === 1 ? '1 producing thread' : `${formatCount(loaders)} producing threads`
  return (
    `${settings.runs} runs of each, ${threads}, in shuffled blocks: ${order.join(', ')}. ` +
    `${auditLine(report)}.`
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
  { name: 'measurements.json', what: 'every run, the settings and the seed: what the page is made from' }
]

function provenanceOf(report: PlanReport, figures: PlanFigures): string {
  const { environment, settings, command, durationSeconds } = report
  return provenance(
    {
      environment: environmentFacts(environment, durationSeconds),
      seeds: [['order of the runs, bootstrap', String(settings.seed)]],
      files: FILE_TEXTS,
      command,
      // Not its path: the same page is made wherever it lies.
      replay: 'npx highwater report replay "the directory of this page"'
    },
    drawnFigures(figures)
  )
}
