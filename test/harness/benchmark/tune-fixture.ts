/** A tuned grid as a quiet machine might give it: requests cost exactly what `COST` says. */
import type { BenchRun } from '../../../src/harness/benchmark/bench-session.ts'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import type { CellRuns } from '../../../src/harness/benchmark/tune-cells.ts'
import type { TuneFindings } from '../../../src/harness/benchmark/tune-report.ts'
import {
  type TuneOptions,
  type TunePlan,
  tuneSettings
} from '../../../src/harness/benchmark/tune-settings.ts'
import { predictBatching } from '../../../src/planner/batch-model.ts'
import { ENVIRONMENT, runOf } from './bench-fixture.ts'

export const COST = { c0Ms: 0.3, c1MsPerBatch: 0.05, c2MsPerRecord: 0.002 }
/** Timers that end a linger are late by so much; bursts of the load come so often. */
const LATE_MS = 1.2
const BURST_MS = 1.05
const ENCODED_BYTES = 1018
const BATCH_OVERHEAD = 61

/** A run of a second whose batches are as the model says, but for `off`. */
function pacedRun(plan: TunePlan, index: number, off: number): BenchRun {
  const { settings, base } = plan
  const { batchSize, lingerMs } = settings.cells[index]!
  const { recordsPerSecond } = settings
  const prediction = predictBatching({
    partitions: base.load.partitions,
    recordsPerSecond,
    batchSizeBytes: batchSize,
    recordBytesEncoded: ENCODED_BYTES,
    lingerMs: lingerMs === 0 ? 0 : lingerMs + LATE_MS,
    service: COST,
    arrivals: 'keyed',
    burstMs: BURST_MS
  })
  const records = recordsPerSecond
  const batches = records / (prediction.recordsPerBatch * off)
  const latencies = new Histogram()
  for (let n = 0; n < 1000; n++) {
    latencies.record(prediction.meanLatencyMs * 1000 * (0.5 + n / 1000))
  }
  const run = runOf({ recordsPerSecond, seconds: 1, recordBytes: 1005 })
  const counts = {
    ...run.counts,
    intervals: [{ startSeconds: 0, seconds: 1, records, scheduled: latencies, sent: latencies }]
  }
  const loads = (run.loads ?? []).map(report => ({
    ...report,
    bursts: 1000 / BURST_MS,
    counts: {
      requests: batches / prediction.batchesPerRequest,
      batches,
      records,
      bytes: batches * BATCH_OVERHEAD + records * ENCODED_BYTES,
      serviceRecordMs: records * prediction.serviceMs
    }
  }))
  return { ...run, counts, loads }
}

export function tunePlan(options: TuneOptions = {}): TunePlan {
  return tuneSettings({ runs: 2, ...options })
}

/** @param off how many times as many records a batch has as the model says, by cell */
export function gridRuns(plan: TunePlan, off: readonly number[] = []): CellRuns[] {
  return plan.settings.cells.map(({ batchSize, lingerMs }, index) => {
    const rate = 100_000 + batchSize + lingerMs * 1000
    return {
      saturation: [1, 1.1].map(factor => runOf({ recordsPerSecond: rate * factor, recordBytes: 1005 })),
      paced: [0, 1].map(() => pacedRun(plan, index, off[index] ?? 1))
    }
  })
}

export function tuneFindings(changes: Partial<TuneFindings> = {}): TuneFindings {
  const plan = changes.plan ?? tunePlan()
  return {
    createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    durationSeconds: 51.5,
    command: 'highwater tune --runs 2',
    label: 'this engine on this machine',
    environment: ENVIRONMENT,
    plan,
    runs: gridRuns(plan),
    audit: { records: 2_400_000, bytes: 2_412_000_000 },
    ...changes
  }
}
