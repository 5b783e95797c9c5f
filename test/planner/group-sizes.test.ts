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
    const load = { partitions, shares: null, targetThroughput: target, memberThroughput: member }
    expect(membersNeeded(load)).toBe(members)
  })

  test('are reckoned as fast for more partitions than any memory could list', () => {
    const load = { partitions: 4e14, shares: null, targetThroughput: 1e9, memberThroughput: 1e6 }
    expect(membersNeeded(load)).toBe(1000)
  })

  test('drain what the busiest holds, and one fewer do not', () => {
    const rate = fc.integer({ min: 1, max: 1e6 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        rate,
        rate,
        (partitions, targetThroughput, memberThroughput) => {
          const members = membersNeeded({ partitions, shares: null, targetThroughput, memberThroughput })
          const load = (count: number) => Math.ceil(partitions / count) * targetThroughput
          const drained = memberThroughput * partitions
          if (members === null) {
            expect(targetThroughput).toBeGreaterThan(drained)
            return
          }
          expect(load(members)).toBeLessThanOrEqual(drained * (1 + 1e-9))
          if (members > 1) expect(load(members - 1)).toBeGreaterThan(drained)
        }
      )
    )
  })
})

describe('the members needed for keys that are not alike', () => {
  const shares = [0.1, 0.4, 0.2, 0.3]

  test.each<[number, number | null]>([
    // The fullest partition gets 40, the two fullest 70, the three fullest 90 MB/s of 100.
    [39, null],
    [40, 4],
    [69, 4],
    [70, 2],
    [99, 2],
    [100, 1]
  ])('are reckoned by the fullest that one may hold: %f MB/s a member are %s', (member, members) => {
    const load = { partitions: 4, shares, targetThroughput: 100e6, memberThroughput: member * 1e6 }
    expect(membersNeeded(load)).toBe(members)
  })
})

describe('rounding up', () => {
  test('takes no count that does not carry the load, and itself though nobody asked of it', () => {
    // 28 and 30 have six and eight group sizes, 27 has four; 32 is not permitted.
    const rounded = (...lost: readonly number[]) =>
      roundedPartitions(27, { brokers: 1, partitionsMax: 31, carries: count => !lost.includes(count) })
    expect([rounded(), rounded(30), rounded(28, 30), rounded(27, 28, 29, 30, 31)]).toEqual([30, 28, 27, 27])
  })

  test('takes a multiple of the brokers only where one carries the load', () => {
    const rounded = (lost: number) =>
      roundedPartitions(23, { brokers: 6, partitionsMax: 28, carries: count => count !== lost })
    // 24 is the only multiple of six; 28 has six group sizes.
    expect([rounded(0), rounded(24)]).toEqual([24, 28])
  })

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
    expect(roundedPartitions(partitions, { brokers, partitionsMax: most, carries: () => true })).toBe(rounded)
  })

  test('never falls, stays below a quarter more and the limit, and divides by the brokers if it can', () => {
    const count = fc.integer({ min: 1, max: 2000 })
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 12 }), count, (partitions, brokers, room) => {
        const most = partitions + room
        const rounded = roundedPartitions(partitions, { brokers, partitionsMax: most, carries: () => true })
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
