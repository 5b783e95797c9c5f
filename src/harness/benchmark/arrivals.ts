/**
 * When the records of an open loop are due, one after another, whatever became of those before: evenly, or
 * at random as independent events are (Poisson). A slow engine cannot slow its own load down.
 */
import { invariant } from '../../base/invariant.ts'
import type { Random } from '../../base/random.ts'

export interface Arrivals {
  /** When the next record is due, monotonic milliseconds. */
  readonly nextAt: number
  advance(): void
}

/** The part of a schedule that one of several loaders has. */
interface ArrivalShare {
  readonly startMs: number
  /** Of all loaders together. */
  readonly recordsPerSecond: number
  readonly loader: number
  readonly loaders: number
}

/** Record n of all is due at start + n / rate; loaders take turns. */
export class EvenArrivals implements Arrivals {
  readonly #share: ArrivalShare
  #index = 0

  constructor(share: ArrivalShare) {
    invariant(share.recordsPerSecond > 0, 'a schedule has a rate', { rate: share.recordsPerSecond })
    this.#share = share
  }

  get nextAt(): number {
    const { startMs, recordsPerSecond, loader, loaders } = this.#share
    return startMs + ((this.#index * loaders + loader) * 1000) / recordsPerSecond
  }

  advance(): void {
    this.#index += 1
  }
}

/** Each gap is drawn by itself, exponentially distributed. */
export class PoissonArrivals implements Arrivals {
  nextAt: number
  readonly #meanMs: number
  readonly #random: Random

  constructor({ startMs, recordsPerSecond, loaders }: ArrivalShare, random: Random) {
    invariant(recordsPerSecond > 0, 'a schedule has a rate', { rate: recordsPerSecond })
    this.#random = random
    this.#meanMs = (1000 * loaders) / recordsPerSecond
    this.nextAt = startMs
    this.advance()
  }

  advance(): void {
    this.nextAt -= Math.log(1 - this.#random.next()) * this.#meanMs
  }
}
