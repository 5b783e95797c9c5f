import { expect, test } from 'vitest'
import type { Random } from '../../../src/base/random.ts'
import { PartitionLoad } from '../../../src/clients/producer/partition-load.ts'
import { LoadedTopic } from './loaded-topic.ts'

/** Every draw in turn, from 0 up to the bound. */
function drawsOf(load: PartitionLoad): number[] {
  const drawn: number[] = []
  let next = 0
  let bound = 1
  const random: Random = {
    next: () => 0,
    below: most => {
      bound = most
      return next
    }
  }
  for (; next < bound; next++) drawn.push(load.draw(random))
  return drawn
}

test('queues of 0, 3 and 1 are drawn 4, 1 and 3 times of 8, in this order', () => {
  const topic = new LoadedTopic([0, 3, 1])
  const load = new PartitionLoad()
  expect(load.measure(topic, 0)).toBe(true)
  expect(drawsOf(load)).toEqual([0, 0, 0, 0, 1, 2, 2, 2])
})

test('equal queues, and a single partition, are no reason to prefer one', () => {
  const load = new PartitionLoad()
  expect(load.measure(new LoadedTopic([2, 2, 2]), 0)).toBe(false)
  expect(load.measure(new LoadedTopic([5]), 0)).toBe(false)
})

test('until every partition had a record, nothing is known of the load', () => {
  const topic = new LoadedTopic([3, 0, 1])
  topic.touch(1, false)
  expect(new PartitionLoad().measure(topic, 0)).toBe(false)
  topic.touch(1, true)
  expect(new PartitionLoad().measure(topic, 0)).toBe(true)
})

test('partitions without a leader are never drawn, even where all others are equal', () => {
  const topic = new LoadedTopic([1, 1, 1])
  topic.leaders[1] = false
  const load = new PartitionLoad()
  expect(load.measure(topic, 0)).toBe(true)
  expect(drawsOf(load)).toEqual([0, 2])
})

test('a partition that has had no room for too long is left out, unless nothing waits for it', () => {
  const topic = new LoadedTopic([1, 1, 0])
  for (const queue of topic.queues) queue.dueAt = queue.drainedAt + 101
  const load = new PartitionLoad()
  expect(load.measure(topic, 100)).toBe(true)
  expect(drawsOf(load)).toEqual([2])
  expect(load.measure(topic, 101)).toBe(true)
  expect(drawsOf(load)).toEqual([0, 1, 2, 2])
  expect(load.measure(topic, 0)).toBe(true)
  expect(drawsOf(load)).toEqual([0, 1, 2, 2])
})

test('with all of them left out any may be taken', () => {
  const topic = new LoadedTopic([1, 2])
  for (const queue of topic.queues) queue.dueAt = queue.drainedAt + 1000
  expect(new PartitionLoad().measure(topic, 100)).toBe(false)
})
