import { expect, test } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import { drawDuration, drawGamma, drawNormal } from '../../../../src/harness/targets/simulation/sim-draws.ts'
import { gammaProbability } from '../../../../src/planner/gamma.ts'
import { mean, standardDeviation } from '../../../../src/planner/statistics.ts'

const DRAWS = 20_000

function draws(draw: () => number): number[] {
  return Array.from({ length: DRAWS }, draw)
}

/** The greatest distance of the draws' distribution from a known one. */
function distance(values: readonly number[], probability: (value: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b)
  let most = 0
  for (const [rank, value] of sorted.entries()) {
    most = Math.max(most, Math.abs(probability(value) - (rank + 0.5) / sorted.length))
  }
  return most
}

test('normal numbers have mean 0, deviation 1 and the right shares outside of it', () => {
  const random = seededRandom(1)
  const values = draws(() => drawNormal(random))
  expect(Math.abs(mean(values))).toBeLessThan(0.02)
  expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(0.02)
  const outside = values.filter(value => Math.abs(value) > 1.96).length / DRAWS
  expect(Math.abs(outside - 0.05)).toBeLessThan(0.005)
})

test.each([0.2, 0.5, 1, 2.5, 400])('gamma numbers of shape %d have its distribution', shape => {
  const random = seededRandom(2)
  const values = draws(() => drawGamma(random, shape))
  // Kolmogorov and Smirnov: 1.63 / sqrt(n) is exceeded once in a hundred times.
  expect(distance(values, value => gammaProbability(shape, value))).toBeLessThan(1.63 / Math.sqrt(DRAWS))
})

test('many pieces of work at once take what they take one after the other', () => {
  const random = seededRandom(3)
  const work = { meanMs: 2, variation: 0.5 }
  const values = draws(() => drawDuration(random, work, 10))
  expect(Math.abs(mean(values) / 20 - 1)).toBeLessThan(0.01)
  // Ten variances of 0.5 x 2^2.
  expect(Math.abs(standardDeviation(values) / Math.sqrt(20) - 1)).toBeLessThan(0.025)
  expect(drawDuration(random, { meanMs: 2, variation: 0 }, 10)).toBe(20)
})
