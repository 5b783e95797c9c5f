import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  articlePartitions,
  bindingSide,
  explainDifference,
  lagGrowth,
  partitionsText,
  safePartitions,
  shortfall,
  type Throughputs,
  underProvisioningFactor,
  zoneOf
} from '../../src/planner/partition-count.ts'

/** Rates given in MB/s. */
function inMB(target: number, producer: number, consumer: number): Throughputs {
  return {
    targetThroughput: target * 1e6,
    producerThroughput: producer * 1e6,
    consumerThroughput: consumer * 1e6
  }
}

/** Tt, Tp, Tc in MB/s; the safe count; the article's; by how much lag grows with the article's, MB/s. */
const CASES: [number, number, number, number, number, number][] = [
  [300, 50, 10, 30, 6, 240],
  [250, 50, 25, 10, 5, 125],
  [120, 38.6, 1.98, 61, 4, 112.08],
  [120, 40, 40, 3, 3, 0],
  [120, 40, 60, 3, 2, 0],
  [120, 60, 40, 3, 2, 40],
  [121, 40, 40, 4, 4, 0],
  [100, 100, 100, 1, 1, 0],
  [100, 100, 50, 2, 1, 50],
  [100, 50, 100, 2, 1, 0],
  [1, 100, 100, 1, 1, 0],
  [1, 1000, 0.1, 10, 1, 0.9],
  [0.3, 0.1, 0.1, 3, 3, 0],
  [0.7, 0.1, 0.7, 7, 1, 0],
  [1.1, 0.11, 1.1, 10, 1, 0],
  [100, 33.3, 50, 4, 2, 0],
  [100, 33.4, 50, 3, 2, 0],
  [1000, 10, 9.99, 101, 100, 1],
  [1000, 9.99, 10, 101, 100, 0],
  [1e6, 1, 1, 1e6, 1e6, 0],
  [1e6, 1000, 0.001, 1e9, 1000, 999_999],
  [1e-6, 1000, 1000, 1, 1, 0],
  [90, 20, 19, 5, 5, 0],
  [500, 0.5, 120, 1000, 5, 0],
  [216, 15.2, 303, 15, 1, 0]
]

describe('worked cases', () => {
  test.each(CASES)('Tt %d, Tp %d, Tc %d MB/s: %d safe, %d by the article', (...row) => {
    const [tt, tp, tc, safe, article, lag] = row
    const rates = inMB(tt, tp, tc)
    expect(safePartitions(rates)).toBe(safe)
    expect(articlePartitions(rates)).toBe(article)
    expect(lagGrowth(article, rates) / 1e6).toBeCloseTo(lag, 6)
    expect(lagGrowth(safe, rates)).toBe(0)
    expect(shortfall(safe, rates)).toBe(0)
  })
})

describe('zones', () => {
  const rates = inMB(300, 50, 10)

  test.each([
    [1, 'both-short'],
    [5, 'both-short'],
    [6, 'one-short'],
    [29, 'one-short'],
    [30, 'feasible'],
    [1000, 'feasible']
  ])('%d partitions for 300/50/10 are %s', (partitions, zone) => {
    expect(zoneOf(partitions, rates)).toBe(zone)
  })

  test('with equal sides there is no zone between', () => {
    expect(zoneOf(2, inMB(120, 40, 40))).toBe('both-short')
    expect(zoneOf(3, inMB(120, 40, 40))).toBe('feasible')
  })

  test('the factor between the counts is that between the sides', () => {
    expect(underProvisioningFactor(rates)).toBe(5)
    expect(underProvisioningFactor(inMB(300, 10, 50))).toBe(5)
    expect(underProvisioningFactor(inMB(300, 10, 10))).toBe(1)
  })

  test('the slower side binds; of equal ones producing is named', () => {
    expect(bindingSide(inMB(300, 50, 10))).toBe('consume')
    expect(bindingSide(inMB(300, 10, 50))).toBe('produce')
    expect(bindingSide(inMB(300, 10, 10))).toBe('produce')
  })

  test('where both sides are short, lag grows only by what producers get in', () => {
    expect(lagGrowth(5, rates)).toBe(200e6)
    expect(shortfall(5, rates)).toBe(250e6)
    expect(lagGrowth(5, inMB(300, 10, 50))).toBe(0)
    expect(shortfall(5, inMB(300, 10, 50))).toBe(250e6)
  })
})

