/**
 * How many partitions a target rate needs, by the formula that serves both sides and by the one often
 * printed.
 *
 * Tt is the target, Tp what producers reach on one partition, Tc what a consumer reaches on one; all here in
 * bytes per second. N partitions carry the target if N Tp >= Tt and N Tc >= Tt, so N = max(Tt/Tp, Tt/Tc).
 * Source: Jun Rao, How to choose the number of topics/partitions in a Kafka cluster. Often quoted is
 * Tt/max(Tp,Tc), here the article's count: it satisfies only the faster side. Both are shown, only the safe
 * one is recommended.
 */
import { ceilQuotient } from './rounding.ts'
import { formatByteRate, formatBytes, formatCount } from './units.ts'

/** Bytes per second, each above 0. */
export interface Throughputs {
  readonly targetThroughput: number
  /** Tp: one partition's, with as many producers as it takes. */
  readonly producerThroughput: number
  /** Tc: one partition's; the slowest group's if several read. */
  readonly consumerThroughput: number
}

export type Side = 'produce' | 'consume'
type Zone = 'both-short' | 'one-short' | 'feasible'

/** Fewest partitions, at least 1, that carry `target` at `perPartition` each; both in bytes per second. */
export function partitionsFor(target: number, perPartition: number): number {
  return ceilQuotient(target, perPartition)
}

/** ceil(max(Tt/Tp, Tt/Tc)): the fewest partitions with which neither side falls behind. */
export function safePartitions(rates: Throughputs): number {
  const slower = Math.min(rates.producerThroughput, rates.consumerThroughput)
  return partitionsFor(rates.targetThroughput, slower)
}

/** ceil(Tt/max(Tp,Tc)): the article's count, which suffices for the faster side alone. */
export function articlePartitions(rates: Throughputs): number {
  const faster = Math.max(rates.producerThroughput, rates.consumerThroughput)
  return partitionsFor(rates.targetThroughput, faster)
}

/** The side whose throughput per partition decides the count; `produce` if both are equal. */
export function bindingSide(rates: Throughputs): Side {
  return rates.consumerThroughput < rates.producerThroughput ? 'consume' : 'produce'
}

/**
 * Where `partitions` lies: below the article's count both sides are short, from the safe one on neither is.
 */
export function zoneOf(partitions: number, rates: Throughputs): Zone {
  if (partitions >= safePartitions(rates)) return 'feasible'
  return partitions >= articlePartitions(rates) ? 'one-short' : 'both-short'
}

/** Before rounding, the safe count over the article's: max(Tp,Tc)/min(Tp,Tc), at least 1. */
export function underProvisioningFactor(rates: Throughputs): number {
  const { producerThroughput: tp, consumerThroughput: tc } = rates
  return Math.max(tp, tc) / Math.min(tp, tc)
}

/** Bytes per second by which the binding side falls behind the target with `partitions`; 0 if it does not. */
export function shortfall(partitions: number, rates: Throughputs): number {
  if (zoneOf(partitions, rates) === 'feasible') return 0
  const slower = Math.min(rates.producerThroughput, rates.consumerThroughput)
  return Math.max(0, rates.targetThroughput - partitions * slower)
}

/**
 * Bytes per second by which consumer lag grows with `partitions`: what producers get in, at most the target,
 * less what consumers drain. 0 where producers are the slower side.
 */
export function lagGrowth(partitions: number, rates: Throughputs): number {
  const written =
    partitions >= partitionsFor(rates.targetThroughput, rates.producerThroughput)
      ? rates.targetThroughput
      : partitions * rates.producerThroughput
  if (partitions >= partitionsFor(written, rates.consumerThroughput)) return 0
  return written - partitions * rates.consumerThroughput
}

/** `part` and `whole`, both rates, as `60 MB/s of 300`; the second unit stays where it differs. */
function partOf(part: number, whole: number): string {
  const first = formatByteRate(part)
  const second = formatByteRate(whole)
  const sameUnit = first.endsWith(' MB/s') && second.endsWith(' MB/s')
  return `${first} of ${sameUnit ? second.slice(0, -' MB/s'.length) : second}`
}

/** `1 partition`, `30 partitions`. */
export function partitionsText(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'partition' : 'partitions'}`
}

/** Sentences, with the numbers of this run, on why the two formulas differ or why they do not. */
export function explainDifference(rates: Throughputs): string[] {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
  const safe = safePartitions(rates)
  const article = articlePartitions(rates)
  const needed = { tp: formatCount(partitionsFor(tt, tp)), tc: formatCount(partitionsFor(tt, tc)) }
  const perSide = `producers ${needed.tp}, consumers ${needed.tc}`
  const lines = [
    `Both sides must carry ${formatByteRate(tt)}: ${perSide}; the larger is ${partitionsText(safe)}.`
  ]
  if (tp === tc) {
    lines.push(`Tp and Tc are equal here, so the formula often quoted gives ${formatCount(article)} as well.`)
    return lines
  }
  if (safe === article) {
    lines.push(
      `The formula often quoted rounds up to ${formatCount(article)} as well; at higher rates it falls short.`
    )
    return lines
  }
  const faster = tp > tc ? 'producers' : 'consumers'
  const few = partitionsText(article)
  lines.push(`The formula often quoted, Tt/max(Tp,Tc), counts only the faster side, the ${faster}: ${few}.`)
  const missing = tc < tp ? lagGrowth(article, rates) : shortfall(article, rates)
  const hourly = `${formatByteRate(missing)}, ${formatBytes(missing * 3600)}/h`
  const carried = partOf(tt - missing, tt)
  lines.push(
    tc < tp
      ? `${few} would drain ${carried}: consumer lag grows by ${hourly}.`
      : `${few} would take in ${carried}: producers fall behind by ${hourly}.`
  )
  return lines
}
