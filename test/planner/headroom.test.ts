import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { type HeadroomAnswers, planHeadroom } from '../../src/planner/headroom.ts'

const NOTHING_ASKED: HeadroomAnswers = {
  peakFactor: null,
  yearlyGrowth: null,
  years: null,
  utilisation: null
}

describe('the rate to plan for', () => {
  test('takes every default where nothing was asked, and says so', () => {
    const { factors, offeredThroughput, plannedThroughput, utilisation, formula } = planHeadroom(
      100e6,
      NOTHING_ASKED
    )
    expect(offeredThroughput).toBeCloseTo(100e6 * 2 * 1.69, 3)
    expect(plannedThroughput).toBeCloseTo((100e6 * 2 * 1.69) / 0.7, 3)
    expect(utilisation).toBe(0.7)
    expect(formula).toBe('100 MB/s × 2 × 1.69 / 0.7 = 483 MB/s')
    expect(factors).toEqual([
      { name: 'peak over average', factor: 2, source: 'default', detail: '2 (default)' },
      {
        name: 'growth',
        factor: 1.3 ** 2,
        source: 'default',
        detail: '30 % a year (default) for 2 years (default)'
      },
      { name: 'utilisation', factor: 1 / 0.7, source: 'default', detail: '70 % full at most (default)' }
    ])
  })

  test.each([
    // Tt, peak, g, years, u -> offered, planned in MB/s
    [120, 1.8, 0, 0, 1, 216, 216],
    [120, 1.8, 0.3, 2, 0.7, 365.04, 521.4857],
    [50, 1, 1, 3, 0.5, 400, 800],
    [50, 3, -0.2, 1, 1, 120, 120]
  ])('%d MB/s, peak %d, growth %d over %d years, %d full: %d and %d MB/s', (...row) => {
    const [target, peakFactor, yearlyGrowth, years, utilisation, offered, planned] = row
    const answer = planHeadroom(target * 1e6, { peakFactor, yearlyGrowth, years, utilisation })
    expect(answer.offeredThroughput / 1e6).toBeCloseTo(offered, 4)
    expect(answer.plannedThroughput / 1e6).toBeCloseTo(planned, 4)
    expect(answer.factors.map(({ source }) => source)).toEqual(['asked', 'asked', 'asked'])
  })

  test('calls growth a default if half of it is', () => {
    const { factors } = planHeadroom(1e6, { ...NOTHING_ASKED, yearlyGrowth: 0.1 })
    expect(factors[1]).toMatchObject({
      source: 'default',
      detail: '10 % a year (asked) for 2 years (default)'
    })
    expect(factors[0]?.source).toBe('default')
  })

  test('the factors multiply to it', () => {
    const part = fc.option(fc.double({ min: 1, max: 20, noNaN: true }), { nil: null })
    const share = fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: null })
    fc.assert(
      fc.property(part, share, share, (peakFactor, yearlyGrowth, utilisation) => {
        const answers = { peakFactor, yearlyGrowth, years: null, utilisation }
        const { factors, offeredThroughput, plannedThroughput } = planHeadroom(7e6, answers)
        const product = factors.reduce((sum, { factor }) => sum * factor, 7e6)
        expect(product / plannedThroughput).toBeCloseTo(1, 9)
        expect(plannedThroughput).toBeGreaterThanOrEqual(offeredThroughput)
      })
    )
  })
})

test.each([
  [{ peakFactor: 0.5 }, 'The peak factor 0.5 is below 1, but no peak is below the mean: give 1 or more.'],
  [{ peakFactor: Number.NaN }, 'The peak factor NaN is below 1'],
  [{ yearlyGrowth: -1 }, 'The yearly growth -1 is no growth: give 0.3 for 30 % a year.'],
  [{ years: -1 }, 'The number of years -1 is not between 0 and 100.'],
  [{ utilisation: 0 }, 'The utilisation 0 is not above 0 and at most 1: give 0.7.'],
  [{ utilisation: 1.2 }, 'The utilisation 1.2 is not above 0']
])('%o is refused in one sentence', (answer, text) => {
  expect(() => planHeadroom(1e6, { ...NOTHING_ASKED, ...answer })).toThrow(HighwaterError)
  expect(() => planHeadroom(1e6, { ...NOTHING_ASKED, ...answer })).toThrow(text)
})
