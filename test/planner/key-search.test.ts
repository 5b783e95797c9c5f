import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { seededRandom } from '../../src/base/random.ts'
import { COUNT_MAX, CountFinder, foundWarning } from '../../src/planner/key-search.ts'
import { fullestShare, type KeyShares, makeKeyShares } from '../../src/planner/key-skew.ts'

function randomKeys(seed: number, weights: readonly number[], evenWeight = 0): KeyShares {
  const random = seededRandom(seed)
  const hashes = Int32Array.from(weights, () => random.below(2 ** 31))
  return makeKeyShares(hashes, Float64Array.from(weights), null, evenWeight)
}

/** The first count that is enough, by trying each in full. */
function bruteForce(keys: KeyShares, limit: number, from: number): number {
  for (let partitions = from; partitions <= 3000; partitions++) {
    if (fullestShare(keys, partitions) <= limit) return partitions
  }
  return Number.POSITIVE_INFINITY
}

describe('the fewest partitions', () => {
  test('are those that trying every count in full finds', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 400 })
    const factor = fc.double({ min: 1.02, max: 4, noNaN: true })
    const start = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(weights, factor, start, fc.constantFrom(0, 50, 3000), (counts, room, from, even) => {
        const keys = randomKeys(counts.length, counts, even)
        const limit = Math.min(1, Math.max(keys.hottest, 1 / 200) * room)
        const expected = bruteForce(keys, limit, from)
        fc.pre(Number.isFinite(expected))
        expect(new CountFinder(keys).find({ limit, from }).partitions).toBe(expected)
      }),
      { numRuns: 60 }
    )
  })

  test('are the same where most keys are ruled out by their mean', () => {
    const keys = randomKeys(5, [400, ...Array<number>(20_000).fill(1)])
    const limit = keys.hottest + 1 / 400
    const found = new CountFinder(keys).find({ limit, from: 1 })
    expect(found.partitions).toBe(bruteForce(keys, limit, 1))
    expect(found.isSmallest).toBe(true)
    expect(fullestShare(keys, found.partitions)).toBeLessThanOrEqual(limit)
  })

  test('go up and down: a greater count may not be enough', () => {
    // Hashes 0 and 6 meet in 2, 3 and 6 partitions, and part in 4 and 5.
    const keys = makeKeyShares(Int32Array.of(0, 6), Float64Array.of(1, 1), null)
    const next = makeKeyShares(Int32Array.of(0, 3), Float64Array.of(1, 1), null)
    expect(new CountFinder(next).find({ limit: 0.5, from: 1 })).toMatchObject({
      partitions: 2,
      nextTooFew: 3
    })
    const finder = new CountFinder(keys)
    expect(finder.find({ limit: 0.5, from: 1 })).toEqual({ partitions: 4, isSmallest: true, nextTooFew: 6 })
    expect(finder.find({ limit: 0.5, from: 6 })).toEqual({
      partitions: 7,
      isSmallest: true,
      nextTooFew: null
    })
    expect(foundWarning(finder.find({ limit: 0.5, from: 1 }))).toBe(
      'With these keys 4 partitions are enough and 6 are not: skew does not fall with every partition, so ' +
        'check a count before you choose it.'
    )
    expect(foundWarning(finder.find({ limit: 0.5, from: 6 }))).toBeNull()
  })

  test('what was found is found again', () => {
    const finder = new CountFinder(randomKeys(9, Array<number>(500).fill(1)))
    const first = finder.find({ limit: 0.05, from: 1 })
    expect(finder.find({ limit: 0.05, from: first.partitions })).toBe(first)
    expect(finder.find({ limit: 0.05, from: first.partitions + 1 })).not.toBe(first)
    const later = new CountFinder(randomKeys(9, Array<number>(500).fill(1)))
    later.find({ limit: 0.05, from: 90 })
    expect(later.find({ limit: 0.05, from: 1 })).toEqual(first)
  })

  test('are none if a key alone is too hot, or if keys always meet', () => {
    const finder = new CountFinder(randomKeys(1, [3, 1]))
    expect(finder.find({ limit: 0.7, from: 1 }).partitions).toBe(Number.POSITIVE_INFINITY)
    expect(finder.find({ limit: 0.75, from: 1 }).partitions).toBeLessThan(10)
    const twins = makeKeyShares(Int32Array.of(77, 77), Float64Array.of(1, 1), null)
    expect(new CountFinder(twins).find({ limit: 0.6, from: 1 }).partitions).toBe(Number.POSITIVE_INFINITY)
    expect(new CountFinder(twins).find({ limit: 0.6, from: COUNT_MAX + 1 }).isSmallest).toBe(true)
  })

  test('one partition is enough for whoever carries all', () => {
    const finder = new CountFinder(randomKeys(1, [3, 1]))
    expect(finder.find({ limit: 1, from: 1 }).partitions).toBe(1)
    expect(finder.find({ limit: 7, from: 3 }).partitions).toBe(3)
    expect(() => finder.find({ limit: 0, from: 1 })).toThrow(InvariantError)
  })

  test('very many keys are tried in steps, which is said', () => {
    const keys = randomKeys(2, [100, ...Array<number>(20_000).fill(1)])
    const limit = keys.hottest + 1 / 4000
    const found = new CountFinder(keys, 1e6).find({ limit, from: 1 })
    expect(found.isSmallest).toBe(false)
    expect(fullestShare(keys, found.partitions)).toBeLessThanOrEqual(limit)
    expect(foundWarning(found)).toContain('Counts were tried in steps')
    const all = new CountFinder(keys).find({ limit, from: 1 })
    expect(all.isSmallest).toBe(true)
    expect(all.partitions).toBeLessThanOrEqual(found.partitions)
  })
})
