import { describe, expect, test } from 'vitest'
import { articleLine, safeLine } from '../../../src/harness/plan/formula-lines.ts'
import type { Throughputs } from '../../../src/planner/partition-count.ts'

const MB = 1e6

function rates(target: number, producer: number, consumer: number): Throughputs {
  return {
    targetThroughput: target * MB,
    producerThroughput: producer * MB,
    consumerThroughput: consumer * MB
  }
}

describe('the formulas', () => {
  test('have the numbers of the run in them', () => {
    const made = rates(300, 50, 10)
    expect(safeLine(made)).toBe('max(Tt/Tp, Tt/Tc) = max(300/50, 300/10) = 30: 30 partitions')
    expect(articleLine(made)).toBe('Tt/max(Tp,Tc) = 300/50 = 6: 6 partitions')
  })

  test('show what was rounded up', () => {
    const made = rates(120, 412, 310)
    expect(safeLine(made)).toBe('max(Tt/Tp, Tt/Tc) = max(120/412, 120/310) = 0.387: 1 partition')
    expect(articleLine(made)).toBe('Tt/max(Tp,Tc) = 120/412 = 0.291: 1 partition')
  })

  test('show what was rounded up of a large count too', () => {
    expect(safeLine(rates(5000, 351, 0.000999999))).toContain('= 5 000 005: 5 000 006 partitions')
    expect(safeLine(rates(5000, 351, 0.00099999994))).toContain('= 5 000 000.3: 5 000 001')
  })

  test('have units where one of them is not MB/s, all or none', () => {
    const made = rates(12, 400, 0.005)
    expect(safeLine(made)).toContain('max(12 MB/s / 400 MB/s, 12 MB/s / 5 KB/s) = 2 400: 2 400 partitions')
    expect(articleLine(made)).toContain('= 12/400 = 0.03')
  })
})
