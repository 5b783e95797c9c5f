import { describe, expect, test } from 'vitest'
import { parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { cellPlans, type TuneOptions, tuneSettings } from '../../../src/harness/benchmark/tune-settings.ts'

describe('a grid', () => {
  test('without wishes is three sizes by three lingers, keyed, on four partitions', () => {
    const { settings, base } = tuneSettings({})
    expect(settings.cells).toHaveLength(9)
    expect(settings.cells[4]).toEqual({ batchSize: 65_536, lingerMs: 5 })
    expect(settings).toMatchObject({ recordsPerSecond: 20_000, runs: 3, seconds: 1, saturationSeconds: 0.5 })
    expect(base.load).toMatchObject({ partitions: 4, keys: 'uniform:10000' })
  })

  test('measures each cell with its own settings, at saturation and at the rate, and all else alike', () => {
    const plan = tuneSettings({ config: { acks: '1' }, rate: { unit: 'bytes', perSecond: 10.05e6 } })
    const { saturation, paced } = cellPlans(plan, { batchSize: 65_536, lingerMs: 20 })
    expect(paced.load).toMatchObject({ batchBytes: 65_536, lingerMs: 20, topic: 'highwater-tune' })
    expect(paced.load.config).toMatchObject({ acks: '1', 'batch.size': '65536', 'linger.ms': '20' })
    expect(saturation.load.config).toBe(paced.load.config)
    expect(paced.settings).toMatchObject({ mode: 'open-loop', arrivals: 'poisson', seconds: 1 })
    expect(paced.settings.recordsPerSecond).toBeCloseTo(10_000, 6)
    expect(saturation.settings).toMatchObject({ mode: 'saturation', seconds: 0.5 })
  })

  test('of one partition may be without keys', () => {
    expect(tuneSettings({ partitions: 1, keys: parseKeys('none') }).base.load.keys).toBe('none')
  })

  test.each<[TuneOptions, string]>([
    [{ config: { 'batch.size': '1' } }, 'tune tries values of batch.size itself'],
    [{ config: { 'linger.ms': '1' } }, 'tune tries values of linger.ms itself'],
    [{ keys: { kind: 'none' } }, 'give --keys, or --partitions 1'],
    [{ batchSizes: [] }, '--batch-sizes needs 1 to 8 different values'],
    [{ lingers: [5, 5] }, '--lingers needs 1 to 8 different values'],
    [{ batchSizes: [2 ** 31] }, 'batch.size must be a whole number'],
    [{ lingers: [-1] }, 'linger.ms must be a whole number'],
    [{ seconds: 0 }, 'must lie between 0.2 and 600, not at 0'],
    [{ runs: 1.5 }, 'The number of runs must be a whole number'],
    [{ config: { bath: '1' } }, '"bath" is not a producer setting']
  ])('%j is refused in one sentence', (options, sentence) => {
    expect(() => tuneSettings(options)).toThrow(sentence)
  })
})
