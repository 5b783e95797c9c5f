/** Runs of benchmarks as a quiet machine might give them, and the reports of them. */
import type { BenchFindings } from '../../../src/harness/benchmark/bench-report.ts'
import type { BenchRun } from '../../../src/harness/benchmark/bench-session.ts'
import {
  type BenchOptions,
  type BenchPlan,
  benchSettings
} from '../../../src/harness/benchmark/bench-settings.ts'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import { parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'
import type { IntervalCounts } from '../../../src/harness/benchmark/run-measure.ts'
import type { Environment } from '../../../src/harness/environment.ts'

export const ENVIRONMENT: Environment = {
  cpuModel: 'Example CPU @ 3.00GHz',
  cores: 8,
  memoryBytes: 32e9,
  platform: 'linux x64 6.1',
  nodeVersion: 'v20.19.0',
  engineVersion: '0.1.0',
  commit: '0123456789abcdef0123456789abcdef01234567',
  busyBefore: 0.02
}

/** Latencies from `low` to `high` microseconds, evenly. */
function latencies(count: number, low: number, high: number): Histogram {
  const histogram = new Histogram()
  for (let index = 0; index < count; index++) {
    histogram.record(low + (index * (high - low)) / Math.max(1, count - 1))
  }
  return histogram
}

interface RunShape {
  readonly seconds: number
  readonly recordsPerSecond: number
  /** Greatest microseconds from the due time; those from the sending reach 0.8 of it. */
  readonly micros: number
  /** Records that were offered for each one carried. */
  readonly offered: number
  readonly slipMicros: number
  readonly recordBytes: number
}

const SHAPE: RunShape = {
  seconds: 3,
  recordsPerSecond: 50_000,
  micros: 8000,
  offered: 1,
  slipMicros: 900,
  recordBytes: 104
}

/** One run; windows of a tenth of a second that scatter by 1 %. */
export function runOf(changes: Partial<RunShape> = {}): BenchRun {
  const { seconds, recordsPerSecond, micros, offered, slipMicros, recordBytes } = { ...SHAPE, ...changes }
  const samples = [{ atMs: 1000, records: 0 }]
  let records = 0
  for (let window = 1; window <= seconds * 10; window++) {
    records += (recordsPerSecond / 10) * (window % 2 === 0 ? 1.01 : 0.99)
    samples.push({ atMs: 1000 + window * 100, records: Math.round(records) })
  }
  const intervals: IntervalCounts[] = Array.from({ length: seconds }, (_, index) => ({
    startSeconds: index,
    seconds: 1,
    records: samples[(index + 1) * 10]!.records - samples[index * 10]!.records,
    scheduled: latencies(1000, 1000, micros),
    sent: latencies(1000, 800, micros * 0.8)
  }))
  const measured = samples.at(-1)!.records
  const batches = Math.ceil(measured / 100)
  return {
    counts: {
      samples,
      offered: samples.map(sample => Math.round(sample.records * offered)),
      windowMs: 100,
      intervals,
      usage: { elapsedSeconds: seconds, processCpuSeconds: seconds, coresBusy: 0.35 },
      partition: { cpuMs: 360, busy: 0.12, diskWait: 0.01 }
    },
    slip: latencies(1000, 0, slipMicros),
    loads: [
      {
        sent: measured + 25_000,
        measured,
        bursts: seconds * 900,
        waitedMs: 0,
        elapsedMs: 500 + seconds * 1000,
        answeredMs: 1000 + seconds * 1000,
        payloadBytes: measured * recordBytes,
        counts: {
          requests: batches / 2,
          batches,
          records: measured,
          bytes: batches * 11_600,
          serviceRecordMs: measured * 0.6
        },
        acknowledged: measured + 25_000,
        cpuMs: 1200
      }
    ],
    reads: null
  }
}

const OPEN_LOOP: BenchOptions = {
  workload: 'produce',
  rate: { unit: 'records', perSecond: 50_000 },
  sizes: parseSizes('100'),
  keys: parseKeys('uniform:1000'),
  partitions: 4
}

export function planOf(changes: Partial<BenchOptions> = {}): BenchPlan {
  return benchSettings({ ...OPEN_LOOP, ...changes })
}

export function benchFindings(changes: Partial<BenchFindings> = {}): BenchFindings {
  return {
    createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    durationSeconds: 14.25,
    command: 'highwater bench produce --rate 50000/s --record-size 100 --keys uniform:1000 --partitions 4',
    label: 'this engine on this machine',
    environment: ENVIRONMENT,
    plan: planOf(),
    runs: [runOf(), runOf({ recordsPerSecond: 49_900 }), runOf({ recordsPerSecond: 50_100, micros: 9000 })],
    audit: { records: 525_000, bytes: 54_600_000 },
    ...changes
  }
}

/** Findings of consumers: read as fast as it goes. */
export function consumeFindings(): BenchFindings {
  const reads = [{ records: 6_000_000, bytes: 600_000_000, elapsedMs: 3100, cpuMs: 2900 }]
  const run = (recordsPerSecond: number): BenchRun => ({
    ...runOf({ recordsPerSecond }),
    slip: new Histogram(),
    loads: null,
    reads
  })
  return benchFindings({
    command: 'highwater bench consume --record-size 100',
    plan: benchSettings({ workload: 'consume', sizes: parseSizes('100'), records: 2_000_000 }),
    runs: [run(2e6), run(2.02e6), run(1.98e6)],
    audit: { records: 2_000_000, bytes: 200_000_000 }
  })
}
