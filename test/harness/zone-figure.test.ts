import { describe, expect, test } from 'vitest'
import { zoneFigure } from '../../src/harness/zone-figure.ts'
import type { Plan } from '../../src/planner/plan.ts'
import { findings } from './fixture.ts'

/** The fixture's plan with other rates, in MB/s. */
function planAt(target: number, producer: number, consumer: number): Plan {
  const { outcome } = findings()
  if (outcome.kind !== 'plan') throw new Error(outcome.reason)
  return {
    ...outcome,
    rates: {
      targetThroughput: target * 1e6,
      producerThroughput: producer * 1e6,
      consumerThroughput: consumer * 1e6
    }
  }
}

/** Left edge and width of each zone, as drawn. */
function zonesOf(svg: string): [className: string, from: number, width: number][] {
  return [...svg.matchAll(/<rect x="([-\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*class="([^"]+)"/g)].map(
    ([, x, width, className]) => [className ?? '', Number(x), Number(width)]
  )
}

describe('the zone bar', () => {
  test('has three zones side by side, cut where the formulas lie', () => {
    const svg = zoneFigure(planAt(300, 50, 10))
    const zones = zonesOf(svg)
    expect(zones.map(([name]) => name)).toEqual(['hw-bad', 'hw-half', 'hw-good'])
    for (let i = 1; i < 3; i++) expect(zones[i]![1]).toBeCloseTo(zones[i - 1]![1] + zones[i - 1]![2], 0)
    expect(zones[2]![1] + zones[2]![2]).toBeCloseTo(740, 0)
    expect(svg).toContain('article Tt/max(Tp,Tc) = 6')
    expect(svg).toContain('safe max(Tt/Tp, Tt/Tc) = 30')
    expect(svg).toContain('consumers fall behind')
  })

  test('is to scale: equal factors are equally wide', () => {
    const [, half] = zonesOf(zoneFigure(planAt(300, 50, 10)))
    const [, wide] = zonesOf(zoneFigure(planAt(300, 250, 10)))
    // The axis of the second reaches over more, so each factor is narrower, and there are twice as many.
    expect(wide![2]).toBeGreaterThan(half![2])
  })

  test('has no middle zone where both sides are alike, and names the slow side where not', () => {
    expect(zonesOf(zoneFigure(planAt(300, 50, 50)))[1]![2]).toBe(0)
    expect(zoneFigure(planAt(300, 10, 50))).toContain('producers fall behind')
  })

  test('shows a count below one too', () => {
    const zones = zonesOf(zoneFigure({ ...planAt(10, 400, 200), partitions: 1 }))
    expect(zones).toHaveLength(3)
    for (const [, from, width] of zones) {
      expect(from).toBeGreaterThanOrEqual(20)
      expect(from + width).toBeLessThanOrEqual(740.1)
    }
  })

  test('says in words what it shows', () => {
    expect(zoneFigure(planAt(300, 50, 10))).toMatch(
      /<title>Recommended: 30 partitions \[30, 31\]\. The article&#39;s formula gives 6, the safe one 30\./
    )
  })
})
