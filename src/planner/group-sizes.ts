/**
 * Consumer groups have whole members and partitions are whole: which group sizes share N partitions evenly,
 * and which count near N leaves more of them to choose from.
 *
 * The busiest of M members holds ceil(N/M) partitions: 24 partitions on 13 members keep 11 of them half idle.
 * Kafka: RangeAssignor hands out each topic by itself, so the same members get one partition more of each.
 */
import { invariant } from '../base/invariant.ts'

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
  /** Of the records, each partition's; null if they spread evenly. */
  readonly shares: ArrayLike<number> | null
  /** Bytes per second over all partitions, what must be caught up included. */
  readonly targetThroughput: number
  /** What one member may be given, bytes per second, however many partitions it holds. */
  readonly memberThroughput: number
}

/** The last bits of a sum must not cost a member a partition. */
const ROUNDING = 1e-10

/**
 * Fewest members of which each can drain what it holds, ceil(N/M) partitions, even if those are the fullest:
 * which they are is the assignor's choice. Null if a member cannot drain the fullest alone.
 */
export function membersNeeded(load: GroupLoad): number | null {
  const { partitions, shares, targetThroughput, memberThroughput } = load
  const most = (memberThroughput / targetThroughput) * (1 + ROUNDING)
  const held =
    shares === null ? Math.min(partitions, Math.floor(most * partitions)) : fullestHeld(shares, most)
  return held === 0 ? null : Math.ceil(partitions / held)
}

/** How many partitions, the fullest first, make up at most this share of all records. */
function fullestHeld(shares: ArrayLike<number>, most: number): number {
  const fullestFirst = Float64Array.from(shares).sort((a, b) => b - a)
  let held = 0
  let sum = fullestFirst[0] ?? 0
  while (held < fullestFirst.length && sum <= most) {
    held++
    sum += fullestFirst[held] ?? 0
  }
  return held
}

/** Between what a count is rounded up. */
interface RoundingLimits {
  readonly brokers: number
  readonly partitionsMax: number
  /** Whether a count keeps all that the load asks for. */
  readonly carries: (partitions: number) => boolean
}

/**
 * The count from `partitions` to 1.25 times as many, at most `partitionsMax`, that is a multiple of `brokers`
 * and has the most even group sizes; the smallest of equals. Without such a multiple in that range only the
 * group sizes count. None but counts that carry the load are looked at, besides `partitions` itself.
 */
export function roundedPartitions(partitions: number, limits: RoundingLimits): number {
  const { brokers, partitionsMax, carries } = limits
  invariant(partitions >= 1 && brokers >= 1, 'partitions and brokers are at least 1', { partitions, brokers })
  const most = Math.max(partitions, Math.min(partitionsMax, Math.floor(partitions * ROUNDING_UP_MAX)))
  const counts: number[] = []
  for (let count = partitions; count <= most; count++) {
    if (count === partitions || carries(count)) counts.push(count)
  }
  const multiples = counts.filter(count => count % brokers === 0)
  let best = partitions
  let sizes = 0
  for (const count of multiples.length > 0 ? multiples : counts) {
    const found = evenGroupSizes(count).length
    if (found > sizes) {
      best = count
      sizes = found
    }
  }
  return best
}
