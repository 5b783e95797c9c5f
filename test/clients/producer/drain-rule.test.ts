/** The rule of Kafka's accumulator at steady load, in numbers that a planner may rest on. */
import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../../../src/base/random.ts'
import { recordUpperBound } from '../../../src/wire/record/record-size.ts'
import { SenderBench } from './sender-bench.ts'

const VALUE = new Uint8Array(100)

interface Load {
  readonly partitions: number
  readonly recordsPerMs: number
  readonly lingerMs: number
  readonly durationMs: number
  readonly batchSize: number
}

/** Records per request when records go to partitions at random and the broker answers at once. */
function recordsPerRequest({ partitions, recordsPerMs, lingerMs, durationMs, batchSize }: Load): number {
  const random = seededRandom(1)
  const bench = new SenderBench({ 'linger.ms': lingerMs, 'batch.size': batchSize }, partitions).prime()
  bench.lane.isPrompt = true
  bench.lane.requestSizes.length = 0
  for (const log of bench.queues.map(({ partition }) => bench.log(partition))) log.batches.length = 0
  let wakeAt = bench.clock.monotonic() + bench.sender.runOnce()
  const count = recordsPerMs * durationMs
  for (let index = 0; index < count; index++) {
    const at = (index + 1) / recordsPerMs
    while (wakeAt <= at) {
      bench.clock.advance(wakeAt - bench.clock.monotonic())
      wakeAt = bench.clock.monotonic() + bench.sender.runOnce()
    }
    bench.clock.advance(at - bench.clock.monotonic())
    const partition = random.below(partitions)
    bench.add(partition, VALUE)
    const queue = bench.queue(partition)
    // As the producer does: the sender hears of a new batch and of a full one.
    if (queue.open?.recordCount === 1 || queue.open?.isFull === true) {
      wakeAt = bench.clock.monotonic() + bench.sender.runOnce()
    }
  }
  const sizes = bench.lane.requestSizes
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length
}

/**
 * The rule played through on counters: a cycle begins with the first record, ends when linger is over or a
 * batch is full, that is when the next record does not fit, and takes one batch of every partition.
 */
function recordsPerCycle(load: Load, recordsPerBatch: number, random: Random): number {
  const counts = new Int32Array(load.partitions)
  let cycles = 0
  let sent = 0
  let startedAt = -1
  for (let index = 0; index < load.recordsPerMs * load.durationMs; index++) {
    const at = (index + 1) / load.recordsPerMs
    const drain = (): void => {
      for (let partition = 0; partition < counts.length; partition++) sent += counts[partition]!
      counts.fill(0)
      cycles += 1
      startedAt = -1
    }
    if (startedAt >= 0 && at >= startedAt + load.lingerMs) drain()
    const partition = random.below(load.partitions)
    if (counts[partition] === recordsPerBatch) drain()
    if (startedAt < 0) startedAt = at
    counts[partition] = counts[partition]! + 1
  }
  return sent / cycles
}

test('12 partitions, 20,000 records a second, 20 ms linger: one request takes 401 records', () => {
  const load = { partitions: 12, recordsPerMs: 20, lingerMs: 20, durationMs: 4000, batchSize: 16384 }
  const measured = recordsPerRequest(load)
  expect(measured).toBeGreaterThan(401 * 0.9)
  expect(measured).toBeLessThan(401 * 1.1)
})

test('a million records a second at 5 ms linger: full batches end the cycle, as Kafka counts it', () => {
  const load = { partitions: 12, recordsPerMs: 1000, lingerMs: 5, durationMs: 300, batchSize: 16384 }
  const encoded = recordUpperBound(-1, VALUE.length, []) - 21 + 1 + 4
  const recordsPerBatch = Math.floor((16384 - 61) / (encoded + 1))
  const expected = recordsPerCycle(load, recordsPerBatch, seededRandom(1))
  const measured = recordsPerRequest(load)
  expect(measured / expected).toBeGreaterThan(0.95)
  expect(measured / expected).toBeLessThan(1.05)
})
