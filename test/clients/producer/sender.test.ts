import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../../src/base/error-codes.ts'
import type { RecordMetadata } from '../../../src/clients/producer/record-future.ts'
import {
  SLOT_CLOSED,
  SLOT_EXPIRED,
  SLOT_FREE,
  SLOT_IN_FLIGHT,
  SLOT_OPEN
} from '../../../src/clients/producer/slot-pool.ts'
import { SenderBench, valuesOf } from './sender-bench.ts'

const SLOW = { 'linger.ms': 10 }
const NETWORK_EXCEPTION = 13
const OUT_OF_ORDER = 45
const UNKNOWN_PRODUCER_ID = 59
const MESSAGE_TOO_LARGE = 10
const INVALID_RECORD = 87
const NOT_LEADER = 6

describe('when batches leave', () => {
  test('a batch lingers, and the sender says until when', () => {
    const bench = new SenderBench(SLOW, 1)
    bench.add(0, 'a')
    expect(bench.sender.runOnce()).toBe(10)
    bench.clock.advance(9)
    expect(bench.sender.runOnce()).toBe(1)
    expect(bench.lane.sent).toHaveLength(0)
    bench.clock.advance(1)
    bench.sender.runOnce()
    expect(bench.lane.sent).toHaveLength(1)
  })

  test('one due partition takes the first batch of every other partition of its node along', () => {
    const bench = new SenderBench(SLOW, 4, partition => partition % 2)
    bench.add(0, 'a')
    bench.clock.advance(9)
    bench.add(2, 'b')
    bench.add(1, 'of another node')
    bench.clock.advance(1)
    bench.sender.runOnce()
    expect(bench.lane.sent.map(({ partition }) => partition)).toEqual([0, 2])
    expect(bench.lane.requestCount).toBe(1)
  })

  test('a full batch does not linger, and one request takes one batch of a partition', () => {
    const bench = new SenderBench({ ...SLOW, 'batch.size': 1024 }, 2).prime()
    for (let index = 0; index < 3; index++) bench.add(0, 'x'.repeat(900))
    bench.add(1, 'y')
    bench.sender.runOnce()
    expect(bench.lane.sent.map(({ partition, request }) => [partition, request])).toEqual([
      [0, 1],
      [1, 1],
      [0, 2]
    ])
    // What is left is one batch that is not full, so it lingers.
    expect(bench.queue(0).batches).toHaveLength(1)
  })

  test('a batch that takes no more records does not linger', () => {
    const bench = new SenderBench(SLOW, 1)
    bench.add(0, 'a')
    bench.endBatch(0)
    bench.sender.runOnce()
    expect(bench.lane.sent).toHaveLength(1)
  })

  test('memory that is wanted, and a flush, make every batch due', () => {
    const bench = new SenderBench(SLOW, 2)
    bench.add(0, 'a')
    bench.accumulator.isMemoryWanted = true
    bench.sender.runOnce()
    expect(bench.lane.sent).toHaveLength(1)
    bench.accumulator.isMemoryWanted = false
    bench.add(1, 'b')
    bench.sender.isFlushing = true
    bench.sender.runOnce()
    expect(bench.lane.sent).toHaveLength(2)
  })

  test('no node has more unanswered requests than max.in.flight permits', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 2, partition => partition).prime()
    for (let index = 0; index < 8; index++) {
      bench.add(0, String(index))
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    expect(bench.sent(0)).toHaveLength(5)
    bench.add(1, 'another node')
    bench.sender.runOnce()
    expect(bench.sent(1)).toHaveLength(1)
    bench.answer(0)
    bench.sender.runOnce()
    expect(bench.sent(0)).toHaveLength(5)
    expect(bench.lane.options.inFlightMax).toBe(5)
  })

  test('where partitions answer for themselves, one that is silent holds up no other', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 2).prime()
    bench.lane.window = 'partition'
    for (let index = 0; index < 8; index++) {
      for (const partition of [0, 1]) {
        bench.add(partition, String(index))
        bench.endBatch(partition)
      }
      bench.sender.runOnce()
      bench.answer(1)
    }
    bench.sender.runOnce()
    expect(bench.sent(0)).toHaveLength(5)
    expect(bench.queue(0).batches).toHaveLength(3)
    expect(bench.queue(1).batches).toHaveLength(0)
  })

  test('a partition with as many batches out as may be does not cut the linger of others short', () => {
    const bench = new SenderBench(SLOW, 2).prime()
    bench.lane.window = 'partition'
    for (let index = 0; index < 6; index++) {
      bench.add(0, String(index))
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    expect(bench.sent(0)).toHaveLength(5)
    bench.add(1, 'a')
    expect(bench.sender.runOnce()).toBe(10)
    expect(bench.sent(1)).toHaveLength(0)
  })

  test('a request stays below max.request.size, and the next begins with the partition left out', () => {
    const bench = new SenderBench({ 'linger.ms': 0, 'max.request.size': 5000 }, 3)
    for (const partition of [0, 1, 2]) bench.add(partition, 'x'.repeat(2000))
    bench.sender.runOnce()
    expect(bench.lane.sent.map(({ partition, request }) => [partition, request])).toEqual([
      [0, 0],
      [1, 0],
      [2, 1]
    ])
  })

  test('the circle goes on where a full request stopped, so that no partition starves', () => {
    const config = { 'linger.ms': 0, 'max.request.size': 2500, 'max.in.flight.requests.per.connection': 1 }
    const bench = new SenderBench(config, 3)
    const order: number[] = []
    bench.lane.onAppend = ({ partition }) => order.push(partition)
    for (let round = 0; round < 6; round++) {
      for (const partition of [0, 1, 2]) {
        bench.add(partition, 'x'.repeat(2000))
        bench.endBatch(partition)
      }
      bench.sender.runOnce()
      bench.lane.answerAll()
    }
    expect(order).toEqual([0, 1, 2, 0, 1, 2])
  })
})

