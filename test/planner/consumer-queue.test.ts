import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Random, seededRandom } from '../../src/base/random.ts'
import {
  catchUpFactor,
  catchUpTimeline,
  meanWaitMs,
  queuePartitions,
  type RecordService,
  utilisationForWait,
  utilisationOf,
  waitQuantileMs
} from '../../src/planner/consumer-queue.ts'

const oneByOne = (meanMs: number, variation: number): RecordService => ({
  meanMs,
  variation,
  arrivalBatch: 1
})

describe('worked cases', () => {
  const load = { recordsPerSecond: 40_000, meanMs: 2 }

  test('40 000 records/s of 2 ms take 80 consumers that never rest, 115 that are 70 % busy', () => {
    expect(queuePartitions({ ...load, utilisation: 1, catchUp: 1 })).toBe(80)
    expect(queuePartitions({ ...load, utilisation: 0.7, catchUp: 1 })).toBe(115)
  })

  test('153 clear an outage of 10 minutes within 30', () => {
    const catchUp = catchUpFactor({ lengthMs: 600e3, recoverMs: 1800e3 })
    expect(catchUp).toBeCloseTo(4 / 3, 12)
    expect(queuePartitions({ ...load, utilisation: 0.7, catchUp })).toBe(153)
    expect(catchUpFactor(null)).toBe(1)
  })

  test.each([
    // W* ms, E[S] ms, Cs^2, b, rho_max
    [50, 20, 1, 1, 0.7142857],
    [500, 20, 1, 1, 0.9615385],
    [500, 0.4184583, 1.8, 1, 0.9988297],
    [20, 20, 0, 1, 0.6666667],
    [50, 20, 1, 2, 0.5714286],
    [50, 20, 1, 6, 0],
    [50, 20, 1, 11, -0.7142857]
  ])('a mean wait of %d ms at %d ms a record, Cs² %d, %d together: busy %d', (...row) => {
    const [waitMs, meanMs, variation, arrivalBatch, busy] = row
    expect(utilisationForWait({ meanMs, variation, arrivalBatch }, waitMs)).toBeCloseTo(busy, 6)
  })

  test('1 000 records/s of 0.65 ms keep a consumer 65 % busy', () => {
    expect(utilisationOf(1000, 0.65)).toBeCloseTo(0.65, 12)
  })

  test('exponential times give what M/M/1 has always given', () => {
    expect(meanWaitMs(oneByOne(1, 1), 0.5)).toBeCloseTo(1, 12)
    expect(meanWaitMs(oneByOne(1, 1), 0.9)).toBeCloseTo(9, 12)
    expect(meanWaitMs(oneByOne(1, 0), 0.5)).toBeCloseTo(0.5, 12)
    // P(W > t) = rho exp(-(1 - rho) t / E[S])
    expect(waitQuantileMs(oneByOne(1, 1), 0.5, 0.99)).toBeCloseTo(Math.log(0.5 / 0.01) / 0.5, 12)
  })

  test('who falls behind waits for ever, who is idle does not wait', () => {
    expect(meanWaitMs(oneByOne(2, 1), 1)).toBe(Number.POSITIVE_INFINITY)
    expect(waitQuantileMs(oneByOne(2, 1), 1.5, 0.99)).toBe(Number.POSITIVE_INFINITY)
    expect(meanWaitMs(oneByOne(2, 1), 0)).toBe(0)
    expect(waitQuantileMs(oneByOne(2, 1), 0, 0.99)).toBe(0)
    expect(waitQuantileMs(oneByOne(2, 1), 0.005, 0.99)).toBe(0)
  })
})

/** Waits of records in a queue of one server, record after record. */
function simulateWaits(
  random: Random,
  { rho, batch, serve }: { rho: number; batch: number; serve: () => number }
): number[] {
  const waits: number[] = []
  let free = 0
  let now = 0
  while (waits.length < 400_000) {
    now += (-Math.log(1 - random.next()) * batch) / rho
    for (let i = 0; i < batch; i++) {
      const begin = Math.max(now, free)
      waits.push(begin - now)
      free = begin + serve()
    }
  }
  return waits
}

