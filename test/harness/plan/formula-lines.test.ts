import { describe, expect, test } from 'vitest'
import { articleLine, safeLine } from '../../../src/harness/plan/formula-lines.ts'
import type { Plan } from '../../../src/planner/plan.ts'
import { report } from './fixture.ts'

/** The fixture's plan at these rates, in MB/s, with these counts. */
function plan(rates: readonly [tt: number, tp: number, tc: number], safe: number, article: number): Plan {
  const { outcome } = report()
  if (outcome.kind !== 'plan') throw new Error(outcome.reason)
  const [targetThroughput = 0, producerThroughput = 0, consumerThroughput = 0] = rates.map(rate => rate * 1e6)
  return {
    ...outcome,
    rates: { targetThroughput, producerThroughput, consumerThroughput },
    safePartitions: safe,
    articlePartitions: article
  }
}

describe('the formulas', () => {
  test('have the numbers of the run in them', () => {
    const made = plan([300, 50, 10], 30, 6)
    expect(safeLine(made)).toBe('max(Tt/Tp, Tt/Tc) = max(300/50, 300/10) = 30: 30 partitions')
    expect(articleLine(made)).toBe('Tt/max(Tp,Tc) = 300/50 = 6: 6 partitions')
  })

  test('show what was rounded up', () => {
    const made = plan([120, 412, 310], 1, 1)
    expect(safeLine(made)).toBe('max(Tt/Tp, Tt/Tc) = max(120/412, 120/310) = 0.387: 1 partition')
    expect(articleLine(made)).toBe('Tt/max(Tp,Tc) = 120/412 = 0.291: 1 partition')
  })

  test('show what was rounded up of a large count too', () => {
    expect(safeLine(plan([5000, 351, 0.000999999], 5_000_006, 15))).toContain(
      '= 5 000 005: 5 000 006 partitions'
    )
    expect(safeLine(plan([5000, 351, 0.00099999994], 5_000_001, 15))).toContain('= 5 000 000.3: 5 000 001')
  })

  test('have units where one of them is not MB/s, all or none', () => {
    const made = plan([12, 400, 0.005], 2400, 1)
    expect(safeLine(made)).toContain('max(12 MB/s / 400 MB/s, 12 MB/s / 5 KB/s) = 2 400: 2 400 partitions')
    expect(articleLine(made)).toContain('= 12/400 = 0.03')
  })
})
