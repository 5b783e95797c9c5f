import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { partitionForKey } from '../../src/base/key-partition.ts'
import { growthMatrix, keptKeyShare } from '../../src/planner/growth.ts'

describe('the share of keys that stay', () => {
  test.each([
    [12, 24, 0.5],
    [12, 18, 1 / 3],
    [12, 13, 1 / 13],
    [30, 60, 0.5],
    [30, 36, 1 / 6],
    [1, 7, 1 / 7],
    [8, 8, 1],
    [24, 12, 0.5],
    [99_991, 99_989, 1 / 99_991]
  ])('from %d to %d partitions', (from, to, share) => {
    expect(keptKeyShare(from, to)).toBeCloseTo(share, 14)
  })

  test('is what counting every residue gives, and min/lcm', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (from, to) => {
        let lcm = Math.max(from, to)
        while (lcm % from !== 0 || lcm % to !== 0) lcm++
        let kept = 0
        for (let hash = 0; hash < lcm; hash++) if (hash % from === hash % to) kept++
        expect(keptKeyShare(from, to)).toBeCloseTo(kept / lcm, 12)
        expect(keptKeyShare(from, to)).toBeCloseTo(Math.min(from, to) / lcm, 12)
      })
    )
  })

  test('is what real keys do', () => {
    const encoder = new TextEncoder()
    for (const [from, to] of [
      [12, 18],
      [30, 36],
      [12, 13]
    ] as const) {
      let kept = 0
      for (let key = 0; key < 20_000; key++) {
        const bytes = encoder.encode(`user-${key}`)
        if (partitionForKey(bytes, from) === partitionForKey(bytes, to)) kept++
      }
      expect(Math.abs(kept / 20_000 - keptKeyShare(from, to))).toBeLessThan(0.012)
    }
  })

  test('is not asked for counts that there are not', () => {
    expect(() => keptKeyShare(0, 3)).toThrow(InvariantError)
    expect(() => keptKeyShare(3, 1.5)).toThrow(InvariantError)
  })
})

test('the matrix has a row for where one is and a column for where one goes', () => {
  expect(growthMatrix([2, 3, 6])).toEqual([
    [1, 1 / 3, 1 / 3],
    [1 / 3, 1, 0.5],
    [1 / 3, 0.5, 1]
  ])
})
