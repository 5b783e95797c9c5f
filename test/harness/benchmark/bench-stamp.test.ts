import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BENCH_STAMP_BYTES,
  BenchStamp,
  payloadSum,
  type StampedRecord,
  stampAt,
  sumOfPayload
} from '../../../src/harness/benchmark/bench-stamp.ts'
import { sumOfBytes } from '../../../src/harness/stamp-words.ts'

/** A record with its parts one behind the other, as in a batch. */
function recordOf(key: Uint8Array | null, value: Uint8Array, tail: Uint8Array): StampedRecord {
  const bytes = Uint8Array.of(...(key ?? []), ...value, ...tail)
  const keyLength = key === null ? -1 : key.length
  const valueAt = Math.max(0, keyLength)
  return { offset: 0, bytes, keyAt: 0, keyLength, valueAt, valueLength: value.length, endAt: bytes.length }
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const key = fc.option(fc.uint8Array({ maxLength: 12 }), { nil: null })

describe('a stamp', () => {
  test('lies in five little-endian words at the begin of the value', () => {
    const value = new Uint8Array(24).fill(9)
    const stamp = new BenchStamp()
    Object.assign(stamp, { sequence: 0x01020304, loader: 2, dueMicros: 3, lateMicros: 4 })
    stamp.write(value, 0, 0)
    expect([...value.subarray(0, 16)]).toEqual([4, 3, 2, 1, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])
    expect([...value.subarray(20)]).toEqual([9, 9, 9, 9])
  })

  test('is read as it was written, in the value and in a header', () => {
    const property = (isInHeader: boolean) =>
      fc.property(
        key,
        fc.uint8Array({ minLength: 20, maxLength: 60 }),
        fc.tuple(word, word, word, word),
        (k, value, words) => {
          const [sequence, loader, dueMicros, lateMicros] = words
          const stamp = new BenchStamp()
          Object.assign(stamp, { sequence, loader, dueMicros, lateMicros })
          const record = recordOf(k, value, new Uint8Array(isInHeader ? BENCH_STAMP_BYTES : 0))
          const at = stampAt(record, isInHeader)
          stamp.write(record.bytes, at, sumOfPayload(record, isInHeader))
          const read = new BenchStamp()
          expect(read.read(record.bytes, at, sumOfPayload(record, isInHeader))).toBe(true)
          expect({ ...read }).toEqual({ sequence, loader, dueMicros, lateMicros })
        }
      )
    fc.assert(property(false))
    fc.assert(property(true))
  })

  test('tells of any bit that changed in key, value or stamp', () => {
    fc.assert(
      fc.property(
        key,
        fc.uint8Array({ minLength: 20, maxLength: 40 }),
        fc.nat(),
        fc.nat(7),
        (k, value, place, bit) => {
          const record = recordOf(k, value, new Uint8Array(0))
          const stamp = new BenchStamp()
          Object.assign(stamp, { sequence: 7, loader: 1, dueMicros: 11, lateMicros: 13 })
          stamp.write(record.bytes, record.valueAt, sumOfPayload(record, false))
          record.bytes[place % record.bytes.length]! ^= 1 << bit
          expect(stamp.read(record.bytes, record.valueAt, sumOfPayload(record, false))).toBe(false)
        }
      )
    )
  })

  test('is made of sums that a loader has ready', () => {
    const value = Uint8Array.from({ length: 33 }, (_, index) => index)
    const record = recordOf(Uint8Array.of(1, 2, 3), value, new Uint8Array(0))
    const ready = payloadSum(
      sumOfBytes(value, BENCH_STAMP_BYTES, 33),
      sumOfBytes(Uint8Array.of(1, 2, 3), 0, 3)
    )
    expect(sumOfPayload(record, false)).toBe(ready)
  })

  test('has no place in a record that is too short', () => {
    expect(stampAt(recordOf(null, new Uint8Array(19), new Uint8Array(0)), false)).toBe(-1)
    expect(stampAt(recordOf(null, new Uint8Array(40), new Uint8Array(19)), true)).toBe(-1)
    expect(stampAt(recordOf(null, new Uint8Array(40), new Uint8Array(22)), true)).toBe(42)
  })
})
