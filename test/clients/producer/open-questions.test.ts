import { expect, test } from 'vitest'
import { Answer } from '../../../src/base/answer.ts'
import { OpenQuestions } from '../../../src/clients/producer/open-questions.ts'

/** A question whose answer comes when somebody blocks for it; notes that in `order`. */
function waitable(name: string, order: string[]): Answer<string> {
  const answer: Answer<string> = new Answer(() => {
    order.push(name)
    answer.settle(name)
    return true
  })
  return answer
}

test('the first that can be waited for is waited for, one a call', () => {
  const questions = new OpenQuestions()
  const order: string[] = []
  for (const question of [new Answer(), waitable('a', order), waitable('b', order)]) questions.add(question)
  expect([questions.waitBlocking(1), [...order]]).toEqual([true, ['a']])
  expect([questions.waitBlocking(1), [...order]]).toEqual([true, ['a', 'b']])
  expect([questions.waitBlocking(1), order]).toEqual([false, ['a', 'b']])
})

test('one that is settled is waited for no more', () => {
  const questions = new OpenQuestions()
  const [before, after] = [new Answer<void>(() => true), new Answer<void>(() => true)]
  before.settle()
  questions.add(before)
  expect(questions.waitBlocking(1)).toBe(false)
  questions.add(after)
  after.settle()
  expect(questions.waitBlocking(1)).toBe(false)
})
