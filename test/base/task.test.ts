import { describe, expect, test } from 'vitest'
import { Answer } from '../../src/base/answer.ts'
import { InvariantError, invariant } from '../../src/base/invariant.ts'
import { arrival, type Steps, task } from '../../src/base/task.ts'

/** An answer that comes while somebody blocks for it. */
function waitable<Value>(value: Value): Answer<Value> {
  const answer: Answer<Value> = new Answer(() => {
    answer.settle(value)
    return true
  })
  return answer
}

describe('a task', () => {
  test('runs up to what it waits for, and goes on inside the call that settles that', () => {
    const [first, second] = [new Answer<number>(), new Answer<number>()]
    const steps: unknown[] = []
    const sum = task(function* () {
      steps.push('begun')
      const one = yield* arrival(first)
      steps.push(one)
      return one + (yield* arrival(second))
    })
    expect(steps).toEqual(['begun'])
    first.settle(1)
    expect([steps, sum.isSettled]).toEqual([['begun', 1], false])
    sum.whenSettled(
      value => steps.push(value),
      () => {}
    )
    second.settle(2)
    expect(steps).toEqual(['begun', 1, 3])
  })

  test('waits for plain promises in between', async () => {
    const answer = new Answer<string>()
    const both = task(function* () {
      return (yield* arrival(Promise.resolve('plain'))) + (yield* arrival(answer))
    })
    answer.settle(' and not')
    expect(both.isSettled).toBe(false)
    expect(await both).toBe('plain and not')
  })

  test('catches what it waits for as an async function does', async () => {
    const answer = new Answer<string>()
    const caught = task(function* () {
      const reasons: unknown[] = []
      for (const failing of [answer, Promise.reject(new Error('plain'))]) {
        try {
          yield* arrival(failing)
        } catch (error) {
          reasons.push(error)
        }
      }
      return reasons
    })
    answer.fail('at once')
    expect(await caught).toEqual(['at once', new Error('plain')])
  })

  test('fails with what it throws, in its first step or a later one, and runs its finally', () => {
    const answer = new Answer<boolean>()
    const ends: unknown[] = []
    const failing = (awaited: Answer<boolean> | null): Answer<void> =>
      task(function* (): Steps<void> {
        try {
          if (awaited !== null) invariant(yield* arrival(awaited), 'it holds')
          throw new RangeError('first step')
        } finally {
          ends.push('finally')
        }
      })
    for (const which of [failing(null), failing(answer)]) {
      which.whenSettled(
        () => ends.push('no error'),
        error => ends.push(error)
      )
    }
    answer.settle(false)
    expect(ends).toEqual(['finally', new RangeError('first step'), 'finally', expect.any(InvariantError)])
  })
})

describe('block', () => {
  test('waits for one thing after the other, through tasks inside tasks, until all is done', () => {
    const inner = (): Answer<number> =>
      task(function* () {
        return (yield* arrival(waitable(1))) + (yield* arrival(waitable(2)))
      })
    const outer = task(function* () {
      return (yield* arrival(inner())) + (yield* arrival(inner()))
    })
    expect([outer.block(60_000), outer.isSettled]).toEqual([true, true])
  })

  test('gives up with what it waits for, whose time is over', () => {
    const waits: number[] = []
    const never = task(function* () {
      yield* arrival(waitable('v'))
      yield* arrival(new Answer<void>(timeoutMs => waits.push(timeoutMs) > 0))
    })
    expect([never.block(60_000), never.isSettled, waits.length]).toEqual([true, false, 1])
    expect(waits[0]).toBeLessThanOrEqual(60_000)
  })

  test('goes on to the next thing only while there is time', () => {
    const both = task(function* () {
      yield* arrival(waitable('v'))
      yield* arrival(waitable('w'))
    })
    expect([both.block(0), both.isSettled, both.block(0), both.isSettled]).toEqual([true, false, true, true])
  })

  test('looks once where there is no time', () => {
    const answer = task(function* () {
      return yield* arrival(waitable('v'))
    })
    expect([answer.block(0), answer.isSettled]).toEqual([true, true])
  })

  test('cannot help past a plain promise: it says so when nothing was waited for', () => {
    const stuck = task(function* () {
      yield* arrival(waitable('v'))
      yield* arrival(new Promise(() => {}))
    })
    expect([stuck.block(60_000), stuck.block(60_000)]).toEqual([true, false])
  })

  test('cannot help from inside its own steps, or where these have not heard of their answer yet', () => {
    const told: boolean[] = []
    const answer = new Answer<void>()
    answer.whenSettled(
      () => told.push(waiting.block(60_000)),
      () => {}
    )
    const waiting: Answer<void> = task(function* () {
      yield* arrival(answer)
      told.push(waiting.block(60_000))
    })
    answer.settle()
    expect([told, waiting.isSettled]).toEqual([[false, false], true])
  })
})
