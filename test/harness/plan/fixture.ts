/** A fixed set of measurements, as a quiet machine might give it, and the report of it. */
import { type BenchPoint, type BenchRun, producerPoint } from '../../../src/harness/plan/measured-point.ts'
import type { Measurements } from '../../../src/harness/plan/measurements.ts'
import type { CountCost, HandlerBenchRun } from '../../../src/harness/plan/plan-bench.ts'
import { makePlanReport, type PlanReport } from '../../../src/harness/plan/plan-report.ts'
import type { SessionFindings } from '../../../src/harness/plan/plan-session.ts'
import { type PlanOptions, type PlanSettings, planSettings } from '../../../src/harness/plan/plan-settings.ts'
import type { VerifiedPlan } from '../../../src/harness/plan/verify-plan.ts'
import { cutRun, type Sample } from '../../../src/harness/run-series.ts'
import type { LawPoint } from '../../../src/planner/law-choice.ts'
import type { Verdict } from '../../../src/planner/verdict.ts'
import { judgeVerification, type VerificationRun } from '../../../src/planner/verification.ts'

const COMMAND = 'highwater plan --rate 300MB/s --process cpu:95us'
const RECORD_BYTES = 1000
const QUIET: Verdict = { bottleneck: 'none', evidence: 'Nothing was full: cores 40 %.' }

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

/**
 * A run at this rate, in MB/s, with records of 1 KB; loaders and partition have room, and cores are 40 %
 * busy.
 */
export function producerRun(rateMB: number, changes: Partial<BenchRun> = {}): BenchRun {
  return {
    series: cutRun(samplesAt(rateMB * 100), 100, RECORD_BYTES),
    bytes: rateMB * 1.4e6,
    // 5 ns of CPU for each byte.
    processCpuSeconds: rateMB * 1.4e6 * 5e-9,
    coresBusy: 0.4,
    loaderBusy: 0.5,
    partitionBusy: 0.6,
    diskWait: 0.01,
    consumerBusy: null,
    bytesPerCpuSecond: 61e6,
    ...changes
  }
}

/** The same of a consumer, busy with its handler or with fetching. */
export function consumerRun(rateMB: number, changes: Partial<HandlerBenchRun> = {}): HandlerBenchRun {
  const { loaderBusy, partitionBusy, diskWait } = { loaderBusy: null, partitionBusy: null, diskWait: null }
  return {
    ...producerRun(rateMB),
    loaderBusy,
    partitionBusy,
    diskWait,
    consumerBusy: 0.97,
    processCpuSeconds: rateMB * 1.4e6 * 4e-9,
    service: null,
    ...changes
  }
}

export const producerRuns = (...ratesMB: readonly number[]): BenchRun[] =>
  ratesMB.map(rate => producerRun(rate))
export const consumerRuns = (...ratesMB: readonly number[]): HandlerBenchRun[] =>
  ratesMB.map(rate => consumerRun(rate))

/** A point whose runs lie at these rates, in MB/s, with records of 1 KB. */
export function pointAt(runsMB: readonly number[], verdict = QUIET): BenchPoint {
  return { ...producerPoint(producerRuns(...runsMB), RECORD_BYTES), verdict }
}

/** A straight law of this many MB/s a partition, measured at these counts. */
export function straightLaw(rateMB: number, counts: readonly number[]): LawPoint[] {
  return counts.map(partitions => ({
    partitions,
    runs: new Array<number>(3).fill(partitions * rateMB * 1e6)
  }))
}

/** Total MB/s of N partitions of the fixture: 50 N / (1 + 0.01 (N - 1)). */
function totalAt(partitions: number): number {
  return (50 * partitions) / (1 + 0.01 * (partitions - 1))
}

/** Three runs with N partitions, 2 % apart. */
function runsAt(partitions: number, changes: Partial<BenchRun> = {}): BenchRun[] {
  return [0.98, 1, 1.02].map(factor => producerRun(factor * totalAt(partitions), changes))
}

