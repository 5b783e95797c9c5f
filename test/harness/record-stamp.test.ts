import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { seededRandom } from '../../src/base/random.ts'
import { STAMP_BYTES, Stamp, StampedValues } from '../../src/harness/record-stamp.ts'

const values = (recordBytes = 100, count = 4) => new StampedValues(7, recordBytes, count, seededRandom(1))

describe('a stamped value', () => {
  test('lays sequence, loader and partition out as little-endian words', () => {
    const value = values().take(3, 0x01020304)
    expect([...value.subarray(0, 12)]).toEqual([4, 3, 2, 1, 7, 0, 0, 0, 3, 0, 0, 0])
    expect(value.length).toBe(100)
  })

  test('tells who it is, wherever it lies', () => {
    const stamped = values()
    const stamp = new Stamp()
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(1000), fc.nat(9), (sequence, partition, at) => {
        const bytes = new Uint8Array(120)
        bytes.set(stamped.take(partition, sequence), at)
        expect(stamp.read(bytes, at, 100)).toBe(true)
        expect(stamp).toMatchObject({ sequence, loader: 7, partition })
      })
    )
  })

  test('is refused when any one of its bits is flipped', () => {
    const value = values(43).take(1, 5)
    const stamp = new Stamp()
    for (let bit = 0; bit < 43 * 8; bit++) {
      const damaged = Uint8Array.from(value)
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7))
      expect(stamp.read(damaged, 0, 43), `bit ${bit}`).toBe(false)
    }
  })

  test('is refused when it is cut short, or too short to have a stamp', () => {
    const value = values(40).take(1, 5)
    const stamp = new Stamp()
    expect(stamp.read(value, 0, 39)).toBe(false)
    expect(stamp.read(value, 0, STAMP_BYTES - 1)).toBe(false)
  })

  test('may be no larger than its stamp', () => {
    expect(new Stamp().read(values(STAMP_BYTES).take(0, 9), 0, STAMP_BYTES)).toBe(true)
    expect(() => values(STAMP_BYTES - 1)).toThrow(InvariantError)
  })

  test('is not written to again before all others had their turn', () => {
    const stamped = values(100, 3)
    const first = stamped.take(0, 0)
    expect(stamped.take(0, 1)).not.toBe(first)
    expect(stamped.take(0, 2)).not.toBe(first)
    expect(stamped.take(0, 3)).toBe(first)
  })
})
