import { describe, expect, test } from 'vitest'
import { planSettings } from '../../../src/harness/plan/plan-settings.ts'
import { repeatDoubtful, repeatSeconds } from '../../../src/harness/plan/repeat.ts'
import type { Side } from '../../../src/planner/partition-count.ts'
import type { Plan } from '../../../src/planner/plan.ts'
import type { Refusal } from '../../../src/planner/refusal.ts'
import { report } from './fixture.ts'

/** A first look with runs of 2 s. */
const SHORT = {
  ...planSettings({ targetThroughput: 3e6, process: { kind: 'wait', micros: 1000 }, short: true }),
  secondsPerRun: 2,
  verifySeconds: 4
}
const LONG = planSettings({ targetThroughput: 3e6 })

describe('the runs of a repeat', () => {
  test.each<[string, number, readonly Side[], number | null]>([
    // 75 s, less 4 of verification, 15 to finish, and for the count that is left out 3 x 2.93, of which
    // reading 429 MB back takes 0.43: 47.2 s. Three runs of 8 s, with what is around: 25.5 s.
    ['are four times as long where there is time', 21.7, ['consume'], 8],
    ['are shorter where there is less', 21.8, ['consume'], 6],
    ['are as long as before at the least', 39.7, ['consume'], 2],
    ['are not made where there is no time', 39.8, ['consume'], null],
    // Of producers at four counts: 3 x 4 x 2.93 = 35.2 s.
    ['take every count of producers', 12, ['produce'], 2],
    ['take too long with every count', 12.1, ['produce'], null],
    // 3 x (4 x 2.93 + 2.5) = 42.7 s
    ['share the time where both sides cannot tell', 4.5, ['produce', 'consume'], 2]
  ])('%s', (_, passed, sides, seconds) => {
    expect(repeatSeconds(SHORT, sides, passed)).toBe(seconds)
  })

  test('leave no time for a count that is not measured', () => {
    expect(repeatSeconds({ ...SHORT, heldOutCount: null }, ['consume'], 30.5)).toBe(8)
  })

  test('are counted as long as a slow handler takes', () => {
    const slow = { ...SHORT, process: { kind: 'wait' as const, micros: 50_000 } }
    // A handler of 50 ms needs 12 windows of 20 records where it can: 12 s, and 8 s at the least.
    expect(repeatSeconds(slow, ['consume'], 9.7)).toBe(8)
    expect(repeatSeconds(slow, ['consume'], 9.8)).toBe(2)
    expect(repeatSeconds(slow, ['consume'], 21.8)).toBeNull()
  })

  test('are not made for a plan that is not short, or whose lengths were given', () => {
    expect(repeatSeconds(LONG, ['consume'], 0)).toBeNull()
    const given = planSettings({ targetThroughput: 3e6, short: true, seconds: 2 })
    expect(repeatSeconds(given, ['consume'], 0)).toBeNull()
  })
})

const { outcome: plan } = report()
const refusal: Refusal = {
  kind: 'refused',
  reason: 'Tc <so>.',
  doubtful: ['consume'],
  command: 'x',
  cure: null,
  requirements: null
}

/** Judged in this order; what was measured, and what was said of it. */
async function repeated(outcomes: readonly (Plan | Refusal)[], passed: readonly number[]) {
  const measured: [readonly Side[], number][] = []
  let judged = 0
  let looked = 0
  const sentences = await repeatDoubtful({
    settings: SHORT,
    judge: () => outcomes[judged++] ?? plan,
    passedSeconds: () => passed[looked++] ?? 90,
    measure: async (sides, seconds) => {
      measured.push([sides, seconds])
    }
  })
  return { measured, sentences }
}

describe('what cannot tell', () => {
  test('is measured again until it can, and the report says so', async () => {
    expect(await repeated([refusal, plan], [20])).toEqual({
      measured: [[['consume'], 8]],
      sentences: ['Tc: measured anew, in 3 runs of 8 s, as the runs before could not tell. Tc <so>.']
    })
  })

  test('is given up after the second time, or when the time is up', async () => {
    // 47.2 - 33 = 14.2 s are three runs of 4 s.
    expect((await repeated([refusal, refusal, refusal], [5, 33, 34])).measured).toEqual([
      [['consume'], 8],
      [['consume'], 4]
    ])
    expect((await repeated([refusal, refusal], [30, 70])).measured).toHaveLength(1)
  })

  test('is left alone where there is nothing of it', async () => {
    expect(await repeated([plan], [30])).toEqual({ measured: [], sentences: [] })
  })
})