describe('answers', () => {
  test('success tells every record its offset and frees the slot', async () => {
    const bench = new SenderBench(SLOW, 1)
    const heard: (RecordMetadata | null)[] = []
    const future = bench.add(0, 'a')
    bench.add(0, 'b', (_, metadata) => heard.push(metadata))
    bench.advance(11)
    expect(bench.accumulator.pool.countOf(SLOT_IN_FLIGHT)).toBe(1)
    bench.answer(0)
    bench.sender.runOnce()
    expect((await future)?.offset).toBe(0)
    expect(heard.map(metadata => metadata?.offset)).toEqual([1])
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
  })

  test('a retriable error sends the batch again after its backoff, with the same sequence', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.add(0, 'a')
    bench.sender.runOnce()
    const { baseSequence, slot } = bench.sent(0)[0] ?? { baseSequence: -1, slot: -1 }
    bench.answer(0, 7)
    const delay = bench.sender.runOnce()
    expect(delay).toBeGreaterThanOrEqual(80)
    expect(delay).toBeLessThanOrEqual(120)
    expect(bench.accumulator.pool.stateOf(slot)).toBe(SLOT_CLOSED)
    bench.clock.advance(delay)
    bench.sender.runOnce()
    expect(bench.sent(0)[0]).toMatchObject({ baseSequence, slot })
    bench.answer(0)
    bench.sender.runOnce()
    expect(valuesOf(bench.log(0))).toEqual(['a'])
  })

  test('retries end, and then the record fails with the error of the broker', async () => {
    const bench = new SenderBench({ 'linger.ms': 0, retries: 1 }, 1)
    const future = bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, 7)
    bench.advance(200)
    bench.answer(0, 7)
    const outcome = future?.then(
      () => 'delivered',
      (error: Error) => error.message
    )
    bench.sender.runOnce()
    expect(await outcome).toContain('REQUEST_TIMED_OUT')
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
  })

  test('order survives a retry with five requests in flight', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1).prime()
    for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) {
      bench.add(0, value)
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    bench.answer(0, NETWORK_EXCEPTION)
    while (bench.lane.sent.length > 0) bench.answer(0)
    bench.sender.runOnce()
    expect(bench.queue(0).node).toBeNull()
    bench.sender.route(bench.queue(0), 0, { topic: 't', partition: 0, leaderEpoch: 0 })
    bench.lane.isPrompt = true
    bench.advance(5000)
    expect(valuesOf(bench.log(0))).toEqual(['first', 'a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('a batch that is sent again waits until nothing is in flight before it', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1).prime()
    for (const value of ['a', 'b']) {
      bench.add(0, value)
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    bench.lane.answer(bench.sent(0)[1], 7)
    bench.advance(500)
    expect(bench.sent(0).map(({ baseSequence }) => baseSequence)).toEqual([1])
    bench.answer(0)
    bench.sender.runOnce()
    expect(bench.sent(0).map(({ baseSequence }) => baseSequence)).toEqual([2])
  })

  test('a batch that leads elsewhere waits for a new route', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, NOT_LEADER)
    bench.advance(300)
    expect(bench.lane.sent).toHaveLength(0)
    expect([...bench.accumulator.unrouted]).toEqual([bench.queue(0)])
    expect(bench.queue(0).isLeaderStale).toBe(true)
    bench.sender.route(bench.queue(0), 1, { topic: 't', partition: 0, leaderEpoch: 1 })
    bench.sender.runOnce()
    expect(bench.lane.sent).toHaveLength(1)
  })

  test('acks=0 settles at submission and frees the slot at completion', async () => {
    const bench = new SenderBench({ 'linger.ms': 0, acks: 0 }, 1)
    const future = bench.add(0, 'a')
    bench.sender.runOnce()
    expect((await future)?.offset).toBe(-1)
    expect(bench.accumulator.pool.countOf(SLOT_IN_FLIGHT)).toBe(1)
    bench.answer(0, INVALID_RECORD)
    bench.sender.runOnce()
    expect(bench.accumulator.pool.countOf(SLOT_FREE)).toBe(bench.accumulator.pool.slotCount)
    expect(bench.unheard.count).toBe(0)
  })

  test('a batch found too large is split; every record keeps future, order and sequence', async () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.log(0).batchBytesMax = 300
    const futures = Array.from({ length: 8 }, (_, index) => bench.add(0, `${index}`.repeat(60)))
    const offsets = Promise.all(futures.map(async future => (await future)?.offset))
    bench.endBatch(0)
    bench.add(0, 'behind')
    bench.lane.isPrompt = true
    bench.advance(3000)
    expect(await offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(valuesOf(bench.log(0)).at(-1)).toBe('behind')
    expect(bench.log(0).batches.length).toBeGreaterThan(2)
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
    expect(bench.accumulator.generations.isAllSettled).toBe(true)
  })

  test('one record that is too large alone fails', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    const heard: (Error | null)[] = []
    bench.add(0, 'a', error => heard.push(error))
    bench.sender.runOnce()
    bench.answer(0, MESSAGE_TOO_LARGE)
    bench.sender.runOnce()
    expect(heard.map(error => error?.message.split(':')[0])).toEqual(['MESSAGE_TOO_LARGE'])
  })
})

