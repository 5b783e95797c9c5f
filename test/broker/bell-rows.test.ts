import { expect, test } from 'vitest'
import { BellRows } from '../../src/broker/bell-rows.ts'
import { BELL_ROWS, BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

const ROW_WORDS = 32
const PARKED = 16

function rows(): { rows: BellRows; bells: Bells; words: AtomicWords } {
  const words = new AtomicWords(allocateWords(BELLS_BYTES))
  const bells = new Bells(words)
  return { rows: new BellRows(bells), bells, words }
}

test('a row that came back is given out after all others, and may be rung again', () => {
  const { rows: free, bells, words } = rows()
  const first = free.take()
  free.giveBack(first)
  const taken = Array.from({ length: BELL_ROWS }, () => free.take())
  expect(taken.at(-1)).toBe(first)
  words.store(first * ROW_WORDS + PARKED, 1)
  bells.ring(first)
  expect(words.load(first * ROW_WORDS)).toBe(1)
})

test('nobody rings a row that came back', () => {
  const { rows: free, bells, words } = rows()
  const row = free.take()
  words.store(row * ROW_WORDS + PARKED, 1)
  free.giveBack(row)
  bells.ring(row)
  expect(words.load(row * ROW_WORDS)).toBe(0)
})

test('when all rows are taken the error says who has them', () => {
  const { rows: free } = rows()
  for (let i = 0; i < BELL_ROWS; i++) free.take()
  expect(() => free.take()).toThrow('taken by partitions and open clients')
})
