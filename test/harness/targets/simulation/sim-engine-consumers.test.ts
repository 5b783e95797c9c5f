import { describe, expect, test } from 'vitest'
import { meanWaitMs } from '../../../../src/planner/consumer-queue.ts'
import { engineOf, FREE, produceOf, RECORD_BYTES, UNBOUND } from './sim-rig.ts'

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
