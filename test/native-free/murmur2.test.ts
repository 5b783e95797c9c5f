import { expect, test } from 'vitest'
import { murmur2, toPositive } from '../../native-free/murmur2.ts'

test.each([
  ['', 275646681],
  ['a', -1563381124],
  ['ab', 316155434],
  ['abc', 479470107],
  ['abcd', -1323649548],
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['k0', -704538303],
  ['k1', 1684045097],
  ['k2', 380483553],
  ['k3', 1676809936],
  ['user-42', 1459644460],
  ['中文', 1074123597]
])('the key "%s" has the hash that Kafka gives it', (key, expected) => {
  expect(murmur2(new TextEncoder().encode(key))).toBe(expected)
})

test('a key has its hash wherever it lies', () => {
  for (const key of ['', 'a', 'abc', 'foobar', 'a-little-bit-long-string']) {
    const bytes = new TextEncoder().encode(key)
    const around = new Uint8Array(bytes.length + 9).fill(255)
    around.set(bytes, 3)
    expect(murmur2(around, 3, 3 + bytes.length)).toBe(murmur2(bytes))
    expect(murmur2(around.subarray(0, 3 + bytes.length), 3)).toBe(murmur2(bytes))
  }
})

test('a key is placed by the hash without its sign bit, not by its absolute value', () => {
  expect([-2147483648, -1, 0, 7].map(toPositive)).toEqual([0, 2147483647, 0, 7])
  const places = ['', 'a', 'abc', 'foobar', 'k0'].map(
    key => toPositive(murmur2(new TextEncoder().encode(key))) % 10
  )
  expect(places).toEqual([1, 4, 7, 6, 5])
})
