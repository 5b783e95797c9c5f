import { describe, expect, test } from 'vitest'
import type { LawInterval } from '../../src/planner/law-interval.ts'
import { type LawParameter, lawParameters, lawParametersText } from '../../src/planner/law-parameters.ts'
import { lawOf } from '../../src/planner/produce-count.ts'
import { peakPartitions, type ScalingLaw } from '../../src/planner/scaling-law.ts'
import { CAP_LOW, LINEAR, pointsOf, USL_STRONG } from './law-truths.ts'

function measured(truth: ScalingLaw, noise: number): LawInterval {
  const law = lawOf([1, 2, 4, 8, 32].map(pointsOf(truth, { runs: 5, seed: 5, noise })), 1)
  if ('kind' in law) throw new Error(law.reason)
  return law
}

/** By name. */
function parametersOf(law: LawInterval): Map<string, LawParameter> {
  return new Map(lawParameters(law).map(each => [each.name, each]))
}

describe('the parameters of a law', () => {
  test('are those of its family, and hold the truth between their ends', () => {
    const found = parametersOf(measured(USL_STRONG, 0.02))
    expect([...found.keys()]).toEqual(['lambda', 'sigma', 'kappa', 'peak', 'maximum'])
    const truth = { lambda: 10e6, sigma: 0.1, kappa: 0.004, peak: peakPartitions(USL_STRONG) }
    for (const [name, value] of Object.entries(truth)) {
      const [low, high] = found.get(name)?.interval95 ?? []
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
      expect(found.get(name)?.value).toBeGreaterThanOrEqual(low ?? Infinity)
      expect(found.get(name)?.value).toBeLessThanOrEqual(high ?? 0)
    }
  })

  test('are wider the more the runs scatter', () => {
    const width = (noise: number): number => {
      const [low, high] = parametersOf(measured(USL_STRONG, noise)).get('lambda')?.interval95 ?? []
      return (high ?? Infinity) - (low ?? 0)
    }
    expect(width(0.01)).toBeLessThan(width(0.04) / 2)
  })

  test('have a ceiling instead of a peak where the law is capped', () => {
    const law = measured(CAP_LOW, 0.01)
    const found = parametersOf({ ...law, choice: { ...law.choice, chosen: { ...law.choice.chosen } } })
    if (law.choice.chosen.law.family !== 'cap') throw new Error(law.choice.chosen.law.family)
    expect([...found.keys()]).toEqual(['lambda', 'ceiling'])
    expect(found.get('ceiling')?.value ?? 0).toBeCloseTo(16e6, -6)
  })

  test('have no interval of a few repetitions, and no end where the curve has none', () => {
    const law = measured(LINEAR, 0.01)
    const usl: ScalingLaw = { family: 'usl', lambda: 10e6, sigma: 0.01, kappa: 0, ceiling: Infinity }
    const repetitions = Array.from({ length: 100 }, (_, index) => ({
      law: { ...usl, kappa: index < 50 ? 0 : 0.01 },
      noise: 0
    }))
    const choice = { ...law.choice, chosen: { law: usl, looError: 0.01, formError: 0, weight: 1 } }
    const peak = parametersOf({ ...law, choice, repetitions }).get('peak')
    // Half of the repetitions peak at sqrt(0.99 / 0.01) = 9.95 partitions, the others never.
    expect(peak).toMatchObject({ value: null, unit: 'partitions' })
    expect(peak?.interval95?.[0]).toBeCloseTo(9.95, 2)
    expect(peak?.interval95?.[1]).toBeNull()
    const few = lawParameters({ ...law, choice, repetitions: repetitions.slice(0, 39) })
    for (const { interval95 } of few) expect(interval95).toBeNull()
  })
})

test('the line says each with its ends, rates in their unit', () => {
  const line = lawParametersText([
    { name: 'lambda', value: 40.1e6, interval95: [39e6, 41.2e6], unit: 'B/s' },
    { name: 'sigma', value: 0.0501, interval95: [0.0382, 0.0613], unit: '' },
    { name: 'kappa', value: 0.00112, interval95: null, unit: '' },
    { name: 'peak', value: null, interval95: [27.6, null], unit: 'partitions' }
  ])
  expect(line).toBe(
    'λ 40.1 MB/s [39 MB/s, 41.2 MB/s], σ 0.0501 [0.0382, 0.0613], κ 0.00112, peak N* none [28, no end]'
  )
})
