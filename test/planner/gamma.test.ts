import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { gammaProbability, gammaQuantile } from '../../src/planner/gamma.ts'

/** P(n, x) of a whole n by counting Poisson arrivals: 1 - sum of e^-x x^k / k! for k < n. */
function byCounting(n: number, x: number): number {
  let term = Math.exp(-x)
  let below = 0
  for (let k = 0; k < n; k++) {
    below += term
    term *= x / (k + 1)
  }
  return 1 - below
}

describe('the regularised incomplete gamma function', () => {
  test.each([
    [1, 1, 1 - Math.exp(-1)],
    [1, 0.01, 1 - Math.exp(-0.01)],
    [0.5, 0.5, 0.682689492137],
    [0.5, 2, 0.954499736104],
    [0.5, 4.5, 0.997300203937],
    [2, 2, 1 - 3 * Math.exp(-2)],
    [0.25, 0.5, 0.846486404192],
    [0.05, 0.01, 0.815559805741],
    [5, 0, 0],
    [10, 1000, 1]
  ])('P(%d, %d) = %d', (shape, x, expected) => {
    expect(gammaProbability(shape, x)).toBeCloseTo(expected, 11)
  })

  test('of a whole shape counts Poisson arrivals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.01, max: 300, noNaN: true }),
        (n, x) => {
          expect(gammaProbability(n, x)).toBeCloseTo(byCounting(n, x), 10)
        }
      )
    )
  })

  test('does not take a negative time or a shape of zero', () => {
    expect(() => gammaProbability(1, -1)).toThrow(InvariantError)
    expect(() => gammaProbability(0, 1)).toThrow(InvariantError)
  })
})

describe('the quantile', () => {
  test.each([
    // Chi-square tables: half of the degrees is the shape, the rate is 1/2.
    [0.95, 1, 3.841459],
    [0.95, 2, 5.991465],
    [0.05, 10, 3.940299],
    [0.95, 10, 18.307038],
    [0.5, 100, 99.334129],
    [0.99, 100, 135.806723],
    [0.005, 5, 0.411742],
    [0.975, 30, 46.979242]
  ])('%d of chi-square with %d degrees is %d', (p, degrees, expected) => {
    expect(gammaQuantile(p, degrees / 2, 0.5)).toBeCloseTo(expected, 5)
  })

  test('of shape 1 is that of the exponential distribution', () => {
    expect(gammaQuantile(0.5, 1, 1)).toBeCloseTo(Math.LN2, 13)
    expect(gammaQuantile(1 / 13, 1, 4)).toBeCloseTo(-Math.log(12 / 13) / 4, 13)
  })

  test('inverts the distribution function', () => {
    const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
    const shape = fc.double({ min: 0.3, max: 1e5, noNaN: true })
    const rate = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
    fc.assert(
      fc.property(probability, shape, rate, (p, k, perMs) => {
        const x = gammaQuantile(p, k, perMs)
        expect(Math.abs(gammaProbability(k, x * perMs) - p)).toBeLessThan(1e-9)
      })
    )
  })

  test('needs a probability inside (0, 1)', () => {
    expect(() => gammaQuantile(0, 1, 1)).toThrow(InvariantError)
    expect(() => gammaQuantile(1, 1, 1)).toThrow(InvariantError)
  })
})
