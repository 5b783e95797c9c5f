/** What becomes of a batch that its broker finds too large, above all where memory is short. */
import { describe, expect, test } from 'vitest'
import { task } from '../../../src/base/task.ts'
import type { ProducerConfig } from '../../../src/config/producer-config.ts'
import { SenderBench, valuesOf } from './sender-bench.ts'

const MESSAGE_TOO_LARGE = 10
const REQUEST_TIMED_OUT = 7
const OUT_OF_ORDER = 45
const SLOT_BYTES = 1024

function benchOf(slots: number, partitions: number, config: ProducerConfig = {}): SenderBench {
  const memory = { 'batch.size': SLOT_BYTES, 'buffer.memory': slots * SLOT_BYTES }
  return new SenderBench({ 'linger.ms': 0, ...memory, ...config }, partitions)
}

/** Sends one batch of these records. */
function sendBatch(bench: SenderBench, partition: number, values: readonly string[]): void {
  for (const value of values) bench.add(partition, value)
  bench.endBatch(partition)
  bench.sender.runOnce()
}

/** Two records that fill a batch. */
const pair = (name: string): string[] => [0, 1].map(index => `${name}${index}`.padEnd(400, '.'))

const isAllFree = ({ accumulator: { pool } }: SenderBench): boolean => pool.freeCount === pool.slotCount

describe('with a full pool', () => {
  test('parts go at once when the batches behind them come back as out of sequence', () => {
    const bench = benchOf(4, 1).prime()
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) sendBatch(bench, 0, pair(name))
    expect(bench.accumulator.pool.freeCount).toBe(0)
    bench.answer(0, MESSAGE_TOO_LARGE)
    bench.sender.runOnce()
    // The parts wait until nothing is on its way; meanwhile nobody else gets their slot.
    expect(bench.add(0, 'new')).toBeNull()
    for (const _ of ['b', 'c', 'd']) bench.answer(0, OUT_OF_ORDER)
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0))).toEqual(['first', ...names.flatMap(pair)])
    expect(isAllFree(bench)).toBe(true)
  })

  test('a part takes the slot of a batch that waits behind it, which gets one again', () => {
    const bench = benchOf(2, 1, { 'enable.idempotence': false })
    sendBatch(bench, 0, pair('a'))
    sendBatch(bench, 0, pair('b'))
    bench.answer(0, MESSAGE_TOO_LARGE)
    bench.answer(0, REQUEST_TIMED_OUT)
    bench.sender.runOnce()
    expect(bench.sent(0).map(({ recordCount }) => recordCount)).toEqual([1, 1])
    expect(bench.queue(0).batches).toMatchObject([{ slot: -1, recordCount: 2 }])
    expect(bench.add(0, 'new')).toBeNull()
    bench.lane.answerAll()
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0))).toEqual([...pair('a'), ...pair('b')])
    expect(isAllFree(bench)).toBe(true)
  })

  test('an open batch behind the parts is ended when they need its slot', () => {
    const bench = benchOf(2, 1, { 'enable.idempotence': false })
    sendBatch(bench, 0, pair('a'))
    bench.answer(0, MESSAGE_TOO_LARGE)
    bench.add(0, 'open')
    bench.sender.runOnce()
    expect(bench.sent(0).map(({ recordCount }) => recordCount)).toEqual([1, 1])
    expect(bench.queue(0).open).toBeNull()
    bench.lane.answerAll()
    bench.lane.isPrompt = true
    bench.advance(10)
    expect(valuesOf(bench.log(0))).toEqual([...pair('a'), 'open'])
  })

  test('parts that are large before they are compressed take what they need compressed', async () => {
    const bench = benchOf(4, 2, { 'compression.type': 'gzip', 'enable.idempotence': false })
    await task(() => bench.accumulator.open())
    bench.lane.isPrompt = true
    // The codec is trusted a little more with each batch.
    for (let index = 0; index < 40; index++) sendBatch(bench, 0, ['x'.repeat(900)])
    bench.sender.runOnce()
    bench.lane.isPrompt = false
    const values = ['x'.repeat(1500), 'y']
    sendBatch(bench, 0, values)
    expect(bench.sent(0)).toMatchObject([{ recordCount: 2, slotRun: 1 }])
    for (const name of ['b', 'c', 'd']) sendBatch(bench, 1, [name])
    expect(bench.accumulator.pool.freeCount).toBe(0)
    bench.answer(0, MESSAGE_TOO_LARGE)
    bench.sender.runOnce()
    expect(bench.sent(0)).toMatchObject([{ recordCount: 1, slotRun: 1 }])
    bench.lane.answerAll()
    bench.lane.isPrompt = true
    bench.advance(2000)
    expect(valuesOf(bench.log(0)).slice(40)).toEqual(values)
    expect(isAllFree(bench)).toBe(true)
  })
})

test('other partitions may take the slots that no part waits for, and no more', () => {
  const bench = benchOf(5, 4).prime()
  sendBatch(bench, 0, pair('a'))
  sendBatch(bench, 0, pair('b'))
  bench.answer(0, MESSAGE_TOO_LARGE)
  bench.sender.runOnce()
  expect(bench.accumulator.pool.freeCount).toBe(3)
  expect(bench.accumulator.spareSlots).toBe(2)
  const added = [1, 2, 3].map(partition => bench.add(partition, 'v') !== null)
  expect(added).toEqual([true, true, false])
})

test('parts that fail before they are sent leave nothing owed', () => {
  const bench = benchOf(3, 1, { 'delivery.timeout.ms': 1000, 'request.timeout.ms': 500 }).prime()
  const heard: (string | undefined)[] = []
  for (const value of pair('a')) bench.add(0, value, error => heard.push(error?.message))
  bench.endBatch(0)
  bench.sender.runOnce()
  sendBatch(bench, 0, ['b'])
  bench.answer(0, MESSAGE_TOO_LARGE)
  bench.sender.runOnce()
  expect(bench.accumulator.spareSlots).toBe(0)
  bench.advance(1001)
  expect(heard).toHaveLength(2)
  expect(bench.accumulator.spareSlots).toBe(2)
})

test('a part is never the whole again, however small the record behind a large one is', () => {
  const bench = benchOf(8, 1)
  const values = ['x'.repeat(950), 'y']
  sendBatch(bench, 0, values)
  expect(bench.sent(0)).toMatchObject([{ recordCount: 2 }])
  bench.answer(0, MESSAGE_TOO_LARGE)
  bench.sender.runOnce()
  expect(bench.sent(0)).toMatchObject([{ recordCount: 1 }])
  bench.lane.answerAll()
  bench.sender.runOnce()
  bench.lane.answerAll()
  bench.sender.runOnce()
  expect(valuesOf(bench.log(0))).toEqual(values)
})
