import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { type Random, seededRandom } from '../../src/base/random.ts'
import {
  type Comparison,
  compareRuns,
  compareSentence,
  type RunPair
} from '../../src/planner/compare-runs.ts'
import { mean } from '../../src/planner/statistics.ts'
import { NOISE, normal } from './law-truths.ts'

/** Seven blocks: 5 % noise of each run, 10 % drift from block to block that both runs of a block share. */
const BLOCKS = 7
const DRIFT = 0.1

function session(random: Random, effect: number, drift = DRIFT): RunPair[] {
  return Array.from({ length: BLOCKS }, () => {
    const block = 50e6 * Math.exp(drift * normal(random))
    return {
      a: block * Math.exp(NOISE * normal(random)),
      b: block * (1 + effect) * Math.exp(NOISE * normal(random))
    }
  })
}

function comparisons(count: number, effect: number, drift?: number): Comparison[] {
  const random = seededRandom(2026)
  return Array.from({ length: count }, () => compareRuns(session(random, effect, drift)))
}

const found = (all: readonly Comparison[]): number =>
  all.filter(({ difference }) => difference !== 'none detectable').length / all.length

describe('over 2,000 simulated comparisons of seven pairs', () => {
  test('no more than 6.0 % of A with A raise an alarm, nor hardly fewer than 4 %', () => {
    const alarms = found(comparisons(2000, 0))
    expect(alarms).toBeLessThanOrEqual(0.06)
    expect(alarms).toBeGreaterThan(0.035)
  })

  test('a true effect of 10 % is found in at least 80 %, up or down', () => {
    expect(found(comparisons(2000, 0.1))).toBeGreaterThanOrEqual(0.8)
    const down = comparisons(2000, 1 / 1.1 - 1)
    expect(found(down)).toBeGreaterThanOrEqual(0.8)
    expect(down.every(({ difference }) => difference !== 'higher')).toBe(true)
  })

  test('drift from block to block changes nothing', () => {
    const effects = (drift: number): number[] => comparisons(200, 0.1, drift).map(({ effect }) => effect)
    const calm = effects(0)
    for (const [index, effect] of effects(0.5).entries()) expect(effect).toBeCloseTo(calm[index] ?? 0, 9)
  })

  test('the smallest detectable effect is indeed found in about 80 %', () => {
    const detectable = mean(comparisons(2000, 0).map(comparison => comparison.detectable))
    const share = found(comparisons(2000, detectable))
    expect(share).toBeGreaterThan(0.76)
    expect(share).toBeLessThan(0.86)
  })

  test('the interval holds the true effect in about 95 %', () => {
    const all = comparisons(2000, 0.03)
    const held = all.filter(({ interval95: [low, high] }) => low <= 0.03 && 0.03 <= high).length / all.length
    expect(held).toBeGreaterThan(0.94)
    expect(held).toBeLessThan(0.96)
  })
})

describe('one comparison', () => {
  test('of worked values is Student t on the logarithms of the ratios', () => {
    // Logarithms 0, 0.1, 0.2: mean 0.1, error 0.0577, t 4.303.
    const pairs = [0, 0.1, 0.2].map(log => ({ a: 1, b: Math.exp(log) }))
    const { effect, interval95, difference } = compareRuns(pairs)
    expect(effect).toBeCloseTo(0.10517, 4)
    expect(interval95[0]).toBeCloseTo(Math.expm1(0.1 - 0.24843), 4)
    expect(interval95[1]).toBeCloseTo(Math.expm1(0.1 + 0.24843), 4)
    expect(difference).toBe('none detectable')
  })

  test('turned round is the inverse', () => {
    const pairs = session(seededRandom(3), 0.1)
    const there = compareRuns(pairs)
    const back = compareRuns(pairs.map(({ a, b }) => ({ a: b, b: a })))
    expect((1 + there.effect) * (1 + back.effect)).toBeCloseTo(1, 9)
    expect((1 + there.interval95[0]) * (1 + back.interval95[1])).toBeCloseTo(1, 9)
  })

  test('takes two blocks and values above 0', () => {
    expect(() => compareRuns([{ a: 1, b: 1 }])).toThrow(InvariantError)
    expect(() =>
      compareRuns([
        { a: 1, b: 0 },
        { a: 1, b: 1 }
      ])
    ).toThrow(InvariantError)
  })
})

describe('the sentence', () => {
  const comparison = (changes: Partial<Comparison>): Comparison => ({
    effect: 0.031,
    interval95: [-0.02, 0.084],
    detectable: 0.07,
    difference: 'none detectable',
    pairs: 7,
    ...changes
  })

  test('without a difference says what would have been found', () => {
    expect(compareSentence('throughput', comparison({}))).toBe(
      'throughput +3.1 % [-2 %, +8.4 %]: no difference detectable (min. detectable 7 %)'
    )
  })

  test('with one says which way', () => {
    expect(compareSentence('p99', comparison({ interval95: [0.01, 0.06], difference: 'higher' }))).toBe(
      'p99 +3.1 % [+1 %, +6 %]: B is higher in 7 interleaved pairs'
    )
    const lower = comparison({ effect: -0.12, interval95: [-0.2, -0.04], difference: 'lower' })
    expect(compareSentence('throughput', lower)).toBe(
      'throughput -12 % [-20 %, -4 %]: B is lower in 7 interleaved pairs'
    )
  })
})
