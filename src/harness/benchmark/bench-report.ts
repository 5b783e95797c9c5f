/**
 * Everything one `bench` found out, as it is written to bench.json and printed. The form is
 * `schemas/bench.schema.json`; a change that old readers cannot bear raises `schemaVersion`.
 *
 * Rates are per second, sizes bytes, latencies microseconds, shares 0 to 1.
 */
import { busyWarning, type Environment } from '../environment.ts'
import type { BenchAudit } from './bench-audit.ts'
import type { FrameFacts } from './bench-frame.ts'
import { type BenchResult, benchResult, mergedOf } from './bench-result.ts'
import type { BenchRun } from './bench-session.ts'
import type { BenchPlan, BenchSettings } from './bench-settings.ts'
import { hlogText } from './hlog.ts'
import { SATURATION_STRIDE } from './load-loop.ts'
import { type LoadSettings, reportedLoad } from './load-settings.ts'

export interface BenchReport {
  readonly schemaVersion: 1
  readonly kind: 'bench'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** The command that makes the same measurement. */
  readonly command: string
  readonly target: 'embedded'
  /** What the figures hold for. */
  readonly label: string
  readonly settings: BenchSettings
  readonly load: LoadSettings
  readonly environment: Environment
  readonly result: BenchResult
  /** One record in so many was timed; 0: none. */
  readonly timedOneIn: number
  /** Records read back and checked, all of them. */
  readonly audit: BenchAudit
  readonly warnings: readonly string[]
  readonly durationSeconds: number
  readonly exitCode: 0
}

export interface BenchFindings extends FrameFacts {
  readonly plan: BenchPlan
  readonly runs: readonly BenchRun[]
  readonly audit: BenchAudit
}

/** The report of what was found, once the audit has passed. */
export function makeBenchReport(findings: BenchFindings): BenchReport {
  const { plan, runs, audit, environment } = findings
  const { settings, load } = plan
  const result = benchResult(runs, plan)
  return {
    schemaVersion: 1,
    kind: 'bench',
    createdAt: new Date(findings.createdAtMs).toISOString(),
    command: findings.command,
    target: 'embedded',
    label: findings.label,
    settings,
    load: reportedLoad(load),
    environment,
    result,
    timedOneIn: timedOneIn(settings),
    audit,
    warnings: warningsOf(findings, result),
    durationSeconds: findings.durationSeconds,
    exitCode: 0
  }
}

function timedOneIn({ workload, mode }: BenchSettings): number {
  if (workload === 'consume') return 0
  return workload === 'produce' && mode === 'saturation' ? SATURATION_STRIDE : 1
}

function warningsOf({ environment, plan }: BenchFindings, result: BenchResult): string[] {
  const { mode, workload, stall } = plan.settings
  const warnings: string[] = []
  const busy = busyWarning(environment)
  if (busy !== null) warnings.push(busy)
  if (mode === 'saturation' && workload !== 'consume') {
    warnings.push(
      'Saturation: a loader waits for room, so latencies are those of a full buffer; give --rate for the ' +
        'latency of a load.'
    )
  }
  if (stall !== null) warnings.push('Answers were withheld by --stall: the figures test the benchmark only.')
  const unsteady = result.runs.find(({ steady }) => !steady)
  if (unsteady !== undefined) warnings.push(unsteady.reason)
  if (result.interval95 === null) warnings.push('Fewer than three runs: the figures have no interval.')
  return warnings
}

/** Latency logs by file name: what each interval counted. */
export function latencyLogs({ plan, runs, createdAtMs }: BenchFindings): Map<string, string> {
  const { workload, mode } = plan.settings
  const logs = new Map<string, string>()
  if (workload === 'consume') return logs
  const kinds = mode === 'open-loop' ? (['scheduled', 'sent'] as const) : (['sent'] as const)
  for (const kind of kinds) {
    if (mergedOf(runs, kind).total === 0) continue
    const since = kind === 'scheduled' ? 'due time' : 'sending'
    logs.set(
      `latency-${kind}.hlog`,
      hlogText(`bench ${workload}, from the ${since}`, createdAtMs, loggedIntervals(runs, kind))
    )
  }
  return logs
}

/** Runs one behind the other, without the pauses between them. */
function loggedIntervals(runs: readonly BenchRun[], kind: 'scheduled' | 'sent') {
  let before = 0
  return runs.flatMap(({ counts }) => {
    const logged = counts.intervals.map(interval => ({
      startSeconds: before + interval.startSeconds,
      seconds: interval.seconds,
      histogram: interval[kind]
    }))
    const last = counts.intervals.at(-1)
    before += last === undefined ? 0 : last.startSeconds + last.seconds
    return logged
  })
}