describe('idempotence', () => {
  test('nothing is sent before there is a producer id', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    expect(bench.sender.isIdentityWanted).toBe(false)
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, 47)
    bench.sender.runOnce()
    expect(bench.sender.isIdentityWanted).toBe(true)
    bench.add(0, 'b')
    bench.advance(1000)
    expect(bench.lane.sent).toHaveLength(0)
    bench.sender.setIdentity({ producerId: 10, producerEpoch: 0 })
    bench.sender.runOnce()
    expect(bench.sent(0)[0]).toMatchObject({ producerId: 10, producerEpoch: 0, baseSequence: 0 })
  })

  test('sequences count the records of a partition', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 2).prime()
    bench.add(0, 'a')
    bench.add(0, 'b')
    bench.sender.runOnce()
    bench.add(0, 'c')
    bench.add(1, 'd')
    bench.sender.runOnce()
    expect(bench.sent(0).map(({ baseSequence }) => baseSequence)).toEqual([1, 3])
    expect(bench.sent(1).map(({ baseSequence }) => baseSequence)).toEqual([1])
  })

  test('after 2147483647 the sequence is 0 again', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0)
    bench.sender.runOnce()
    bench.queue(0).nextSequence = 2147483646
    for (let index = 0; index < 4; index++) bench.add(0, 'x')
    bench.sender.runOnce()
    expect(bench.sent(0)[0]?.baseSequence).toBe(2147483646)
    bench.add(0, 'y')
    bench.sender.runOnce()
    expect(bench.sent(0)[1]?.baseSequence).toBe(2)
  })

  test('a gap at the broker is closed by a new epoch: all records arrive once, in order', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1).prime()
    for (const value of ['a', 'b', 'c']) {
      bench.add(0, value)
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    bench.answer(0)
    // The broker lost its memory of the producer in a way that makes the next batch a gap.
    bench.answer(0, OUT_OF_ORDER)
    bench.answer(0, OUT_OF_ORDER)
    bench.sender.runOnce()
    expect(bench.queue(0).hasGap).toBe(true)
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0))).toEqual(['first', 'a', 'b', 'c'])
    expect(bench.queue(0).identity).toEqual({ producerId: 9, producerEpoch: 1 })
  })

  test('a broker that forgot the producer gets its batches again under a new epoch', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, UNKNOWN_PRODUCER_ID)
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0))).toEqual(['a'])
    expect(bench.queue(0).identity?.producerEpoch).toBe(1)
  })

  test('a batch that fails for good leaves a gap, which the ones behind it survive', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1).prime()
    for (const value of ['bad', 'b', 'c']) {
      bench.add(0, value, () => {})
      bench.endBatch(0)
      bench.sender.runOnce()
    }
    bench.answer(0, INVALID_RECORD)
    bench.answer(0)
    bench.answer(0)
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0))).toEqual(['first', 'b', 'c'])
  })

  test('other partitions move to the new epoch when nothing of theirs is in flight', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 2).prime()
    bench.add(1, 'old')
    bench.sender.runOnce()
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, UNKNOWN_PRODUCER_ID)
    bench.advance(500)
    expect(bench.sent(0)[0]?.producerEpoch).toBe(1)
    bench.add(1, 'new')
    bench.sender.runOnce()
    expect(bench.sent(1).map(({ producerEpoch }) => producerEpoch)).toEqual([0])
    bench.answer(1)
    bench.sender.runOnce()
    expect(bench.sent(1)).toMatchObject([{ producerEpoch: 1, baseSequence: 0 }])
  })

  test('used up epochs are followed by a new producer id', () => {
    const bench = new SenderBench({ 'linger.ms': 0 }, 1)
    bench.sender.setIdentity({ producerId: 9, producerEpoch: 32767 })
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, UNKNOWN_PRODUCER_ID)
    bench.advance(500)
    expect(bench.sender.isIdentityWanted).toBe(true)
    bench.sender.setIdentity({ producerId: 10, producerEpoch: 0 })
    bench.lane.isPrompt = true
    bench.advance(500)
    expect(valuesOf(bench.log(0))).toEqual(['a'])
  })
})

