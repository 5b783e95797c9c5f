import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { fitServiceCost, lingerLatenessMs, type MeasuredBatching } from '../../src/planner/batch-fit.ts'
import type { ServiceCost } from '../../src/planner/batch-model.ts'

/** A setting that was measured; requests cost what `cost` says. */
function setting(changes: Partial<MeasuredBatching>, cost?: ServiceCost): MeasuredBatching {
  const measured = {
    lingerMs: 5,
    recordsPerSecond: 20_000,
    recordsPerBatchMax: 100,
    recordsPerBatch: 30,
    batchesPerRequest: 4,
    requestMs: 1,
    burstMs: 1,
    ...changes
  }
  if (cost === undefined) return measured
  const records = measured.batchesPerRequest * measured.recordsPerBatch
  const requestMs = cost.c0Ms + cost.c1MsPerBatch * measured.batchesPerRequest + cost.c2MsPerRecord * records
  return { ...measured, requestMs }
}

const GRID = [
  [1, 1],
  [2, 3],
  [4, 5],
  [4, 40],
  [3, 80],
  [4, 200]
] as const

const grid = (cost: ServiceCost): MeasuredBatching[] =>
  GRID.map(([batchesPerRequest, recordsPerBatch]) => setting({ batchesPerRequest, recordsPerBatch }, cost))

describe('the costs of a request', () => {
  test('are found again where requests cost exactly so', () => {
    const cost = fc.record({
      c0Ms: fc.double({ min: 0.05, max: 5, noNaN: true }),
      c1MsPerBatch: fc.double({ min: 0.01, max: 1, noNaN: true }),
      c2MsPerRecord: fc.double({ min: 0.001, max: 0.1, noNaN: true })
    })
    fc.assert(
      fc.property(cost, given => {
        const { c0Ms, c1MsPerBatch, c2MsPerRecord } = fitServiceCost(grid(given))
        expect(c0Ms).toBeCloseTo(given.c0Ms, 5)
        expect(c1MsPerBatch).toBeCloseTo(given.c1MsPerBatch, 5)
        expect(c2MsPerRecord).toBeCloseTo(given.c2MsPerRecord, 5)
      })
    )
  })

  test('are never negative, whatever was measured', () => {
    const measured = fc.array(
      fc.record({
        batchesPerRequest: fc.double({ min: 1, max: 50, noNaN: true }),
        recordsPerBatch: fc.double({ min: 1, max: 1000, noNaN: true }),
        requestMs: fc.double({ min: 0.01, max: 100, noNaN: true })
      }),
      { minLength: 1, maxLength: 9 }
    )
    fc.assert(
      fc.property(measured, settings => {
        const cost = fitServiceCost(settings.map(changes => setting(changes)))
        for (const part of [cost.c0Ms, cost.c1MsPerBatch, cost.c2MsPerRecord]) {
          expect(part).toBeGreaterThanOrEqual(0)
          expect(Number.isFinite(part)).toBe(true)
        }
      })
    )
  })

  test('that grow smaller with the request are taken for a constant', () => {
    const falling = GRID.map(([batchesPerRequest, recordsPerBatch], index) =>
      setting({ batchesPerRequest, recordsPerBatch, requestMs: 2 - index / 10 })
    )
    const { c0Ms, c1MsPerBatch, c2MsPerRecord } = fitServiceCost(falling)
    expect([c1MsPerBatch, c2MsPerRecord]).toEqual([0, 0])
    expect(c0Ms).toBeGreaterThan(1.5)
    expect(c0Ms).toBeLessThan(2)
  })

  test('weigh an error by its share: a slow request says no more than a quick one', () => {
    const { c0Ms } = fitServiceCost([
      setting({ batchesPerRequest: 1, recordsPerBatch: 1, requestMs: 1 }),
      setting({ batchesPerRequest: 1, recordsPerBatch: 1, requestMs: 100 })
    ])
    expect(c0Ms).toBeLessThan(2)
  })

  test('need a measured setting', () => {
    expect(() => fitServiceCost([])).toThrow(InvariantError)
  })
})

describe('how much longer a linger lasts than it says', () => {
  /** A request of so many records in four batches. */
  const requestOf = (records: number, lingerMs: number, changes: Partial<MeasuredBatching> = {}) =>
    setting({ lingerMs, recordsPerBatch: records / 4, burstMs: 0, ...changes })

  test('is the median of what requests had more than the linger brought', () => {
    // 20 records a ms: 5 ms bring 101 records, 6.5 ms 131.
    const settings = [requestOf(131, 5), requestOf(421, 20, { recordsPerBatchMax: 1000 }), requestOf(141, 5)]
    expect(lingerLatenessMs(settings)).toBeCloseTo(1.5, 9)
  })

  test('is not told by full batches, by slow answers, or by settings without a linger', () => {
    const settings = [
      requestOf(131, 5),
      requestOf(380, 20, { recordsPerBatchMax: 100 }),
      requestOf(300, 5, { requestMs: 8 }),
      requestOf(40, 0)
    ]
    expect(lingerLatenessMs(settings)).toBeCloseTo(1.5, 9)
  })

  test('is a timer’s millisecond where nothing tells', () => {
    expect(lingerLatenessMs([])).toBe(1)
    expect(lingerLatenessMs([requestOf(40, 0)])).toBe(1)
  })

  test('is never less than nothing', () => {
    expect(lingerLatenessMs([requestOf(90, 5)])).toBe(0)
  })

  test('is counted from the first burst to the one whose turn ends it', () => {
    // 20 records a ms in bursts of 1.1 ms: 6.6 ms bring 132 records, and no more with the burst that follows.
    expect(lingerLatenessMs([requestOf(132, 5, { burstMs: 1.1 })])).toBeCloseTo(1.6, 9)
  })
})
