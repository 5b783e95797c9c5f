import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import {
  COUNTS_LENGTH,
  cellOf,
  cellRange,
  HIGHEST_MICROS,
  Histogram,
  mergeHistograms,
  summarise
} from '../../../src/harness/benchmark/histogram.ts'

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** Latencies as they come: of every size up to an hour. */
const micros = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: HIGHEST_MICROS })
)

describe('the cells', () => {
  test('are HdrHistogram’s for three digits up to an hour', () => {
    // Computed by its published rule: bucket = floor(log2(v | 2047)) - 10, sub-bucket = v >> bucket.
    const known: [number, number][] = [
      [0, 0],
      [2047, 2047],
      [2048, 2048],
      [2049, 2048],
      [2050, 2049],
      [4095, 3071],
      [4096, 3072],
      [1_000_000, 11_169],
      [HIGHEST_MICROS, 23_220]
    ]
    expect(known.map(([value]) => cellOf(value))).toEqual(known.map(([, index]) => index))
    expect(COUNTS_LENGTH).toBe(23_552)
  })

  test('hold the value they are found by, and are no wider than a thousandth of it', () => {
    fc.assert(
      fc.property(micros, value => {
        const { low, width } = cellRange(cellOf(value))
        expect(low).toBeLessThanOrEqual(value)
        expect(value).toBeLessThan(low + width)
        expect(width - 1).toBeLessThanOrEqual(value / 1000)
      })
    )
  })

  test('take what is too long as an hour, what is negative as nothing, and no fractions', () => {
    expect(cellOf(1e12)).toBe(cellOf(HIGHEST_MICROS))
    expect(cellOf(-5)).toBe(0)
    expect(cellOf(7.9)).toBe(7)
  })
})

describe('a quantile', () => {
  test('is the latency of its rank, at most a thousandth too high and never too low', () => {
    const share = fc.oneof(
      fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999, 1),
      fc.double({ min: 0, max: 1, noNaN: true })
    )
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 300 }), share, (values, q) => {
        const sorted = values.toSorted((a, b) => a - b)
        const rank = Math.max(1, Math.ceil(q * values.length * (1 - 1e-12)))
        const exact = sorted[rank - 1]!
        const found = histogramOf(values).quantile(q)
        expect(found).toBeGreaterThanOrEqual(exact)
        expect(found).toBeLessThanOrEqual(exact * 1.001)
      })
    )
  })

  test('of a hundred different latencies is the one a reader expects', () => {
    const histogram = histogramOf(Array.from({ length: 100 }, (_, index) => index + 1))
    expect([0.5, 0.9, 0.99, 0.999, 1].map(q => histogram.quantile(q))).toEqual([50, 90, 99, 100, 100])
  })

  test('without latencies is 0, and outside of [0, 1] a broken invariant', () => {
    expect(new Histogram().quantile(0.99)).toBe(0)
    expect(() => new Histogram().quantile(1.1)).toThrow(InvariantError)
  })
})

describe('a summary', () => {
  test('has the numbers of all latencies', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1)
    expect(summarise(histogramOf(values))).toEqual({
      count: 1000,
      mean: 500.5,
      p50: 500,
      p90: 900,
      p99: 990,
      p999: 999,
      max: 1000
    })
  })

  test('has a mean within half a thousandth of the exact one', () => {
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 100 }), values => {
        const exact = values.reduce((sum, value) => sum + value, 0) / values.length
        expect(Math.abs(histogramOf(values).mean - exact)).toBeLessThanOrEqual(exact / 2000 + 1e-6)
      })
    )
  })

  test('of merged histograms is that of all their latencies together', () => {
    fc.assert(
      fc.property(fc.array(fc.array(micros, { maxLength: 30 }), { maxLength: 5 }), parts => {
        const merged = mergeHistograms(parts.map(histogramOf))
        expect(summarise(merged)).toEqual(summarise(histogramOf(parts.flat())))
      }),
      { numRuns: 30 }
    )
  })

  test('of nothing is zeros', () => {
    expect(summarise(new Histogram())).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
  })
})
