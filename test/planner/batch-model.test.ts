import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { seededRandom } from '../../src/base/random.ts'
import { type BatchingInput, predictBatching } from '../../src/planner/batch-model.ts'

const FREE = { c0Ms: 0, c1MsPerBatch: 0, c2MsPerRecord: 0 }
const COSTLY = { c0Ms: 0.5, c1MsPerBatch: 0.02, c2MsPerRecord: 0.002 }

/** 200-byte values without a key or headers are 209 to 210 bytes inside a batch. */
function setting(partitions: number, recordsPerSecond: number, lingerMs: number): BatchingInput {
  return {
    partitions,
    recordsPerSecond,
    lingerMs,
    batchSizeBytes: 16384,
    recordBytesEncoded: 209.2,
    service: FREE,
    arrivals: 'keyed',
    burstMs: 0
  }
}

interface Simulated {
  readonly recordsPerRequest: number
  readonly recordsPerBatch: number
  readonly meanLatencyMs: number
}

/**
 * The client rule played event by event, as an independent witness of the closed form: Poisson arrivals on
 * random partitions, drain of every first batch when one is full or old, five requests in flight, one server.
 */
function simulate(input: BatchingInput, requests: number): Simulated {
  const { partitions, lingerMs, service } = input
  const random = seededRandom(partitions * 1000 + lingerMs)
  const perMs = input.recordsPerSecond / 1e3
  const batchMax = Math.floor((input.batchSizeBytes - 61) / input.recordBytesEncoded)
  const queues: number[][][] = Array.from({ length: partitions }, () => [])
  const answers: number[] = []
  let now = 0
  let arrival = 0
  let sent = 0
  let batches = 0
  let records = 0
  let latency = 0
  const oldest = (): number => Math.min(...queues.map(queue => queue[0]?.[0] ?? Number.POSITIVE_INFINITY))
  const full = (): boolean => queues.some(queue => queue[0]?.length === batchMax)
  const drain = (): void => {
    const drained = queues.flatMap(queue => queue.splice(0, 1))
    const count = drained.reduce((sum, batch) => sum + batch.length, 0)
    const serviceMs = service.c0Ms + service.c1MsPerBatch * drained.length + service.c2MsPerRecord * count
    const answered = Math.max(now, answers.at(-1) ?? 0) + serviceMs
    answers.push(answered)
    for (const created of drained.flat()) latency += answered - created
    sent++
    batches += drained.length
    records += count
  }
  while (sent < requests) {
    while (answers.length > 0 && (answers[0] ?? 0) <= now) answers.shift()
    const room = answers.length < 5
    if (room && (full() || oldest() + lingerMs <= now)) {
      drain()
      continue
    }
    const next = Math.min(arrival, room ? oldest() + lingerMs : (answers[0] ?? 0))
    now = next
    if (next < arrival) continue
    const queue = queues[random.below(partitions)] ?? []
    const open = queue.at(-1)
    if (open !== undefined && open.length < batchMax) open.push(now)
    else queue.push([now])
    arrival = now - Math.log(1 - random.next()) / perMs
  }
  return {
    recordsPerRequest: records / sent,
    recordsPerBatch: records / batches,
    meanLatencyMs: latency / records
  }
}

describe('records per request of known settings', () => {
  test.each([
    [12, 2_000, 20, 41.0, 'linger'],
    [12, 20_000, 5, 101, 'linger'],
    [1, 2_000, 5, 11.0, 'linger'],
    [12, 2_000, 5, 11.0, 'linger'],
    [12, 20_000, 20, 401, 'linger'],
    [48, 20_000, 20, 401, 'linger'],
    [1, 20_000, 20, 77.7, 'size'],
    [1, 20_000, 5, 77.7, 'size']
  ])('%d partitions, %d rec/s, linger %d ms: about %d', (...row) => {
    const [partitions, rate, linger, expected, endedBy] = row
    const prediction = predictBatching(setting(partitions, rate, linger))
    expect(Math.abs(prediction.recordsPerRequest / expected - 1)).toBeLessThan(0.01)
    expect(prediction.endedBy).toBe(endedBy)
  })

  test('twelve keyed partitions at 20 000 rec/s and 20 ms share 401 records', () => {
    const prediction = predictBatching(setting(12, 20_000, 20))
    expect(prediction.recordsPerBatchMax).toBe(78)
    expect(prediction.recordsPerRequest).toBeCloseTo(401, 9)
    expect(prediction.batchesPerRequest).toBeCloseTo(12, 9)
    expect(prediction.recordsPerBatch).toBeCloseTo(401 / 12, 6)
    expect(prediction.requestsPerSecond).toBeCloseTo(1000 / 20.05, 9)
  })

  test('a measured mean latency follows from the request latency alone', () => {
    // Apache Kafka 4.1.0: 11.7 ms measured in all, 1.46 ms of them the request.
    const service = { c0Ms: 1.46, c1MsPerBatch: 0, c2MsPerRecord: 0 }
    expect(predictBatching({ ...setting(12, 2_000, 20), service }).meanLatencyMs).toBeCloseTo(11.7, 1)
  })
})

