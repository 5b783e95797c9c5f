import { expect, test } from 'vitest'
import { section, tableLines } from '../../src/cli/text-layout.ts'

test('text behind a heading is wrapped, what goes on is set in', () => {
  const words = 'word '.repeat(20).trim()
  const lines = section('Heading', [words, 'next'])
  expect(lines[0]).toBe(`Heading      ${'word '.repeat(17).trim()}`)
  expect(lines[1]).toBe(`${' '.repeat(15)}word word word`)
  expect(lines[2]).toBe(`${' '.repeat(13)}next`)
  expect(section('Heading', [])).toEqual([])
})

test('columns of a table are as wide as their longest cell', () => {
  expect(
    tableLines(
      [
        ['', 'a', 'b'],
        ['first', 'long cell', '1']
      ],
      8
    )
  ).toEqual(['        a           b', 'first   long cell   1'])
  expect(tableLines([], 8)).toEqual([])
})
