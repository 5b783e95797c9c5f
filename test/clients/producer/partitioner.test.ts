import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { StickyPartition } from '../../../src/clients/producer/partitioner.ts'

test('it stays until it is told to move on, and then takes another one', () => {
  const sticky = new StickyPartition(seededRandom(3))
  sticky.setAvailable([0, 1, 2, 3])
  const counts = new Map<number, number>()
  for (let move = 0; move < 4000; move++) {
    const before = sticky.current
    expect(sticky.current).toBe(before)
    const next = sticky.next()
    expect(next).not.toBe(before)
    counts.set(next, (counts.get(next) ?? 0) + 1)
  }
  for (const partition of [0, 1, 2, 3]) expect(counts.get(partition)).toBeGreaterThan(900)
})

test('one partition is enough', () => {
  const sticky = new StickyPartition(seededRandom(3))
  sticky.setAvailable([5])
  expect([sticky.current, sticky.next(), sticky.next()]).toEqual([5, 5, 5])
})

test('it leaves a partition that is no longer available, and keeps one that is', () => {
  const sticky = new StickyPartition(seededRandom(3))
  sticky.setAvailable([0, 1, 2])
  const { current } = sticky
  sticky.setAvailable([0, 1, 2, 3])
  expect(sticky.current).toBe(current)
  sticky.setAvailable([7])
  expect(sticky.current).toBe(7)
})
