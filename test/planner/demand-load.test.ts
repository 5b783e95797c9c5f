import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { consumerSide, type DemandInput, demandLoad } from '../../src/planner/demand-load.ts'
import { measuredCost } from '../../src/planner/handler-cost.ts'
import { PLAIN } from './demand-fixture.ts'

/** 40 000 records/s of 1 000 B with 2 ms each, nothing else wished for. */
const INPUT: DemandInput = { ...PLAIN, consumerUtilisation: null }

const uneven = measuredCost({ count: 1000, meanMs: 20, variance: 400, sampleMs: [], meanCpuMs: null })

describe('the consumer of a partition', () => {
  test('takes s / (c/k + s/Fc), and one key no more than one lane', () => {
    const side = consumerSide({ ...INPUT, recordBytes: 812, fetchOnlyThroughput: 96e6 }, 8, 0.8)
    expect(side.throughput).toBeCloseTo(812 / (0.002 / 8 + 812 / 96e6), 3)
    expect(side.laneThroughput).toBeCloseTo(812 / (0.002 + 812 / 96e6), 3)
    expect(side.partitionMs).toBeCloseTo(0.25 + 0.812 / 96, 9)
    expect(side.recordMs).toBeCloseTo(2 + 0.812 / 96, 9)
    expect(side.binds).toBe('handler')
  })

  test('is as fast as it was measured with the handler', () => {
    const side = consumerSide(
      { ...INPUT, recordBytes: 812, fetchOnlyThroughput: 96e6, consumerThroughput: 1.98e6 },
      1,
      0.8
    )
    expect(side.throughput).toBeCloseTo(1.98e6, 3)
    expect(side.handlerMs).toBeCloseTo(812 / 1980 - 812 / 96_000, 9)
    const unlikely = { ...INPUT, fetchOnlyThroughput: 10e6, consumerThroughput: 11e6 }
    expect(consumerSide(unlikely, 1, 0.8).handlerMs).toBe(0)
  })

  test('only fetches where there is no handler', () => {
    const side = consumerSide({ ...INPUT, handler: null, fetchOnlyThroughput: 96e6 }, 4, 0.8)
    expect(side.throughput).toBeCloseTo(96e6, 3)
    expect(side.binds).toBe('fetch')
    expect(side.service.variation).toBe(0)
  })

  test.each([
    // W* ms, rho_max
    [50, 0.7142857],
    [500, 0.8],
    [20, 0.5]
  ])('a wait of %d ms at 20 ms and Cs² 1 permits %d, up to the cap', (lagSloMs, utilisation) => {
    const side = consumerSide({ ...INPUT, handler: uneven, lagSloMs }, 1, 0.8)
    expect(side.utilisation).toBeCloseTo(utilisation, 6)
  })

  test('a wait below the time of one record is not to be had, nor one that a batch makes', () => {
    const short = consumerSide({ ...INPUT, handler: uneven, lagSloMs: 10 }, 1, 0.8)
    expect([short.waitUtilisation, short.utilisation]).toEqual([null, 0.8])
    const batch = consumerSide({ ...INPUT, handler: uneven, lagSloMs: 50, arrivalBatch: 6 }, 1, 0.8)
    expect(batch.waitUtilisation).toBeNull()
  })

  test('lanes share the queue of a partition, but not of a key', () => {
    const side = consumerSide({ ...INPUT, handler: uneven, lagSloMs: 50 }, 4, 0.99)
    expect(side.utilisation).toBeCloseTo(100 / 110, 6)
    expect(side.laneUtilisation).toBeCloseTo(100 / 140, 6)
  })

  test('the fetch takes the same time for each record, which evens the whole out', () => {
    const half = { ...INPUT, handler: uneven, recordBytes: 2000, fetchOnlyThroughput: 100e3 }
    expect(consumerSide(half, 1, 0.8).service.variation).toBeCloseTo(0.25, 9)
  })
})

describe('the load', () => {
  test('is the peak, grown, in records', () => {
    const headroom = { peakFactor: 2, yearlyGrowth: 0.5, years: 1, utilisation: 0.5 }
    const load = demandLoad({ ...INPUT, headroom, outage: { lengthMs: 600e3, recoverMs: 1800e3 } })
    expect(load.recordsPerSecond).toBeCloseTo(120_000, 6)
    expect(load.headroom.plannedThroughput).toBeCloseTo(240e6, 3)
    expect(load.catchUp).toBeCloseTo(4 / 3, 12)
    expect([load.cap, load.capSource]).toEqual([0.8, 'default'])
    expect(demandLoad({ ...INPUT, consumerUtilisation: 0.6 })).toMatchObject({ cap: 0.6, capSource: 'asked' })
  })

  test.each([
    [{ targetThroughput: 0 }, 'The target rate is not above zero: give one such as 120MB/s.'],
    [{ targetThroughput: Number.NaN }, 'The target rate is not above zero'],
    [{ recordBytes: 0 }, 'Records have no bytes, so a rate in bytes says nothing: give their size.'],
    [{ consumerUtilisation: 1 }, 'Consumers cannot be 1 busy: give a share such as 0.8.'],
    [{ lagSloMs: 0 }, 'The lag SLO is not above zero: give a time such as 500ms.'],
    [{ outage: { lengthMs: 1, recoverMs: 0 } }, 'The outage has no time to recover in: give 10m/30m.'],
    [{ lanes: 1.5 }, 'There cannot be 1.5 lanes: give 1 or more.'],
    [{ arrivalBatch: 0 }, 'There cannot arrive 0 records together: give 1 or more.']
  ])('%o is refused in one sentence', (change, text) => {
    expect(() => demandLoad({ ...INPUT, ...change })).toThrow(HighwaterError)
    expect(() => demandLoad({ ...INPUT, ...change })).toThrow(text)
  })
})
