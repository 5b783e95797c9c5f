import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { makeHandler } from '../../../src/harness/handler/handler.ts'

describe('a handler', () => {
  test('is none where a record costs nothing', () => {
    const clock: Clock = { now: () => 0, monotonic: () => 0, after: () => () => {} }
    expect(makeHandler(null, clock)).toBeNull()
  })

  test('that computes looks at the clock until its time is over, and no longer', () => {
    let looks = 0
    // Each look takes 10 µs.
    const clock: Clock = { now: () => 0, monotonic: () => looks++ * 0.01, after: () => () => {} }
    const handle = makeHandler({ kind: 'cpu', micros: 50 }, clock)
    handle?.()
    expect(looks).toBeGreaterThanOrEqual(6)
    expect(looks).toBeLessThanOrEqual(7)
  })

  test('that waits leaves the clock alone: the system wakes it', () => {
    let looks = 0
    const clock: Clock = { now: () => 0, monotonic: () => looks++, after: () => () => {} }
    makeHandler({ kind: 'wait', micros: 200 }, clock)?.()
    expect(looks).toBe(0)
  })
})
