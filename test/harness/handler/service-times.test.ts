import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { ServiceMeter } from '../../../src/harness/handler/service-times.ts'

describe('times of a handler', () => {
  test('by calls of one record are their mean, sample variance and quantiles', () => {
    const meter = new ServiceMeter()
    for (let i = 1; i <= 100; i++) meter.add(1, i)
    const times = meter.times()
    expect(times?.records).toBe(100)
    expect(times?.meanMs).toBeCloseTo(50.5, 9)
    expect(times?.varianceMs2).toBeCloseTo((100 * 101) / 12, 6)
    // A class of the quantiles is 4.4 % wide.
    expect(times?.p50Ms).toBeGreaterThan(50 / 1.05)
    expect(times?.p50Ms).toBeLessThan(50 * 1.05)
    expect(times?.p90Ms).toBeGreaterThan(90 / 1.05)
    expect(times?.p99Ms).toBeLessThan(99 * 1.05)
  })

  test.each([[1], [7], [500]])('tell the variance of one record from calls of %i', size => {
    const random = seededRandom(size)
    const meter = new ServiceMeter()
    for (let call = 0; call < 4000; call++) {
      // Exponential times: mean 2 ms, so variance 4 ms² and Cs² 1.
      let took = 0
      for (let i = 0; i < size; i++) took += -2 * Math.log(1 - random.next())
      meter.add(size, took)
    }
    const { meanMs = 0, varianceMs2 = 0, records = 0 } = meter.times() ?? {}
    expect(records).toBe(4000 * size)
    expect(Math.abs(meanMs / 2 - 1)).toBeLessThan(0.06)
    expect(Math.abs(varianceMs2 / 4 - 1)).toBeLessThan(0.15)
  })

  test('from calls of different sizes have no variance if each record takes the same', () => {
    const meter = new ServiceMeter()
    for (const size of [1, 2, 4, 500, 3]) meter.add(size, 0.25 * size)
    expect(meter.times()?.meanMs).toBeCloseTo(0.25, 12)
    expect(meter.times()?.varianceMs2).toBeCloseTo(0, 9)
  })

  test('count every record of a long call, and none of one alone', () => {
    const meter = new ServiceMeter()
    expect(meter.times()).toBeNull()
    meter.add(99, 99)
    expect(meter.times()).toBeNull()
    meter.add(1, 1000)
    const { p50Ms = 0, p99Ms = 0 } = meter.times() ?? {}
    expect([Math.round(p50Ms), p99Ms < 2]).toEqual([1, true])
  })

  test('too short for the clock are no trouble', () => {
    const meter = new ServiceMeter()
    meter.add(1, 0)
    meter.add(1, 0)
    expect(meter.times()).toMatchObject({ meanMs: 0, varianceMs2: 0 })
    expect(meter.times()?.p99Ms).toBeLessThan(1e-6)
  })
})
