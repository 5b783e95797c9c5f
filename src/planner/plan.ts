/**
 * From measurements to a recommended partition count, with its interval, its reasons and its doubts.
 *
 * Recommended is the fewest partitions that are enough at the low end of what was measured: of total
 * throughput by its law, and of Tc in all that is asked of consumers. The interval begins with the fewest
 * that are enough at the high end. Rates are bytes per second of records (key and value).
 */
import { invariant } from '../base/invariant.ts'
import type { Outage } from './consumer-queue.ts'
import { predictConsumer } from './consumer-work.ts'
import { type DemandPlan, planDemand } from './demand.ts'
import type { HandlerCost } from './handler-cost.ts'
import { type HeadroomAnswers, planHeadroom } from './headroom.ts'
import { COUNT_MAX } from './key-search.ts'
import type { KeyShares } from './key-skew.ts'
import type { LawPoint, LawUnidentified } from './law-choice.ts'
import type { LawRefusal } from './law-count.ts'
import type { HeldOutPoint } from './law-doubts.ts'
import type { LawInterval } from './law-interval.ts'
import { convertMeasurement, type Measurement, SPREAD_WARNING } from './measurement.ts'
import {
  articlePartitions,
  bindingSide,
  explainDifference,
  lagGrowth,
  type Side,
  safePartitions,
  type Throughputs,
  underProvisioningFactor
} from './partition-count.ts'
import { produceCount } from './produce-count.ts'
import { judgeData, type Refusal, type Rerun, sideThroughput } from './refusal.ts'
import { formatByteRate, formatCount, formatShare } from './units.ts'
import type { Verdict } from './verdict.ts'
import type { CpuCost, LoadDemand, Machine, PartitionOverhead, Verifiability } from './verifiability.ts'
import { demandOf, judgeVerifiability } from './verifiability.ts'
import type { Verification } from './verification.ts'

/** A saturation measurement of one partition, and what bound it. */
export interface MeasuredPoint {
  readonly measurement: Measurement
  readonly verdict: Verdict
}

export interface PlanInput {
  /** Tt, bytes per second. */
  readonly targetThroughput: number
  /** Peak and growth on top of it. */
  readonly headroom: HeadroomAnswers
  /** Mean key and value bytes of a record. */
  readonly recordBytes: number
  /** What a record costs its consumer; null if consumers only fetch. */
  readonly handler: HandlerCost | null
  /** Mean milliseconds a record may wait for its handler; null without such a wish. */
  readonly lagSloMs: number | null
  readonly outage: Outage | null
  /** How records spread over keys; null: evenly. */
  readonly keys: KeyShares | null
  /** Total throughput at several counts, one partition among them. */
  readonly points: readonly LawPoint[]
  /** Of total throughput, by these points: `lawOf`. */
  readonly law: LawInterval | LawUnidentified
  /** Tp: one partition, with as many producers as it takes. */
  readonly producer: MeasuredPoint
  /** Tc of a consumer that fetches and decodes only. */
  readonly consumerFetchOnly: MeasuredPoint
  /** Tc with the handler; null if it was not measured, and then it is predicted. */
  readonly consumerWithHandler: MeasuredPoint | null
  readonly cpu: CpuCost
  readonly overhead: PartitionOverhead
  readonly machine: Machine
  readonly rerun: Rerun
}

type ConsumerSource = 'fetch-only' | 'measured with the handler' | 'predicted with the handler'

export interface Plan {
  readonly kind: 'plan'
  /** The recommended count: the fewest that are enough at the low end of what was measured. */
  readonly partitions: number
  readonly partitionsInterval: readonly [low: number, high: number]
  /** The target with its peak and growth, bytes per second. */
  readonly offeredThroughput: number
  /** What asks for partitions, at the low end of what was measured, and what would move it. */
  readonly requirements: DemandPlan
  /** Whether a measured count does not carry the load by itself, so that the law of throughput decides. */
  readonly restsOnLaw: boolean
  /** The side whose throughput per partition decides the count. */
  readonly binding: Side
  /** Tt, Tp and Tc as used. */
  readonly rates: Throughputs
  readonly consumerSource: ConsumerSource
  /**
   * Fewest partitions by max(Tt/Tp, Tt/Tc); below `articlePartitions` both sides are short, between, one is.
   */
  readonly safePartitions: number
  /** By the article's Tt/max(Tp,Tc). */
  readonly articlePartitions: number
  readonly underProvisioningFactor: number
  /** Bytes per second by which consumer lag would grow with the article's count. */
  readonly articleLagGrowth: number
  readonly demand: LoadDemand
  readonly verifiability: Verifiability
  /** Sentences in reading order. */
  readonly explanation: readonly string[]
  readonly warnings: readonly string[]
}

