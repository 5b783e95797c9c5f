import { expect, test } from 'vitest'
import { frameIn, int8, int16, int32, int64, readerOf, text } from '../../../bench/peers/kafka-fields.ts'

const hex = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null

test('fields are big-endian, texts have a length before them', () => {
  expect([int8(-1), int16(-2), int32(258), int64(-1n), text('né')].map(hex)).toEqual([
    'ff',
    'fffe',
    '00000102',
    'ffffffffffffffff',
    '00036ec3a9'
  ])
})

test('what was written is read in its order', () => {
  const reader = readerOf(Buffer.concat([int16(7), text('topic'), int32(-3), int64(12345678901n), int8(1)]))
  expect([reader.int16(), reader.text()]).toEqual([7, 'topic'])
  reader.skip('a number', 4)
  expect(reader.int64()).toBe(12345678901)
})

test('a frame is there when all of it is, and no more than it', () => {
  const whole = Buffer.from('00000003aabbccdd', 'hex')
  const frames = [3, 4, 6, 7, 8].map(length => hex(frameIn(whole.subarray(0, length))))
  expect(frames).toEqual([null, null, null, 'aabbcc', 'aabbcc'])
})
