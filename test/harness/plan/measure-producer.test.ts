import { describe, expect, test } from 'vitest'
import {
  busyShare,
  chosenTrial,
  hasLevelled,
  type LoaderTrial,
  nextTrial
} from '../../../src/harness/plan/measure-producer.ts'

/** Trials with 1, 2, 4 ... loaders at these rates. */
function trials(first: number, ...others: number[]): [LoaderTrial, ...LoaderTrial[]] {
  const rest = others.map((bytesPerSecond, index) => ({
    partitions: 1,
    loaders: 2 ** (index + 1),
    bytesPerSecond
  }))
  return [{ partitions: 1, loaders: 1, bytesPerSecond: first }, ...rest]
}

describe('the number of loaders', () => {
  test('is tried from one on, twice as many each time', () => {
    expect(nextTrial([], 8)).toBe(1)
    expect(nextTrial(trials(100), 8)).toBe(2)
    expect(nextTrial(trials(100, 180), 8)).toBe(4)
  })

  test('is raised no further when it brings less than 5 %, or there are no more cores', () => {
    expect(nextTrial(trials(100, 104), 8)).toBeNull()
    expect(nextTrial(trials(100), 1)).toBeNull()
    expect(nextTrial(trials(100, 180), 2)).toBeNull()
  })

  test('is the least that reaches what more of them do', () => {
    expect(chosenTrial(trials(100)).loaders).toBe(1)
    expect(chosenTrial(trials(100, 104)).loaders).toBe(1)
    expect(chosenTrial(trials(100, 80)).loaders).toBe(1)
    expect(chosenTrial(trials(100, 180, 185)).loaders).toBe(2)
  })
})

describe('a rate', () => {
  test('has levelled when two looks have gained less than 5 % on the best before', () => {
    expect(hasLevelled([120, 300, 310, 314])).toBe(true)
    expect(hasLevelled([120, 300, 316, 310])).toBe(false)
    expect(hasLevelled([300, 280, 290])).toBe(true)
  })

  test('that was looked at once or twice may still rise', () => {
    expect([[], [300], [300, 290]].some(hasLevelled)).toBe(false)
  })
})

describe('a loader', () => {
  const report = { sent: 1, elapsedMs: 1000, delayOverInterval: null }

  test('is as busy as its processor time says, whatever it waited', () => {
    expect(busyShare({ ...report, waitedMs: 0, cpuMs: 250 })).toBe(0.25)
  })

  test('is taken for busy while it does not wait, where its processor time is not known', () => {
    expect(busyShare({ ...report, waitedMs: 400, cpuMs: null })).toBe(0.6)
  })
})