describe('what ends a cycle', () => {
  test('without linger each record goes alone, in a batch of its own', () => {
    for (const partitions of [1, 12]) {
      const prediction = predictBatching(setting(partitions, 1_000, 0))
      expect(prediction).toMatchObject({
        recordsPerRequest: 1,
        batchesPerRequest: 1,
        recordsPerBatch: 1,
        waitMs: 0
      })
    }
  })

  test('a record larger than a batch goes at once, whatever the linger', () => {
    const prediction = predictBatching({ ...setting(12, 20_000, 20), recordBytesEncoded: 100_000 })
    expect(prediction).toMatchObject({
      recordsPerBatchMax: 1,
      recordsPerRequest: 1,
      endedBy: 'size',
      cycleMs: 0
    })
  })

  test('a slow broker lets records gather although linger is 0', () => {
    // 10 ms a request, 20 records a ms: the cycle and the gap to the next record are those 10 ms, 200
    // records.
    const service = { c0Ms: 10, c1MsPerBatch: 0, c2MsPerRecord: 0 }
    const prediction = predictBatching({ ...setting(12, 20_000, 0), service })
    expect(prediction.endedBy).toBe('service')
    expect(prediction.recordsPerRequest).toBeCloseTo(200, 6)
    expect(prediction.utilisation).toBeCloseTo(1, 9)
    expect(prediction.queueMs).toBeCloseTo(40, 6)
  })

  test('beyond saturation requests are full and the utilisation is above 1', () => {
    const service = { c0Ms: 100, c1MsPerBatch: 0, c2MsPerRecord: 0 }
    const prediction = predictBatching({ ...setting(12, 20_000, 5), service })
    expect(prediction.saturationRecordsPerSecond).toBeCloseTo((12 * 78) / 0.1, 6)
    expect(prediction.recordsPerRequest).toBeCloseTo(12 * 78, 6)
    expect(prediction.utilisation).toBeGreaterThan(2)
    expect(prediction.requestsPerSecond).toBeCloseTo(10, 9)
    expect(prediction.queueMs).toBe(400)
  })

  test('records at a low rate wait all of linger, at a high rate half', () => {
    expect(predictBatching(setting(12, 0.01, 20)).waitMs).toBeCloseTo(20, 2)
    expect(predictBatching(setting(1000, 1_000_000, 20)).waitMs).toBeCloseTo(10, 2)
  })
})

describe('against the rule played event by event', () => {
  test.each([
    [12, 20_000, 20],
    [12, 2_000, 5],
    [12, 500, 5],
    [1, 20_000, 20],
    [4, 40_000, 50],
    [48, 5_000, 10],
    [3, 1_000, 0]
  ])('%d partitions, %d rec/s, linger %d ms', (partitions, rate, linger) => {
    const input = { ...setting(partitions, rate, linger), service: COSTLY }
    const prediction = predictBatching(input)
    const simulated = simulate(input, 1_000)
    expect(prediction.utilisation).toBeLessThan(0.9)
    expect(Math.abs(prediction.recordsPerRequest / simulated.recordsPerRequest - 1)).toBeLessThan(0.07)
    expect(Math.abs(prediction.recordsPerBatch / simulated.recordsPerBatch - 1)).toBeLessThan(0.07)
    expect(Math.abs(prediction.meanLatencyMs / simulated.meanLatencyMs - 1)).toBeLessThan(0.07)
  })
})

/**
 * Turns of one event loop: first what lingered long enough goes, then the burst comes; without a linger it
 * goes.
 */
