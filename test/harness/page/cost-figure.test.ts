import { describe, expect, test } from 'vitest'
import { costFigure } from '../../../src/harness/page/cost-figure.ts'

/** Heights of the texts of a chart of one panel beside another, as wide as a desk has room for. */
function heightsOf(name: string, limit: string): number[] {
  const panel = {
    name,
    quantity: 'count' as const,
    measured: [],
    model: [1, 16].map(partitions => ({ partitions, value: partitions })),
    limit: { name: limit, value: 4000 }
  }
  const { inline } = costFigure({
    panels: [panel],
    recommended: 4,
    admissible: [4, 8],
    binding: 'a limit'
  })
  const places = [...inline.wide.matchAll(/<text [^>]*y="([\d.]+)"[^>]*>([^<]*)/g)]
  return places
    .filter(([, , text]) => text === name || text?.startsWith(`↑ ${limit}`))
    .map(([, y]) => Number(y))
}

describe('the limit of a cost', () => {
  test('stands beside the name of its panel where both have room', () => {
    expect(heightsOf('Threads', 'places')).toEqual([15, 15])
  })

  test('stands below it where they would overlap', () => {
    const [name = 0, limit = 0] = heightsOf('Replicas of a broker', 'apache-kafka-4.1')
    expect(name).toBe(15)
    expect(limit).toBeGreaterThan(name + 12)
  })
})
