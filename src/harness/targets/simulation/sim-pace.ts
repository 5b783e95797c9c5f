/**
 * How fast the simulated machine works from moment to moment of one run: warm-up, restlessness, silences.
 */
import { invariant } from '../../../base/invariant.ts'
import type { Random } from '../../../base/random.ts'
import type { Stall } from '../../benchmark/stall.ts'
import { drawNormal } from './sim-draws.ts'

export interface Pace {
  /** Speed of the whole run; 1 is the truth's. */
  readonly level: number
  /** Standard deviation of the logarithm of the mean speed of 100 ms. */
  readonly jitter: number
  readonly warmUpMs: number
  readonly stall: Stall | null
  /** When the run begins, in whole milliseconds: a silence ends with each period since 0. */
  readonly startMs: number
}

/** Speed is constant for so long. */
const SLICE_MS = 25
/** Four slices are 100 ms: each varies twice as much as their mean. */
const SLICE_JITTER = 2
/** Part of the speed that is missing at first. */
const COLD_LOSS = 0.7
/** exp(-3) is 5 %: what is still missing of that after the warm-up. */
const WARM_EXPONENT = 3

export class SimPace {
  readonly #pace: Pace
  readonly #random: Random
  /** By slice, drawn in order, whoever asks. */
  readonly #speeds: number[] = []

  constructor(pace: Pace, random: Random) {
    // Else the end of a slice could round into the slice.
    invariant(Number.isSafeInteger(pace.startMs), 'a run begins at a whole millisecond', {
      startMs: pace.startMs
    })
    this.#pace = pace
    this.#random = random
  }

  /** When work is done that begins at `atMs` of the run, and takes `workMs` at the speed 1. */
  finish(atMs: number, workMs: number): number {
    const { startMs } = this.#pace
    let now = this.#awake(startMs + atMs)
    let left = workMs
    for (;;) {
      const slice = Math.floor((now - startMs) / SLICE_MS)
      const until = Math.min(startMs + (slice + 1) * SLICE_MS, this.#nextSilence(now))
      const speed = this.#speed(slice)
      const done = (until - now) * speed
      if (left <= done) return Math.max(atMs, now + left / speed - startMs)
      left -= done
      now = this.#awake(until)
    }
  }

  /** The same moment, or the end of the silence it falls into. */
  #awake(nowMs: number): number {
    const { stall } = this.#pace
    if (stall === null) return nowMs
    const end = periodEnd(stall, nowMs)
    return nowMs >= end - stall.silentMs ? end : nowMs
  }

  #nextSilence(nowMs: number): number {
    const { stall } = this.#pace
    return stall === null ? Number.POSITIVE_INFINITY : periodEnd(stall, nowMs) - stall.silentMs
  }

  #speed(slice: number): number {
    const { level, jitter, warmUpMs } = this.#pace
    while (this.#speeds.length <= slice) {
      const middleMs = (this.#speeds.length + 0.5) * SLICE_MS
      const warmth = warmUpMs === 0 ? 1 : 1 - COLD_LOSS * Math.exp((-WARM_EXPONENT * middleMs) / warmUpMs)
      const restless = jitter === 0 ? 1 : Math.exp(SLICE_JITTER * jitter * drawNormal(this.#random))
      this.#speeds.push(level * warmth * restless)
    }
    return this.#speeds[slice] ?? level
  }
}

/** End of the period that `nowMs` is in, always later, whatever rounding does. */
function periodEnd({ periodMs }: Stall, nowMs: number): number {
  const end = (Math.floor(nowMs / periodMs) + 1) * periodMs
  return end > nowMs ? end : end + periodMs
}
