import { describe, expect, test } from 'vitest'
import { type BenchRun, consumerPoint, producerPoint } from '../../../src/harness/plan/measured-point.ts'
import { cutRun } from '../../../src/harness/run-series.ts'

/** A run of twelve windows at this rate, in MB/s, with 1 KB records. */
function runAt(rate: number, changes: Partial<BenchRun> = {}): BenchRun {
  const samples = Array.from({ length: 13 }, (_, window) => ({
    atMs: window * 100,
    records: window * rate * 100
  }))
  return {
    series: cutRun(samples, 100, 1000),
    bytes: 1.2 * rate * 1e6,
    processCpuSeconds: 0.6,
    coresBusy: 0.5,
    loaderBusy: null,
    partitionBusy: null,
    diskWait: null,
    consumerBusy: null,
    bytesPerCpuSecond: null,
    ...changes
  }
}

describe('a measured point', () => {
  test('is the median of its runs, at saturation', () => {
    const point = producerPoint([runAt(40), runAt(60), runAt(50)], 1000)
    expect(point.measurement).toMatchObject({
      label: 'saturation',
      bytesPerSecond: 50e6,
      recordsPerSecond: 50_000
    })
    expect(point.runs.map(run => run.bytesPerSecond)).toEqual([40e6, 60e6, 50e6])
  })

  test('is refused in one sentence if a run moved nothing', () => {
    expect(() => producerPoint([runAt(40), runAt(0)], 1000)).toThrow(
      expect.objectContaining({
        code: 'HIGHWATER_TIMEOUT',
        message: expect.stringMatching(/^A run moved no/)
      })
    )
  })

  test('costs the processor time of the whole process over the bytes of all runs', () => {
    expect(producerPoint([runAt(40), runAt(60)], 1000).cpuPerByte).toBeCloseTo(1.2 / 120e6, 15)
  })

  test('gives bytes per CPU second as the mean of its runs, or not at all where one does not know', () => {
    const known = [runAt(50, { bytesPerCpuSecond: 60e6 }), runAt(50, { bytesPerCpuSecond: 80e6 })]
    expect(producerPoint(known, 1000).measurement.bytesPerCpuSecond).toBe(70e6)
    expect(producerPoint([...known, runAt(50)], 1000).measurement.bytesPerCpuSecond).toBeNull()
  })

  test('of producers is bound by a loader that was busy all the time, and by a full machine first', () => {
    const busy = { loaderBusy: 0.97 }
    expect(producerPoint([runAt(50, busy), runAt(50, busy)], 1000).verdict.bottleneck).toBe('client-bound')
    const full = { ...busy, coresBusy: 0.99 }
    expect(producerPoint([runAt(50, full), runAt(50, full)], 1000).verdict.bottleneck).toBe('machine-bound')
  })

  test('of producers is bound by the disk when the partition thread waited for it most of its time', () => {
    const waiting = { partitionBusy: 0.3, diskWait: 0.6 }
    expect(producerPoint([runAt(50, waiting), runAt(50, waiting)], 1000).verdict).toEqual({
      bottleneck: 'disk-bound',
      evidence: 'The busiest partition thread waited 60 % of its time for the disk.'
    })
    const unknown = runAt(50, { ...waiting, diskWait: null })
    expect(producerPoint([runAt(50, waiting), unknown], 1000).verdict.bottleneck).toBe('none')
  })

  test('of a consumer is bound by the consumer unless the machine was full', () => {
    const runs = [runAt(50, { consumerBusy: 0.98 }), runAt(50, { consumerBusy: 0.96 })]
    expect(consumerPoint(runs, 1000).verdict).toEqual({
      bottleneck: 'consumer-bound',
      evidence: 'The consumer never waited for records: its thread computed for 97 % of the time.'
    })
    const full = runs.map(run => ({ ...run, coresBusy: 0.99 }))
    expect(consumerPoint(full, 1000).verdict.bottleneck).toBe('machine-bound')
    expect(consumerPoint([runAt(50), runAt(50)], 1000).verdict.evidence).toBe(
      'The consumer never waited for records.'
    )
  })
})
