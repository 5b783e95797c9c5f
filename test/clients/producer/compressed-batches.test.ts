/** Batches that are compressed: how far they grow, what they take of the pool, and what is read of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { task } from '../../../src/base/task.ts'
import { SLOT_OPEN } from '../../../src/clients/producer/slot-pool.ts'
import type { ProducerConfig } from '../../../src/config/producer-config.ts'
import { COMPRESSION_TYPES } from '../../../src/wire/record/compression.ts'
import { attributesAt, batchSizeAt } from '../../../src/wire/record/record-batch.ts'
import { SenderBench, valuesOf } from './sender-bench.ts'

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const MESSAGE_TOO_LARGE = 10
const REQUEST_TIMED_OUT = 7

async function openedBench(config: ProducerConfig): Promise<SenderBench> {
  const bench = new SenderBench({ 'linger.ms': 10_000, 'batch.size': 1024, ...config }, 1)
  await task(() => bench.accumulator.open())
  return bench
}

/** Sends what is there and has it answered, with whatever follows from the answers. */
function settle(bench: SenderBench): void {
  bench.sender.isFlushing = true
  for (let round = 0; round < 100; round++) {
    bench.sender.runOnce()
    bench.lane.answerAll()
    bench.clock.advance(200)
  }
  bench.sender.isFlushing = false
}

