import { expect, test } from 'vitest'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import { measureRun, type RunCounts, withLateLatencies } from '../../../src/harness/benchmark/run-measure.ts'
import { advanceSlowly, ManualClock, settled } from '../../support/manual-clock.ts'

function histogramOf(micros: number): Histogram {
  const histogram = new Histogram()
  histogram.record(micros)
  return histogram
}

interface Changes {
  readonly seconds?: number
  readonly isOver?: (records: number) => boolean
  readonly signal?: AbortSignal
}

/** A run at ten records a millisecond, with one latency at each look. */
async function measured(changes: Changes = {}): Promise<RunCounts> {
  const clock = new ManualClock()
  let looks = 0
  let cpu = 100
  const running = measureRun({
    clock,
    signal: changes.signal ?? new AbortController().signal,
    measureMs: 50,
    seconds: changes.seconds ?? 2,
    intervalMs: 1000,
    finished: () => clock.monotonic() * 10,
    offered: () => clock.monotonic() * 11,
    isOver: changes.isOver ?? (() => false),
    takeLatencies: () => {
      looks += 1
      return { scheduled: histogramOf(looks), sent: histogramOf(0) }
    },
    partitionUsages: async () => {
      cpu += 500
      return [
        { cpuMs: cpu, diskMs: 2 * cpu, blockedMs: cpu / 5, pacedMs: 0 },
        { cpuMs: cpu / 2, diskMs: 0, blockedMs: 0, pacedMs: 0 }
      ]
    }
  })
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  running.then(over, over)
  for (let step = 0; step < 500 && !isOver; step++) await advanceSlowly(clock, 10, 10)
  await settled()
  return await running
}

test('a run is sampled in windows, and its latencies are taken at each interval', async () => {
  const { samples, offered, windowMs, intervals } = await measured()
  expect(windowMs).toBe(100)
  expect(samples).toHaveLength(21)
  expect(samples[0]).toEqual({ atMs: 50, records: 500 })
  expect(samples[20]).toEqual({ atMs: 2050, records: 20_500 })
  expect(offered[20]).toBe(22_550)
  expect(intervals.map(({ startSeconds, seconds, records }) => [startSeconds, seconds, records])).toEqual([
    [0, 1, 10_000],
    [1, 1, 10_000]
  ])
  expect(intervals.map(({ scheduled }) => scheduled.max)).toEqual([1, 2])
})

test('a run that is over inside an interval has a shorter last one', async () => {
  const { samples, intervals } = await measured({
    seconds: Number.POSITIVE_INFINITY,
    isOver: records => records >= 12_400
  })
  expect(samples).toHaveLength(14)
  expect(intervals.map(({ seconds, records }) => [seconds, records])).toEqual([
    [1, 10_000],
    [0.3, 3000]
  ])
})

test('the busiest partition thread is told by its time on processor and disk', async () => {
  const { partition } = await measured()
  // In two seconds it computed for half a second, and stood for a tenth of one.
  expect(partition).toEqual({ cpuMs: 500, busy: 0.25, diskWait: 0.05 })
})

test('an interruption ends it', async () => {
  const interruption = new AbortController()
  interruption.abort()
  await expect(measured({ signal: interruption.signal })).rejects.toMatchObject({
    code: 'HIGHWATER_INTERRUPTED'
  })
})

test('latencies that came after the last sample are counted with the last interval', async () => {
  const counts = await measured()
  const late = { scheduled: histogramOf(900), sent: histogramOf(800) }
  const { intervals } = withLateLatencies(counts, late)
  expect(intervals.map(({ scheduled }) => [scheduled.total, scheduled.max])).toEqual([
    [1, 1],
    [2, 900]
  ])
  const nothing = { scheduled: new Histogram(), sent: new Histogram() }
  expect(withLateLatencies({ ...counts, intervals: [] }, nothing).intervals).toEqual([])
})
