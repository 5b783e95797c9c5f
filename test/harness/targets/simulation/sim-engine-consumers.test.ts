import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import {
  SimEngine,
  type SimProduce,
  type SimSetup
} from '../../../../src/harness/targets/simulation/sim-engine.ts'
import { SimPace } from '../../../../src/harness/targets/simulation/sim-pace.ts'
import { meanWaitMs } from '../../../../src/planner/consumer-queue.ts'

const CALM = { level: 1, jitter: 0, warmUpMs: 0, stall: null, startMs: 0 }
const COSTLY = { c0Ms: 0.5, c1MsPerBatch: 0.02, c2MsPerRecord: 0.002 }
const FREE = { c0Ms: 0, c1MsPerBatch: 0, c2MsPerRecord: 0 }
const UNBOUND = Number.POSITIVE_INFINITY
const RECORD_BYTES = 200

interface Setting {
  readonly partitions: number
  readonly recordsPerSecond: number
  readonly recordsPerBatchMax: number
  readonly lingerMs: number
}

function produceOf(setting: Setting, more: Partial<SimProduce> = {}): SimProduce {
  const { partitions, recordsPerSecond, recordsPerBatchMax, lingerMs } = setting
  return {
    loaders: 1,
    load: { kind: 'open', recordsPerSecond, recordsPerArrival: 1, arrivals: 'poisson' },
    shares: new Float64Array(partitions).fill(1 / partitions),
    recordsPerBatchMax,
    lingerMs,
    request: COSTLY,
    loaderRate: UNBOUND,
    partitionRate: UNBOUND,
    ...more
  }
}

function engineOf(setup: Omit<SimSetup, 'recordBytes'>, seed: number): SimEngine {
  const random = seededRandom(seed)
  return new SimEngine({ recordBytes: RECORD_BYTES, ...setup }, new SimPace(CALM, random), random)
}

describe('consumers', () => {
  test.each([
    [0.5, 0],
    [0.7, 1],
    [0.8, 0.5],
    [0.6, 2]
  ])(
    'at a utilisation of %d and Cs² %d records wait as Pollaczek and Khinchine say',
    (utilisation, variation) => {
      const service = { meanMs: 2, variation, arrivalBatch: 1 }
      const partitions = 4
      const recordsPerSecond = (partitions * utilisation * 1000) / service.meanMs
      const setting = { partitions, recordsPerSecond, recordsPerBatchMax: 1, lingerMs: 0 }
      const engine = engineOf(
        {
          partitions,
          produce: produceOf(setting, { request: FREE }),
          consume: { fetchRate: UNBOUND, handler: service, recordsPerStep: null }
        },
        11
      )
      engine.runUntil(120_000_000 / recordsPerSecond)
      const { begunRecords, waitMs, handlerMs } = engine.tally
      expect(begunRecords).toBeGreaterThan(115_000)
      expect(handlerMs / begunRecords / service.meanMs).toBeCloseTo(1, 1.5)
      expect(Math.abs(waitMs / begunRecords / meanWaitMs(service, utilisation) - 1)).toBeLessThan(0.04)
    }
  )

  test('records that come together wait for one another', () => {
    // A batch of four a second, a record each 100 ms: the second waits for one, the fourth for three.
    const setting = { partitions: 1, recordsPerSecond: 4, recordsPerBatchMax: 4, lingerMs: 0 }
    const even = { kind: 'open', recordsPerSecond: 4, recordsPerArrival: 4, arrivals: 'even' } as const
    const engine = engineOf(
      {
        partitions: 1,
        produce: produceOf(setting, { load: even, request: FREE }),
        consume: { fetchRate: UNBOUND, handler: { meanMs: 100, variation: 0 }, recordsPerStep: null }
      },
      1
    )
    engine.runUntil(100_000)
    expect(engine.tally.waitMs / engine.tally.begunRecords).toBeCloseTo(150, 6)
  })

  test('what was offered and is not finished is the backlog, which grows where a handler is too slow', () => {
    const setting = { partitions: 2, recordsPerSecond: 300, recordsPerBatchMax: 10, lingerMs: 5 }
    const engine = engineOf(
      {
        partitions: 2,
        produce: produceOf(setting, { shares: [2 / 3, 1 / 3] }),
        consume: { fetchRate: UNBOUND, handler: { meanMs: 8, variation: 0 }, recordsPerStep: null }
      },
      5
    )
    engine.runUntil(40_000)
    // 125 a second can be handled: the one has 200 of them to do, the other 100.
    expect(engine.handled / 40).toBeGreaterThan(215)
    expect(engine.handled / 40).toBeLessThan(235)
    expect(engine.offered - engine.handled).toBeGreaterThan(40 * 65)
  })

  test('one that always has something to read takes c + s / Fc a record, however coarse events are', () => {
    for (const recordsPerStep of [1, 50]) {
      const engine = engineOf(
        {
          partitions: 1,
          produce: null,
          consume: {
            fetchRate: RECORD_BYTES * 1000,
            handler: { meanMs: 3, variation: 1 },
            recordsPerStep
          }
        },
        9
      )
      engine.runUntil(100_000)
      expect(engine.handled / 25_000).toBeGreaterThan(0.98)
      expect(engine.handled / 25_000).toBeLessThan(1.02)
    }
  })
})
