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

/** Adds a record that waits for its topic. */
function add(queue: SendQueue, topic: string, deadline = 100): WaitingRecord {
  const record = recordOf(queue, topic, deadline)
  queue.add(record, true)
  return record
}

/** Adds a record that waits for memory. */
function addForMemory(queue: SendQueue, topic: string, deadline = 100): WaitingRecord {
  const record = recordOf(queue, topic, deadline)
  queue.add(record, false)
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
    addForMemory(queue, 'known')
    expect(queue.holds('anything')).toBe(true)
    queue.drain(({ topic }) => (topic === 'unknown' ? 'topic unknown' : 'placed'))
    expect(queue.size).toBe(1)
    expect(queue.holds('known')).toBe(false)
  })
})

test('a record that knows its place waits behind those of its topic, and makes nobody else wait', () => {
  const queue = new SendQueue(10, 10_000)
  add(queue, 'a')
  addForMemory(queue, 'a')
  expect(queue.holds('b')).toBe(false)
  const placed: number[] = []
  queue.drain(({ number }) => {
    placed.push(number)
    return 'placed'
  })
  expect(placed).toEqual([1, 2])
})

test('of a topic that is still unknown only the first record is asked about', () => {
  const queue = new SendQueue(10, 10_000)
  for (const topic of ['a', 'a', 'a', 'b']) add(queue, topic)
  const asked: number[] = []
  queue.drain(({ number }) => {
    asked.push(number)
    return 'topic unknown'
  })
  expect(asked).toEqual([1, 4])
  expect(queue.size).toBe(4)
})

test('it is full at its limit: of records for memory', () => {
  const queue = new SendQueue(2, 1800)
  addForMemory(queue, 'a')
  expect(queue.isFull(false)).toBe(false)
  addForMemory(queue, 'a')
  expect(queue.isFull(false)).toBe(true)
  expect(queue.isFull(true)).toBe(false)
  expect(new SendQueue(0, 1800).isFull(true)).toBe(true)
})

test('it is crowded at its limit of bytes for topics, which leaves its places for memory free', () => {
  const queue = new SendQueue(2, 1800)
  for (let i = 0; i < 3; i++) add(queue, 'a')
  expect(queue.isCrowded).toBe(false)
  add(queue, 'b')
  expect([queue.isCrowded, queue.isFull(true)]).toEqual([true, false])
  add(queue, 'b')
  expect(queue.isFull(true)).toBe(false)
  add(queue, 'b')
  expect([queue.isFull(true), queue.isFull(false)]).toEqual([true, false])
})

test('a crowd that has gone leaves its places', () => {
  const queue = new SendQueue(2, 1800)
  for (let i = 0; i < 3; i++) add(queue, 'a')
  for (let i = 0; i < 3; i++) add(queue, 'b')
  queue.drain(({ topic }) => (topic === 'a' ? 'placed' : 'topic unknown'))
  expect([queue.isCrowded, queue.isFull(true)]).toEqual([false, false])
  for (let i = 0; i < 2; i++) add(queue, 'b')
  expect([queue.isCrowded, queue.isFull(true)]).toEqual([true, false])
  for (let i = 0; i < 2; i++) add(queue, 'b')
  expect(queue.isFull(true)).toBe(true)
})

test('what place adds, and a drain inside a drain, are no second offer', () => {
  const queue = new SendQueue(10, 10_000)
  add(queue, 'a')
  const placed: number[] = []
  const place = ({ number }: WaitingRecord): 'placed' => {
    placed.push(number)
    if (number === 1) add(queue, 'a')
    queue.drain(place)
    return 'placed'
  }
  queue.drain(place)
  expect(placed).toEqual([1, 2])
  expect(queue.size).toBe(0)
})

test('records leave when they have waited long enough', () => {
  const queue = new SendQueue(10, 10_000)
  addForMemory(queue, 'a', 50)
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
