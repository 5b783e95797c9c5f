import { expect, test } from 'vitest'
import { parseStall, stalledUntil } from '../../../src/harness/benchmark/stall.ts'

test('a stall ends each of its periods', () => {
  const stall = { silentMs: 200, periodMs: 1000 }
  const times = [0, 799.9, 800, 999.9, 1000, 5799, 5850]
  expect(times.map(now => stalledUntil(stall, now))).toEqual([null, null, 1000, 1000, null, null, 6000])
})

test('a stall is written as silence and period', () => {
  expect(parseStall('200ms/1s')).toEqual({ silentMs: 200, periodMs: 1000 })
  expect(() => parseStall('200ms')).toThrow(
    'The stall "200ms" has another form than SILENCE/PERIOD, such as 200ms/1s.'
  )
  expect(() => parseStall('1s/1s')).toThrow('must be above zero and shorter than its period')
  expect(() => parseStall('0ms/1s')).toThrow('must be above zero')
  expect(() => parseStall('x/1s')).toThrow('"x" is not a duration')
})
