import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { Schedule } from '../../src/harness/schedule.ts'

describe('a schedule', () => {
  test('has its first record due at the start and each next one an interval later', () => {
    const schedule = new Schedule(1000, 50)
    expect([999, 1000, 1019, 1020, 2000].map(now => schedule.due(now))).toEqual([0, 1, 1, 2, 51])
    expect(schedule.timeOf(50)).toBe(2000)
  })

  test('does not wait for anybody: what is due does not depend on what was sent', () => {
    expect(new Schedule(0, 120_000).due(10_000)).toBe(1_200_001)
  })

  test('gathers records into ticks of 5 ms where they come faster than that', () => {
    const schedule = new Schedule(0, 100_000)
    expect(schedule.burstMs).toBe(5)
    expect(schedule.burstAt(1000)).toBe(15)
  })

  test('lets each record leave on its own where they come slower', () => {
    const schedule = new Schedule(0, 10)
    expect(schedule.burstMs).toBe(100)
    expect(schedule.burstAt(3)).toBe(300)
  })

  test('needs a rate', () => {
    expect(() => new Schedule(0, 0)).toThrow(InvariantError)
  })
})