describe('delivery.timeout.ms', () => {
  const SHORT = { 'linger.ms': 0, 'delivery.timeout.ms': 1000, 'request.timeout.ms': 500 }

  test('a batch that waits for a broker fails in time and frees its slot', () => {
    const bench = new SenderBench(SHORT, 1)
    bench.accumulator.route(bench.queue(0), null)
    const heard: (string | undefined)[] = []
    bench.add(0, 'a', error => heard.push(error?.message))
    expect(bench.sender.runOnce()).toBe(1000)
    bench.clock.advance(1000)
    bench.sender.runOnce()
    expect(heard[0]).toContain('delivery.timeout.ms (1000)')
    expect(bench.accumulator.pool.countOf(SLOT_OPEN)).toBe(0)
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
  })

  test('a batch that was refused until its time was up says what it was refused with', () => {
    const bench = new SenderBench(SHORT, 1)
    const heard: (string | undefined)[] = []
    bench.add(0, 'a', error => heard.push(error?.message))
    bench.sender.runOnce()
    bench.answer(0, ERROR_CODES.KAFKA_STORAGE_ERROR.code)
    bench.sender.runOnce()
    bench.clock.advance(1001)
    bench.sender.runOnce()
    expect(heard).toHaveLength(1)
    expect(heard[0]).toContain('the last answer was KAFKA_STORAGE_ERROR')
  })

  test('a refusal is forgotten as soon as a batch is taken', () => {
    const bench = new SenderBench(SHORT, 1)
    const heard: (string | undefined)[] = []
    bench.add(0, 'a')
    bench.sender.runOnce()
    bench.answer(0, ERROR_CODES.REQUEST_TIMED_OUT.code)
    bench.advance(500)
    bench.answer(0)
    bench.sender.runOnce()
    bench.accumulator.route(bench.queue(0), null)
    bench.add(0, 'b', error => heard.push(error?.message))
    bench.clock.advance(1001)
    bench.sender.runOnce()
    expect(heard[0]).toContain('never accepted')
  })

  test('a batch that expires in flight is told, and keeps its slot until its answer comes', () => {
    const bench = new SenderBench(SHORT, 1)
    const heard: (string | undefined)[] = []
    bench.add(0, 'a', error => heard.push(error?.message))
    bench.sender.runOnce()
    const { slot } = bench.sent(0)[0] ?? { slot: -1 }
    bench.advance(1001)
    expect(heard[0]).toContain('delivery.timeout.ms (1000)')
    expect(bench.accumulator.pool.stateOf(slot)).toBe(SLOT_EXPIRED)
    bench.answer(0)
    bench.sender.runOnce()
    expect(bench.accumulator.pool.stateOf(slot)).toBe(SLOT_FREE)
    expect(heard).toHaveLength(1)
  })

  test('nothing newer of the partition is sent until the expired batch is resolved', () => {
    const bench = new SenderBench(SHORT, 2).prime()
    bench.add(0, 'a', () => {})
    bench.sender.runOnce()
    bench.advance(1001)
    bench.add(0, 'b', () => {})
    bench.add(1, 'other')
    bench.advance(100)
    expect(bench.sent(0)).toHaveLength(1)
    expect(bench.sent(1)).toHaveLength(1)
    bench.answer(0)
    bench.sender.runOnce()
    expect(bench.sent(0)).toMatchObject([{ baseSequence: 2, producerEpoch: 0 }])
  })

  test('if it was refused after all, what follows counts from 0 under a new epoch', () => {
    const bench = new SenderBench(SHORT, 1)
    bench.add(0, 'a', () => {})
    bench.sender.runOnce()
    bench.advance(1001)
    bench.add(0, 'b')
    bench.answer(0, NETWORK_EXCEPTION)
    bench.sender.runOnce()
    expect(bench.sent(0)).toMatchObject([{ baseSequence: 0, producerEpoch: 1 }])
  })
})

test('callbacks run in the order of the records, also when one of them sends', () => {
  const bench = new SenderBench({ 'linger.ms': 0 }, 1).prime()
  const heard: string[] = []
  bench.lane.isPrompt = true
  for (const value of ['a', 'b', 'c']) {
    bench.add(0, value, () => {
      heard.push(value)
      if (value !== 'a') return
      bench.add(0, 'from a', () => heard.push('from a'))
      bench.sender.runOnce()
      bench.sender.runOnce()
    })
    bench.endBatch(0)
  }
  bench.advance(10)
  expect(heard).toEqual(['a', 'b', 'c', 'from a'])
})
