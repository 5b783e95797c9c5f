import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import {
  expectedSeconds,
  fitToBudget,
  outlineOf,
  runSeconds
} from '../../../src/harness/plan/plan-duration.ts'
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
  /**
   * Eight runs of 1 s find the loaders and 31 partitions get warm in 1 s each, at 600 MB/s, which are read
   * back at 1 GB/s; each of 25 runs of 5 s writes its 900 MiB of batches.
   */
  const WARM = (8 + 31) * 1.6
  const READ = 25 * 0.928856692

  test('is that of runs and audits with what is around them, warm-up, verification, start, end', () => {
    // 1, 2, 4, 16 and 8 partitions and Tc: 6 x 5 runs of 5.4 s, 10 s of verification, 12 s beside.
    expect(expectedSeconds(settingsOf())).toBeCloseTo(WARM + 6 * 5 * 5.4 + READ + 10 + 12, 9)
    // One quantity more with a handler.
    const process = { kind: 'wait', micros: 1000 } as const
    expect(expectedSeconds(settingsOf({ process }))).toBeCloseTo(WARM + 7 * 5 * 5.4 + READ + 22, 9)
    expect(expectedSeconds(settingsOf({ handlerModule: './h.mjs' }))).toBeCloseTo(
      WARM + 7 * 5 * 5.4 + READ + 22,
      9
    )
  })

  test('counts what a short run can have written, and a shorter warm-up', () => {
    // 0.5 s at 600 MB/s, read back at 1 GB/s; 0.3 of a run for each partition.
    expect(expectedSeconds(settingsOf({ seconds: 0.5 }))).toBeCloseTo(
      (4 * 0.5 + 31 * 0.15) * 1.6 + 6 * 5 * 0.9 + 25 * 0.3 + 3 + 12,
      9
    )
  })

  test('counts a slow handler as long as its runs are, and none that is not measured', () => {
    // 20 ms: 12 windows of 20 records, 4.8 s, in runs of 2 s.
    const slow = { kind: 'wait', micros: 20_000 } as const
    expect(expectedSeconds(settingsOf({ seconds: 2, process: slow }))).toBeCloseTo(
      (8 + 31 * 0.6) * 1.6 + 6 * 5 * 2.4 + READ + 5 * 5.2 + 16,
      9
    )
    const slowest = { kind: 'wait', micros: 10e6 } as const
    expect(expectedSeconds(settingsOf({ process: slowest }))).toBe(expectedSeconds(settingsOf()))
  })

  test('of a first look is below 90 s', () => {
    const process = { kind: 'wait', micros: 1000 } as const
    expect(expectedSeconds(settingsOf({ short: true, process }))).toBeLessThan(90)
  })

  test.each([
    ['as they were to be where the machine got ready in time', 25, 1],
    ['cut where it was a little slow, as all that follows will be', 29, 0.75],
    ['cut to a half at the most', 32, 0.5],
    ['no shorter on a machine that is much too slow', 200, 0.5]
  ])('of a first look has runs %s', (_, preparedSeconds, seconds) => {
    // 4 s and 13.3 s x 1.6 of warming to get ready, then 46.8 s with runs of 1 s, and 41.6 s of 0.75 s.
    const short = settingsOf({ short: true, process: { kind: 'wait', micros: 1000 } })
    expect(runSeconds(short, preparedSeconds)).toBe(seconds)
  })

  test('is not cut where it is no first look, or lengths were asked for', () => {
    expect(runSeconds(settingsOf(), 200)).toBe(5)
    expect(runSeconds(settingsOf({ short: true, seconds: 3 }), 200)).toBe(3)
  })
})

describe('a budget', () => {
  test('is kept by fewer and shorter runs', () => {
    for (const seconds of [47, 60, 90, 120, 300, 600]) {
      const settings = within(seconds)
      expect(expectedSeconds(settings)).toBeLessThanOrEqual(seconds)
      expect(settings.runs).toBeGreaterThanOrEqual(3)
    }
  })

  test('buys five runs first, then runs of two seconds, then more of both', () => {
    // Six quantities: 5 x 6 x 2.4 + 25 x 0.93 + 42.6 + 4 + 12 = 153.8 s; 7 runs of 1 s are worth less.
    expect(within(154)).toMatchObject({ runs: 5, secondsPerRun: 2, verifySeconds: 4 })
    // 3 x 6 x 2.4 + 15 x 0.93 + 42.6 + 16 = 115.7 s: of equal worth per second the longer runs.
    expect(within(116)).toMatchObject({ runs: 3, secondsPerRun: 2 })
    expect(within(3600).secondsPerRun).toBe(20)
  })

  test('leaves what was asked for', () => {
    expect(within(300, { runs: 4 })).toMatchObject({ runs: 4 })
    expect(within(300, { seconds: 1.5 })).toMatchObject({ secondsPerRun: 1.5 })
    expect(fitToBudget(settingsOf(), { targetThroughput: 1e6 })).toEqual(settingsOf())
  })

  test('is kept where what cannot tell is measured again', () => {
    expect(within(60, { short: true }).patienceSeconds).toBe(60)
    expect(within(600, { short: true }).patienceSeconds).toBe(75)
    expect(within(600).patienceSeconds).toBeNull()
  })

  test('that is too small is refused with what it takes', () => {
    expect(() => within(10)).toThrow(HighwaterError)
    // (2 + 4.65) x 1.6 + 3 x 6 x 0.9 + 15 x 0.3 + 3 + 12 = 46.3 s
    expect(() => within(46)).toThrow(/^--budget 46 s is too short: .* takes about 47 s; give more\.$/)
    expect(within(47)).toMatchObject({ runs: 3, secondsPerRun: 0.5 })
  })
})

test('an outline says what would be measured, and for how long', () => {
  const lines = outlineOf(settingsOf({ process: { kind: 'wait', micros: 1000 } }))
  expect(lines[0]).toBe('Throughput at 1, 2, 4, 16 partitions: 5 runs of up to 5 s each, in shuffled blocks.')
  expect(lines[1]).toBe('8 partitions are left out, foretold, then measured.')
  expect(lines.at(-1)).toMatch(/^About .* at most, and .* of disk at any time at most/)
  expect(outlineOf(settingsOf({ points: [1] })).join()).not.toContain('left out')
})
