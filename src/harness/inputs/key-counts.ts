/**
 * Keys of a load by how often they occur: the heaviest each by itself, the others together. Never their
 * texts: a report may be given away, and keys are often names of people.
 *
 * The others are taken to spread evenly over any number of partitions. They are the keys behind the 100,000
 * heaviest, so each is at most 1/100,000 of the records, and their own unevenness is small against that of
 * the heavy ones.
 */

import { invariant } from '../../base/invariant.ts'
import { keyHash } from '../../base/key-partition.ts'
import { type KeyShares, makeKeyShares } from '../../planner/key-skew.ts'
import { formatCount } from '../../planner/units.ts'
import type { KeyDistribution } from '../benchmark/key-distribution.ts'
import { NumberedKeys } from '../benchmark/key-distribution.ts'
import { sumOfBytes } from '../stamp-words.ts'
import { type KeyClass, KeyTable } from './key-table.ts'

export interface KeyCounts {
  /** Records that were counted; null where counts are expectations of a distribution, and add up to 1. */
  readonly records: number | null
  /** Distinct keys. */
  readonly keys: number
  /** murmur2 of the heaviest keys, the heaviest first. */
  readonly hashes: Int32Array
  /** Their records, or their shares. */
  readonly counts: Float64Array
  /** The other keys, and the records or the share of all of them together. */
  readonly tailKeys: number
  readonly tailCount: number
}

const HEAVIEST_MAX = 100_000
/** 100 MiB of table, and half as much again while keys are put aside: 6 million distinct keys at a time. */
const SLOTS_MAX = 2 ** 23
/** Where counting may differ from the usual; for tests. */
export interface CountLimits {
  readonly heaviestMax?: number
  readonly slotsMax?: number
}

/** Takes the key from `from` up to `end`. */
export type EachKey = (bytes: Uint8Array, from: number, end: number) => void

/** Hands over every key, the first to the last, each time it is called; a key is valid inside the call. */
type KeyScan = (each: EachKey) => Promise<void>

interface CountedKey {
  readonly hash: number
  readonly print: number
  readonly count: number
}

/** Counts the keys of a scan, which runs again for each part of them that memory has room for. */
export async function countKeys(scan: KeyScan, limits: CountLimits = {}): Promise<KeyCounts> {
  const { heaviestMax = HEAVIEST_MAX, slotsMax = SLOTS_MAX } = limits
  const open: KeyClass[] = [{ bits: 0, residue: 0 }]
  let heaviest: readonly CountedKey[] = []
  let keys = 0
  let records = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const table = new KeyTable(next, slotsMax)
    await scan((bytes, from, end) => table.add(keyHash(bytes, from, end), sumOfBytes(bytes, from, end)))
    open.push(...table.splits)
    keys += table.keys
    records = table.records
    heaviest = heaviestOf(heaviest, table, heaviestMax)
  }
  invariant(records > 0, 'a scan has keys')
  const counts = Float64Array.from(heaviest, ({ count }) => count)
  return {
    records,
    keys,
    hashes: Int32Array.from(heaviest, ({ hash }) => hash),
    counts,
    tailKeys: keys - counts.length,
    tailCount: records - counts.reduce((sum, count) => sum + count, 0)
  }
}

/** The heaviest keys of both, the heaviest first; of equals those with the smaller hash. */
function heaviestOf(before: readonly CountedKey[], table: KeyTable, most: number): readonly CountedKey[] {
  const least = leastOfHeaviest(before, table, most)
  const chosen: CountedKey[] = []
  const ties: CountedKey[] = []
  const sort = (key: CountedKey): void => {
    if (key.count > least) chosen.push(key)
    else if (ties.length < most) ties.push(key)
  }
  for (const key of before) if (key.count >= least) sort(key)
  table.forEach((hash, print, count) => {
    if (count >= least) sort({ hash, print, count })
  })
  const all = chosen.concat(ties.slice(0, Math.max(0, most - chosen.length)))
  return all.sort((a, b) => b.count - a.count || a.hash - b.hash || a.print - b.print)
}

/** The count of the last key that is still among the `most` heaviest. */
function leastOfHeaviest(before: readonly CountedKey[], table: KeyTable, most: number): number {
  const counts = new Uint32Array(before.length + table.keys)
  let at = 0
  for (const { count } of before) counts[at++] = count
  table.forEach((_hash, _print, count) => {
    counts[at++] = count
  })
  return counts.length === 0 ? 0 : counts.sort()[Math.max(0, counts.length - most)]!
}

/** What K keys of a distribution are expected to get, hashed as a load of that distribution writes them. */
export function expectedKeys(
  distribution: Extract<KeyDistribution, { kind: 'uniform' | 'zipf' }>,
  heaviestMax = HEAVIEST_MAX
): KeyCounts {
  const { keys } = distribution
  const exponent = distribution.kind === 'zipf' ? distribution.exponent : 0
  const size = Math.min(keys, heaviestMax)
  const hashes = new Int32Array(size)
  const counts = new Float64Array(size)
  let next = 0
  const numbered = new NumberedKeys(keys, () => next++)
  let total = 0
  for (let rank = 1; rank <= keys; rank++) {
    const weight = rank ** -exponent
    total += weight
    if (rank > size) continue
    hashes[rank - 1] = keyHash(numbered.next())
    counts[rank - 1] = weight
  }
  let heavy = 0
  for (let i = 0; i < size; i++) {
    counts[i]! /= total
    heavy += counts[i]!
  }
  const tailKeys = keys - size
  return { records: null, keys, hashes, counts, tailKeys, tailCount: tailKeys === 0 ? 0 : 1 - heavy }
}

/** The shares of all keys as the planner takes them, the tail spread evenly. */
export function sharesOfKeys({ records, hashes, counts, tailCount }: KeyCounts): KeyShares {
  return makeKeyShares(hashes, counts, records, tailCount)
}

/** What to know about the keys themselves; null if there is nothing. */
export function keysNotice({ keys, records }: KeyCounts): string | null {
  if (keys > 1) return null
  const what = records === null ? 'All records' : `All ${formatCount(records)} records of the sample`
  const found = records === 1 ? 'The one record of the sample has a key' : `${what} have one key`
  return `${found}: one key is one partition, whatever their number.`
}