/** The Tc the plan uses, where it comes from, and the sentences on the handler. */
function consumerOf(input: PlanInput): { source: ConsumerSource; measurement: Measurement; lines: string[] } {
  const { handler, recordBytes, consumerFetchOnly, consumerWithHandler } = input
  const fetchOnly = consumerFetchOnly.measurement
  if (handler === null) {
    invariant(consumerWithHandler === null, 'a Tc with a handler needs the cost of the handler')
    return { source: 'fetch-only', measurement: fetchOnly, lines: [] }
  }
  const predict = (fetchOnlyThroughput: number) =>
    predictConsumer({ process: handler.process, recordBytes, fetchOnlyThroughput, lanes: 1 })
  const { consumerThroughput: predicted, explanation } = predict(fetchOnly.bytesPerSecond)
  if (consumerWithHandler === null) {
    const measurement = convertMeasurement(fetchOnly, rate => predict(rate).consumerThroughput)
    return { source: 'predicted with the handler', measurement, lines: [explanation] }
  }
  const measurement = consumerWithHandler.measurement
  const error = formatShare(predicted / measurement.bytesPerSecond - 1)
  const found = formatByteRate(measurement.bytesPerSecond)
  const measured = `Measured with the handler: ${found}; the prediction is off by ${error}.`
  return { source: 'measured with the handler', measurement, lines: [explanation, measured] }
}

function bindingLine(rates: Throughputs, source: ConsumerSource): string {
  const tp = `Tp ${formatByteRate(rates.producerThroughput)}`
  const tc = `Tc ${formatByteRate(rates.consumerThroughput)} (${source})`
  if (rates.producerThroughput === rates.consumerThroughput) return `Both sides bind alike: ${tp}, ${tc}.`
  return bindingSide(rates) === 'consume'
    ? `Consuming binds: ${tc} is below ${tp}.`
    : `Producing binds: ${tp} is below ${tc}.`
}

/** Doubts about one measured point; `name` is Tp or Tc. */
function pointWarnings(name: string, { measurement, verdict }: MeasuredPoint): string[] {
  const warnings: string[] = []
  if (measurement.spread > SPREAD_WARNING) {
    const apart = `${formatShare(measurement.spread)} apart`
    warnings.push(
      `The runs of ${name} lie ${apart}; above ${formatShare(SPREAD_WARNING)} a figure is not firm.`
    )
  }
  const runs = measurement.runs.length
  if (measurement.steadyRuns < runs) {
    const unsettled = `${formatCount(runs - measurement.steadyRuns)} of ${runs} runs of ${name}`
    // Else there would be a refusal.
    const why = measurement.steady
      ? 'most did, which is enough'
      : `the count does not hang on it: at half of its slowest run ${name} would ask for no more`
    warnings.push(`${unsettled} reached no steady state; ${why}.`)
  }
  if (verdict.bottleneck === 'machine-bound') {
    warnings.push(`${name} was machine-bound and may be higher on more cores. ${verdict.evidence}`)
  }
  if (verdict.bottleneck === 'client-bound') {
    warnings.push(`${name} was client-bound and is a lower bound only. ${verdict.evidence}`)
  }
  return warnings
}

function warningsOf(input: PlanInput, consumer: Measurement): string[] {
  const consumerPoint = input.consumerWithHandler ?? { ...input.consumerFetchOnly, measurement: consumer }
  return [...pointWarnings('Tp', input.producer), ...pointWarnings('Tc', consumerPoint)]
}

/** What one partition takes in and its consumer reaches, and the law's count, at one end of intervals. */
interface DemandEnd {
  readonly producerThroughput: number
  readonly consumerThroughput: number
  /** Infinity if no number of partitions has the total throughput. */
  readonly lawPartitions: number
}

/** The demand side at one end of what was measured. */
function demandWith(input: PlanInput, end: DemandEnd): DemandPlan {
  const { producerThroughput, consumerThroughput, lawPartitions } = end
  const { handler, consumerFetchOnly } = input
  const fetchOnly = consumerFetchOnly.measurement.bytesPerSecond
  return planDemand({
    targetThroughput: input.targetThroughput,
    recordBytes: input.recordBytes,
    headroom: input.headroom,
    producerThroughput,
    // No handler makes a consumer faster than it fetches.
    fetchOnlyThroughput: handler === null ? consumerThroughput : Math.max(fetchOnly, consumerThroughput),
    handler,
    consumerThroughput: handler === null ? null : consumerThroughput,
    lanes: 1,
    arrivalBatch: 1,
    lagSloMs: input.lagSloMs,
    outage: input.outage,
    consumerUtilisation: null,
    keys: input.keys,
    otherPartitions: lawPartitions
  })
}

const COUNT_RATIO_MAX = 4