describe('against a simulated queue', () => {
  const random = seededRandom(41)
  const exponential = (): number => -Math.log(1 - random.next())
  // Two exponential phases of means 0.5 and 4 with probabilities 6/7 and 1/7 have Cs² 4.
  const uneven = (): number => exponential() * (random.next() < 6 / 7 ? 0.5 : 4)
  test.each([
    { name: 'the same time for each', rho: 0.7, batch: 1, variation: 0, serve: () => 1 },
    { name: 'exponential times', rho: 0.7, batch: 1, variation: 1, serve: exponential },
    { name: 'uneven times', rho: 0.6, batch: 1, variation: 4, serve: uneven },
    { name: 'the same time, five together', rho: 0.6, batch: 5, variation: 0, serve: () => 1 },
    { name: 'exponential times, ten together', rho: 0.7, batch: 10, variation: 1, serve: exponential }
  ])('$name: mean and 99th percentile of the wait', ({ rho, batch, variation, serve }) => {
    const waits = simulateWaits(random, { rho, batch, serve })
    const service: RecordService = { meanMs: 1, variation, arrivalBatch: batch }
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
    expect(Math.abs(mean / meanWaitMs(service, rho) - 1)).toBeLessThan(0.06)
    const p99 = Float64Array.from(waits).sort()[Math.floor(0.99 * waits.length)]!
    expect(Math.abs(p99 / waitQuantileMs(service, rho, 0.99) - 1)).toBeLessThan(0.25)
  })
})

describe('catching up', () => {
  test('10 minutes at 1 000 records/s are gone 30 minutes later at 4/3 of the rate', () => {
    const { corners, clearedAfterMs } = catchUpTimeline({
      recordsPerSecond: 1000,
      drainPerSecond: 4000 / 3,
      lengthMs: 600e3
    })
    expect(clearedAfterMs).toBeCloseTo(1800e3, 3)
    expect(corners.map(({ backlogRecords }) => backlogRecords)).toEqual([0, 600_000, 0])
    expect(corners.map(({ lagMs }) => lagMs)).toEqual([0, 600e3, 0])
    expect(corners.at(-1)?.ms).toBeCloseTo(2400e3, 3)
  })

  test('a consumer no faster than its records never catches up', () => {
    const even = catchUpTimeline({ recordsPerSecond: 1000, drainPerSecond: 1000, lengthMs: 60e3 })
    expect(even.clearedAfterMs).toBeNull()
    expect(even.corners.at(-1)).toEqual({ ms: 120e3, backlogRecords: 60_000, lagMs: 60e3 })
    const slow = catchUpTimeline({ recordsPerSecond: 1000, drainPerSecond: 500, lengthMs: 60e3 })
    expect(slow.corners.at(-1)).toEqual({ ms: 120e3, backlogRecords: 90_000, lagMs: 90e3 })
  })

  test('agrees with a backlog counted second by second', () => {
    const [arriving, draining, outage] = [700, 900, 90]
    let backlog = 0
    let seconds = 0
    for (; seconds <= outage || backlog > 0; seconds++) {
      backlog += arriving
      if (seconds >= outage) backlog -= Math.min(backlog, draining)
    }
    const { clearedAfterMs } = catchUpTimeline({
      recordsPerSecond: arriving,
      drainPerSecond: draining,
      lengthMs: outage * 1e3
    })
    expect(Math.abs((clearedAfterMs ?? 0) / 1e3 + outage - seconds)).toBeLessThan(2)
  })
})

describe('for any queue', () => {
  const queue = fc.record({
    meanMs: fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
    variation: fc.double({ min: 0, max: 50, noNaN: true }),
    arrivalBatch: fc.integer({ min: 1, max: 100 })
  })

  test('at the busy share that a wait permits, records wait as long', () => {
    fc.assert(
      fc.property(queue, fc.double({ min: 1e-2, max: 1e5, noNaN: true }), (service, waitMs) => {
        const busy = utilisationForWait(service, waitMs)
        expect(busy).toBeLessThan(1)
        fc.pre(busy > 0 && busy < 1 - 1e-9)
        expect(meanWaitMs(service, busy) / waitMs).toBeCloseTo(1, 5)
      })
    )
  })

  test('busier consumers and less even times never wait less', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(queue, share, share, (service, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        expect(meanWaitMs(service, more)).toBeGreaterThanOrEqual(meanWaitMs(service, less))
        const uneven = { ...service, variation: service.variation + 1 }
        expect(meanWaitMs(uneven, more)).toBeGreaterThanOrEqual(meanWaitMs(service, more))
      })
    )
  })
})
