/**
 * From measurements to a recommended partition count, with its interval, its reasons and its doubts.
 *
 * Recommended is the safe count at the medians of Tp and Tc; the interval runs from the count at the high end
 * of their throughput to the count at the low end. Rates are bytes per second of records (key and value).
 */
import { invariant } from '../base/invariant.ts'
import { pollWarning, predictConsumer } from './consumer-work.ts'
import { convertMeasurement, type Measurement } from './measurement.ts'
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
import { countInterval, judgeData, type Refusal, type Rerun, sideThroughput } from './refusal.ts'
import { formatByteRate, formatCount, formatShare, type ProcessCost } from './units.ts'
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
  /** Mean key and value bytes of a record. */
  readonly recordBytes: number
  /** What a record costs its consumer; null if consumers only fetch. */
  readonly process: ProcessCost | null
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
  /** The recommended count: the safe formula at the medians. */
  readonly partitions: number
  readonly partitionsInterval: readonly [low: number, high: number]
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

const SPREAD_WARNING = 0.25

/** The Tc the plan uses, where it comes from, and the sentences on the handler. */
function consumerOf(input: PlanInput): { source: ConsumerSource; measurement: Measurement; lines: string[] } {
  const { process, recordBytes, consumerFetchOnly, consumerWithHandler } = input
  const fetchOnly = consumerFetchOnly.measurement
  if (process === null) {
    invariant(consumerWithHandler === null, 'a Tc with a handler needs the cost of the handler')
    return { source: 'fetch-only', measurement: fetchOnly, lines: [] }
  }
  const predict = (fetchOnlyThroughput: number) =>
    predictConsumer({ process, recordBytes, fetchOnlyThroughput, lanes: 1 })
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
  const warnings = [...pointWarnings('Tp', input.producer), ...pointWarnings('Tc', consumerPoint)]
  const poll = input.process === null ? null : pollWarning(input.process)
  if (poll !== null) warnings.push(poll)
  return warnings
}

/** The plan, or the refusal if the measurements cannot tell. */
export function makePlan(input: PlanInput): Plan | Refusal {
  const { targetThroughput, producer, rerun } = input
  const { source, measurement: consumer, lines } = consumerOf(input)
  for (const { label } of [producer.measurement, consumer]) {
    invariant(label === 'saturation', 'only a saturation measurement can be Tp or Tc', { label })
  }
  const sides = [
    sideThroughput('produce', producer.measurement, targetThroughput),
    sideThroughput('consume', consumer, targetThroughput)
  ] as const
  const refusal = judgeData(sides, targetThroughput, rerun)
  if (refusal !== null) return refusal

  const rates: Throughputs = {
    targetThroughput,
    producerThroughput: producer.measurement.bytesPerSecond,
    consumerThroughput: consumer.bytesPerSecond
  }
  const partitions = safePartitions(rates)
  const article = articlePartitions(rates)
  const demand = demandOf({ ...input, partitions })
  return {
    kind: 'plan',
    partitions,
    partitionsInterval: countInterval(sides),
    binding: bindingSide(rates),
    rates,
    consumerSource: source,
    safePartitions: partitions,
    articlePartitions: article,
    underProvisioningFactor: underProvisioningFactor(rates),
    articleLagGrowth: lagGrowth(article, rates),
    demand,
    verifiability: judgeVerifiability(demand, input.machine, targetThroughput),
    explanation: [bindingLine(rates, source), ...lines, ...explainDifference(rates)],
    warnings: warningsOf(input, consumer)
  }
}

/**
 * Exit code of `plan`: 0 done, 2 verified and did not hold, 3 refused; `verification` is null if none was
 * due.
 */
export function planExitCode(outcome: Plan | Refusal, verification: Verification | null): 0 | 2 | 3 {
  if (outcome.kind === 'refused') return 3
  return verification?.verified && !verification.held ? 2 : 0
}
