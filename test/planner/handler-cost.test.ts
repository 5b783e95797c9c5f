import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { seededRandom } from '../../src/base/random.ts'
import { givenCost, measuredCost } from '../../src/planner/handler-cost.ts'
import { parseProcess } from '../../src/planner/units.ts'

/** Mean and sample variance, as a harness counts them up. */
function timesOf(all: readonly number[], sampleMs: readonly number[] = []) {
  const meanMs = all.reduce((sum, ms) => sum + ms, 0) / all.length
  const squares = all.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0)
  const variance = all.length === 1 ? 0 : squares / (all.length - 1)
  return { count: all.length, meanMs, variance, sampleMs, meanCpuMs: null }
}

describe('a given cost', () => {
  test('is the same for each record', () => {
    expect(givenCost(parseProcess('wait:2ms'))).toEqual({
      source: 'given',
      meanMs: 2,
      meanInterval: null,
      variation: 0,
      variationInterval: null,
      process: { kind: 'wait', micros: 2000 },
      text: '2 ms a record, the same for each, given'
    })
    expect(givenCost(parseProcess('cpu:50us')).process).toEqual({ kind: 'cpu', micros: 50 })
  })
})

describe('a measured cost', () => {
  test('has the mean, the scatter and an interval of each', () => {
    const times = { count: 50_000, meanMs: 0.41, variance: 1.8 * 0.41 ** 2, sampleMs: [], meanCpuMs: 0.3 }
    const cost = measuredCost(times)
    expect(cost.variation).toBeCloseTo(1.8, 12)
    // ln Cs² of Gamma times: sqrt(2 (1 + 1.8) / 50 000) = 0.0106 each way, times 1.96.
    expect(cost.variationInterval?.map(end => Number(end.toFixed(3)))).toEqual([1.763, 1.838])
    expect(cost.meanInterval?.map(end => Number(end.toFixed(4)))).toEqual([0.4052, 0.4148])
    expect(cost.process).toEqual({ kind: 'cpu', micros: 410 })
    expect(cost.text).toBe(
      '410 µs a record, squared variation Cs² 1.8 [1.76, 1.84], measured on 50 000 records'
    )
  })

  test('waits unless it is known to compute', () => {
    const times = { count: 100, meanMs: 2, variance: 1, sampleMs: [] }
    expect(measuredCost({ ...times, meanCpuMs: null }).process.kind).toBe('wait')
    expect(measuredCost({ ...times, meanCpuMs: 0.9 }).process.kind).toBe('wait')
  })

  test('of a few records has no interval, and says why', () => {
    const cost = measuredCost(timesOf([1, 2, 3]))
    expect(cost.variationInterval).toBeNull()
    expect(cost.meanInterval).toBeNull()
    expect(cost.text).toBe(
      '2 ms a record, squared variation Cs² 0.25 of too few to tell how far off, measured on 3 records'
    )
    expect(measuredCost(timesOf([5])).text).toContain('on 1 record')
  })

  test('of times all alike has no scatter', () => {
    const cost = measuredCost(timesOf(Array<number>(40).fill(2), Array<number>(40).fill(2)))
    expect(cost.variationInterval).toEqual([0, 0])
    expect(cost.meanInterval).toEqual([2, 2])
  })

  test('is nothing that takes no time', () => {
    expect(() => measuredCost({ ...timesOf([1]), meanMs: 0 })).toThrow(InvariantError)
  })

  test('holds the truth in about 95 of 100 repetitions', () => {
    const random = seededRandom(3)
    const exponential = (): number => -Math.log(1 - random.next())
    const kinds: [string, number, () => number][] = [
      ['exponential', 1, exponential],
      ['uneven', 4, () => exponential() * (random.next() < 6 / 7 ? 0.5 : 4)],
      ['uniform', 1 / 3, () => random.next()]
    ]
    for (const [name, truth, draw] of kinds) {
      let held = 0
      for (let repetition = 0; repetition < 300; repetition++) {
        const all = Array.from({ length: 1500 }, draw)
        const [low, high] = measuredCost(timesOf(all, all.slice(0, 500))).variationInterval ?? [0, 0]
        if (low <= truth && truth <= high) held++
      }
      expect(held, name).toBeGreaterThan(264)
    }
  })

  test('a sample with a longer tail widens the interval, never narrows it', () => {
    const rare = [...Array<number>(99).fill(1), 5]
    const plain = measuredCost(timesOf(rare)).variationInterval ?? [0, 0]
    const wider = measuredCost(timesOf(rare, rare)).variationInterval ?? [0, 0]
    expect(wider[1]).toBeGreaterThan(1.2 * plain[1])
    const times = fc.array(fc.double({ min: 0.01, max: 1e4, noNaN: true }), { minLength: 30, maxLength: 60 })
    fc.assert(
      fc.property(times, all => {
        const without = measuredCost(timesOf(all)).variationInterval ?? [0, 0]
        const withSample = measuredCost(timesOf(all, all)).variationInterval ?? [0, 0]
        expect(withSample[0]).toBeLessThanOrEqual(without[0])
        expect(withSample[1]).toBeGreaterThanOrEqual(without[1])
      })
    )
  })
})
