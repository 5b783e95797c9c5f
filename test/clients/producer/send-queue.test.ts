import { describe, expect, test } from 'vitest'
import { RecordFuture } from '../../../src/clients/producer/record-future.ts'
import {
  ownCopy,
  ownHeaders,
  SendQueue,
  type WaitingRecord
} from '../../../src/clients/producer/send-queue.ts'

function recordOf(queue: SendQueue, topic: string, deadline: number): WaitingRecord {
  return {
    topic,
    partition: -1,
    future: new RecordFuture(null, -1),
    number: queue.addedCount + 1,
    deadline,
    timestamp: 0,
    key: null,
    value: null,
    headers: [],
    callback: null,
    source: { topic, value: null },
    answersSeen: 0
  }
}

function add(queue: SendQueue, topic: string, deadline = 100, isMemoryShort = false): WaitingRecord {
  const record = recordOf(queue, topic, deadline)
  queue.add(record, isMemoryShort)
  return record
}

describe('order', () => {
  test('records are offered in the order they came, until memory is short', () => {
    const queue = new SendQueue(10, 10_000)
    for (const topic of ['a', 'b', 'c']) add(queue, topic)
    const offered: string[] = []
    queue.drain(({ topic }) => {
      offered.push(topic)
      return topic === 'b' ? 'no memory' : 'placed'
    })
    expect(offered).toEqual(['a', 'b'])
    expect(queue.size).toBe(2)
    expect(queue.isMemoryShort).toBe(true)
    queue.drain(() => 'placed')
    expect(queue.size).toBe(0)
    expect(queue.isMemoryShort).toBe(false)
  })

  test('a topic that is not known is passed by others, but not by its own records', () => {
    const queue = new SendQueue(10, 10_000)
    add(queue, 'unknown')
    expect(queue.holds('unknown')).toBe(true)
    expect(queue.holds('known')).toBe(false)
    add(queue, 'known', 100, true)
    expect(queue.holds('anything')).toBe(true)
    queue.drain(({ topic }) => (topic === 'unknown' ? 'topic unknown' : 'placed'))
    expect(queue.size).toBe(1)
    expect(queue.holds('known')).toBe(false)
  })
})

test('it is full at its limit: of records for memory, of bytes for a topic', () => {
  const queue = new SendQueue(2, 1800)
  add(queue, 'a')
  expect(queue.isFull(false)).toBe(false)
  add(queue, 'a')
  expect(queue.isFull(false)).toBe(true)
  expect(queue.isFull(true)).toBe(false)
  add(queue, 'a')
  add(queue, 'a')
  expect(queue.isFull(true)).toBe(true)
  queue.drain(({ number }) => (number < 3 ? 'placed' : 'topic unknown'))
  expect(queue.isFull(true)).toBe(false)
  expect(new SendQueue(0, 1800).isFull(true)).toBe(true)
})

test('records leave when they have waited long enough', () => {
  const queue = new SendQueue(10, 10_000)
  add(queue, 'a', 50, true)
  add(queue, 'a', 60)
  expect(queue.nextDeadline).toBe(50)
  expect(queue.takeExpired(49)).toHaveLength(0)
  expect(queue.takeExpired(50).map(({ deadline }) => deadline)).toEqual([50])
  expect(queue.nextDeadline).toBe(60)
  expect(queue.takeExpired(60)).toHaveLength(1)
  expect(queue.isMemoryShort).toBe(false)
  expect(queue.nextDeadline).toBe(Number.POSITIVE_INFINITY)
  expect(queue.holds('a')).toBe(false)
})

test('it knows when all up to a number have left', () => {
  const queue = new SendQueue(10, 10_000)
  add(queue, 'a')
  add(queue, 'a')
  const upTo = queue.addedCount
  add(queue, 'a')
  const left: number[] = []
  queue.drain(({ number }) => {
    if (left.length === 2) return 'no memory'
    left.push(number)
    return 'placed'
  })
  expect(queue.hasLeft(upTo)).toBe(true)
  expect(queue.hasLeft(upTo + 1)).toBe(false)
  queue.drain(() => 'placed')
  expect(queue.hasLeft(upTo + 1)).toBe(true)
})

test('copies are its own', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const copy = ownCopy(bytes.subarray(1))
  const [header] = ownHeaders([{ key: 'h', value: bytes }])
  bytes.fill(9)
  expect(copy).toEqual(Uint8Array.of(2, 3))
  expect(header).toEqual({ key: 'h', value: Uint8Array.of(1, 2, 3) })
  expect(ownCopy('text')).toBe('text')
  expect(ownCopy(null)).toBeNull()
})
