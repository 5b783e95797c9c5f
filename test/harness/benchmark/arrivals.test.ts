import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { type Arrivals, EvenArrivals, PoissonArrivals } from '../../../src/harness/benchmark/arrivals.ts'

function times(arrivals: Arrivals, count: number): number[] {
  return Array.from({ length: count }, () => {
    const due = arrivals.nextAt
    arrivals.advance()
    return due
  })
}

describe('even arrivals', () => {
  test('come at start + n / rate', () => {
    const share = { startMs: 1000, recordsPerSecond: 50, loader: 0, loaders: 1 }
    expect(times(new EvenArrivals(share), 4)).toEqual([1000, 1020, 1040, 1060])
  })

  test('of several loaders are one even stream', () => {
    const of = (loader: number): number[] =>
      times(new EvenArrivals({ startMs: 0, recordsPerSecond: 1000, loader, loaders: 3 }), 3)
    expect([0, 1, 2].flatMap(of).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('do not drift: the millionth is where the rate says', () => {
    const arrivals = new EvenArrivals({ startMs: 0, recordsPerSecond: 30_000, loader: 0, loaders: 1 })
    expect(times(arrivals, 1_000_001).at(-1)).toBeCloseTo(33_333.333, 3)
  })

  test('need a rate', () => {
    const share = { startMs: 0, recordsPerSecond: 0, loader: 0, loaders: 1 }
    expect(() => new EvenArrivals(share)).toThrow(InvariantError)
    expect(() => new PoissonArrivals(share, seededRandom(1))).toThrow(InvariantError)
  })
})

describe('Poisson arrivals', () => {
  const share = { startMs: 500, recordsPerSecond: 2000, loader: 1, loaders: 2 }
  const due = times(new PoissonArrivals(share, seededRandom(7)), 100_001)
  const gaps = due.slice(1).map((time, index) => time - due[index]!)

  test('begin behind the start and never go back', () => {
    expect(due[0]).toBeGreaterThan(500)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0)
  })

  test('have the rate of their share, and gaps that scatter as much as they are long', () => {
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    // Two loaders share 2,000 a second: one a millisecond each.
    expect(Math.abs(mean - 1)).toBeLessThan(0.02)
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.02)
  })

  test('repeat for the same seed', () => {
    expect(times(new PoissonArrivals(share, seededRandom(7)), 5)).toEqual(due.slice(0, 5))
  })
})
