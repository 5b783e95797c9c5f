import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { varintSize } from '../../../native-free/varint.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import {
  batchUpperBound,
  lengthSize,
  payloadSize,
  recordSize,
  recordUpperBound
} from '../../../src/wire/record/record-size.ts'
import { goldenVector, VECTOR_RECORDS } from './golden-records.ts'

test('the exact sizes of the vector records add up to the batch Kafka wrote', () => {
  const sizes = VECTOR_RECORDS.map(({ timestamp, key, value, headers }, index) => {
    const payload = payloadSize(key === null ? -1 : key.length, value === null ? -1 : value.length, headers)
    return recordSize(timestamp - VECTOR_RECORDS[0]!.timestamp, index, payload)
  })
  expect(sizes).toEqual([15, 19, 9])
  expect(61 + 15 + 19 + 9).toBe(goldenVector('plain').length)
})

test.each([
  [63, 1],
  [64, 2],
  [8191, 2],
  [8192, 3],
  [-1, 1]
])('a length of %i takes %i bytes', (length, size) => {
  expect(lengthSize(length)).toBe(size)
  expect(varintSize(length)).toBe(size)
})

test('a record without key, value and headers has 7 bytes', () => {
  expect(recordSize(0, 0, payloadSize(-1, -1, NO_HEADERS))).toBe(7)
})

test('an empty key or value takes as much as a null one', () => {
  expect(payloadSize(0, 0, NO_HEADERS)).toBe(payloadSize(-1, -1, NO_HEADERS))
})

describe('upper bounds', () => {
  test('count 21 bytes beside key, value and headers, and 61 more for a batch', () => {
    const headers = [{ key: 'é', value: new Uint8Array(70) }]
    expect(recordUpperBound(-1, 100, NO_HEADERS)).toBe(21 + 1 + (2 + 100) + 1)
    expect(recordUpperBound(4, -1, headers)).toBe(21 + (1 + 4) + 1 + 1 + (1 + 2) + (2 + 70))
    expect(batchUpperBound(-1, 100, NO_HEADERS)).toBe(61 + 125)
  })

  test('are never below the exact size', () => {
    const length = fc.integer({ min: -1, max: 2 ** 30 })
    const delta = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(
        length,
        length,
        delta,
        fc.nat(2 ** 31 - 1),
        (keyLength, valueLength, timestampDelta, offsetDelta) => {
          const exact = recordSize(
            timestampDelta,
            offsetDelta,
            payloadSize(keyLength, valueLength, NO_HEADERS)
          )
          expect(recordUpperBound(keyLength, valueLength, NO_HEADERS)).toBeGreaterThanOrEqual(exact)
        }
      )
    )
  })
})
