import { expect, test } from 'vitest'
import {
  formatFigure,
  formatFineShare,
  formatPartOf,
  formatRoundedUp
} from '../../src/planner/formula-text.ts'

test.each([
  [0.0012345, '0.00123'],
  [4 / 3, '1.33'],
  [0.8, '0.8'],
  [136.4, '136'],
  [147_783, '148 000'],
  [0, '0']
])('%d is written %s in a formula', (value, text) => {
  expect(formatFigure(value)).toBe(text)
})

test('more digits are given where they are asked for', () => {
  expect(formatFigure(136.4567, 4)).toBe('136.5')
})

test('a share below one percent keeps its digits', () => {
  expect([0.0055, 0.00548263, 0.1, 1].map(formatFineShare)).toEqual(['0.55 %', '0.548 %', '10 %', '100 %'])
})

test('a part of a whole has its unit once, unless the units differ', () => {
  expect(formatPartOf(1.44e6, 1.584e6)).toBe('1.44 of 1.58 MB/s')
  expect(formatPartOf(500, 3e6)).toBe('500 B/s of 3 MB/s')
})

test('a count says what it was rounded up from', () => {
  expect(formatRoundedUp(136.41, 137)).toBe('136.4, so 137')
  expect(formatRoundedUp(80, 80)).toBe('80')
  expect(formatRoundedUp(0.2, 1)).toBe('0.2, so 1')
})