const codecsOf = (bench: SenderBench): string[] =>
  bench.log(0).batches.map(({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    expect(batchSizeAt(view, 0)).toBe(bytes.length)
    return COMPRESSION_TYPES[attributesAt(view, 0) & 7] ?? 'unknown'
  })

const row = (index: number): string => `{"id":${index},"user":"user-${index % 7}","city":"Berlin"}`

/** Letters that repeat nothing. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed + 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) | 0
    return state >>> 16
  })
}

/** Adds rows until the pool has no room, and has what is there sent. @returns how many rows there were */
function addRows(bench: SenderBench, from: number, count: number): void {
  for (let index = from; index < from + count; index++) {
    if (bench.add(0, row(index)) === null) {
      settle(bench)
      bench.add(0, row(index))
    }
    if (bench.accumulator.hasFullBatch) bench.advance(0)
    bench.lane.answerAll()
  }
}

describe.each(CODECS)('with %s', codec => {
  test('every record is read, in its order, from batches that bear the codec', async () => {
    const bench = await openedBench({ 'compression.type': codec })
    addRows(bench, 0, 500)
    settle(bench)
    expect(valuesOf(bench.log(0))).toEqual(Array.from({ length: 500 }, (_, index) => row(index)))
    expect(new Set(codecsOf(bench))).toEqual(new Set([codec]))
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
  })

  test('batches hold more and more records, as the codec turns out to make them small', async () => {
    const bench = await openedBench({ 'compression.type': codec, 'batch.size': 4096 })
    addRows(bench, 0, 20_000)
    settle(bench)
    const counts = bench.log(0).batches.map(({ recordCount }) => recordCount)
    const [first = 0, last = 0] = [counts[0], counts[counts.length - 2]]
    expect(last).toBeGreaterThan(1.3 * first)
    expect(Math.max(...bench.log(0).batches.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(4096)
    expect(valuesOf(bench.log(0))).toHaveLength(20_000)
  })

  test('a batch that comes back is sent again as it was', async () => {
    const bench = await openedBench({ 'compression.type': codec })
    const sent: string[] = []
    bench.lane.onAppend = (_, bytes) => sent.push(Buffer.from(bytes).toString('hex'))
    bench.log(0).refusals.push(REQUEST_TIMED_OUT, REQUEST_TIMED_OUT)
    for (let index = 0; index < 10; index++) bench.add(0, row(index))
    settle(bench)
    expect(sent).toHaveLength(3)
    expect(new Set(sent).size).toBe(1)
    expect(valuesOf(bench.log(0))).toHaveLength(10)
  })

  test('a batch its broker finds too large is split, and the parts are compressed', async () => {
    const bench = await openedBench({ 'compression.type': codec, 'batch.size': 4096 })
    addRows(bench, 0, 3000)
    settle(bench)
    const before = bench.log(0).batches.length
    bench.log(0).batchBytesMax = 1000
    for (let index = 0; index < 200; index++) bench.add(0, row(index))
    settle(bench)
    const parts = bench.log(0).batches.slice(before)
    expect(parts.length).toBeGreaterThan(2)
    expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1000)
    expect(new Set(codecsOf(bench))).toEqual(new Set([codec]))
    expect(valuesOf(bench.log(0)).slice(3000)).toEqual(Array.from({ length: 200 }, (_, index) => row(index)))
    expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
  })

  test('after a batch was too large nothing is expected of the codec any more', async () => {
    const bench = await openedBench({ 'compression.type': codec, 'batch.size': 4096 })
    addRows(bench, 0, 20_000)
    settle(bench)
    const batches = bench.log(0).batches
    const unexperienced = batches[0]?.recordCount ?? 0
    const before = batches.length
    bench.log(0).refusals.push(MESSAGE_TOO_LARGE)
    for (let index = 0; bench.queue(0).batches.length < 2; index++) bench.add(0, row(index))
    expect(bench.queue(0).first?.recordCount).toBeGreaterThan(1.3 * unexperienced)
    // Full batches alone are sent: one that holds a single record would say that nothing shrinks.
    for (let round = 0; round < 20; round++) {
      bench.sender.runOnce()
      bench.lane.answerAll()
    }
    const parts = batches.slice(before).map(({ recordCount }) => recordCount)
    expect(Math.max(...parts)).toBeLessThan(1.1 * unexperienced)
    for (let index = 0; bench.queue(0).batches.length < 3; index++) bench.add(0, row(index))
    expect(bench.queue(0).batches[1]?.recordCount).toBeLessThan(1.2 * unexperienced)
  })

  test('records that do not shrink arrive too', async () => {
    const bench = await openedBench({ 'compression.type': codec })
    const values = [700, 1000, 961, 950, 3, 2900, 1].map(noise)
    for (const value of values) bench.add(0, Buffer.from(value).toString('latin1'))
    settle(bench)
    expect(valuesOf(bench.log(0))).toEqual(values.map(value => Buffer.from(value).toString('latin1')))
  })
})

describe('slots', () => {
  /** A bench whose codec is known to make rows several times smaller. */
  async function experienced(config: ProducerConfig): Promise<SenderBench> {
    const bench = await openedBench({ 'compression.type': 'zstd', ...config })
    addRows(bench, 0, 8000)
    settle(bench)
    return bench
  }

  test('a batch takes one, then the run it may come to fill, and one when it is sent', async () => {
    const bench = await experienced({})
    const { pool } = bench.accumulator
    bench.add(0, row(0))
    expect(pool.countOf(SLOT_OPEN)).toBe(1)
    const values = [row(0)]
    while (bench.queue(0).batches.length === 1) {
      values.push(row(values.length))
      bench.add(0, row(values.length - 1))
      if (bench.queue(0).batches.length === 1 && values.length === 30) {
        expect(pool.countOf(SLOT_OPEN)).toBeGreaterThan(1)
      }
    }
    const [batch] = bench.queue(0).batches
    expect(batch?.slotRun).toBeGreaterThan(1)
    expect(batch?.uncompressedBytes).toBeGreaterThan(1024)
    bench.sender.isFlushing = true
    bench.sender.runOnce()
    expect(bench.sent(0)[0]).toMatchObject({ slotRun: 1 })
    expect(pool.slotCount - pool.freeCount).toBe(bench.sent(0).length + bench.queue(0).batches.length)
  })

  test('while memory is wanted a batch does not grow: it ends', async () => {
    const bench = await experienced({})
    bench.accumulator.isMemoryWanted = true
    while (bench.queue(0).batches.length < 2) bench.add(0, row(1))
    expect(bench.queue(0).batches[0]).toMatchObject({ slotRun: 1, isClosedForAppends: true })
  })

  test('where the pool has no run, a batch ends as well', async () => {
    const bench = await experienced({ 'buffer.memory': 2048 })
    for (let index = 0; index < 200; index++) bench.add(0, row(index))
    expect(bench.queue(0).batches.map(({ slotRun }) => slotRun)).toEqual([2])
    settle(bench)
    expect(bench.accumulator.pool.freeCount).toBe(2)
  })

  test('a batch never holds the records of more than 16', async () => {
    const bench = await openedBench({ 'compression.type': 'zstd' })
    const zeros = '0'.repeat(500)
    for (let batch = 0; batch < 250; batch++) {
      for (let index = 0; index < 40; index++) bench.add(0, zeros)
      settle(bench)
    }
    while (bench.queue(0).batches.length < 2) bench.add(0, zeros)
    expect(bench.queue(0).batches[0]).toMatchObject({ slotRun: 16 })
    expect(bench.queue(0).batches[0]?.uncompressedBytes).toBeLessThanOrEqual(16 * 1024)
  })

  test('what would not fit its slots compressed is sent plain', async () => {
    const bench = await openedBench({ 'compression.type': 'snappy' })
    // The upper bound of a record is 16 bytes more than it takes; snappy adds 20 and more.
    const value = noise(5000 - 61 - 21 - 4, 3)
    bench.add(
      0,
      Buffer.from(value)
        .toString('latin1')
        .replace(/[^\0-\x7f]/g, '?')
    )
    settle(bench)
    expect(codecsOf(bench)).toHaveLength(1)
    const exact = await openedBench({ 'compression.type': 'snappy', 'buffer.memory': 1024 * 64 })
    for (let length = 900; length < 1000; length++) {
      exact.add(0, new Uint8Array(noise(length, length)))
      exact.endBatch(0)
      settle(exact)
    }
    expect(new Set(codecsOf(exact))).toEqual(new Set(['snappy', 'none']))
    expect(exact.log(0).batches).toHaveLength(100)
    for (const { bytes } of exact.log(0).batches) expect(bytes.length).toBeLessThanOrEqual(2048)
  })
})

test('whatever is sent and answered, each record is read once, in order, and each slot is free', async () => {
  const anyRecord = fc.record({ length: fc.nat(1500), isNoise: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CODECS),
      fc.array(anyRecord, { maxLength: 60 }),
      fc.array(fc.constantFrom(0, 0, REQUEST_TIMED_OUT, MESSAGE_TOO_LARGE), { maxLength: 12 }),
      async (codec, records, refusals) => {
        const bench = await openedBench({ 'compression.type': codec, 'buffer.memory': 64 * 1024 })
        const failed: string[] = []
        const expected: string[] = []
        bench.log(0).refusals.push(...refusals)
        for (const [index, { length, isNoise }] of records.entries()) {
          const body = isNoise
            ? Buffer.from(noise(length, index)).toString('hex')
            : row(1).repeat(length / 20)
          const value = `${index}:${body}`
          const callback = (error: Error | null): void => void (error === null || failed.push(value))
          if (bench.add(0, value, callback) === null) {
            settle(bench)
            bench.add(0, value, callback)
          }
          expected.push(value)
          if (index % 7 === 0) bench.sender.runOnce()
        }
        settle(bench)
        expect(valuesOf(bench.log(0))).toEqual(expected.filter(value => !failed.includes(value)))
        expect(bench.accumulator.pool.freeCount).toBe(bench.accumulator.pool.slotCount)
      }
    ),
    { numRuns: 60 }
  )
})
