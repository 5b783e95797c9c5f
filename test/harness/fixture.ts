/** A fixed set of measurements, as a quiet machine might give it, and the report of it. */
import type { BenchPoint } from '../../src/harness/measured-point.ts'
import { makePlanReport, type PlanFindings, type PlanReport } from '../../src/harness/plan-report.ts'
import { planSettings } from '../../src/harness/plan-settings.ts'
import { cutRun, type Sample } from '../../src/harness/run-series.ts'
import { makeMeasurement } from '../../src/planner/measurement.ts'
import { makePlan } from '../../src/planner/plan.ts'
import type { Verdict } from '../../src/planner/verdict.ts'
import { judgeVerification, type VerificationRun } from '../../src/planner/verification.ts'

const COMMAND = 'highwater plan --rate 300MB/s --process cpu:95us'
const QUIET: Verdict = { bottleneck: 'none', evidence: 'Nothing was full: cores 40 %.' }
const FULL: Verdict = {
  bottleneck: 'machine-bound',
  evidence: 'All cores together were 97 % busy, so loaders and engine took time from each other.'
}

/** Samples of a run: two windows of warm-up at half the rate, then fourteen at it. */
function samplesAt(recordsPerWindow: number): Sample[] {
  const samples: Sample[] = [{ atMs: 0, records: 0 }]
  let records = 0
  for (let window = 1; window <= 16; window++) {
    // Alternates by 2 %, so that a figure has something to show.
    const scattered = recordsPerWindow * (window % 2 === 0 ? 1.01 : 0.99)
    records += window <= 2 ? scattered / 2 : scattered
    samples.push({ atMs: window * 100, records })
  }
  return samples
}

/** A point whose runs lie at these rates, in MB/s, with records of 1 KB. */
export function pointAt(runsMB: readonly number[], verdict = QUIET): BenchPoint {
  const runs = runsMB.map(rate => cutRun(samplesAt(rate * 100), 100, 1000))
  const measured = runs.map(({ bytesPerSecond, steady }) => ({ bytesPerSecond, steady }))
  const measurement = makeMeasurement({
    label: 'saturation',
    runs: measured,
    recordBytes: 1000,
    bytesPerCpuSecond: 61e6
  })
  return { measurement, verdict, runs, cpuPerByte: 5e-9 }
}

const VERIFIED_RUN: VerificationRun = {
  partitions: 30,
  targetThroughput: 300e6,
  offeredRate: 300e6,
  achievedRate: 299.5e6,
  lagSlope: 0,
  verdict: QUIET
}

/** What a plan with these points found; `changes` replace parts of it. */
export function findings(changes: Partial<PlanFindings> = {}): PlanFindings {
  const settings = planSettings({ targetThroughput: 300e6, process: { kind: 'cpu', micros: 95 } })
  const producer = pointAt([49, 50, 51], FULL)
  const consumerFetchOnly = pointAt([198, 200, 202])
  const consumerWithHandler = pointAt([9.9, 10, 10.1])
  const outcome = makePlan({
    targetThroughput: settings.targetThroughput,
    recordBytes: settings.recordBytes,
    process: settings.process,
    producer,
    consumerFetchOnly,
    consumerWithHandler,
    cpu: { producePerByte: 5e-9, consumePerByte: 4e-9 },
    overhead: { memoryBytes: 18e6, fileHandles: 12 },
    machine: { cores: 32, freeMemoryBytes: 64e9, freeFileHandles: 1_048_576 },
    rerun: { command: COMMAND, runs: settings.runs, secondsPerRun: settings.secondsPerRun }
  })
  return {
    createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    durationSeconds: 61.5,
    command: COMMAND,
    label: 'this engine on this machine',
    settings,
    loaders: 2,
    loaderTrials: [
      { loaders: 1, bytesPerSecond: 40e6 },
      { loaders: 2, bytesPerSecond: 50e6 }
    ],
    repeats: [],
    environment: {
      cpuModel: 'Example CPU @ 3.00GHz',
      cores: 32,
      memoryBytes: 128e9,
      platform: 'linux x64 6.1',
      nodeVersion: 'v20.19.0',
      engineVersion: '0.1.0',
      commit: '0123456789abcdef0123456789abcdef01234567',
      busyBefore: 0.02
    },
    producer,
    consumerFetchOnly,
    consumerWithHandler,
    outcome,
    verified: {
      verification: judgeVerification(VERIFIED_RUN),
      run: VERIFIED_RUN,
      seconds: 10,
      audit: { records: 3_000_000, bytes: 3e9 }
    },
    audit: { records: 1_234_567, bytes: 1.234567e9 },
    ...changes
  }
}

export function report(changes: Partial<PlanFindings> = {}): PlanReport {
  return makePlanReport(findings(changes))
}
