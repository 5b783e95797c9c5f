/**
 * When records are due in an open loop: record n at start + n / rate, whatever became of the ones before it.
 * A loader that falls behind sends what is due at once, so that a slow engine cannot slow its own load down.
 */
import { invariant } from '../base/invariant.ts'

/** A loader looks at its schedule this often: records are due in bursts of what falls into a tick. */
const TICK_MS = 5

export class Schedule {
  readonly #startMs: number
  readonly #perMs: number
  /** Time between two bursts: a tick, or the interval of the records where that is longer. */
  readonly burstMs: number

  /** @param startMs monotonic milliseconds */
  constructor(startMs: number, recordsPerSecond: number) {
    invariant(recordsPerSecond > 0, 'a schedule has a rate', { recordsPerSecond })
    this.#startMs = startMs
    this.#perMs = recordsPerSecond / 1000
    this.burstMs = Math.max(TICK_MS, 1 / this.#perMs)
  }

  /** Records due by `nowMs`, the first one at the start. */
  due(nowMs: number): number {
    return nowMs < this.#startMs ? 0 : Math.floor((nowMs - this.#startMs) * this.#perMs) + 1
  }

  /** When record `index`, counted from 0, is due. */
  timeOf(index: number): number {
    return this.#startMs + index / this.#perMs
  }

  /**
   * When the burst that begins with record `index` is to leave: with it, or after a tick's worth of others.
   */
  burstAt(index: number): number {
    return this.timeOf(index) + (this.burstMs > TICK_MS ? 0 : TICK_MS)
  }
}
