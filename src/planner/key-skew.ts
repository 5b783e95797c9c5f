/**
 * Keys that are not alike: the share of records that the fullest of N partitions gets, and what that leaves.
 *
 * h(N) is the greatest sum of the shares of keys with the same hash mod N; N partitions then carry no more
 * than 1/h(N) of them, and h(N) Tt <= min(Tp,Tc) is what must hold. h(N) >= p1, the hottest key's share, so
 * with p1 Tt > min(Tp,Tc) no N works. h is not monotone in N.
 * Kafka: clients/producer/internals/BuiltInPartitioner.partitionForKey.
 */
import { invariant } from '../base/invariant.ts'
import { ceilQuotient } from './rounding.ts'

/** Keys in front of the others, in descending order: enough to see most collisions without a whole pass. */
const HEAVY_MAX = 1024

export interface KeyShares {
  /** Of each key: its hash without the sign bit. The heaviest keys come first, the rest unordered. */
  readonly hashes: Int32Array
  /** Of each key, in the same order: its share of the records. With `evenShare` they add up to 1. */
  readonly shares: Float64Array
  /** Share of records that spread evenly: those of light keys too many to list, or of no key. */
  readonly evenShare: number
  /** How many keys stand in front in descending order. */
  readonly heavyCount: number
  /** p1. */
  readonly hottest: number
  /** Share of the next key; 0 if there is only one. */
  readonly second: number
  /** Records that were counted; null if the weights are not counts, and then there is no sampling error. */
  readonly sampleRecords: number | null
}

/** Order of keys with the heaviest in front: indices, and how many stand in descending order. */
function heavyFirst(weights: Float64Array): { order: Uint32Array; heavyCount: number } {
  const heavyCount = Math.min(weights.length, HEAVY_MAX)
  const threshold = Float64Array.from(weights).sort()[weights.length - heavyCount]!
  const heavy: number[] = []
  for (let i = 0; i < weights.length; i++) if (weights[i]! > threshold) heavy.push(i)
  // Of equals only as many as there is room for.
  for (let i = 0; i < weights.length && heavy.length < heavyCount; i++)
    if (weights[i] === threshold) heavy.push(i)
  heavy.sort((a, b) => weights[b]! - weights[a]! || a - b)
  const order = new Uint32Array(weights.length)
  order.set(heavy)
  const isHeavy = new Set(heavy)
  let at = heavyCount
  for (let i = 0; i < weights.length; i++) if (!isHeavy.has(i)) order[at++] = i
  return { order, heavyCount }
}

/**
 * Shares of distinct keys from their murmur2 hashes and weights, records or bytes; `evenWeight` is that of
 * all records which are taken to spread evenly. Keeps no view of what it is given. Takes about a tenth of a
 * second for a million keys.
 */
export function makeKeyShares(
  hashes: Int32Array,
  weights: Float64Array,
  sampleRecords: number | null,
  evenWeight = 0
): KeyShares {
  invariant(hashes.length === weights.length && hashes.length > 0, 'keys need a hash and a weight each', {
    hashes: hashes.length,
    weights: weights.length
  })
  invariant(evenWeight >= 0, 'no weight is negative', { evenWeight })
  let total = evenWeight
  for (let i = 0; i < weights.length; i++) {
    invariant(weights[i]! >= 0, 'a key cannot have a negative weight', { index: i })
    total += weights[i]!
  }
  invariant(total > 0 && Number.isFinite(total), 'keys need records', { total })
  const { order, heavyCount } = heavyFirst(weights)
  const ordered = new Int32Array(order.length)
  const shares = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) {
    ordered[i] = hashes[order[i]!]! & 0x7fffffff
    shares[i] = weights[order[i]!]! / total
  }
  return {
    hashes: ordered,
    shares,
    evenShare: evenWeight / total,
    heavyCount,
    hottest: shares[0]!,
    second: shares.length > 1 ? shares[1]! : 0,
    sampleRecords
  }
}

/** Share of the records that each of `partitions` partitions gets, together 1. One pass over the keys. */
export function partitionShares(keys: KeyShares, partitions: number): Float64Array {
  const { evenShare, hashes, shares } = keys
  const loads = new Float64Array(partitions).fill(evenShare / partitions)
  for (let i = 0; i < hashes.length; i++) loads[hashes[i]! % partitions]! += shares[i]!
  return loads
}

/** h(N): the share of the fullest of `partitions` partitions. */
export function fullestShare(keys: KeyShares, partitions: number): number {
  let fullest = 0
  for (const load of partitionShares(keys, partitions)) if (load > fullest) fullest = load
  // A sum of many shares may end a last bit above.
  return Math.min(1, fullest)
}

interface Skew {
  readonly partitions: number
  /** h(N). */
  readonly fullest: number
  /** N_eff = 1/h(N): partitions that evenly spread records would need for the same. */
  readonly effective: number
  /** N h(N): 1 if all partitions get the same. */
  readonly imbalance: number
  /** What h(N) would be if all keys but the hottest spread evenly. */
  readonly meanField: number
}

/** Skew at each of the counts; one pass over the keys for each. */
export function skewAt(keys: KeyShares, counts: readonly number[]): Skew[] {
  return counts.map(partitions => {
    const fullest = fullestShare(keys, partitions)
    const meanField = meanFieldShare(keys.hottest, partitions)
    return { partitions, fullest, effective: 1 / fullest, imbalance: partitions * fullest, meanField }
  })
}

/** p1 + (1 - p1)/N: h(N) if all keys but the hottest spread evenly. */
export function meanFieldShare(hottest: number, partitions: number): number {
  return hottest + (1 - hottest) / partitions
}

/** The fewest partitions whose mean-field share is at most `limit`; Infinity if the hottest key is above. */
export function meanFieldPartitions(hottest: number, limit: number): number {
  if (limit >= 1) return 1
  return hottest >= limit ? Number.POSITIVE_INFINITY : ceilQuotient(1 - hottest, limit - hottest)
}

/** 1 + sqrt(2 N ln N / K): what N h(N) is about if `alike` keys, or sampled records, have the same weight. */
export function evenImbalance(alike: number, partitions: number): number {
  return 1 + Math.sqrt((2 * partitions * Math.log(partitions)) / alike)
}

export interface Salting {
  /** m: parts the hottest key is to be split into; 1 if it need not be. */
  readonly ways: number
  /** Bytes per second that pass then, whatever the number of partitions, until a key binds again. */
  readonly ceiling: number
  readonly bindsNext: 'salted key' | 'second key'
  /** Whether the keys behind the hottest leave room for the load as they are. */
  readonly suffices: boolean
}

/**
 * Splitting the hottest key into `ways` (the fewest that suffice for `load` if null) parts that go to
 * different partitions: `load` and `perLane`, what carries one key, in bytes per second.
 */
export function saltHottest(
  keys: KeyShares,
  load: number,
  perLane: number,
  ways: number | null = null
): Salting {
  const parts = ways ?? ceilQuotient(keys.hottest * load, perLane)
  const part = keys.hottest / parts
  return {
    ways: parts,
    ceiling: perLane / Math.max(part, keys.second),
    bindsNext: keys.second >= part ? 'second key' : 'salted key',
    suffices: Math.max(part, keys.second) * load <= perLane * (1 + 1e-12)
  }
}
