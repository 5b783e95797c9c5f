import { describe, expect, test } from 'vitest'
import { benchResult } from '../../../src/harness/benchmark/bench-result.ts'
import { consumeFindings, planOf, runOf } from './bench-fixture.ts'

describe('the result of a benchmark', () => {
  const runs = [runOf(), runOf({ recordsPerSecond: 40_000 }), runOf({ recordsPerSecond: 60_000 })]
  const result = benchResult(runs, planOf())

  test('has records and bytes a second together, the median of the runs with an interval', () => {
    expect(result.meanRecordBytes).toBe(104)
    expect(result.rate.recordsPerSecond).toBeCloseTo(50_000, -1)
    expect(result.rate.bytesPerSecond / result.rate.recordsPerSecond).toBeCloseTo(104, 6)
    expect(result.spread).toBeCloseTo(0.4, 3)
    const [low, high] = result.interval95 ?? [0, 0]
    expect(low).toBeLessThan(50_000)
    expect(high).toBeGreaterThan(50_000)
  })

  test('has the latencies of all runs from both starting points, in microseconds', () => {
    expect(result.scheduled).toMatchObject({ count: 9000, max: 8003 })
    expect(result.sent?.max).toBe(6403)
    expect(result.slip).toMatchObject({ count: 3000, max: 900 })
    expect(result.intervals).toHaveLength(9)
    expect(result.intervals[4]).toMatchObject({
      run: 2,
      startSeconds: 1,
      seconds: 1,
      scheduled: { count: 1000 }
    })
  })

  test('has what the producers made of the records', () => {
    expect(result.batches?.recordsPerBatch).toBeCloseTo(100, 0)
    expect(result.batches).toMatchObject({ bytesPerBatch: 11_600 })
    expect(result.batches?.batchesPerRequest).toBeCloseTo(2, 6)
    expect(result.batches?.requestMs).toBeCloseTo(0.6, 9)
    expect(result.batches?.requestsPerSecond).toBeCloseTo(250, -1)
  })

  test('says of an open loop whether it was carried', () => {
    expect(result.runs.map(({ steady }) => steady)).toEqual([true, true, true])
    const short = benchResult([runOf({ offered: 1.05 })], planOf()).runs[0]
    expect(short).toMatchObject({ steady: false })
    expect(short?.reason).toMatch(/^Only \d+ of \d+ records offered were carried in the time\.$/)
  })

  test('says of saturation whether it settled, and has no due times', () => {
    const saturated = benchResult(runs, planOf({ rate: undefined }))
    expect(saturated.runs[0]).toMatchObject({ steady: true, reason: 'Steady from the first window.' })
    expect(saturated).toMatchObject({ scheduled: null, slip: null })
    expect(saturated.sent?.count).toBe(9000)
    expect(saturated.intervals[0]?.scheduled).toBeNull()
  })

  test('of a late loader is client-bound, of one without time too', () => {
    expect(result.verdict.bottleneck).toBe('none')
    expect(benchResult([runOf({ slipMicros: 90_000 })], planOf()).verdict.bottleneck).toBe('client-bound')
    const busy = runOf()
    const loads = busy.loads?.map(report => ({ ...report, cpuMs: report.elapsedMs })) ?? null
    expect(benchResult([{ ...busy, loads }], planOf()).verdict.bottleneck).toBe('client-bound')
  })

  test('of a partition thread that stands at its disk is disk-bound', () => {
    const run = runOf()
    const partition = { cpuMs: 600, busy: 0.2, diskWait: 0.7 }
    const waiting = { ...run, counts: { ...run.counts, partition } }
    expect(benchResult([waiting], planOf()).verdict.bottleneck).toBe('disk-bound')
  })

  test('of readers that fall behind is consumer-bound', () => {
    const behind = benchResult([runOf({ offered: 1.2 })], planOf({ workload: 'e2e' }))
    expect(behind.verdict).toMatchObject({ bottleneck: 'consumer-bound' })
    expect(benchResult([runOf()], planOf({ workload: 'e2e' })).verdict.bottleneck).toBe('none')
  })

  test('of readers of what is there has no latency, and is theirs', () => {
    const { runs: reads, plan } = consumeFindings()
    const consumed = benchResult(reads, plan)
    expect(consumed).toMatchObject({
      scheduled: null,
      sent: null,
      slip: null,
      batches: null,
      meanRecordBytes: 100
    })
    expect(consumed.rate.bytesPerSecond).toBeCloseTo(200e6, -5)
    expect(consumed.verdict).toEqual({
      bottleneck: 'consumer-bound',
      evidence: 'The readers never waited for records.'
    })
  })

  test('of fewer than three runs has no interval, of one no spread', () => {
    expect(benchResult(runs.slice(0, 2), planOf())).toMatchObject({ interval95: null })
    expect(benchResult(runs.slice(0, 1), planOf())).toMatchObject({ interval95: null, spread: null })
    const nothing = [0, 0, 0].map(recordsPerSecond => runOf({ recordsPerSecond }))
    expect(benchResult(nothing, planOf())).toMatchObject({ interval95: null, spread: null })
  })

  test('of so many records lasts until the last answer', () => {
    const counted = benchResult([runOf()], planOf({ records: 150_000 })).runs[0]
    expect(counted).toMatchObject({ records: 150_000, seconds: 3, recordsPerSecond: 50_000, steady: true })
  })
})
