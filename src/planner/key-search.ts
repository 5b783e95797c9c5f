/**
 * The fewest partitions at which real keys spread well enough: h(N) <= limit.
 *
 * h is not monotone, so counts are tried one after another from below; bisection would find some crossing. A
 * count is ruled out early if the heaviest keys alone break the limit, or if the rest would have to lie six
 * standard deviations below its mean. What is found has been added up in full.
 */
import { invariant } from '../base/invariant.ts'
import type { KeyShares } from './key-skew.ts'
import { formatCount } from './units.ts'

interface CountSearch {
  /** Share of the records that the fullest partition may get. */
  readonly limit: number
  /** The count to begin with. */
  readonly from: number
}

export interface CountFound {
  /** Infinity if no count is enough. */
  readonly partitions: number
  /** Whether every smaller count was ruled out; else they were tried in steps, for lack of time. */
  readonly isSmallest: boolean
  /** The next count, of a few, that is not enough again; null if all of them are. */
  readonly nextTooFew: number | null
}

/** No single topic is planned with more. */
export const COUNT_MAX = 100_000
/** About a second. */
const VISITS_MAX = 2e8
/** Steps of a thirty-second then: what is found is at most 3 % above the smallest there is nearby. */
const STEP_SHIFT = 5
const NEXT_COUNTS = 8
const DEVIATIONS = 6
/** The last bits of a sum of a million shares. */
const ROUNDING = 1e-10

/** Adds up key shares modulo many counts, in one piece of memory. */
class SkewTrial {
  readonly #keys: KeyShares
  /** All 0 between two trials. */
  #loads = new Float64Array(1024)
  /** Keys added in this trial. */
  #added = 0
  readonly #restShare: number
  readonly #restSquares: number
  visits = 0

  constructor(keys: KeyShares) {
    this.#keys = keys
    let share = 0
    let squares = 0
    for (let i = keys.heavyCount; i < keys.shares.length; i++) {
      share += keys.shares[i]!
      squares += keys.shares[i]! ** 2
    }
    this.#restShare = share
    this.#restSquares = squares
  }

  /** Whether the fullest of `partitions` gets at most `limit`. */
  holds(partitions: number, limit: number): boolean {
    const most = limit * (1 + ROUNDING)
    if (partitions * most < 1) return false
    if (partitions > this.#loads.length) this.#loads = new Float64Array(2 * partitions)
    this.#added = 0
    const isWithin = this.#isWithin(partitions, most)
    this.visits += 2 * this.#added
    this.#clear(partitions)
    return isWithin
  }

  #isWithin(partitions: number, most: number): boolean {
    const { evenShare, heavyCount, shares } = this.#keys
    const room = most - evenShare / partitions
    const heavy = this.#addUntil(heavyCount, partitions, room)
    if (heavy > room) return false
    const deviation = Math.sqrt(this.#restSquares / partitions)
    if (heavy + this.#restShare / partitions - DEVIATIONS * deviation > room) return false
    return this.#addUntil(shares.length, partitions, room) <= room
  }

  /** Adds keys up to `end`, and says the greatest load among those they went to; stops above `most`. */
  #addUntil(end: number, partitions: number, most: number): number {
    const { hashes, shares } = this.#keys
    const loads = this.#loads
    let fullest = 0
    let i = this.#added
    while (i < end && fullest <= most) {
      const partition = hashes[i]! % partitions
      const load = loads[partition]! + shares[i]!
      loads[partition] = load
      if (load > fullest) fullest = load
      i++
    }
    this.#added = i
    return fullest
  }

  /** Leaves no load behind, in as few steps as there may be. */
  #clear(partitions: number): void {
    const { hashes } = this.#keys
    if (this.#added > partitions) this.#loads.fill(0, 0, partitions)
    else for (let i = 0; i < this.#added; i++) this.#loads[hashes[i]! % partitions] = 0
  }
}

/** Finds counts for one set of keys. What was found is kept, for plans ask for the same more than once. */
export class CountFinder {
  readonly #trial: SkewTrial
  readonly #keys: KeyShares
  readonly #visitsMax: number
  readonly #known: { readonly search: CountSearch; readonly found: CountFound }[] = []

  /** @param visitsMax additions before a search goes in steps */
  constructor(keys: KeyShares, visitsMax = VISITS_MAX) {
    this.#keys = keys
    this.#visitsMax = visitsMax
    this.#trial = new SkewTrial(keys)
  }

  /**
   * The fewest partitions, of at least `from`, of which the fullest gets at most `limit`. About 5 ns for each
   * key and count; after a second or so counts are tried in steps.
   */
  find(search: CountSearch): CountFound {
    const { limit, from } = search
    invariant(from >= 1 && limit > 0, 'a search needs a limit and a start', { from, limit })
    const known = this.#known.find(
      each => each.search.limit === limit && each.search.from <= from && from <= each.found.partitions
    )
    if (known !== undefined) return known.found
    const found = this.#search(search)
    this.#known.push({ search, found })
    return found
  }

  #search({ limit, from }: CountSearch): CountFound {
    const none = { partitions: Number.POSITIVE_INFINITY, nextTooFew: null }
    if (this.#keys.hottest > limit * (1 + ROUNDING)) return { ...none, isSmallest: true }
    const trial = this.#trial
    trial.visits = 0
    let isSmallest = true
    for (let partitions = Math.max(from, Math.floor(1 / limit)); partitions <= COUNT_MAX; ) {
      if (trial.holds(partitions, limit)) {
        return { partitions, isSmallest, nextTooFew: this.#nextTooFew(partitions, limit) }
      }
      const step = trial.visits > this.#visitsMax ? Math.max(1, partitions >> STEP_SHIFT) : 1
      if (step > 1) isSmallest = false
      partitions += step
    }
    return { ...none, isSmallest }
  }

  #nextTooFew(partitions: number, limit: number): number | null {
    for (let next = partitions + 1; next <= partitions + NEXT_COUNTS; next++) {
      if (!this.#trial.holds(next, limit)) return next
    }
    return null
  }
}

/** What to know about a count that was found; null if there is nothing. */
export function foundWarning({ partitions, isSmallest, nextTooFew }: CountFound): string | null {
  const lines: string[] = []
  if (nextTooFew !== null) {
    lines.push(
      `With these keys ${formatCount(partitions)} partitions are enough and ${formatCount(nextTooFew)} are ` +
        'not: skew does not fall with every partition, so check a count before you choose it.'
    )
  }
  if (!isSmallest) {
    lines.push('Counts were tried in steps, for there are many keys: a somewhat smaller one may do.')
  }
  return lines.length === 0 ? null : lines.join(' ')
}
