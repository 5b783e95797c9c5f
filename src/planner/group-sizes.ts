/**
 * Consumer groups have whole members and partitions are whole: which group sizes share N partitions evenly,
 * and which count near N leaves more of them to choose from.
 *
 * The busiest of M members holds ceil(N/M) partitions: 24 partitions on 13 members keep 11 of them half idle.
 * Kafka: RangeAssignor hands out each topic by itself, so the same members get one partition more of each.
 */
import { invariant } from '../base/invariant.ts'
import { ceilQuotient } from './rounding.ts'

/** A count may be rounded up by this factor for the sake of even groups. */
const ROUNDING_UP_MAX = 1.25

/** Group sizes that give each member the same number of partitions, ascending: of 24, 1 2 3 4 6 8 12 24. */
export function evenGroupSizes(partitions: number): number[] {
  invariant(Number.isSafeInteger(partitions) && partitions >= 1, 'a count is whole and at least 1', {
    partitions
  })
  const sizes: number[] = []
  const upper: number[] = []
  for (let size = 1; size * size <= partitions; size++) {
    if (partitions % size !== 0) continue
    sizes.push(size)
    if (size * size < partitions) upper.unshift(partitions / size)
  }
  return [...sizes, ...upper]
}

interface GroupLoad {
  readonly partitions: number
  /** Tt, bytes per second over all partitions. */
  readonly targetThroughput: number
  /** What one member drains, bytes per second, however many partitions it holds. */
  readonly memberThroughput: number
}

/** Fewest members with ceil(N/M) Tt/N <= Tc of a member; null if a member cannot drain even one partition. */
export function membersNeeded(load: GroupLoad): number | null {
  const { partitions, targetThroughput, memberThroughput } = load
  const each = targetThroughput / partitions
  // The last bits of the quotient must not cost a member a partition: the same margin as ceilQuotient.
  const held = Math.floor((memberThroughput / each) * (1 + 1e-12))
  return held >= 1 ? ceilQuotient(partitions, held) : null
}

/**
 * The count from `partitions` to 1.25 times as many, at most `partitionsMax`, that is a multiple of `brokers`
 * and has the most even group sizes; the smallest of equals. Without a multiple in that range only the group
 * sizes count.
 */
export function roundedPartitions(partitions: number, brokers: number, partitionsMax: number): number {
  invariant(partitions >= 1 && brokers >= 1, 'partitions and brokers are at least 1', { partitions, brokers })
  const most = Math.max(partitions, Math.min(partitionsMax, Math.floor(partitions * ROUNDING_UP_MAX)))
  const firstMultiple = Math.ceil(partitions / brokers) * brokers
  const step = firstMultiple <= most ? brokers : 1
  let best = step === 1 ? partitions : firstMultiple
  let sizes = evenGroupSizes(best).length
  for (let count = best + step; count <= most; count += step) {
    const found = evenGroupSizes(count).length
    if (found > sizes) {
      best = count
      sizes = found
    }
  }
  return best
}
