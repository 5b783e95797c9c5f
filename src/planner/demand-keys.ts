/**
 * The limits that keys set: no partition may get more of the records than it can carry, and one key keeps one
 * lane of a consumer busy at most, whatever the number of partitions and lanes.
 *
 * Any free lane takes the next record of a key that is in none, as Confluent's Parallel Consumer does when it
 * orders by key. Lanes that each own a fixed set of keys would be as uneven as N k partitions.
 */
import { consumerCause, type DemandConstraint, loadSource } from './demand-constraints.ts'
import type { DemandInput, DemandLoad } from './demand-load.ts'
import { formatFineShare, formatPartOf } from './formula-text.ts'
import { fullestInterval, hottestInterval } from './key-interval.ts'
import { type CountFound, foundWarning } from './key-search.ts'
import {
  evenImbalance,
  fullestShare,
  type KeyShares,
  meanFieldPartitions,
  type Salting,
  saltHottest
} from './key-skew.ts'
import { partitionsFor, partitionsText } from './partition-count.ts'
import { formatByteRate, formatCount, formatShare } from './units.ts'

/** What the fullest of N partitions may get at most. */
interface ShareLimits {
  /** Share of the records that a partition may get; above 1 if it could carry more than all. */
  readonly share: number
  /** The side that sets it. */
  readonly side: 'produce' | 'consume'
}

/** What the fullest of N partitions, and one key, may get at most. */
interface SkewLimits extends ShareLimits {
  /** Bytes per second that one key can have, and needs, on the side that is tighter for it. */
  readonly keyRoom: number
  readonly keyNeeds: number
  readonly keySide: 'produce' | 'consume'
}

/** Bytes per second that each side counts with, catching up and utilisation included. */
function countedRates({ catchUp, headroom }: DemandLoad): { consumed: number; produced: number } {
  return { consumed: headroom.offeredThroughput * catchUp, produced: headroom.plannedThroughput }
}

/** The limit of both sides, or of consumers alone where Tp is not to limit the count. */
export function shareLimits(input: DemandInput, load: DemandLoad): ShareLimits {
  const { consumer } = load
  const { consumed, produced } = countedRates(load)
  const ofPartition = (consumer.utilisation * consumer.throughput) / consumed
  const ofIntake = (input.producerThroughput ?? Infinity) / produced
  return { share: Math.min(ofPartition, ofIntake), side: ofIntake < ofPartition ? 'produce' : 'consume' }
}

/** The limits of a partition and of one key. */
export function skewLimits(input: DemandInput, load: DemandLoad, keys: KeyShares): SkewLimits {
  const { consumer } = load
  const { consumed, produced } = countedRates(load)
  const intake = input.producerThroughput ?? Infinity
  const ofLane = consumer.laneUtilisation * consumer.laneThroughput
  const isIntake = intake / produced < ofLane / consumed
  return {
    ...shareLimits(input, load),
    keyRoom: isIntake ? intake : ofLane,
    keyNeeds: keys.hottest * (isIntake ? produced : consumed),
    keySide: isIntake ? 'produce' : 'consume'
  }
}

/** What the hottest key leaves room for. */
export interface HottestKey {
  /** p1. */
  readonly share: number
  readonly interval: readonly [low: number, high: number] | null
  /** Offered bytes per second, at the peak, above which no partition count works. */
  readonly ceiling: number
  /** Splitting it: the fewest parts that suffice or, where none is needed yet, a few of use. */
  readonly salting: Salting
  /** `ceiling` of the salted topic, in offered bytes per second. */
  readonly saltedCeiling: number
  readonly sentence: string
}

/** Parts to show what splitting would bring, where it is not needed yet. */
const SALT_SHOWN = 4

export function hottestKey(load: DemandLoad, limits: SkewLimits, keys: KeyShares): HottestKey {
  const offered = load.headroom.offeredThroughput
  const { keyNeeds, keyRoom } = limits
  // Bytes per second that a side counts with, for each that is offered.
  const weight = keyNeeds / (keys.hottest * offered)
  const fewest = saltHottest(keys, offered * weight, keyRoom)
  const useful = keys.second === 0 ? 1 : Math.ceil(keys.hottest / keys.second)
  const ways = fewest.ways > 1 ? fewest.ways : Math.min(SALT_SHOWN, useful)
  const salting = saltHottest(keys, offered * weight, keyRoom, ways)
  const ceiling = keyRoom / weight / keys.hottest
  const saltedCeiling = salting.ceiling / weight
  const until = salting.bindsNext === 'second key' ? ', then the second key binds' : ''
  const salted =
    ways === 1
      ? ''
      : `; split into ${formatCount(ways)} parts it would be ${formatByteRate(saltedCeiling)}${until}`
  return {
    share: keys.hottest,
    interval: hottestInterval(keys),
    ceiling,
    salting,
    saltedCeiling,
    sentence:
      `Above ${formatByteRate(ceiling)} at the peak no partition count works, for the hottest ` +
      `key${salted}.`
  }
}

