/**
 * The two formulas with the numbers of one run put in: `max(300/50, 300/10) = 30`. Rates are MB/s; where one
 * is not, all have their units.
 */
import {
  articlePartitions,
  partitionsText,
  safePartitions,
  type Throughputs
} from '../../planner/partition-count.ts'
import { formatByteRate, formatCount } from '../../planner/units.ts'

/** The safe formula, which is the one used. */
export function safeLine(rates: Throughputs): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
  const isPlain = [tt, tp, tc].every(isMegabytes)
  const sides = `max(${quotient(tt, tp, isPlain)}, ${quotient(tt, tc, isPlain)})`
  const count = partitionsText(safePartitions(rates))
  return `max(Tt/Tp, Tt/Tc) = ${sides} = ${ratio(tt / Math.min(tp, tc))}: ${count}`
}

/** The formula often quoted, which is explained. */
export function articleLine(rates: Throughputs): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
  const faster = Math.max(tp, tc)
  const count = partitionsText(articlePartitions(rates))
  const shown = quotient(tt, faster, isMegabytes(tt) && isMegabytes(faster))
  return `Tt/max(Tp,Tc) = ${shown} = ${ratio(tt / faster)}: ${count}`
}

const MEGABYTES = / MB\/s$/

function isMegabytes(rate: number): boolean {
  return MEGABYTES.test(formatByteRate(rate))
}

function quotient(rate: number, perPartition: number, isPlain: boolean): string {
  const [over, under] = [formatByteRate(rate), formatByteRate(perPartition)]
  return isPlain ? `${over.replace(MEGABYTES, '')}/${under.replace(MEGABYTES, '')}` : `${over} / ${under}`
}

/** Before rounding up, so that the count behind it can be seen to follow. */
function ratio(value: number): string {
  if (value < 1000) return String(Number(value.toPrecision(3)))
  const tenths = Math.floor(value * 10) % 10
  return `${formatCount(Math.floor(value))}${tenths === 0 ? '' : `.${tenths}`}`
}
