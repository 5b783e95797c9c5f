import { describe, expect, test } from 'vitest'
import { invariant } from '../../../src/base/invariant.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { PartitionQueue } from '../../../src/clients/producer/partition-queue.ts'
import { BatchSticky, UniformSticky } from '../../../src/clients/producer/sticky-partition.ts'
import { addBatch, LoadedTopic } from './loaded-topic.ts'

const SETTINGS = {
  batchSize: 1000,
  partitionerAdaptivePartitioningEnable: true,
  partitionerAvailabilityTimeoutMs: 0
}

function queueOf(topic: LoadedTopic, partition: number): PartitionQueue {
  const queue = topic.queues[partition]
  invariant(queue !== undefined, 'the topic has the partition')
  return queue
}

/** How often each partition is taken when the sticky one is left again and again. */
function shares(topic: LoadedTopic, settings = SETTINGS, moves = 4000): number[] {
  const sticky = new UniformSticky(topic, settings, seededRandom(5))
  const counts = topic.queues.map(() => 0)
  for (let move = 0; move < moves; move++) {
    const partition = sticky.current()
    counts[partition] = (counts[partition] ?? 0) + 1
    send(queueOf(topic, partition), 2 * settings.batchSize)
  }
  return counts.map(count => count / moves)
}

/** As many bytes of the partition as a batch of it that was filled, closed and sent. */
function send(queue: PartitionQueue, bytes: number): void {
  queue.closedRecords += 1
  queue.closedBytes += bytes
}

/** Opens a batch with a record in it. @returns its bytes */
function open(queue: PartitionQueue): number {
  const batch = addBatch(queue)
  const value = new Uint8Array(100)
  queue.open = batch
  batch.tryAppend({ timestamp: 0, key: null, value, headers: [], callback: null })
  return batch.byteLength
}

describe('the uniform sticky partition', () => {
  test('is left after batch.size bytes once nothing of it is open', () => {
    const topic = new LoadedTopic(new Array<number>(1000).fill(0))
    const sticky = new UniformSticky(topic, SETTINGS, seededRandom(5))
    const first = sticky.current()
    send(queueOf(topic, first), 999)
    expect(sticky.current()).toBe(first)
    send(queueOf(topic, first), 1)
    expect(sticky.current()).not.toBe(first)
  })

  test('is kept while a batch of it is open, up to twice batch.size', () => {
    const topic = new LoadedTopic(new Array<number>(1000).fill(0))
    const sticky = new UniformSticky(topic, SETTINGS, seededRandom(5))
    const first = sticky.current()
    const openBytes = open(queueOf(topic, first))
    send(queueOf(topic, first), 1999 - openBytes)
    expect(sticky.current()).toBe(first)
    send(queueOf(topic, first), 1)
    expect(sticky.current()).not.toBe(first)
  })

  test('is left for the next batch if the one that was closed had filled its bytes', () => {
    const topic = new LoadedTopic(new Array<number>(1000).fill(0))
    const sticky = new UniformSticky(topic, SETTINGS, seededRandom(5))
    const first = sticky.current()
    const queue = queueOf(topic, first)
    send(queue, 900)
    open(queue)
    expect(sticky.currentForNewBatch()).toBe(first)
    const { open: filled } = queue
    queue.open = null
    send(queue, filled?.byteLength ?? 0)
    expect(sticky.currentForNewBatch()).not.toBe(first)
  })

  test('counts from the bytes that had gone to a partition when it was chosen', () => {
    const topic = new LoadedTopic([0, 0])
    topic.leaders[1] = false
    send(queueOf(topic, 0), 5000)
    const openBytes = open(queueOf(topic, 0))
    const sticky = new UniformSticky(topic, SETTINGS, seededRandom(5))
    expect(sticky.current()).toBe(0)
    topic.leaders.splice(0, 2, false, true)
    send(queueOf(topic, 0), 1999)
    expect(sticky.current()).toBe(0)
    send(queueOf(topic, 0), openBytes)
    expect(sticky.current()).toBe(1)
  })

  test('is drawn evenly where queues are equal', () => {
    for (const share of shares(new LoadedTopic([1, 1, 1, 1])))
      expect(Math.abs(share - 0.25)).toBeLessThan(0.03)
  })

  test('is drawn by load where they are not, and evenly if that is switched off', () => {
    const topic = new LoadedTopic([0, 3, 1])
    const byLoad = shares(topic)
    expect(byLoad[0]).toBeCloseTo(4 / 8, 1)
    expect(byLoad[1]).toBeCloseTo(1 / 8, 1)
    expect(byLoad[2]).toBeCloseTo(3 / 8, 1)
    const settings = { ...SETTINGS, partitionerAdaptivePartitioningEnable: false }
    for (const share of shares(topic, settings)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03)
  })

  test('is never one without a leader, if any has one', () => {
    const topic = new LoadedTopic([0, 0, 0])
    topic.leaders[0] = false
    expect(shares(topic)[0]).toBe(0)
    topic.touch(1, false)
    expect(shares(topic)[0]).toBe(0)
    topic.leaders.fill(false)
    expect(shares(topic)[0]).toBeGreaterThan(0.3)
  })

  test('is not one that had no room for longer than the availability timeout', () => {
    const topic = new LoadedTopic([1, 1, 1])
    const slow = queueOf(topic, 2)
    slow.dueAt = slow.drainedAt + 501
    expect(shares(topic, { ...SETTINGS, partitionerAvailabilityTimeoutMs: 500 })[2]).toBe(0)
    expect(shares(topic, { ...SETTINGS, partitionerAvailabilityTimeoutMs: 501 })[2]).toBeGreaterThan(0.3)
  })
})

describe('the sticky partition of 2.4', () => {
  test('is kept until a new batch is needed, and then is another one, each as often', () => {
    const topic = new LoadedTopic([0, 0, 0, 0])
    const sticky = new BatchSticky(topic, seededRandom(3))
    const counts = [0, 0, 0, 0]
    for (let move = 0; move < 1000; move++) {
      const before = sticky.current()
      expect(sticky.current()).toBe(before)
      const next = sticky.currentForNewBatch()
      expect(next).not.toBe(before)
      counts[next] = (counts[next] ?? 0) + 1
    }
    for (const count of counts) expect(count).toBeGreaterThan(200)
  })

  test('stays where there is no other, and leaves one that lost its leader', () => {
    const topic = new LoadedTopic([0, 0])
    topic.leaders[1] = false
    const sticky = new BatchSticky(topic, seededRandom(3))
    expect([sticky.current(), sticky.currentForNewBatch()]).toEqual([0, 0])
    topic.leaders.splice(0, 2, false, true)
    expect([sticky.currentForNewBatch(), sticky.current()]).toEqual([1, 1])
  })
})
