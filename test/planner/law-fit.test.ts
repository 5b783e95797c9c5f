import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logPoints } from '../../src/planner/law-choice.ts'
import { fitFamily } from '../../src/planner/law-fit.ts'
import { type LawFamily, lawThroughput, type ScalingLaw } from '../../src/planner/scaling-law.ts'
import { median } from '../../src/planner/statistics.ts'
import { pointsOf, TRUTHS } from './law-truths.ts'

/** Kafka 4.1.0, records of 1 KB, acks=1, one producer, two busy cores: medians of three blocks, MiB/s. */
const KAFKA: Readonly<Record<number, number>> = { 1: 51.2, 2: 59.6, 4: 70.5, 8: 85.7, 16: 86.2 }

function fitKafka(family: LawFamily, counts: readonly number[]): ScalingLaw {
  return fitFamily(family, { partitions: counts, logs: counts.map(count => Math.log(KAFKA[count] ?? 0)) })
}

/** predicted / measured - 1, in percent to the nearest. */
function errorAt(law: ScalingLaw, partitions: number): number {
  return Math.round((lawThroughput(law, partitions) / (KAFKA[partitions] ?? 0) - 1) * 100)
}

describe('on a Kafka broker that was measured', () => {
  test('one partition times N misses by hundreds of percent', () => {
    const law = fitKafka('linear', [1])
    expect([4, 8, 16].map(count => errorAt(law, count))).toEqual([190, 378, 850])
  })

  test('Amdahl from one and two partitions misses by a fifth', () => {
    const law = fitKafka('amdahl', [1, 2])
    expect([4, 8, 16].map(count => errorAt(law, count))).toEqual([-8, -21, -19])
  })

  test('the USL from 1, 2 and 16 is within 6 % between', () => {
    const law = fitKafka('usl', [1, 2, 16])
    expect([4, 8].map(count => errorAt(law, count))).toEqual([5, -6])
  })

  test('the USL from 1, 2, 4 and 16 is 8 % low at 8', () => {
    expect(errorAt(fitKafka('usl', [1, 2, 4, 16]), 8)).toBe(-8)
  })
})

describe('a fit without noise', () => {
  const shapes = fc.record({
    lambda: fc.double({ min: 1e5, max: 1e9, noNaN: true }),
    sigma: fc.double({ min: 0, max: 0.9, noNaN: true }),
    kappa: fc.double({ min: 0, max: 0.1, noNaN: true }),
    ratio: fc.double({ min: 0.7, max: 60, noNaN: true })
  })

  test.each<LawFamily>(['linear', 'amdahl', 'usl', 'cap'])('finds %s again', family => {
    fc.assert(
      fc.property(shapes, ({ lambda, sigma, kappa, ratio }) => {
        const truth: ScalingLaw = {
          family,
          lambda,
          sigma: family === 'linear' ? 0 : sigma,
          kappa: family === 'usl' ? kappa : 0,
          ceiling: family === 'cap' ? lambda * ratio : Number.POSITIVE_INFINITY
        }
        const partitions = [1, 2, 4, 8, 32]
        const logs = partitions.map(count => Math.log(lawThroughput(truth, count)))
        const found = fitFamily(family, { partitions, logs })
        for (const count of [1, 3, 12, 32, 48]) {
          expect(lawThroughput(found, count) / lawThroughput(truth, count)).toBeCloseTo(1, 3)
        }
      }),
      { numRuns: 300 }
    )
  })

  test('keeps its parameters within their bounds for any points', () => {
    const rates = fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(rates, fc.constantFrom<LawFamily>('linear', 'amdahl', 'usl', 'cap'), (values, family) => {
        const { lambda, sigma, kappa, ceiling } = fitFamily(family, {
          partitions: [1, 2, 4, 16],
          logs: values.map(Math.log)
        })
        expect(Number.isFinite(lambda) && lambda > 0 && ceiling > 0).toBe(true)
        expect(sigma >= 0 && sigma <= 1 && kappa >= 0 && kappa <= 1).toBe(true)
      })
    )
  })

  test('from a law of the family finds what it finds from the grid', () => {
    const draw = pointsOf(TRUTHS['USL .1/.004'], { runs: 5, seed: 3 })
    const points = logPoints([1, 2, 4, 32].map(draw))
    const cold = fitFamily('usl', points)
    const warm = fitFamily('usl', points, TRUTHS['USL .03/.001'])
    expect(warm.sigma).toBeCloseTo(cold.sigma, 5)
    expect(warm.kappa).toBeCloseTo(cold.kappa, 6)
    expect(fitFamily('usl', points)).toEqual(cold)
  })
})

describe('the right family, fitted to medians of 3 runs of 5 % noise at 1, 2, 4 and 32', () => {
  // The stated medians of |error| in percent, and half of one for their rounding; USL .1/.004 at 16 is stated
  // as 2, which medians of three cannot reach: over 4,000 sessions it is 3.1.
  test.each<[keyof typeof TRUTHS, at16: number, at8: number]>([
    ['linear', 1.5, 1.5],
    ['USL .03/.001', 5.5, 4.5],
    ['USL .1/.004', 3.5, 3.5],
    ['cap 3.5x', 2.5, 2.5],
    ['cap 1.6x', 2.5, 2.5]
  ])('predicts %s at 16 and 8 as well as stated', (name, at16, at8) => {
    const truth = TRUTHS[name]
    const errors = new Map<number, number[]>([
      [16, []],
      [8, []]
    ])
    for (let seed = 0; seed < 800; seed++) {
      const draw = pointsOf(truth, { runs: 3, seed })
      const law = fitFamily(truth.family, logPoints([1, 2, 4, 32].map(draw)))
      for (const [count, found] of errors) {
        found.push(Math.abs(lawThroughput(law, count) / lawThroughput(truth, count) - 1) * 100)
      }
    }
    expect(median(errors.get(16) ?? [])).toBeLessThan(at16)
    expect(median(errors.get(8) ?? [])).toBeLessThan(at8)
  })
})
