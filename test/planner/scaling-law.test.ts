import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawMaximum, lawThroughput, peakPartitions, type ScalingLaw } from '../../src/planner/scaling-law.ts'

const law = (changes: Partial<ScalingLaw>): ScalingLaw => ({
  family: 'linear',
  lambda: 10,
  sigma: 0,
  kappa: 0,
  ceiling: Number.POSITIVE_INFINITY,
  ...changes
})

describe('the throughput of a law', () => {
  test.each<[string, ScalingLaw, number, number]>([
    ['linear', law({}), 16, 160],
    ['Amdahl with half of it serial', law({ family: 'amdahl', sigma: 0.5 }), 3, 15],
    ['Amdahl far out', law({ family: 'amdahl', sigma: 0.1 }), 1e12, 100],
    ['USL', law({ family: 'usl', sigma: 0.1, kappa: 0.004 }), 8, 80 / (1 + 0.7 + 0.224)],
    ['cap in its straight part', law({ family: 'cap', ceiling: 1e6 }), 4, 40],
    ['cap in its flat part', law({ family: 'cap', ceiling: 35 }), 1e4, 35],
    ['cap at its corner', law({ family: 'cap', ceiling: 40 }), 4, 40 / 2 ** 0.25]
  ])('of %s is the formula', (_, given, partitions, expected) => {
    expect(lawThroughput(given, partitions)).toBeCloseTo(expected, 6)
  })

  test('with one partition is lambda but for the cap', () => {
    expect(lawThroughput(law({ family: 'usl', sigma: 0.3, kappa: 0.1 }), 1)).toBe(10)
  })

  test('is never above lambda N nor above the ceiling', () => {
    const any = fc.record({
      family: fc.constantFrom('linear', 'amdahl', 'usl', 'cap'),
      lambda: fc.double({ min: 1, max: 1e9, noNaN: true }),
      sigma: fc.double({ min: 0, max: 1, noNaN: true }),
      kappa: fc.double({ min: 0, max: 1, noNaN: true }),
      ceiling: fc.double({ min: 1, max: 1e10, noNaN: true })
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 10_000 }), (given, partitions) => {
        const rounding = 1 + 1e-12
        const throughput = lawThroughput(given, partitions)
        expect(throughput).toBeLessThanOrEqual(given.lambda * partitions * rounding)
        if (given.family === 'cap') expect(throughput).toBeLessThanOrEqual(given.ceiling * rounding)
      })
    )
  })
})

describe('the peak', () => {
  test('of the USL is where more partitions begin to make less', () => {
    const given = law({ family: 'usl', sigma: 0.05, kappa: 0.0012 })
    const peak = peakPartitions(given)
    expect(peak).toBeCloseTo(28.1, 1)
    const at = (partitions: number) => lawThroughput(given, partitions)
    expect(at(28)).toBeGreaterThan(at(27))
    expect(at(28)).toBeGreaterThan(at(29))
    expect(lawMaximum(given)).toBe(at(28))
  })

  test('is one partition where the second does harm already', () => {
    expect(peakPartitions(law({ family: 'usl', sigma: 0.9, kappa: 0.5 }))).toBe(1)
  })

  test('is nowhere without a cost of pairs, and the most is the limit of the curve', () => {
    expect(peakPartitions(law({ family: 'amdahl', sigma: 0.2 }))).toBe(Number.POSITIVE_INFINITY)
    expect(lawMaximum(law({}))).toBe(Number.POSITIVE_INFINITY)
    expect(lawMaximum(law({ family: 'amdahl', sigma: 0.2 }))).toBe(50)
    expect(lawMaximum(law({ family: 'cap', ceiling: 35 }))).toBe(35)
  })
})
