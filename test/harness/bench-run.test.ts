import { describe, expect, test } from 'vitest'
import { sampledBytes, sampleLength, seriesOf, windowLength } from '../../src/harness/bench-run.ts'
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
