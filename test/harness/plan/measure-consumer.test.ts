import { describe, expect, test } from 'vitest'
import { handlerRun } from '../../../src/harness/plan/measure-consumer.ts'

const wait = (ms: number) => ({ kind: 'wait' as const, micros: ms * 1000 })

describe('a run with a handler', () => {
  test('is as long as any other with a fast handler', () => {
    expect(handlerRun(wait(2), 2.8)).toEqual({ windowMs: 200, seconds: 2.8 })
  })

  test('has longer windows with a slow one, so that each holds enough records', () => {
    expect(handlerRun(wait(20), 2)).toEqual({ windowMs: 400, seconds: 4.8 })
  })

  test('is never more than four times as long as any other', () => {
    const longest = handlerRun(wait(80), 2)
    expect(longest?.seconds).toBeCloseTo(8)
    expect(longest?.windowMs).toBeGreaterThanOrEqual(8 * 80)
  })

  test('is not made with a handler so slow that Tc is better predicted', () => {
    expect(handlerRun(wait(100), 2)).toBeNull()
    expect(handlerRun(wait(100), 5)).not.toBeNull()
  })
})
