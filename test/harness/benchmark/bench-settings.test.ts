import { describe, expect, test } from 'vitest'
import {
  type BenchOptions,
  benchSettings,
  burstRecords
} from '../../../src/harness/benchmark/bench-settings.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'
import { parseLoadRate } from '../../../src/planner/units.ts'

describe('a benchmark', () => {
  test('without a rate is saturation: three runs of three seconds behind a lead', () => {
    expect(benchSettings({ workload: 'produce' }).settings).toMatchObject({
      mode: 'saturation',
      recordsPerSecond: null,
      partition: null,
      runs: 3,
      seconds: 3,
      records: null,
      consumers: 0,
      leadMs: 500,
      intervalMs: 1000
    })
  })

  test('with a rate is an open loop, in records or in bytes of them', () => {
    const rate = (text: string) =>
      benchSettings({ workload: 'produce', rate: parseLoadRate(text), sizes: parseSizes('100') }).settings
    expect(rate('50000/s')).toMatchObject({ mode: 'open-loop', recordsPerSecond: 50_000 })
    expect(rate('5MB/s').recordsPerSecond).toBe(50_000)
  })

  test('of so many records has no length and no lead', () => {
    const { settings } = benchSettings({ workload: 'produce', records: 5000, rate: parseLoadRate('100/s') })
    expect(settings).toMatchObject({ seconds: null, records: 5000, leadMs: 0, intervalMs: 2000 })
  })

  test('of consumers prepares records and has a length', () => {
    const { settings } = benchSettings({ workload: 'consume', seconds: 60 })
    expect(settings).toMatchObject({
      seconds: 60,
      records: 268_435,
      consumers: 1,
      intervalMs: 2000,
      api: 'forEach'
    })
    expect(benchSettings({ workload: 'consume', records: 2000 }).settings).toMatchObject({
      seconds: 3,
      records: 2000
    })
  })

  test('of one partition makes the topic large enough for it', () => {
    expect(benchSettings({ workload: 'produce', partition: 3 }).load.partitions).toBe(4)
    expect(benchSettings({ workload: 'produce', partition: 3, partitions: 9 }).load.partitions).toBe(9)
  })

  test('sends bursts that fit into a batch', () => {
    const burst = (size: string, batch = '16384') =>
      burstRecords(
        benchSettings({ workload: 'produce', sizes: parseSizes(size), config: { 'batch.size': batch } }).load
      )
    expect([burst('100'), burst('1KB'), burst('100KB'), burst('100', '0')]).toEqual([64, 16, 1, 1])
  })

  test('refuse a workload that is none before anything is measured', () => {
    const nothing: Partial<BenchOptions> = {}
    expect(() => benchSettings(nothing as BenchOptions)).toThrow(
      'A benchmark needs a workload, one of produce, consume, e2e, not undefined.'
    )
  })

  test.each<[BenchOptions, string]>([
    [{ workload: 'produce', records: 100, seconds: 1 }, '--records and --seconds both end a run'],
    [{ workload: 'produce', seconds: 0 }, 'must lie between 0.2 and 3600, not at 0'],
    [{ workload: 'produce', seconds: Number.NaN }, 'not at NaN'],
    [{ workload: 'produce', runs: 0 }, 'The number of runs must be a whole number from 1 to 100, not 0.'],
    [{ workload: 'produce', records: 0.5 }, 'The number of records must be a whole number'],
    [
      { workload: 'produce', partition: 4, partitions: 4 },
      'The partition must be a whole number from 0 to 3, not 4.'
    ],
    [{ workload: 'produce', consumers: 1 }, '--consumers are readers'],
    [{ workload: 'produce', process: { kind: 'wait', micros: 1 } }, '--process is a cost of readers'],
    [{ workload: 'produce', api: 'poll' }, '--api is about readers'],
    [
      { workload: 'consume', rate: { unit: 'records', perSecond: 1 } },
      'reads as fast as it goes: use bench e2e'
    ],
    [{ workload: 'consume', stall: { silentMs: 1, periodMs: 2 } }, '--stall withholds answers to producers'],
    [{ workload: 'consume', records: 10 }, 'from 1000 to'],
    [
      { workload: 'consume', consumers: 3, partitions: 2 },
      '3 consumers have only 2 of the partitions to read'
    ],
    [
      { workload: 'consume', consumers: 2, partition: 0, partitions: 2 },
      '2 consumers have only 1 of the partitions'
    ],
    [{ workload: 'e2e', api: 'poll' }, 'bench e2e reads by forEach'],
    [{ workload: 'e2e', consumerConfig: { 'fetch.mx.bytes': '1' } }, 'did you mean fetch.max.bytes?']
  ])('%j is refused in one sentence', (options, sentence) => {
    expect(() => benchSettings(options)).toThrow(sentence)
  })
})