describe('the explanation', () => {
  test('says what the consumers would fall behind by', () => {
    expect(explainDifference(inMB(300, 50, 10))).toEqual([
      'Both sides must carry 300 MB/s: producers 6, consumers 30; the larger is 30 partitions.',
      'The formula often quoted, Tt/max(Tp,Tc), counts only the faster side, the producers: 6 partitions.',
      '6 partitions would drain 60 MB/s of 300: consumer lag grows by 240 MB/s, 864 GB/h.'
    ])
  })

  test('says what the producers would fall behind by', () => {
    expect(explainDifference(inMB(250, 25, 250))).toEqual([
      'Both sides must carry 250 MB/s: producers 10, consumers 1; the larger is 10 partitions.',
      'The formula often quoted, Tt/max(Tp,Tc), counts only the faster side, the consumers: 1 partition.',
      '1 partition would take in 25 MB/s of 250: producers fall behind by 225 MB/s, 810 GB/h.'
    ])
  })

  test('says so where both formulas agree', () => {
    expect(explainDifference(inMB(120, 40, 40))[1]).toBe(
      'Tp and Tc are equal here, so the formula often quoted gives 3 as well.'
    )
    expect(explainDifference(inMB(90, 20, 19))[1]).toBe(
      'The formula often quoted rounds up to 5 as well; at higher rates it falls short.'
    )
  })

  test('keeps both units where they differ', () => {
    expect(explainDifference(inMB(300, 400, 0.0005)).at(-1)).toContain('would drain 500 B/s of 300 MB/s')
  })
})

test('one partition is not many', () => {
  expect([partitionsText(1), partitionsText(2), partitionsText(1990)]).toEqual([
    '1 partition',
    '2 partitions',
    '1 990 partitions'
  ])
})

describe('for any rates', () => {
  const rate = fc.double({ min: 1e-3, max: 1e12, noNaN: true })
  const anyRates = fc.record({ targetThroughput: rate, producerThroughput: rate, consumerThroughput: rate })

  test('the safe count is feasible, one less is not, and the article never asks for more', () => {
    fc.assert(
      fc.property(anyRates, rates => {
        const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = rates
        const safe = safePartitions(rates)
        const slower = Math.min(tp, tc)
        expect(safe * slower).toBeGreaterThanOrEqual(tt * (1 - 2e-12))
        if (safe > 1) expect((safe - 1) * slower).toBeLessThan(tt)
        expect(zoneOf(safe, rates)).toBe('feasible')
        if (safe > 1) expect(zoneOf(safe - 1, rates)).not.toBe('feasible')
        expect(articlePartitions(rates)).toBeLessThanOrEqual(safe)
        expect(lagGrowth(safe, rates)).toBe(0)
      })
    )
  })

  test('more target never takes fewer partitions, faster sides never more', () => {
    const factor = fc.double({ min: 1, max: 100, noNaN: true })
    fc.assert(
      fc.property(anyRates, factor, (rates, more) => {
        const safe = safePartitions(rates)
        const raised = { ...rates, targetThroughput: rates.targetThroughput * more }
        const faster = { ...rates, consumerThroughput: rates.consumerThroughput * more }
        expect(safePartitions(raised)).toBeGreaterThanOrEqual(safe)
        expect(articlePartitions(raised)).toBeGreaterThanOrEqual(articlePartitions(rates))
        expect(safePartitions(faster)).toBeLessThanOrEqual(safe)
      })
    )
  })

  test('below the safe count the shortfall is the target less what the slower side carries', () => {
    fc.assert(
      fc.property(anyRates, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (rates, place) => {
        const safe = safePartitions(rates)
        fc.pre(safe > 1)
        const partitions = 1 + Math.floor(place * (safe - 1))
        const slower = Math.min(rates.producerThroughput, rates.consumerThroughput)
        expect(shortfall(partitions, rates)).toBe(rates.targetThroughput - partitions * slower)
        expect(lagGrowth(partitions, rates)).toBeLessThanOrEqual(shortfall(partitions, rates) * (1 + 1e-9))
      })
    )
  })
})