function hottestConstraint(load: DemandLoad, limits: SkewLimits, keys: KeyShares): DemandConstraint {
  const { keyNeeds, keyRoom, keySide: side } = limits
  const needs = formatPartOf(keyNeeds, keyRoom)
  const { salting } = hottestKey(load, limits, keys)
  const parts = salting.suffices
    ? `split it into ${formatCount(salting.ways)} parts (salting)`
    : 'split it and those behind it (salting)'
  const faster = side === 'consume' ? ', or make the handler faster' : ''
  return {
    name: 'hottest key',
    partitions: keyNeeds <= keyRoom ? 1 : Infinity,
    unit: 'partitions',
    formula: `${formatFineShare(keys.hottest)} of the records: ${needs}`,
    source: loadSource(load, side === 'produce' ? 'planned' : 'offered'),
    sentence:
      keyNeeds <= keyRoom
        ? `The hottest key alone needs ${needs}.`
        : `The hottest key alone needs ${needs}, so no partition count works: ${parts}, give it a topic of ` +
          `its own${faster}.`
  }
}

function keysConstraint(
  load: DemandLoad,
  limits: SkewLimits,
  keys: KeyShares,
  found: CountFound
): DemandConstraint {
  const { share: most, side } = limits
  const { partitions } = found
  const cause = side === 'produce' ? 'what a partition takes in' : consumerCause(load)
  const isFound = Number.isFinite(partitions)
  const reached = isFound
    ? `h(${formatCount(partitions)}) = ${formatFineShare(fullestShare(keys, partitions))}`
    : `h(N) at least ${formatFineShare(keys.hottest)}`
  const likely = meanFieldPartitions(keys.hottest, most)
  const meanField = Number.isFinite(likely) ? `a hot key and even others with ${formatCount(likely)} ` : ''
  const real = isFound ? `with ${formatCount(partitions)}` : 'with no number'
  return {
    name: 'keys',
    partitions,
    unit: 'partitions',
    formula: `${reached}, at most ${formatFineShare(most)}`,
    source: loadSource(load, side === 'produce' ? 'planned' : 'offered'),
    sentence:
      `Key skew binds, by ${cause}: a partition may get ${formatFineShare(most)} of the records, which ` +
      `even keys reach with ${partitionsText(partitionsFor(1, most))}, ${meanField}and these ${real}.`
  }
}

/** The limits that keys set; `found` is the fewest partitions that keep the limits of shares. */
export function keyConstraints(
  load: DemandLoad,
  limits: SkewLimits,
  keys: KeyShares,
  found: CountFound
): DemandConstraint[] {
  return [hottestConstraint(load, limits, keys), keysConstraint(load, limits, keys, found)]
}

/** Doubts about a count that real keys have a say in. */
export function keyWarnings(limits: SkewLimits, keys: KeyShares, found: CountFound): string[] {
  const warnings: string[] = []
  const { partitions } = found
  const distinct = keys.hashes.length
  if (distinct === 1 && keys.evenShare === 0) {
    warnings.push('All records have the same key, so all go to one partition and more partitions stay empty.')
  }
  const high = hottestInterval(keys)?.[1] ?? 0
  const { keyNeeds, keyRoom } = limits
  const needsHigh = (keyNeeds / keys.hottest) * high
  if (keyNeeds <= keyRoom && needsHigh > keyRoom) {
    warnings.push(
      `The hottest key may have up to ${formatFineShare(high)} of the records and then needs ` +
        `${formatPartOf(needsHigh, keyRoom)}: a larger sample of keys would tell.`
    )
  }
  if (!Number.isFinite(partitions)) return warnings
  if (partitions > distinct && distinct > 1 && keys.evenShare === 0) {
    const keysText = `${formatCount(distinct)} keys`
    warnings.push(`There are only ${keysText} for ${partitionsText(partitions)}, so some stay empty.`)
  }
  const interval = fullestInterval(keys, partitions)
  if (interval !== null && interval[1] > limits.share) {
    const noise = evenImbalance(keys.sampleRecords ?? 1, partitions) - 1
    warnings.push(
      `In the sample of ${formatCount(keys.sampleRecords ?? 0)} records the fullest of ` +
        `${partitionsText(partitions)} may get ${interval.map(formatFineShare).join(' to ')} of them, and ` +
        `${formatFineShare(limits.share)} is the limit; even keys would look ${formatShare(noise)} ` +
        'uneven in a sample as small: give more keys.'
    )
  }
  const doubt = foundWarning(found)
  if (doubt !== null) warnings.push(doubt)
  return warnings
}
