import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { type CostPoint, costAt, costCeilings, fitCosts } from '../../src/planner/cost-of-count.ts'

const COUNTS = [1, 10, 100, 1000, 10_000]

/** 60 MB and 45 KB a partition, 24 handles and 3 a partition, one start in 2 ms, one host thread in all. */
function pointAt(partitions: number, noise = 1): CostPoint {
  return {
    partitions,
    memoryBytes: (60e6 + 45e3 * partitions) * noise,
    handles: 24 + 3 * partitions,
    threads: 2,
    startMs: (80 + 2 * partitions) * noise,
    files: 5 * partitions
  }
}

describe('costs', () => {
  test('that are exact are given back, with their sentence', () => {
    const fits = fitCosts(COUNTS.map(count => pointAt(count)))
    expect(fits.map(({ sentence }) => sentence)).toEqual([
      'memory: 60 MB and 45 KB a partition (95 %: 45 KB to 45 KB); off by 0 % at most.',
      'open handles: 24 and 3 a partition (95 %: 3 to 3); off by 0 % at most.',
      'threads: 2 and 0 a partition (95 %: 0 to 0); off by 0 % at most.',
      'start: 80 ms and 2 ms a partition (95 %: 2 ms to 2 ms); off by 0 % at most.',
      'files: 0 and 5 a partition (95 %: 5 to 5); off by 0 % at most.'
    ])
    const [memory, handles] = fits
    expect(costAt(memory!, 3000).value).toBeCloseTo(195e6, 0)
    expect(costAt(handles!, 3000).value).toBeCloseTo(9024, 6)
  })

  test('that scatter by 5 % are found within their interval in at least 17 of 20 series', () => {
    let held = 0
    let predicted = 0
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed)
      const noise = () => 1 + 0.05 * Math.sqrt(3) * (2 * random.next() - 1)
      const points = COUNTS.flatMap(count => [1, 2, 3].map(() => pointAt(count, noise())))
      const memory = fitCosts(points)[0]!
      const [low, high] = memory.line.slopeInterval
      if (low <= 45e3 && 45e3 <= high) held++
      const { interval95 } = costAt(memory, 3000)
      const next = pointAt(3000, noise()).memoryBytes!
      if (interval95[0] <= next && next <= interval95[1]) predicted++
    }
    expect(held).toBeGreaterThanOrEqual(17)
    expect(predicted).toBeGreaterThanOrEqual(17)
  })

  test('that are no line are said not to be', () => {
    const bent = COUNTS.map(partitions => ({ partitions, startMs: 80 + 0.01 * partitions ** 2 }))
    const [fit] = fitCosts(bent)
    expect(fit?.sentence).toMatch(/off by \d+ % at most: it is no straight line\.$/)
  })

  test('that are 0 but for the rounding of their sums are 0', () => {
    const points = [1, 3, 7].map(partitions => ({ partitions, handles: 3 * partitions, threads: 0.1 + 0.2 }))
    const [handles, threads] = fitCosts(points)
    expect([handles?.line.intercept, threads?.line.slope]).toEqual([0, 0])
    expect(handles?.sentence).toBe('open handles: 0 and 3 a partition (95 %: 3 to 3); off by 0 % at most.')
    expect(threads?.sentence).toBe('threads: 0.3 and 0 a partition (95 %: 0 to 0); off by 0 % at most.')
  })

  test('whose sign is not known are said not to be distinguishable from 0', () => {
    const said = (values: readonly number[]): string | undefined =>
      fitCosts(values.map((startMs, index) => ({ partitions: 4 ** index, startMs })))[0]?.sentence
    expect(said([100, 104, 97, 103])).toMatch(
      /^start: about 101 ms; what one more partition takes is not distinguishable from 0 \(95 %: -.*\); off/
    )
    expect(said([1, 4.4, 15, 66])).toMatch(
      /^start: 1\.0\d ms a partition \(95 %: .*\) and a fixed part not distinguishable from 0; off by/
    )
    // A bent line begins below 0 for certain.
    expect(said([1, 31, 151, 631])).toBe(
      'start: 10 ms a partition (95 %: 10 ms to 10 ms), less 9 ms in all; off by 0 % at most.'
    )
  })

  test('that were measured too little are left out', () => {
    const points = [
      { partitions: 1, memoryBytes: 1e6, handles: 27 },
      { partitions: 10, memoryBytes: 2e6 },
      { partitions: 100, memoryBytes: 3e6 }
    ]
    expect(fitCosts(points).map(({ quantity }) => quantity)).toEqual(['memoryBytes'])
    expect(fitCosts(points.slice(0, 2))).toEqual([])
  })

  test('never fall below 0', () => {
    const falling = [1, 2, 3, 4].map(partitions => ({ partitions, startMs: 500 - 100 * partitions }))
    expect(costAt(fitCosts(falling)[0]!, 50)).toEqual({ value: 0, interval95: [0, 0] })
  })
})

describe('ceilings by cost', () => {
  test('are the last count within what the machine has', () => {
    const fits = fitCosts(COUNTS.map(count => pointAt(count)))
    const ceilings = costCeilings(fits, { memoryBytes: 1e9, handles: 1024, startMs: 60_000 })
    expect(ceilings.map(({ name }) => name)).toEqual([
      '1 GB of memory',
      '1 024 open handles',
      'a start of 1 min'
    ])
    const [memory, handles, start] = ceilings.map(({ partitions }) => partitions)
    // 940 MB / 45 KB, 1 000 / 3, 59 920 / 2
    expect(memory).toBe(20_888)
    expect(handles).toBe(333)
    expect(Math.abs((start ?? 0) - 29_960)).toBeLessThanOrEqual(1)
  })

  test('go by the high end of the interval', () => {
    const random = seededRandom(9)
    const noise = () => 1 + 0.2 * (random.next() - 0.5)
    const fits = fitCosts(COUNTS.flatMap(count => [1, 2].map(() => pointAt(count, noise()))))
    const [ceiling] = costCeilings(fits, { memoryBytes: 1e9 })
    const memory = fits[0]!
    const most = ceiling?.partitions ?? 0
    expect(costAt(memory, most).interval95[1]).toBeLessThanOrEqual(1e9)
    expect(costAt(memory, most + 1).interval95[1]).toBeGreaterThan(1e9)
    expect(costAt(memory, most).value).toBeLessThan(0.97e9)
  })

  test('of a quantity that does not grow are none', () => {
    const fits = fitCosts(COUNTS.map(count => pointAt(count)))
    expect(costCeilings(fits, { threads: 10 })).toEqual([])
    expect(costCeilings(fits, { threads: 1 })).toEqual([{ name: '1 threads', partitions: 0 }])
  })
})
