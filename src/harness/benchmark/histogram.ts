/**
 * A latency histogram in HdrHistogram's layout: whole microseconds from 0 to one hour, three digits, 23,552
 * counts. Cells of a bucket are equally wide, each bucket's twice as wide as those of the one before:
 *
 *   index  0 … 2047   cell width 1 µs      2048 … 3071   2 µs      3072 … 4095   4 µs      … 22 buckets
 *
 * Source: HdrHistogram with (1, 3,600,000,000, 3), whose indices these are.
 */
import { invariant } from '../../base/invariant.ts'

/** The longest latency that is told from longer ones: an hour. */
export const HIGHEST_MICROS = 3_600_000_000
export const SIGNIFICANT_DIGITS = 3

const HALF_BITS = 10
const HALF = 1 << HALF_BITS
const MASK = 2 * HALF - 1
/** 2,048 µs doubled until an hour fits: 21 times. */
const BUCKETS = 22

export const COUNTS_LENGTH = (BUCKETS + 1) * HALF

/** Index of the cell of a latency; one above the hour falls into the hour's. Allocates nothing. */
export function cellOf(micros: number): number {
  const value = micros > HIGHEST_MICROS ? HIGHEST_MICROS : micros < 0 ? 0 : Math.floor(micros)
  const bucket = 32 - HALF_BITS - 1 - Math.clz32((value | MASK) >>> 0)
  return (bucket << HALF_BITS) + (value >>> bucket)
}

interface Cell {
  readonly low: number
  readonly width: number
}

/** The latencies that fall into a cell: `low` to `low + width - 1`. */
export function cellRange(index: number): Cell {
  const bucket = Math.max(0, (index >> HALF_BITS) - 1)
  const width = 2 ** bucket
  return { low: (index - (bucket << HALF_BITS)) * width, width }
}

/** Counts of latencies; a value of its own, in no shared memory. */
export class Histogram {
  readonly counts: Float64Array
  #total = 0

  constructor() {
    this.counts = new Float64Array(COUNTS_LENGTH)
  }

  /** How many latencies. */
  get total(): number {
    return this.#total
  }

  record(micros: number): void {
    this.addTo(cellOf(micros), 1)
  }

  addTo(index: number, count: number): void {
    this.counts[index]! += count
    this.#total += count
  }

  add(other: Histogram): void {
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      const count = other.counts[index]!
      if (count > 0) this.addTo(index, count)
    }
  }

  /**
   * Microseconds that a share `q` of the latencies does not exceed: the greatest of the cell with the latency
   * of that rank, so never too low, and at most 0.1 % too high. 0 without latencies.
   */
  quantile(q: number): number {
    invariant(q >= 0 && q <= 1, 'a quantile lies in [0, 1]', { q })
    if (this.#total === 0) return 0
    // The product of a share and a count may come out a last bit above a whole rank.
    const rank = Math.max(1, Math.ceil(q * this.#total * (1 - 1e-12)))
    let seen = 0
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      seen += this.counts[index]!
      if (seen >= rank) return greatestOf(index)
    }
    return this.max
  }

  /** The greatest of the cell with the longest latency; 0 without any. */
  get max(): number {
    for (let index = COUNTS_LENGTH - 1; index >= 0; index--) {
      if (this.counts[index]! > 0) return greatestOf(index)
    }
    return 0
  }

  /** Microseconds, each latency taken as the middle of its cell; 0 without any. */
  get mean(): number {
    if (this.#total === 0) return 0
    let sum = 0
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      const count = this.counts[index]!
      if (count === 0) continue
      const { low, width } = cellRange(index)
      sum += count * (low + Math.floor(width / 2))
    }
    return sum / this.#total
  }
}

function greatestOf(index: number): number {
  const { low, width } = cellRange(index)
  return low + width - 1
}

/** What is printed of a histogram; microseconds. */
export interface LatencySummary {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export function summarise(histogram: Histogram): LatencySummary {
  return {
    count: histogram.total,
    mean: histogram.mean,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.max
  }
}

/** All latencies of several histograms in one. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const merged = new Histogram()
  for (const histogram of histograms) merged.add(histogram)
  return merged
}
