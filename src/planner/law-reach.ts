/**
 * How far the law of total throughput carries a load: up to which count its low end reaches the rate, and up
 * to which it is believed at all. More partitions than that are no safer choice, whatever else permits them.
 */
import type { Ceiling } from './admissible-count.ts'
import { lawReach, REACH } from './law-count.ts'
import { type LawInterval, predictThroughput } from './law-interval.ts'
import { partitionsText } from './partition-count.ts'
import { formatByteRate, formatCount } from './units.ts'

/** What is to be carried, and with how many partitions. */
interface LawLoad {
  /** Total bytes per second. */
  readonly targetThroughput: number
  /** The count of the plan. */
  readonly partitions: number
  /** False if every count that was measured carries it by itself, whatever the law says of them. */
  readonly restsOnLaw: boolean
}

/** Whether the low end of X(N) reaches the rate; of a count beyond what a law tells, nothing is known. */
export function carriesRate(law: LawInterval, partitions: number, targetThroughput: number): boolean {
  return predictThroughput(law, partitions).low >= targetThroughput
}

/**
 * The most partitions with which the total throughput is known to be enough. A plan beyond the law's reach
 * has its own count as the end: nothing says that more would do.
 */
export function lawCeiling(law: LawInterval, load: LawLoad): Ceiling {
  const { targetThroughput, partitions, restsOnLaw } = load
  const reach = lawReach(law.choice)
  if (partitions >= reach) return { name: 'the reach of the throughput law', partitions }
  const carries = (count: number): boolean => carriesRate(law, count, targetThroughput)
  if (carries(reach)) return { name: 'the reach of the throughput law', partitions: reach }
  const seen = restsOnLaw ? 0 : reach / REACH
  const known = Math.max(seen, carries(partitions) ? partitions : 0)
  let good = known
  // Past its peak a curve only falls, so what is lost once stays lost.
  let bad = good < partitions ? partitions : reach
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (carries(middle) || isRising(law, middle, targetThroughput)) good = middle
    else bad = middle
  }
  // A curve that rises without ever reaching the rate leads here too.
  return { name: 'the throughput law', partitions: carries(good) ? good : known }
}

/** Whether a count that is not enough lies before those that are. */
function isRising(law: LawInterval, count: number, targetThroughput: number): boolean {
  const { low } = predictThroughput(law, count)
  return low < targetThroughput && predictThroughput(law, count + 1).low > low
}

/** That the plan lies beyond what the law is believed for, and its low end is not enough there; else null. */
export function beyondReach(
  law: LawInterval,
  { targetThroughput, partitions }: Omit<LawLoad, 'restsOnLaw'>
): string | null {
  const reach = lawReach(law.choice)
  if (partitions <= reach || carriesRate(law, partitions, targetThroughput)) return null
  const { low } = predictThroughput(law, partitions)
  return (
    `Whether ${partitionsText(partitions)} together take in ${formatByteRate(targetThroughput)} is not ` +
    `known: the law, believed up to ${formatCount(reach)}, has its low end there at ${formatByteRate(low)}.`
  )
}
