import { describe, expect, test } from 'vitest'
import { textWidth } from '../../src/harness/svg.ts'
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

/** Left edge and width of each zone of the bar, as drawn. */
function zonesOf(svg: string): [className: string, from: number, width: number][] {
  return [...svg.matchAll(/<rect x="([-\d.]+)" y="88" width="([\d.]+)"[^>]*class="([^"]+)"/g)].map(
    ([, x, width, className]) => [className ?? '', Number(x), Number(width)]
  )
}

/** Each text with its left and right edge. */
function textsOf(svg: string): { text: string; from: number; to: number }[] {
  const found = svg.matchAll(/<text x="([-\d.]+)" y="[\d.]+" text-anchor="(\w+)" class="([^"]+)">([^<]*)</g)
  return [...found].map(([, x, anchor, className, text = '']) => {
    const width = textWidth(text, className === 'hw-strong')
    const from = Number(x) - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
    return { text, from, to: from + width }
  })
}

describe('the zone bar', () => {
  test('has three zones side by side, cut where the formulas lie', () => {
    const svg = zoneFigure(planAt(300, 50, 10))
    const zones = zonesOf(svg)
    expect(zones.map(([name]) => name)).toEqual(['hw-bad', 'hw-half', 'hw-good'])
    for (let i = 1; i < 3; i++) expect(zones[i]![1]).toBeCloseTo(zones[i - 1]![1] + zones[i - 1]![2], 0)
    expect(zones[2]![1] + zones[2]![2]).toBeCloseTo(559, 0)
    expect(svg).toContain('often quoted Tt/max(Tp,Tc) = 6')
    expect(svg).toContain('needed max(Tt/Tp, Tt/Tc) = 30')
    expect(svg).toContain('consumers fall behind')
  })

  test('is to scale: equal factors are equally wide', () => {
    const [, half] = zonesOf(zoneFigure(planAt(300, 50, 10)))
    const [, wide] = zonesOf(zoneFigure(planAt(300, 250, 10)))
    // The axis of the second reaches over more, so each factor is narrower, and there are twice as many.
    expect(wide![2]).toBeGreaterThan(half![2])
  })

  test('has no middle zone where both sides are alike, and names the slow side where not', () => {
    const alike = zoneFigure(planAt(300, 50, 50))
    expect(zonesOf(alike)[1]![2]).toBe(0)
    expect(textsOf(alike).map(({ text }) => text)).not.toContain('producers fall behind')
    expect(zoneFigure(planAt(300, 10, 50))).toContain('producers fall behind')
  })

  test('shows a count below one too', () => {
    const zones = zonesOf(zoneFigure({ ...planAt(10, 400, 200), partitions: 1 }))
    expect(zones).toHaveLength(3)
    for (const [, from, width] of zones) {
      expect(from).toBeGreaterThanOrEqual(1)
      expect(from + width).toBeLessThanOrEqual(559.1)
    }
  })

  test('says in words what it shows', () => {
    expect(zoneFigure(planAt(300, 50, 10))).toMatch(
      /<title>Recommended: 30 partitions \[30, 31\]\. The formula often quoted gives 6; needed is 30\./
    )
  })

  test.each([
    ['a narrow first zone', 3, 241, 0.811],
    ['a narrow last zone', 5000, 351, 0.001],
    ['three narrow cuts', 10, 9.9, 9.8],
    ['counts in millions', 1e6, 351, 0.01],
    ['all below one', 0.01, 351, 200]
  ])('keeps every text inside the frame with %s', (_, target, producer, consumer) => {
    const plan = planAt(target, producer, consumer)
    const partitions = Math.max(1, Math.ceil(target / Math.min(producer, consumer)))
    const svg = zoneFigure({ ...plan, partitions, partitionsInterval: [partitions, 2 * partitions] })
    const texts = textsOf(svg)
    expect(texts.length).toBeGreaterThan(6)
    expect(texts.filter(({ from, to }) => from < 0 || to > 560)).toEqual([])
    for (const name of ['both sides short', 'both sides carry it']) {
      expect(texts.map(({ text }) => text)).toContain(name)
    }
  })

  test('has the same thin spaces in all numbers', () => {
    const plan = planAt(5000, 351, 0.001)
    const svg = zoneFigure({ ...plan, partitions: 5_000_000, partitionsInterval: [5_000_000, 5_000_008] })
    const texts = textsOf(svg).map(({ text }) => text)
    expect(texts).toContain(
      'Recommended: 5\u202f000\u202f000 partitions [5\u202f000\u202f000, 5\u202f000\u202f008]'
    )
    expect(texts).toContain('needed max(Tt/Tp, Tt/Tc) = 5\u202f000\u202f000')
    expect(texts.join()).not.toMatch(/\d{4}|\d \d/)
  })
})
