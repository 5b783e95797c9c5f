import { describe, expect, test } from 'vitest'
import {
  busiestOf,
  partitionsOf,
  sampledBytes,
  sampleLength,
  seriesOf,
  windowLength
} from '../../src/harness/bench-run.ts'
import type { Sample } from '../../src/harness/run-series.ts'

/** Samples of a run at 100 records per 50 ms, in turns 90 and 110. */
function samples(count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: index * 50,
    records: index * 100 - (index % 2) * 10
  }))
}

describe('the windows of a run', () => {
  test('are fourteen, no longer than a quarter of a second and no shorter than 20 ms', () => {
    expect(windowLength(2.8)).toBe(200)
    expect(windowLength(60)).toBe(250)
    expect(windowLength(0.1)).toBe(20)
  })

  test('are sampled four times as often where a run may end early', () => {
    expect(sampleLength(2.8)).toBe(50)
    expect(sampleLength(0.2)).toBe(20)
  })

  test('are merged from samples, as long as there are enough', () => {
    expect(seriesOf(samples(57), 50, 1000)).toMatchObject({ windowMs: 200, windows: { length: 14 } })
    expect(seriesOf(samples(37), 50, 1000)).toMatchObject({ windowMs: 100, windows: { length: 18 } })
    expect(seriesOf(samples(12), 50, 1000)).toMatchObject({ windowMs: 50, windows: { length: 11 } })
  })

  test('end with the last sample and lose none of its records', () => {
    const { windows, bytesPerSecond } = seriesOf(samples(58), 50, 1000)
    expect(windows).toHaveLength(14)
    expect(windows.every(rate => rate === 2e6)).toBe(true)
    expect(bytesPerSecond).toBe(2e6)
    const late = seriesOf([...samples(57), { atMs: 2850, records: 6_000 }], 50, 1000)
    expect(late.windows.at(-1)).toBeGreaterThan(3e6)
    expect(sampledBytes(samples(57), 1000)).toBe(5_600_000)
    expect(sampledBytes([], 1000)).toBe(0)
  })
})

describe('the partitions of a run', () => {
  const usage = { processCpuSeconds: 1, coresBusy: 0.5, elapsedSeconds: 2 }
  const at = (cpuMs: number | null, diskMs = 0) => ({ cpuMs, diskMs, blockedMs: 0, pacedMs: 0 })

  test('are all of the topic', () => {
    expect(partitionsOf('t', 3)).toEqual([0, 1, 2].map(partition => ({ topic: 't', partition })))
    expect(partitionsOf('t', 0)).toEqual([])
  })

  test('are as busy as the one that had the least time left', () => {
    // Of 2 s: 200 ms, 1500 ms and 600 ms.
    const before = [at(100), at(500), at(0)]
    const after = [at(300), at(2000), at(600)]
    expect(busiestOf(before, after, usage).busy).toBeCloseTo(0.75, 9)
  })

  test('are as busy as is not known where the system does not tell', () => {
    expect(busiestOf([at(null)], [at(null)], usage).busy).toBeNull()
  })
})