/** 8 MiB, 12 handles, 2 threads, 10 ms and 40 kB a partition, and a little more at each count. */
function costAt(partitions: number): CountCost {
  return {
    partitions,
    memoryBytes: 5e6 + 8.4e6 * partitions + 1e5 * (partitions % 3),
    fileHandles: 12 * partitions + 20,
    threads: 2 * partitions + 3,
    startMs: 80 + 10 * partitions,
    diskBytes: 4e4 * partitions,
    roundTripMs: 0.5
  }
}

const VERIFIED_RUN: VerificationRun = {
  partitions: 39,
  targetThroughput: 300e6,
  offeredRate: 300e6,
  achievedRate: 299.5e6,
  lagSlope: 0,
  verdict: QUIET
}

/** The recommended count was tried and held. */
export const VERIFIED: VerifiedPlan = {
  verification: judgeVerification(VERIFIED_RUN),
  run: VERIFIED_RUN,
  seconds: 10,
  audit: { records: 3_000_000, bytes: 3e9 }
}

/** What the session of the fixture found; `changes` replace parts of it. */
export function findings(changes: Partial<SessionFindings> = {}): SessionFindings {
  return {
    loaderTrials: [
      { partitions: 1, loaders: 1, bytesPerSecond: 40e6 },
      { partitions: 1, loaders: 2, bytesPerSecond: 50e6 },
      { partitions: 32, loaders: 2, bytesPerSecond: 1200e6 }
    ],
    loaders: 2,
    // With one partition everything is full; the machine, so it seems.
    produce: [1, 2, 4, 32].map(partitions => ({
      partitions,
      runs: runsAt(partitions, partitions === 1 ? { coresBusy: 0.97 } : {})
    })),
    heldOut: { partitions: 16, runs: runsAt(16) },
    fetchOnly: consumerRuns(198, 200, 202),
    withHandler: consumerRuns(9.9, 10, 10.1),
    costs: [4, 16, 48].map(costAt),
    repeats: [],
    notices: [],
    order: ['N=4', 'Tc', 'N=1', 'handler', 'N=32', 'N=2'],
    verified: VERIFIED,
    audit: { records: 1_234_567, bytes: 1.234567e9 },
    interrupted: false,
    ...changes
  }
}

/** Settings of the fixture's measurement; `options` replace what was asked. */
export function settingsOf(options: Partial<PlanOptions> = {}): PlanSettings {
  return planSettings({
    targetThroughput: 300e6,
    process: { kind: 'cpu', micros: 95 },
    points: [1, 2, 4, 32],
    runs: 3,
    ...options
  })
}

/** All that was measured; `changes` replace parts of it. */
export function measurements(changes: Partial<Measurements> = {}): Measurements {
  return {
    schemaVersion: 1,
    kind: 'measurements',
    createdAt: '2026-01-02T03:04:05.000Z',
    durationSeconds: 61.5,
    command: COMMAND,
    bareCommand: COMMAND,
    target: 'embedded',
    label: 'this engine on this machine',
    settings: settingsOf(),
    environment: {
      cpuModel: 'Example CPU @ 3.00GHz',
      cores: 64,
      memoryBytes: 128e9,
      platform: 'linux x64 6.1',
      nodeVersion: 'v20.19.0',
      engineVersion: '0.1.0',
      commit: '0123456789abcdef0123456789abcdef01234567',
      busyBefore: 0.02
    },
    machine: { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: 1_048_576 },
    overhead: { memoryBytes: 18e6, fileHandles: 12 },
    keys: null,
    notices: [],
    findings: findings(),
    ...changes
  }
}

/** The report of the fixture; `changes` replace parts of what was measured. */
export function report(changes: Partial<Measurements> = {}): PlanReport {
  return makePlanReport(measurements(changes))
}

/** The report with other findings. */
export function reportOf(changes: Partial<SessionFindings>): PlanReport {
  return report({ findings: findings(changes) })
}

/** Findings whose Tc cannot be told: what follows is a refusal, and nothing was verified. */
export const UNTOLD: Partial<SessionFindings> = {
  withHandler: consumerRuns(5, 10, 12),
  verified: null
}
