import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../../src/base/invariant.ts'
import { seededRandom } from '../../../../src/base/random.ts'
import { type Pace, SimPace } from '../../../../src/harness/targets/simulation/sim-pace.ts'
import { mean, standardDeviation } from '../../../../src/planner/statistics.ts'

const CALM: Pace = { level: 1, jitter: 0, warmUpMs: 0, stall: null, startMs: 0 }

function paceOf(more: Partial<Pace>): SimPace {
  return new SimPace({ ...CALM, ...more }, seededRandom(1))
}

describe('work', () => {
  test('takes its time at speed 1, half of it at speed 2', () => {
    expect(paceOf({}).finish(10, 100)).toBeCloseTo(110, 9)
    expect(paceOf({ level: 2 }).finish(10, 100)).toBeCloseTo(60, 9)
  })

  test('takes longer at first, and after the warm-up its time', () => {
    const cold = paceOf({ warmUpMs: 1000 })
    expect(cold.finish(0, 100)).toBeGreaterThan(180)
    expect(cold.finish(3000, 100)).toBeCloseTo(3100, 1)
  })

  test('stands still in a silence, whatever else the run is', () => {
    const pace = paceOf({ stall: { silentMs: 200, periodMs: 1000 } })
    expect(pace.finish(700, 50)).toBeCloseTo(750, 9)
    expect(pace.finish(700, 150)).toBeCloseTo(1050, 9)
    expect(pace.finish(900, 50)).toBeCloseTo(1050, 9)
    // The silences go on from run to run.
    const later = paceOf({ stall: { silentMs: 200, periodMs: 1000 }, startMs: 5600 })
    expect(later.finish(0, 300)).toBeCloseTo(500, 9)
  })

  test('never ends before it begins, for any period and silence', () => {
    const stall = fc
      .tuple(
        fc.double({ min: 0.001, max: 5000, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true })
      )
      .map(([periodMs, share]) => ({ periodMs, silentMs: periodMs * share }))
    fc.assert(
      fc.property(
        stall,
        fc.double({ min: 0, max: 900, noNaN: true }),
        fc.nat(1000),
        (stall, atMs, startMs) => {
          const workMs = Math.min(20, 100 * stall.periodMs)
          const endMs = paceOf({ stall, startMs }).finish(atMs, workMs)
          expect(endMs).toBeGreaterThanOrEqual(atMs + workMs - 1e-6)
          // At most the silences of all periods it goes on for.
          const awake = 1 - stall.silentMs / stall.periodMs
          expect(endMs).toBeLessThanOrEqual(atMs + workMs / awake + 2 * stall.periodMs + 1e-6)
        }
      ),
      { numRuns: 50 }
    )
  })
})

test('restlessness is that of 100 ms in the mean, and does not depend on who asks when', () => {
  const jitter = 0.05
  const pace = paceOf({ jitter })
  const speeds: number[] = []
  // Work that is done by pieces: how much of it within each 100 ms.
  let now = 0
  let done = 0
  const stepMs = 0.5
  for (let window = 1; window <= 400; window++) {
    while (now < window * 100) {
      now = pace.finish(now, stepMs)
      done += stepMs
    }
    speeds.push(done / 100)
    done = 0
  }
  expect(Math.abs(standardDeviation(speeds) / jitter - 1)).toBeLessThan(0.15)
  expect(Math.abs(mean(speeds) - 1)).toBeLessThan(0.02)
  const backwards = paceOf({ jitter })
  const last = backwards.finish(900, 1)
  expect(backwards.finish(100, 1)).toBe(paceOf({ jitter }).finish(100, 1))
  expect(last).toBe(paceOf({ jitter }).finish(900, 1))
})

test('a run that does not begin at a whole millisecond is a broken invariant', () => {
  expect(() => paceOf({ startMs: 0.5 })).toThrow(InvariantError)
})
