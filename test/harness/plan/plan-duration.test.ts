import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { expectedSeconds, fitToBudget, outlineOf } from '../../../src/harness/plan/plan-duration.ts'
import { type PlanOptions, type PlanSettings, planSettings } from '../../../src/harness/plan/plan-settings.ts'

function settingsOf(options: Partial<PlanOptions> = {}): PlanSettings {
  return planSettings({ targetThroughput: 1e6, ...options })
}

/** The settings within so many seconds. */
function within(budgetSeconds: number, options: Partial<PlanOptions> = {}): PlanSettings {
  const asked = { targetThroughput: 1e6, budgetSeconds, ...options }
  return fitToBudget(planSettings(asked), asked)
}

describe('the length of a plan', () => {
  test('is that of all runs with what is around them, the verification, and start and end', () => {
    // 1, 2, 4, 16 and 8 partitions and Tc: 6 x 5 runs of 5.4 s, 10 s of verification, 12 s beside.
    expect(expectedSeconds(settingsOf())).toBeCloseTo(6 * 5 * 5.4 + 10 + 12, 9)
    // One quantity more with a handler.
    const process = { kind: 'wait', micros: 1000 } as const
    expect(expectedSeconds(settingsOf({ process }))).toBeCloseTo(7 * 5 * 5.4 + 22, 9)
    expect(expectedSeconds(settingsOf({ handlerModule: './h.mjs' }))).toBeCloseTo(7 * 5 * 5.4 + 22, 9)
  })

  test('counts a slow handler as long as its runs are, and none that is not measured', () => {
    // 20 ms: 12 windows of 20 records, 4.8 s, in runs of 2 s.
    const slow = { kind: 'wait', micros: 20_000 } as const
    expect(expectedSeconds(settingsOf({ seconds: 2, process: slow }))).toBeCloseTo(
      6 * 5 * 2.4 + 5 * 5.2 + 16,
      9
    )
    const slowest = { kind: 'wait', micros: 10e6 } as const
    expect(expectedSeconds(settingsOf({ process: slowest }))).toBe(expectedSeconds(settingsOf()))
  })

  test('of a first look is below 90 s', () => {
    const process = { kind: 'wait', micros: 1000 } as const
    expect(expectedSeconds(settingsOf({ short: true, process }))).toBeLessThan(90)
  })
})

describe('a budget', () => {
  test('is kept by fewer and shorter runs', () => {
    for (const seconds of [40, 60, 90, 120, 300, 600]) {
      const settings = within(seconds)
      expect(expectedSeconds(settings)).toBeLessThanOrEqual(seconds)
      expect(settings.runs).toBeGreaterThanOrEqual(3)
    }
  })

  test('buys five runs first, then runs of two seconds, then more of both', () => {
    // Six quantities: 5 x 6 x 2.4 + 4 + 12 = 88 s, and 7 x 6 x 1.4 + 15 = 74 s are worth less.
    expect(within(89)).toMatchObject({ runs: 5, secondsPerRun: 2, verifySeconds: 4 })
    // 3 x 6 x 2.4 + 16 = 59.2 s, 5 x 6 x 1.4 + 15 = 57 s: of equal worth per second the longer runs.
    expect(within(60)).toMatchObject({ runs: 3, secondsPerRun: 2 })
    expect(within(3600).secondsPerRun).toBe(20)
  })

  test('leaves what was asked for', () => {
    expect(within(300, { runs: 4 })).toMatchObject({ runs: 4 })
    expect(within(300, { seconds: 1.5 })).toMatchObject({ secondsPerRun: 1.5 })
    expect(fitToBudget(settingsOf(), { targetThroughput: 1e6 })).toEqual(settingsOf())
  })

  test('is kept where what cannot tell is measured again', () => {
    expect(within(60, { short: true }).patienceSeconds).toBe(60)
    expect(within(600, { short: true }).patienceSeconds).toBe(90)
    expect(within(600).patienceSeconds).toBeNull()
  })

  test('that is too small is refused with what it takes', () => {
    expect(() => within(10)).toThrow(HighwaterError)
    // 3 x 6 x 0.9 + 3 + 12 = 31.2 s
    expect(() => within(31)).toThrow(/^--budget 31 s is too short: .* takes about 32 s; give more\.$/)
    expect(within(32)).toMatchObject({ runs: 3, secondsPerRun: 0.5 })
  })
})

test('an outline says what would be measured, and for how long', () => {
  const lines = outlineOf(settingsOf({ process: { kind: 'wait', micros: 1000 } }))
  expect(lines[0]).toBe('Throughput at 1, 2, 4, 16 partitions: 5 runs of up to 5 s each, in shuffled blocks.')
  expect(lines[1]).toBe('8 partitions are left out, foretold, then measured.')
  expect(lines.at(-1)).toMatch(/^About .* at most, and .* of disk at most/)
  expect(outlineOf(settingsOf({ points: [1] })).join()).not.toContain('left out')
})
