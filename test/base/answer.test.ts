import { describe, expect, test } from 'vitest'
import { Answer, allOf, answerOf } from '../../src/base/answer.ts'

/** What listeners heard of an answer, in order. */
function heardOf(answer: Answer<unknown>): unknown[] {
  const heard: unknown[] = []
  answer.whenSettled(
    value => heard.push(['value', value]),
    error => heard.push(['error', error])
  )
  return heard
}

describe('an answer', () => {
  test('tells who listens inside the call that settles it, and who comes later at once', () => {
    const answer = new Answer<number>()
    const early = [heardOf(answer), heardOf(answer)]
    expect(answer.isSettled).toBe(false)
    answer.settle(5)
    expect(early).toEqual([[['value', 5]], [['value', 5]]])
    expect(heardOf(answer)).toEqual([['value', 5]])
    expect(answer.isSettled).toBe(true)
  })

  test('tells an error likewise, and to a listener it is told', async () => {
    const answer = new Answer<number>()
    const heard = heardOf(answer)
    answer.fail('reason')
    expect(heard).toEqual([['error', 'reason']])
    expect(heardOf(answer)).toEqual([['error', 'reason']])
  })

  test('is settled once: what comes later has no effect', async () => {
    const answer = new Answer<number>()
    const heard = heardOf(answer)
    answer.settle(1)
    answer.settle(2)
    answer.fail('late')
    expect([heard, heardOf(answer)]).toEqual([[['value', 1]], [['value', 1]]])
    expect(await answer).toBe(1)
  })

  test('is a promise: awaited, caught, and what it gives on is a plain one', async () => {
    const failing = new Answer<number>()
    const caught = failing.catch((error: unknown) => `caught ${error}`)
    failing.fail('it')
    expect(await caught).toBe('caught it')
    await expect(failing).rejects.toBe('it')
    const answer = new Answer<number>()
    answer.settle(1)
    const doubled = answer.then(value => value * 2)
    expect(doubled).not.toBeInstanceOf(Answer)
    expect([answer instanceof Promise, await doubled]).toEqual([true, 2])
  })

  test('that fails and has no listener is an unhandled rejection', async () => {
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    const unhandled = new Promise(resolve => process.once('unhandledRejection', resolve))
    try {
      new Answer<number>().fail('nobody hears')
      expect(await unhandled).toBe('nobody hears')
    } finally {
      for (const other of others) process.on('unhandledRejection', other)
    }
  })
})

describe('block', () => {
  test('waits as the answer says, and not once it is settled', () => {
    const waits: number[] = []
    const answer: Answer<string> = new Answer(timeoutMs => {
      waits.push(timeoutMs)
      answer.settle('came')
      return true
    })
    expect([answer.block(7), answer.block(8), waits]).toEqual([true, true, [7]])
  })

  test('cannot help with an answer that names no way to wait', () => {
    const answer = new Answer<string>()
    expect(answer.block(1000)).toBe(false)
    answer.settle('came')
    expect(answer.block(1000)).toBe(true)
  })
})

describe('the answer of a promise', () => {
  test('is the answer itself where it is one', () => {
    const answer = new Answer<number>()
    expect(answerOf(answer)).toBe(answer)
  })

  test('follows any other, and cannot be waited for', async () => {
    const answer = answerOf(Promise.resolve('v'))
    expect(answer.block(1000)).toBe(false)
    expect(await answer).toBe('v')
    await expect(answerOf(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})

describe('all of some answers', () => {
  test('are settled with the last of them, and at once where there is none', () => {
    const [one, other] = [new Answer<number>(), new Answer<string>()]
    const all = allOf([one, other])
    other.settle('b')
    expect(all.isSettled).toBe(false)
    one.settle(1)
    expect([all.isSettled, allOf([]).isSettled]).toEqual([true, true])
  })

  test('fail with the first that fails', () => {
    const parts = [new Answer<number>(), new Answer<number>()]
    const heard = heardOf(allOf(parts))
    parts[1]?.fail('second')
    parts[0]?.fail('first')
    expect(heard).toEqual([['error', 'second']])
  })

  test('wait for one that can be waited for and is not settled', () => {
    const settled = new Answer<number>()
    settled.settle(1)
    const waitable: Answer<number> = new Answer(() => {
      waitable.settle(2)
      return true
    })
    const all = allOf([settled, new Answer<number>(), waitable])
    expect([all.block(1), waitable.isSettled, all.isSettled]).toEqual([true, true, false])
    expect(all.block(1)).toBe(false)
  })
})
