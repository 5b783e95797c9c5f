import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { heldOutPoint, pointsToMeasure, shuffledBlocks } from '../../src/planner/measurement-order.ts'

describe('the points', () => {
  test.each([
    ['few cores', { cores: 2, partitionsMax: 1000 }, [1, 2, 4, 16]],
    ['many cores', { cores: 16, partitionsMax: 1000 }, [1, 2, 4, 64]],
    ['a plan farther out', { cores: 2, partitionsMax: 1000, plannedPartitions: 60 }, [1, 2, 4, 60]],
    ['a plan nearer', { cores: 8, partitionsMax: 1000, plannedPartitions: 20 }, [1, 2, 4, 32]],
    ['a plan that cannot be afforded', { cores: 2, partitionsMax: 50, plannedPartitions: 60 }, [1, 2, 4, 16]],
    ['cores that cannot be afforded', { cores: 16, partitionsMax: 40 }, [1, 2, 4, 40]],
    ['next to nothing affordable', { cores: 2, partitionsMax: 3 }, [1, 2, 3]],
    ['one partition affordable', { cores: 2, partitionsMax: 1 }, [1]]
  ])('with %s', (_, request, points) => {
    expect(pointsToMeasure(request)).toEqual(points)
  })
})

describe('the held-out point', () => {
  test.each<[readonly number[], number | null]>([
    [[1, 2, 4, 16], 8],
    [[1, 2, 4, 32], 8],
    [[1, 2, 4, 64], 16],
    [[1, 2, 4, 60], 16],
    [[1, 2, 4, 6], 5],
    [[1, 2, 4], 3],
    [[1, 2, 3], null],
    [[1], null]
  ])('of %j is %s', (points, heldOut) => {
    expect(heldOutPoint(points)).toBe(heldOut)
  })

  test('always lies between the two highest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.integer({ min: 2, max: 1e5 }), (low, more) => {
        const heldOut = heldOutPoint([low, low + more])
        expect(heldOut !== null && heldOut > low && heldOut < low + more).toBe(true)
      })
    )
  })
})

describe('the order', () => {
  test('holds each point once in each block', () => {
    const points = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 8 })
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 9 }), fc.integer(), (items, blocks, seed) => {
        const order = shuffledBlocks(items, blocks, seededRandom(seed))
        expect(order).toHaveLength(blocks)
        const ascending = [...items].sort((a, b) => a - b)
        for (const block of order) expect([...block].sort((a, b) => a - b)).toEqual(ascending)
      })
    )
  })

  test('puts each point in each place about as often', () => {
    const items = [1, 2, 4, 16]
    const first = shuffledBlocks(items, 4000, seededRandom(1)).map(block => block.indexOf(16))
    for (const place of [0, 1, 2, 3]) {
      const share = first.filter(found => found === place).length / 4000
      expect(share).toBeGreaterThan(0.22)
      expect(share).toBeLessThan(0.28)
    }
  })

  test('is the same for the same seed, and another for another; the points stay as they are', () => {
    const items = [1, 2, 4, 16]
    const order = shuffledBlocks(items, 5, seededRandom(1))
    expect(shuffledBlocks(items, 5, seededRandom(1))).toEqual(order)
    expect(shuffledBlocks(items, 5, seededRandom(2))).not.toEqual(order)
    expect(items).toEqual([1, 2, 4, 16])
  })
})
