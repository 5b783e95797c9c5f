import { describe, expect, test } from 'vitest'
import { planSettings } from '../../src/harness/plan-settings.ts'
import { repeatDoubtful, repeatSeconds } from '../../src/harness/repeat.ts'
import type { Side } from '../../src/planner/partition-count.ts'
import type { Plan } from '../../src/planner/plan.ts'
import type { Refusal } from '../../src/planner/refusal.ts'
import { findings } from './fixture.ts'

const SHORT = planSettings({ targetThroughput: 3e6, process: { kind: 'wait', micros: 1000 }, short: true })
const LONG = planSettings({ targetThroughput: 3e6 })

describe('the runs of a repeat', () => {
  test.each<[string, number, readonly Side[], number | null]>([
    // 90 s, less 6 of verification and 15 to finish: 69 s. Three runs of 12 s, with what is around: 37.5 s.
    ['are four times as long where there is time', 31.5, ['consume'], 12],
    ['are shorter where there is less', 31.6, ['consume'], 9],
    ['are as long as before at the least', 58.5, ['consume'], 3],
    ['are not made where there is no time', 58.6, ['consume'], null],
    ['share the time where both sides cannot tell', 31.5, ['produce', 'consume'], 4.5]
  ])('%s', (_, passed, sides, seconds) => {
    expect(repeatSeconds(SHORT, sides, passed)).toBe(seconds)
  })

  test('are counted as long as a slow handler takes', () => {
    const slow = { ...SHORT, process: { kind: 'wait' as const, micros: 100_000 } }
    // A handler of 100 ms needs 12 windows of 8 records or more: 12 s at least.
    expect(repeatSeconds(slow, ['consume'], 31.5)).toBe(3)
    expect(repeatSeconds(slow, ['consume'], 32)).toBeNull()
  })

  test('are not made for a plan that is not short, or whose lengths were given', () => {
    expect(repeatSeconds(LONG, ['consume'], 0)).toBeNull()
    const given = planSettings({ targetThroughput: 3e6, short: true, seconds: 2 })
    expect(repeatSeconds(given, ['consume'], 0)).toBeNull()
  })
})

const { outcome: plan } = findings()
const refusal: Refusal = { kind: 'refused', reason: 'Tc <so>.', doubtful: ['consume'], command: 'x' }

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
    expect(await repeated([refusal, plan], [30])).toEqual({
      measured: [[['consume'], 12]],
      sentences: ['Tc: measured anew, in 3 runs of 12 s, as the runs before could not tell. Tc <so>.']
    })
  })

  test('is given up after the second time, or when the time is up', async () => {
    expect((await repeated([refusal, refusal, refusal], [10, 50, 51])).measured).toEqual([
      [['consume'], 12],
      [['consume'], 4.5]
    ])
    expect((await repeated([refusal, refusal], [30, 70])).measured).toHaveLength(1)
  })

  test('is left alone where there is nothing of it', async () => {
    expect(await repeated([plan], [30])).toEqual({ measured: [], sentences: [] })
  })
})