/** The plan, or the refusal if the measurements cannot tell. */
export function makePlan(input: PlanInput): Plan | Refusal {
  const { targetThroughput, producer, rerun } = input
  const { source, measurement: consumer, lines } = consumerOf(input)
  for (const { label } of [producer.measurement, consumer]) {
    invariant(label === 'saturation', 'only a saturation measurement can be Tp or Tc', { label })
  }
  const { offeredThroughput, plannedThroughput } = planHeadroom(targetThroughput, input.headroom)
  const sides = [
    sideThroughput('produce', producer.measurement, plannedThroughput),
    sideThroughput('consume', consumer, offeredThroughput)
  ] as const
  const produced = produceCount({ ...input, targetThroughput: plannedThroughput, partitionsMax: COUNT_MAX })
  const refusal = judgeData(sides, offeredThroughput, rerun)
  if (refusal !== null) return refusal
  const endOf = (end: 0 | 1, lawPartitions: number): DemandPlan =>
    demandWith(input, {
      producerThroughput: producer.measurement.interval95[end],
      consumerThroughput: consumer.interval95[end],
      lawPartitions
    })
  if (produced.kind === 'refused') return refusalOf(produced, () => endOf(0, Infinity))
  const [fewest, safest] = produced.partitionsInterval
  const most = endOf(0, safest)
  const least = endOf(1, fewest)
  const { partitions } = most
  const unable = refuseDemand(least, most, rerun)
  if (unable !== null) return unable

  const rates: Throughputs = {
    targetThroughput: offeredThroughput,
    producerThroughput: producer.measurement.bytesPerSecond,
    consumerThroughput: consumer.bytesPerSecond
  }
  const article = articlePartitions(rates)
  const process = input.handler?.process ?? null
  const demand = demandOf({ ...input, process, targetThroughput: offeredThroughput, partitions })
  return {
    kind: 'plan',
    partitions,
    partitionsInterval: [least.partitions, partitions],
    offeredThroughput,
    requirements: most,
    restsOnLaw: produced.restsOnLaw,
    binding: bindingSide(rates),
    rates,
    consumerSource: source,
    safePartitions: safePartitions(rates),
    articlePartitions: article,
    underProvisioningFactor: underProvisioningFactor(rates),
    articleLagGrowth: lagGrowth(article, rates),
    demand,
    verifiability: judgeVerifiability(demand, input.machine, offeredThroughput),
    explanation: [bindingLine(rates, source), ...lines, ...explainDifference(rates)],
    warnings: [...warningsOf(input, consumer), ...most.warnings]
  }
}

/** A law that noise hides may show in longer runs; one that has an end, or too few points, will not. */
function refusalOf({ cause, reason, command, cure }: LawRefusal, requirements: () => DemandPlan): Refusal {
  const isNoise = cause === 'wide' || cause === 'poor-fit'
  return {
    kind: 'refused',
    reason,
    doubtful: isNoise ? ['produce'] : [],
    command,
    cure,
    requirements: command === null ? requirements() : null
  }
}

/** Where no count is enough, or the measurements allow too many. */
function refuseDemand(least: DemandPlan, most: DemandPlan, rerun: Rerun): Refusal | null {
  if (!Number.isFinite(most.partitions)) {
    // A key that no partition can take alone tells more than that these keys together cannot be spread.
    const key = most.constraints.find(
      ({ name, partitions }) => name === 'hottest key' && partitions === Infinity
    )
    const { sentence } = key ?? most.binding
    const cure = key === undefined ? null : (most.hottestKey?.sentence ?? null)
    const known = { kind: 'refused', doubtful: [], cure, requirements: most } as const
    if (!Number.isFinite(least.partitions)) return { ...known, reason: sentence, command: null }
    const reason = `At the low end of what was measured no count is enough. ${sentence}`
    return { ...known, reason, command: `${rerun.command} --runs ${2 * rerun.runs}` }
  }
  if (most.partitions <= COUNT_RATIO_MAX * least.partitions) return null
  const range = `${formatCount(least.partitions)} to ${formatCount(most.partitions)}`
  return {
    kind: 'refused',
    reason: `The measurements allow every count from ${range}, more than a factor of ${COUNT_RATIO_MAX}.`,
    doubtful: ['consume'],
    command: `${rerun.command} --runs ${2 * rerun.runs}`,
    cure: null,
    requirements: null
  }
}

/** What was held against the plan; each null if it was not due. */
interface PlanChecks {
  readonly verification: Verification | null
  readonly heldOut: Pick<HeldOutPoint, 'passed'> | null
}

/**
 * Exit code of `plan`: 0 done, 2 verified and did not hold, or a prediction failed of the law that the count
 * rests on; 3 refused.
 */
export function planExitCode(outcome: Plan | Refusal, { verification, heldOut }: PlanChecks): 0 | 2 | 3 {
  if (outcome.kind === 'refused') return 3
  const failed = verification?.verified && !verification.held
  return failed || (outcome.restsOnLaw && heldOut?.passed === false) ? 2 : 0
}