function simulateTurns(input: BatchingInput, turns: number): Simulated {
  const random = seededRandom(input.lingerMs)
  const { service, partitions, burstMs } = input
  let waiting: { readonly partition: number; readonly at: number }[] = []
  let records = 0
  let batches = 0
  let requests = 0
  let latency = 0
  const drain = (now: number): void => {
    const lines = new Set(waiting.map(({ partition }) => partition)).size
    const cost = service.c0Ms + service.c1MsPerBatch * lines + service.c2MsPerRecord * waiting.length
    for (const { at } of waiting) latency += now - at + cost
    records += waiting.length
    batches += lines
    requests += 1
    waiting = []
  }
  for (let turn = 0; turn < turns; turn++) {
    const now = turn * burstMs
    const oldest = waiting[0]?.at ?? Number.POSITIVE_INFINITY
    if (now - oldest >= input.lingerMs - 1e-9) drain(now)
    const burst = Math.round((input.recordsPerSecond * burstMs) / 1000)
    for (let n = 0; n < burst; n++) waiting.push({ partition: random.below(partitions), at: now })
    if (input.lingerMs === 0) drain(now)
  }
  return {
    recordsPerRequest: records / requests,
    recordsPerBatch: records / batches,
    meanLatencyMs: latency / records
  }
}

describe('a program that sends in bursts', () => {
  test.each([
    [1, 20_000, 0, 0.6],
    [4, 5_000, 0, 1],
    [1, 20_000, 5.5, 1.1],
    [4, 5_000, 6, 1.2],
    [1, 5_000, 20, 1]
  ])('%d partitions, %d rec/s, linger %d ms, a burst each %d ms', (partitions, rate, linger, burstMs) => {
    const input = { ...setting(partitions, rate, linger), batchSizeBytes: 65536, service: COSTLY, burstMs }
    const prediction = predictBatching(input)
    const simulated = simulateTurns(input, 4_000)
    expect(Math.abs(prediction.recordsPerRequest / simulated.recordsPerRequest - 1)).toBeLessThan(0.02)
    expect(Math.abs(prediction.recordsPerBatch / simulated.recordsPerBatch - 1)).toBeLessThan(0.07)
    expect(Math.abs(prediction.meanLatencyMs / simulated.meanLatencyMs - 1)).toBeLessThan(0.02)
  })

  test('makes no difference where a burst is one record', () => {
    const alone = setting(12, 2_000, 5)
    expect(predictBatching({ ...alone, burstMs: 0.5 })).toEqual(predictBatching(alone))
  })
})

describe('for any setting', () => {
  const anySetting = fc.record({
    partitions: fc.integer({ min: 1, max: 500 }),
    recordsPerSecond: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
    batchSizeBytes: fc.integer({ min: 0, max: 1 << 20 }),
    recordBytesEncoded: fc.double({ min: 7, max: 1e5, noNaN: true }),
    lingerMs: fc.double({ min: 0, max: 1000, noNaN: true }),
    service: fc.constant(COSTLY),
    arrivals: fc.constant('keyed' as const),
    burstMs: fc.constant(0)
  })
  const anyBursts = fc.double({ min: 0, max: 50, noNaN: true })

  test('a batch holds one record to a full batch, a request one batch to one of each partition', () => {
    fc.assert(
      fc.property(anySetting, anyBursts, (setting, burstMs) => {
        const input = { ...setting, burstMs }
        const prediction = predictBatching(input)
        expect(prediction.recordsPerBatch).toBeGreaterThanOrEqual(1)
        expect(prediction.recordsPerBatch).toBeLessThanOrEqual(prediction.recordsPerBatchMax * (1 + 1e-12))
        expect(prediction.batchesPerRequest).toBeGreaterThanOrEqual(1)
        expect(prediction.batchesPerRequest).toBeLessThanOrEqual(input.partitions)
        expect(prediction.meanLatencyMs).toBeGreaterThanOrEqual(prediction.serviceMs)
        expect(Number.isFinite(prediction.meanLatencyMs)).toBe(true)
      })
    )
  })

  test('more linger never makes a smaller request', () => {
    fc.assert(
      fc.property(anySetting, fc.double({ min: 1, max: 10, noNaN: true }), (input, more) => {
        const longer = predictBatching({ ...input, lingerMs: input.lingerMs * more })
        const shorter = predictBatching(input)
        expect(longer.recordsPerRequest).toBeGreaterThanOrEqual(shorter.recordsPerRequest * (1 - 1e-9))
      })
    )
  })

  test('no partition, no rate or a negative linger is a broken invariant', () => {
    expect(() => predictBatching(setting(0, 1, 1))).toThrow(InvariantError)
    expect(() => predictBatching(setting(1, 0, 1))).toThrow(InvariantError)
    expect(() => predictBatching(setting(1, 1, -1))).toThrow(InvariantError)
  })
})
