import { expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { ceilQuotient } from '../../src/planner/rounding.ts'

test.each([
  [120, 40, 3],
  [121, 40, 4],
  [0.3, 0.1, 3],
  [0.9, 0.9, 1],
  [1e-9, 1, 1],
  [1e-300, 1e300, 1],
  [1e9, 1, 1e9],
  [1e9 + 0.5, 1, 1e9 + 1]
])('%d in things of %d are %d', (amount, each, count) => {
  expect(ceilQuotient(amount, each)).toBe(count)
})

test('exact multiples stay exact, and a hair more takes one more', () => {
  for (let count = 1; count <= 2000; count++) {
    expect(ceilQuotient(count * 0.1, 0.1)).toBe(count)
    expect(ceilQuotient(count * 38.6e6, 38.6e6)).toBe(count)
    expect(ceilQuotient(count * 38.6e6 * (1 + 1e-9), 38.6e6)).toBe(count + 1)
  }
})

test('zero, below and not a number are broken invariants', () => {
  expect(() => ceilQuotient(0, 1)).toThrow(InvariantError)
  expect(() => ceilQuotient(1, 0)).toThrow(InvariantError)
  expect(() => ceilQuotient(1, Number.NaN)).toThrow(InvariantError)
})
