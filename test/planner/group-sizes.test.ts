import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evenGroupSizes, membersNeeded, roundedPartitions } from '../../src/planner/group-sizes.ts'

describe('even group sizes', () => {
  test.each([
    [1, [1]],
    [13, [1, 13]],
    [24, [1, 2, 3, 4, 6, 8, 12, 24]],
    [30, [1, 2, 3, 5, 6, 10, 15, 30]],
    [36, [1, 2, 3, 4, 6, 9, 12, 18, 36]]
  ])('of %i are its divisors', (partitions, sizes) => {
    expect(evenGroupSizes(partitions)).toEqual(sizes)
  })

  test('give no member more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), partitions => {
        for (const size of evenGroupSizes(partitions)) {
          expect(Math.ceil(partitions / size) * size).toBe(partitions)
        }
      })
    )
  })
})

describe('the members needed', () => {
  test.each<[number, number, number, number | null]>([
    // 24 partitions of 5 MB/s each.
    [24, 120e6, 120e6, 1],
    [24, 120e6, 60e6, 2],
    // 11 partitions a member take 3 members; two would hold 12.
    [24, 120e6, 59e6, 3],
    // 9 a member at most, 8 with three.
    [24, 120e6, 45e6, 3],
    [24, 120e6, 5e6, 24],
    [24, 120e6, 4.9e6, null],
    [10, 1, 0.1, 10],
    [10, 1, 0.3, 4]
  ])('for %i partitions, %f over all and %f a member are %s', (partitions, target, member, members) => {
    expect(membersNeeded({ partitions, targetThroughput: target, memberThroughput: member })).toBe(members)
  })

  test('drain what the busiest holds, and one fewer do not', () => {
    const rate = fc.integer({ min: 1, max: 1e6 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        rate,
        rate,
        (partitions, targetThroughput, memberThroughput) => {
          const members = membersNeeded({ partitions, targetThroughput, memberThroughput })
          const load = (count: number) => Math.ceil(partitions / count) * targetThroughput
          const drained = memberThroughput * partitions
          if (members === null) {
            expect(targetThroughput).toBeGreaterThan(drained)
            return
          }
          expect(load(members)).toBeLessThanOrEqual(drained)
          if (members > 1) expect(load(members - 1)).toBeGreaterThan(drained)
        }
      )
    )
  })
})

describe('rounding up', () => {
  const FREE = 1e6
  test.each([
    [27, 3, FREE, 30],
    [10, 3, FREE, 12],
    [61, 3, FREE, 72],
    [100, 1, FREE, 120],
    [7, 6, FREE, 8],
    [5, 1, FREE, 6],
    // Ten have as many group sizes as eight: the smaller count stays.
    [8, 1, FREE, 8],
    [1, 1, FREE, 1],
    [1, 3, FREE, 1],
    [27, 3, 28, 27],
    [29, 3, 29, 29]
  ])('%i partitions on %i brokers with at most %i gives %i', (partitions, brokers, most, rounded) => {
    expect(roundedPartitions(partitions, brokers, most)).toBe(rounded)
  })

  test('never falls, stays below a quarter more and the limit, and divides by the brokers if it can', () => {
    const count = fc.integer({ min: 1, max: 2000 })
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 12 }), count, (partitions, brokers, room) => {
        const most = partitions + room
        const rounded = roundedPartitions(partitions, brokers, most)
        expect(rounded).toBeGreaterThanOrEqual(partitions)
        expect(rounded).toBeLessThanOrEqual(Math.min(most, partitions * 1.25))
        const multiple = Math.ceil(partitions / brokers) * brokers
        if (multiple <= Math.min(most, partitions * 1.25)) expect(rounded % brokers).toBe(0)
        const atLeast = evenGroupSizes(multiple <= Math.min(most, partitions * 1.25) ? multiple : partitions)
        expect(evenGroupSizes(rounded).length).toBeGreaterThanOrEqual(atLeast.length)
      })
    )
  })
})
