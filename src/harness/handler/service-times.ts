/**
 * What a handler took for its records, from calls that each took several.
 *
 * A call of b records that takes T says T/b for each. If records are independent, Var(T) = b Var(one): so the
 * variance of one is the mean of (T - b c)^2 / b over all calls, c the mean time of a record, and
 * Cs^2 = Var(one) / c^2 = b Var(T/b) / c^2. Quantiles are those of T/b, each for b records: of single records
 * where calls take one, of means otherwise.
 *
 * Pure; no allocation per call.
 */
import type { ServiceTimes } from '../plan/plan-bench.ts'

/** Classes of times: 16 a doubling, from 2^-24 ms (60 ps) to 2^24 ms (4.7 h). A class is 4.4 % wide. */
const PER_DOUBLING = 16
const DOUBLINGS = 24
const CLASSES = 2 * DOUBLINGS * PER_DOUBLING

export class ServiceMeter {
  readonly #classes = new Float64Array(CLASSES)
  #calls = 0
  #records = 0
  #totalMs = 0
  /** Sum of T^2 / b. */
  #squares = 0

  /** One call of so many records. */
  add(records: number, milliseconds: number): void {
    this.#calls += 1
    this.#records += records
    this.#totalMs += milliseconds
    this.#squares += (milliseconds * milliseconds) / records
    const place = Math.floor((Math.log2(milliseconds / records) + DOUBLINGS) * PER_DOUBLING)
    // A call too short for the clock has a logarithm of minus infinity.
    this.#classes[Math.max(0, Math.min(CLASSES - 1, place))]! += records
  }

  /** Null before the second call: one alone tells no variance. */
  times(): ServiceTimes | null {
    if (this.#calls < 2) return null
    const meanMs = this.#totalMs / this.#records
    // Sum of (T - b c)^2 / b, multiplied out; rounding may leave it a little below 0.
    const spread = Math.max(0, this.#squares - this.#totalMs * meanMs)
    return {
      records: this.#records,
      meanMs,
      varianceMs2: spread / (this.#calls - 1),
      p50Ms: this.#quantile(0.5),
      p90Ms: this.#quantile(0.9),
      p99Ms: this.#quantile(0.99)
    }
  }

  /** The middle of the class in which the record lies. */
  #quantile(p: number): number {
    let left = p * this.#records
    let place = 0
    while (place < CLASSES - 1 && left > this.#classes[place]!) left -= this.#classes[place++]!
    return 2 ** ((place + 0.5) / PER_DOUBLING - DOUBLINGS)
  }
}
