import { describe, expect, test } from 'vitest'
import { chooseLaw, type LawChoice } from '../../src/planner/law-choice.ts'
import { countDoubts, heldOutDoubt, judgeHeldOut, lawDoubt } from '../../src/planner/law-doubts.ts'
import { makeMeasurement } from '../../src/planner/measurement.ts'

/** Rates in MB/s, of which so many runs settled. */
function measurementOf(ratesMB: readonly number[], steady: number) {
  const runs = ratesMB.map((rate, index) => ({ bytesPerSecond: rate * 1e6, steady: index < steady }))
  return makeMeasurement({ label: 'saturation', runs, recordBytes: 1000, bytesPerCpuSecond: null })
}

describe('a count', () => {
  test('whose runs scatter or did not settle is not firm', () => {
    const points = [
      { partitions: 2, measurement: measurementOf([60, 100, 200], 0) },
      { partitions: 4, measurement: measurementOf([80, 100, 106], 3) },
      { partitions: 8, measurement: measurementOf([99, 100, 101], 1) },
      { partitions: 16, measurement: measurementOf([90, 100, 110], 2) }
    ]
    expect(countDoubts(points)).toEqual([
      'The runs with 2 partitions lie 140 % apart and settled in none of 3 cases: that point is not firm.',
      'The runs with 4 partitions lie 26 % apart: that point is not firm.',
      'The runs with 8 partitions settled in only 1 of 3 cases: that point is not firm.'
    ])
  })
})

describe('the law', () => {
  /** Points that go up and down by turns, or straight. */
  function lawOf(rates: readonly number[]): LawChoice {
    const points = rates.map((rate, index) => ({
      partitions: 2 ** index,
      runs: [rate * 0.99e6, rate * 1e6, rate * 1.01e6]
    }))
    const choice = chooseLaw(points)
    if (choice.kind === 'unidentified') throw new Error(choice.reason)
    return choice
  }

  test('is a doubt from an error of 20 % at points left out on, needed or not', () => {
    expect(lawDoubt(lawOf([10, 20, 40, 80]), true)).toBeNull()
    const wild = lawOf([10, 60, 15, 100])
    const error = wild.families[0]?.looError ?? 0
    expect(error).toBeGreaterThan(0.2)
    expect(lawDoubt(wild, true)).toMatch(/^No law tells points left out to 20 %: .* counts measured\.$/)
    expect(lawDoubt(wild, false)).toMatch(/ counts measured, and the count does not rest on it\.$/)
  })
})

describe('a count that was foretold', () => {
  const told = (median: number, low: number, high: number) => ({
    median: median * 1e6,
    low: low * 1e6,
    high: high * 1e6
  })

  test.each<[string, ReturnType<typeof told>, number, { inside: boolean; passed: boolean }]>([
    ['off by 48 % and outside', told(356, 262, 486), 241, { inside: false, passed: false }],
    [
      'off by 48 % in an interval that is wide enough for anything',
      told(356, 98.5, 771),
      241,
      { inside: true, passed: false }
    ],
    ['off by 10 % and outside', told(110, 105, 115), 100, { inside: false, passed: false }],
    ['off by 21 % and inside', told(121, 90, 150), 100, { inside: true, passed: false }],
    ['off by 20 % and inside', told(120, 90, 150), 100, { inside: true, passed: true }],
    ['off by -15 % and inside', told(85, 60, 110), 100, { inside: true, passed: true }]
  ])('and was %s', (_, predicted, measured, judged) => {
    expect(judgeHeldOut(8, predicted, measured * 1e6)).toMatchObject(judged)
  })

  test('says what a failure means, and nothing else', () => {
    const failed = judgeHeldOut(8, told(356, 262, 486), 241e6)
    expect(heldOutDoubt(failed, false)).toBe(
      '8 partitions were foretold at 356 MB/s and measured at 241 MB/s, off by 48 % and outside of the ' +
        'interval: the law is not to be trusted between its points, and the count does not rest on it.'
    )
    const wide = judgeHeldOut(8, told(356, 98.5, 771), 241e6)
    expect(heldOutDoubt(wide, true)).toMatch(/inside of a wide interval: .* and the count rests on it\.$/)
    expect(heldOutDoubt(judgeHeldOut(8, told(100, 90, 110), 101e6), true)).toBeNull()
  })
})
