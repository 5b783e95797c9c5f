import { describe, expect, test } from 'vitest'
import { predictBatching } from '../../../../src/planner/batch-model.ts'
import { quantile } from '../../../../src/planner/statistics.ts'
import { COSTLY, engineOf, FREE, produceOf, RECORD_BYTES, type Setting, UNBOUND } from './sim-rig.ts'

function predict({ partitions, recordsPerSecond, recordsPerBatchMax, lingerMs }: Setting) {
  return predictBatching({
    partitions,
    recordsPerSecond,
    lingerMs,
    batchSizeBytes: 61 + RECORD_BYTES * recordsPerBatchMax,
    recordBytesEncoded: RECORD_BYTES,
    service: COSTLY,
    arrivals: 'keyed',
    burstMs: 0
  })
}

function grid(): Setting[] {
  const settings: Setting[] = []
  for (const partitions of [1, 3, 12, 48])
    for (const recordsPerSecond of [500, 2_000, 10_000, 40_000])
      for (const recordsPerBatchMax of [16, 78])
        for (const lingerMs of [0, 5, 20, 50])
          settings.push({ partitions, recordsPerSecond, recordsPerBatchMax, lingerMs })
  return settings.filter(setting => predict(setting).utilisation < 0.9)
}

describe('producers', () => {
  test('the closed form is within 7 % of it in nine of ten settings below 90 % utilisation', () => {
    const batchErrors: number[] = []
    const latencyErrors: number[] = []
    const settings = grid()
    expect(settings.length).toBeGreaterThan(100)
    for (const setting of settings) {
      const produce = produceOf(setting)
      const engine = engineOf({ partitions: setting.partitions, produce, consume: null }, 7)
      engine.runUntil(6_000_000 / setting.recordsPerSecond)
      const { batches, answeredRecords, latencyMs } = engine.tally
      const predicted = predict(setting)
      batchErrors.push(Math.abs(predicted.recordsPerBatch / (engine.offered / batches) - 1))
      latencyErrors.push(Math.abs(predicted.meanLatencyMs / (latencyMs / answeredRecords) - 1))
    }
    expect(quantile(batchErrors, 0.9)).toBeLessThan(0.07)
    expect(quantile(latencyErrors, 0.9)).toBeLessThan(0.07)
    expect(quantile(batchErrors, 0.5)).toBeLessThan(0.01)
    expect(quantile(latencyErrors, 0.5)).toBeLessThan(0.01)
  })

  test('five requests are in flight at most: a partition that is too slow answers after five', () => {
    // 10 records of 200 bytes at 2,000 bytes a second: a second a batch.
    const setting = { partitions: 1, recordsPerSecond: 1, recordsPerBatchMax: 10, lingerMs: 0 }
    const produce = produceOf(setting, { load: { kind: 'saturation' }, request: FREE, partitionRate: 2000 })
    const engine = engineOf({ partitions: 1, produce, consume: null }, 1)
    engine.runUntil(0)
    expect(engine.offered).toBe(50)
    engine.runUntil(10_500)
    // Ten are done, and half of the one that it is at.
    expect(engine.appended).toBe(105)
    expect(engine.tally.answeredRecords).toBe(100)
    expect(engine.offered).toBe(150)
    // The first five wait for 1 to 5 seconds, all others for 5.
    expect(engine.tally.latencyMs).toBeCloseTo(10 * 1000 * (1 + 2 + 3 + 4 + 5 + 5 * 5), 3)
  })

  test('a loader that is slower than its partitions is busy all of the time and sets the rate', () => {
    const setting = { partitions: 4, recordsPerSecond: 1, recordsPerBatchMax: 10, lingerMs: 0 }
    const produce = produceOf(setting, {
      load: { kind: 'saturation' },
      request: FREE,
      loaderRate: 400_000,
      partitionRate: 1_000_000
    })
    const engine = engineOf({ partitions: 4, produce, consume: null }, 1)
    engine.runUntil(10_000)
    expect(engine.appended * RECORD_BYTES).toBeCloseTo(4_000_000, -5)
    expect(engine.loaderBusyMs()[0]).toBeCloseTo(10_000, 6)
    expect(engine.partitionBusyMs()[0]).toBeCloseTo(1000, -2)
  })

  test('an even schedule offers exactly its rate, and a loader that cannot keep up what it can make', () => {
    const setting = { partitions: 3, recordsPerSecond: 900, recordsPerBatchMax: 10, lingerMs: 5 }
    const even = { kind: 'open', recordsPerSecond: 900, recordsPerArrival: 1, arrivals: 'even' } as const
    for (const [loaderRate, expected] of [
      [UNBOUND, 9000],
      [90 * RECORD_BYTES, 1800]
    ] as const) {
      const produce = produceOf(setting, { loaders: 2, load: even, loaderRate })
      const engine = engineOf({ partitions: 3, produce, consume: null }, 3)
      engine.runUntil(10_000)
      expect(Math.abs(engine.offered - expected)).toBeLessThanOrEqual(6)
    }
  })
})

test('the same seed gives the same numbers, another seed others', () => {
  const setting = { partitions: 12, recordsPerSecond: 5000, recordsPerBatchMax: 78, lingerMs: 5 }
  const run = (seed: number): unknown => {
    const consume = { fetchRate: 1e8, handler: { meanMs: 1, variation: 1 }, recordsPerStep: null }
    const engine = engineOf({ partitions: 12, produce: produceOf(setting), consume }, seed)
    engine.runUntil(500)
    return [engine.tally, engine.offered, engine.appended, engine.handled]
  }
  const seeds = Array.from({ length: 20 }, (_, seed) => seed)
  const once = seeds.map(run)
  expect(seeds.map(run)).toEqual(once)
  expect(new Set(once.map(numbers => JSON.stringify(numbers))).size).toBe(20)
})
