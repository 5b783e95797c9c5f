/**
 * Between which counts of partitions a plan may choose: not fewer than the load asks for, not more than any
 * limit permits, and which of them sets each end.
 */
import { invariant } from '../base/invariant.ts'
import type { LimitCheck } from './limits.ts'
import { partitionsText } from './partition-count.ts'
import { formatCount } from './units.ts'

/** What asks for at least so many partitions. */
interface Floor {
  /** What it is, in the middle of a sentence: `the target rate`. */
  readonly name: string
  readonly partitions: number
}

/** What permits at most so many. */
export interface Ceiling {
  /** What it is, in the middle of a sentence: `replicas per broker`. */
  readonly name: string
  /** 0 if it permits not even one. */
  readonly partitions: number
}

export type AdmissibleCount =
  | {
      readonly kind: 'some'
      readonly min: number
      readonly minSetBy: string
      /** Null where no limit is known. */
      readonly max: number | null
      readonly maxSetBy: string | null
      readonly sentence: string
    }
  | {
      readonly kind: 'none'
      /** The two limits that conflict. */
      readonly floor: Floor
      readonly ceiling: Ceiling
      readonly sentence: string
    }

/** Beyond this nobody counts partitions. */
const PARTITIONS_MAX = 2 ** 31

/**
 * The greatest count, at least 0, up to which `isWithin` holds, if more partitions never help; null if it
 * always holds.
 */
function largestCount(isWithin: (partitions: number) => boolean): number | null {
  let good = 0
  let bad = 1
  while (isWithin(bad)) {
    good = bad
    bad *= 2
    if (bad > PARTITIONS_MAX) return null
  }
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isWithin(middle)) good = middle
    else bad = middle
  }
  return good
}

/** The ceiling under which `isWithin` holds; none if it always does. */
export function ceilingBy(name: string, isWithin: (partitions: number) => boolean): Ceiling[] {
  const partitions = largestCount(isWithin)
  return partitions === null ? [] : [{ name, partitions }]
}

/** The ceiling that each kind of check puts on the count, in the order of the checks; those without none. */
export function ceilingsOf(checksAt: (partitions: number) => readonly LimitCheck[]): Ceiling[] {
  return checksAt(1).flatMap(({ name, beyond }) => {
    // That an answer comes in parts stops nobody.
    if (beyond === 'several answers') return []
    return ceilingBy(name, partitions => checksAt(partitions).find(check => check.name === name)?.ok ?? true)
  })
}

/** What all of them leave; of equal limits the first sets the end. */
export function admissibleCount(floors: readonly Floor[], ceilings: readonly Ceiling[]): AdmissibleCount {
  const [first, ...rest] = floors
  invariant(first !== undefined, 'something asks for partitions')
  const floor = rest.reduce((most, other) => (other.partitions > most.partitions ? other : most), first)
  const ceiling = ceilings.reduce<Ceiling | null>(
    (least, other) => (least === null || other.partitions < least.partitions ? other : least),
    null
  )
  const asked = `${floor.name} asks for ${partitionsText(floor.partitions)}`
  if (ceiling !== null && ceiling.partitions < floor.partitions) {
    const permitted = `${ceiling.name} permits ${formatCount(ceiling.partitions)}`
    return { kind: 'none', floor, ceiling, sentence: `No count keeps every limit: ${asked}, ${permitted}.` }
  }
  const ends = { min: floor.partitions, minSetBy: floor.name }
  if (ceiling === null) {
    const least = partitionsText(floor.partitions)
    const sentence = `At least ${least}, set by ${floor.name}; no known limit above.`
    return { kind: 'some', ...ends, max: null, maxSetBy: null, sentence }
  }
  const from = `${formatCount(floor.partitions)} (set by ${floor.name})`
  const to = `${formatCount(ceiling.partitions)} partitions (set by ${ceiling.name})`
  const sentence = `From ${from} to ${to}.`
  return { kind: 'some', ...ends, max: ceiling.partitions, maxSetBy: ceiling.name, sentence }
}
