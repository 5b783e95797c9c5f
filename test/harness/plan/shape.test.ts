import { expect, test } from 'vitest'
import {
  entries,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  positive,
  type Shape,
  text,
  textLike,
  whole
} from '../../../src/harness/plan/shape.ts'

test.each<[string, Shape, readonly unknown[], readonly unknown[]]>([
  ['number', number(-1, 2), [-1, 0.5, 2], [-1.1, 2.1, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
  ['positive', positive(2), [Number.MIN_VALUE, 2], [0, -1, 2.1, '1']],
  ['whole', whole(0, 3), [0, 3], [0.5, -1, 4, '1', null, [1]]],
  ['text', text(3), ['', 'abc'], ['abcd', 1, null]],
  ['textLike', textLike(/^a+$/, 'some a'), ['a', 'aa'], ['', 'b', 1]],
  ['flag', flag, [true, false], [0, 'true', null]],
  ['oneOf', oneOf('a', 1), ['a', 1], ['b', '1', null, ['a']]],
  ['nullable', nullable(whole(0, 3)), [null, 1], [undefined, 'x']],
  ['optional', optional(whole(0, 3)), [undefined, 1], [null, 'x']],
  ['list', list(whole(0, 3), 1, 2), [[0], [1, 2]], [[], [1, 2, 3], [4], {}, 'ab', null]],
  ['object', object<{ a: number }>({ a: whole(0, 3) }), [{ a: 1 }], [{}, { a: 4 }, { a: 1, b: 1 }, [], null]],
  ['entries', entries(name => (name === 'a' ? flag : null)), [{}, { a: true }], [{ b: true }, { a: 1 }, []]]
])('%s takes what it describes, and nothing else', (_, shape, right, wrong) => {
  for (const value of right) expect(shape(value, 'it'), JSON.stringify(value)).toBeNull()
  for (const value of wrong) expect(shape(value, 'it'), JSON.stringify(value)).toMatch(/^it/)
})

test('a fault is told with the path to it, and what is there', () => {
  const shape = object<{ a: unknown; b: unknown }>({
    a: list(object<{ c: number }>({ c: whole(0, 3) }), 0, 9),
    b: flag
  })
  expect(shape({ a: [{ c: 1 }, { c: 'x' }], b: 1 }, '')).toBe('a[1].c is "x", not a whole number from 0 to 3')
  expect(shape({ a: [], b: [] }, '')).toBe('b is a list, not true or false')
  expect(shape({ a: [] }, '')).toBe('b is missing, not true or false')
  expect(shape([], '')).toBe('the whole of it is a list, not an object')
  expect(shape({ a: 'y'.repeat(99), b: true }, '')).toBe(
    `a is "${'y'.repeat(39)}..., not a list of 0 to 9 entries`
  )
})

test('a name that is not known is told, however odd it is', () => {
  const shape = object<object>({})
  expect(shape({ 'a b\n': 1 }, 'x')).toBe('x."a b\\n" is not known')
  expect(shape(JSON.parse('{"__proto__":1}'), 'x')).toBe('x.__proto__ is not known')
})
