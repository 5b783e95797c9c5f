import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError, invariant } from '../../src/base/invariant.ts'
import { ARENA_FIRST_REGION, REGION_UNIT_BYTES } from '../../src/threads/arena.ts'
import { RegionList } from '../../src/threads/region-list.ts'

const UNITS = 16
const ARENA = ARENA_FIRST_REGION + UNITS * REGION_UNIT_BYTES
const unit = (index: number): number => ARENA_FIRST_REGION + index * REGION_UNIT_BYTES

/** A region that must be there. */
function lend(list: RegionList, bytes: number): number {
  const at = list.tryLend(bytes)
  invariant(at !== null, 'the list has room', { bytes })
  return at
}

describe('a region list', () => {
  test('never lends the first 64 KiB, which hold the CRC tables', () => {
    const list = new RegionList(ARENA)
    expect(list.freeBytes).toBe(UNITS * REGION_UNIT_BYTES)
    expect(list.tryLend(1)).toBe(65_536)
  })

  test('lends whole units, first fit', () => {
    const list = new RegionList(ARENA)
    expect([list.tryLend(REGION_UNIT_BYTES + 1), list.tryLend(1)]).toEqual([unit(0), unit(2)])
    expect(list.freeBytes).toBe((UNITS - 3) * REGION_UNIT_BYTES)
  })

  test('says no when no run is long enough, also when the sum is', () => {
    const list = new RegionList(ARENA)
    const lent = Array.from({ length: UNITS }, () => lend(list, REGION_UNIT_BYTES))
    expect(list.tryLend(1)).toBeNull()
    list.giveBack(lent[3]!)
    list.giveBack(lent[5]!)
    expect(list.tryLend(2 * REGION_UNIT_BYTES)).toBeNull()
    expect(list.tryLend(REGION_UNIT_BYTES)).toBe(unit(3))
  })

  test('joins neighbours on return', () => {
    const list = new RegionList(ARENA)
    const [a, b, c] = [lend(list, REGION_UNIT_BYTES), lend(list, REGION_UNIT_BYTES), lend(list, 1)]
    list.giveBack(a)
    list.giveBack(c)
    list.giveBack(b)
    expect(list.tryLend(UNITS * REGION_UNIT_BYTES)).toBe(unit(0))
  })

  test('takes a region back once', () => {
    const list = new RegionList(ARENA)
    const at = lend(list, 1)
    list.giveBack(at)
    expect(() => list.giveBack(at)).toThrow(InvariantError)
    expect(() => list.giveBack(unit(9))).toThrow(InvariantError)
  })

  test('never lends a byte twice and loses none', () => {
    const step = fc.record({ lend: fc.boolean(), units: fc.integer({ min: 1, max: 5 }), which: fc.nat(99) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const list = new RegionList(ARENA)
        const lent: { at: number; units: number }[] = []
        for (const { lend, units, which } of steps) {
          if (lend) {
            const at = list.tryLend(units * REGION_UNIT_BYTES)
            if (at !== null) lent.push({ at, units })
          } else if (lent.length > 0) list.giveBack(lent.splice(which % lent.length, 1)[0]!.at)
          const owned = lent.flatMap(({ at, units: n }) =>
            Array.from({ length: n }, (_, i) => at + i * REGION_UNIT_BYTES)
          )
          expect(new Set(owned).size).toBe(owned.length)
          expect(owned.every(at => at >= unit(0) && at < unit(UNITS))).toBe(true)
          expect(list.freeBytes).toBe((UNITS - owned.length) * REGION_UNIT_BYTES)
        }
        for (const { at } of lent) list.giveBack(at)
        expect(list.tryLend(UNITS * REGION_UNIT_BYTES)).toBe(unit(0))
      })
    )
  })
})
