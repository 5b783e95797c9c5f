import { expect, test } from 'vitest'
import { NumberedValues, numberIn } from '../../../bench/peers/numbered-values.ts'

test('a value says its number, also beyond 2^24 and 2^31', () => {
  const values = new NumberedValues(100)
  for (const number of [0, 255, 256, 65_536, 16_777_216, 2_147_483_648, 4_294_967_295]) {
    const value = values.take(number)
    expect(value).toHaveLength(100)
    expect(numberIn(value, 0)).toBe(number)
  }
})

test('neighbours are different buffers, and their bytes do not repeat', () => {
  const values = new NumberedValues(1000)
  const [first, second] = [values.take(0), values.take(1)]
  expect(first.subarray(4)).not.toEqual(second.subarray(4))
  expect(new Set(first).size).toBeGreaterThan(200)
})
