/**
 * The two formulas with the numbers of one run put in: `max(300/50, 300/10) = 30`. Rates in them are MB/s.
 */
import { partitionsText } from '../planner/partition-count.ts'
import type { Plan } from '../planner/plan.ts'
import { formatByteRate, formatCount } from '../planner/units.ts'

/** The safe formula, which is the one used. */
export function safeLine({ rates, safePartitions }: Plan): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
  const sides = `max(${quotient(tt, tp)}, ${quotient(tt, tc)})`
  return `max(Tt/Tp, Tt/Tc) = ${sides} = ${ratio(tt / Math.min(tp, tc))}: ${partitionsText(safePartitions)}`
}

/** The article's formula, which is explained. */
export function articleLine({ rates, articlePartitions }: Plan): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
  const faster = Math.max(tp, tc)
  const count = partitionsText(articlePartitions)
  return `Tt/max(Tp,Tc) = ${quotient(tt, faster)} = ${ratio(tt / faster)}: ${count}`
}

function quotient(rate: number, perPartition: number): string {
  return `${megabytes(rate)}/${megabytes(perPartition)}`
}

/** A rate without its unit where that is MB/s. */
function megabytes(rate: number): string {
  return formatByteRate(rate).replace(/ MB\/s$/, '')
}

function ratio(value: number): string {
  return value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)))
}
