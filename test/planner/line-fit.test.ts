import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { fitLine, predict } from '../../src/planner/line-fit.ts'

const onLine = (intercept: number, slope: number, at: readonly number[]) =>
  at.map(x => ({ x, y: intercept + slope * x }))

/** Normal noise from uniform: the sum of twelve less six. */
function normal(random: { next(): number }): number {
  let sum = -6
  for (let draw = 0; draw < 12; draw++) sum += random.next()
  return sum
}

describe('worked cases', () => {
  test('points on a line give the line and an interval of no width', () => {
    for (const errors of ['absolute', 'relative'] as const) {
      const fit = fitLine(onLine(20, 7, [1, 10, 100, 1000]), errors)
      expect(fit.intercept).toBeCloseTo(20, 6)
      expect(fit.slope).toBeCloseTo(7, 9)
      expect(fit.worstShare).toBeLessThan(1e-9)
      const { value, interval95 } = predict(fit, 10_000)
      expect(value).toBeCloseTo(70_020, 4)
      expect(interval95[1] - interval95[0]).toBeLessThan(1e-3)
    }
  })

  test('a textbook line: slope, residuals and intervals as by hand', () => {
    // x 1..5, y 2 4 5 4 5: slope 0.6, intercept 2.2, residual squares 2.4, s = sqrt(0.8), t(3) = 3.182
    const points = [2, 4, 5, 4, 5].map((y, at) => ({ x: at + 1, y }))
    const fit = fitLine(points, 'absolute')
    expect(fit.slope).toBeCloseTo(0.6, 9)
    expect(fit.intercept).toBeCloseTo(2.2, 9)
    expect(fit.residuals.map(value => Number(value.toFixed(6)))).toEqual([-0.8, 0.6, 1, -0.6, -0.2])
    expect(fit.slopeInterval[1] - 0.6).toBeCloseTo(3.182 * Math.sqrt(0.8 / 10), 6)
    expect(fit.interceptInterval[1] - 2.2).toBeCloseTo(3.182 * Math.sqrt(0.8 * (1 / 5 + 9 / 10)), 6)
    expect(predict(fit, 6).interval95[1] - 5.8).toBeCloseTo(3.182 * Math.sqrt(0.8 * (1 + 0.2 + 0.9)), 6)
  })

  test('with relative errors the smallest point weighs as much as the largest', () => {
    const points = [...onLine(100, 1, [1, 10, 100]), { x: 10_000, y: 12_000 }, { x: 10_000, y: 8_200 }]
    expect(Math.abs(fitLine(points, 'relative').intercept - 100)).toBeLessThan(5)
    const wild = points.map(point => (point.x === 1 ? { x: 1, y: 300 } : point))
    expect(fitLine(wild, 'relative').intercept).toBeGreaterThan(120)
    expect(fitLine(wild, 'relative').worstShare).toBeGreaterThan(0.3)
  })

  test('with relative errors points that came out low do not weigh more', () => {
    const points = [1, 10, 100, 1000].flatMap(x => [
      { x, y: 0.6 * (20 + x) },
      { x, y: 1.4 * (20 + x) }
    ])
    const fit = fitLine(points, 'relative')
    expect(fit.intercept).toBeCloseTo(20, 3)
    expect(fit.slope).toBeCloseTo(1, 4)
  })

  test('a quantity that is always 0 is the line 0', () => {
    const fit = fitLine(onLine(0, 0, [1, 2, 3]), 'relative')
    expect([fit.intercept, fit.slope, fit.worstShare]).toEqual([0, 0, 0])
  })

  test('two points, or one place, are no line', () => {
    expect(() => fitLine(onLine(0, 1, [1, 2]), 'absolute')).toThrow('three points')
    expect(() => fitLine(onLine(0, 1, [2, 2, 2]), 'absolute')).toThrow('different places')
  })
})

describe('intervals', () => {
  test('hold the next measurement in about 95 of 100 cases, inside and outside of what was measured', () => {
    for (const place of [300, 30_000]) {
      let held = 0
      for (let seed = 0; seed < 300; seed++) {
        const random = seededRandom(seed)
        const measure = (x: number) => ({ x, y: (500 + 40 * x) * (1 + 0.05 * normal(random)) })
        const at = [1, 10, 100, 1000, 10_000].flatMap(x => [x, x, x])
        const fit = fitLine(at.map(measure), 'relative')
        const next = measure(place).y
        const [low, high] = predict(fit, place).interval95
        if (next >= low && next <= high) held++
      }
      expect(held).toBeGreaterThan(273)
      expect(held).toBeLessThan(297)
    }
  })

  test('the line through points holds its own slope, whatever the points', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 1000 }), y: fc.integer({ min: 0, max: 1000 }) })
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 12 }), points => {
        fc.pre(new Set(points.map(({ x }) => x)).size >= 2)
        const fit = fitLine(points, 'absolute')
        expect(fit.slopeInterval[0]).toBeLessThanOrEqual(fit.slope)
        expect(fit.slopeInterval[1]).toBeGreaterThanOrEqual(fit.slope)
        const sum = fit.residuals.reduce((total, value) => total + value, 0)
        expect(Math.abs(sum)).toBeLessThan(1e-6)
      })
    )
  })
})
