/**
 * Everything one `plan` found out, as it is written to plan.json and as page and terminal text show it. The
 * form is
 * `schemas/plan.schema.json`; a change that old readers cannot bear raises `schemaVersion`.
 *
 * Rates are bytes per second of records (key and value), shares 0 to 1.
 */

import type { Measurement } from '../planner/measurement.ts'
import type { Plan } from '../planner/plan.ts'
import { planExitCode } from '../planner/plan.ts'
import type { Refusal } from '../planner/refusal.ts'
import type { Verdict } from '../planner/verdict.ts'
import type { Verification, VerificationRun } from '../planner/verification.ts'
import type { AuditResult } from './audit.ts'
import { busyWarning, type Environment } from './environment.ts'
import type { LoaderTrial } from './measure-producer.ts'
import type { BenchPoint } from './measured-point.ts'
import type { PlanSettings } from './plan-settings.ts'
import type { RunSeries } from './run-series.ts'
import type { VerifiedPlan } from './verify-plan.ts'

/** Tp or a Tc: the measurement, what bound it, and its runs window by window. */
export interface ReportedPoint {
  readonly measurement: Measurement
  readonly verdict: Verdict
  readonly runs: readonly RunSeries[]
}

interface ReportedVerification extends Verification {
  /** Null if no run was made. */
  readonly run: VerificationRun | null
  readonly seconds: number | null
}

export interface PlanReport {
  readonly schemaVersion: 1
  readonly kind: 'plan'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** The command that makes the same measurement. */
  readonly command: string
  readonly target: 'embedded'
  /** What the figures hold for. */
  readonly label: string
  readonly settings: PlanSettings
  /** Loader threads at one partition, and what each number of them reached. */
  readonly loaders: number
  readonly loaderTrials: readonly LoaderTrial[]
  readonly environment: Environment
  readonly producer: ReportedPoint
  readonly consumerFetchOnly: ReportedPoint
  /** Null if no handler was asked for, or it takes too long to be measured. */
  readonly consumerWithHandler: ReportedPoint | null
  readonly outcome: Plan | Refusal
  /** Null after a refusal. */
  readonly verification: ReportedVerification | null
  /** Records read back and checked, of all topics. */
  readonly audit: AuditResult
  readonly warnings: readonly string[]
  readonly durationSeconds: number
  readonly exitCode: 0 | 2 | 3
}

export interface PlanFindings {
  readonly createdAtMs: number
  readonly durationSeconds: number
  readonly command: string
  readonly label: string
  readonly settings: PlanSettings
  readonly loaders: number
  readonly loaderTrials: readonly LoaderTrial[]
  readonly environment: Environment
  /** A sentence for each time that something was measured again. */
  readonly repeats: readonly string[]
  readonly producer: BenchPoint
  readonly consumerFetchOnly: BenchPoint
  readonly consumerWithHandler: BenchPoint | null
  readonly outcome: Plan | Refusal
  /** Null after a refusal. */
  readonly verified: VerifiedPlan | null
  /** Of the measured topic. */
  readonly audit: AuditResult
}

function reportedPoint({ measurement, verdict, runs }: BenchPoint): ReportedPoint {
  return { measurement, verdict, runs }
}

/** The report of what was found. */
export function makePlanReport(findings: PlanFindings): PlanReport {
  const { outcome, verified, audit, environment, consumerWithHandler } = findings
  const busy = busyWarning(environment)
  const planWarnings = outcome.kind === 'plan' ? outcome.warnings : []
  return {
    schemaVersion: 1,
    kind: 'plan',
    createdAt: new Date(findings.createdAtMs).toISOString(),
    command: findings.command,
    target: 'embedded',
    label: findings.label,
    settings: findings.settings,
    loaders: findings.loaders,
    loaderTrials: findings.loaderTrials,
    environment,
    producer: reportedPoint(findings.producer),
    consumerFetchOnly: reportedPoint(findings.consumerFetchOnly),
    consumerWithHandler: consumerWithHandler === null ? null : reportedPoint(consumerWithHandler),
    outcome,
    verification:
      verified === null ? null : { ...verified.verification, run: verified.run, seconds: verified.seconds },
    audit: {
      records: audit.records + (verified?.audit?.records ?? 0),
      bytes: audit.bytes + (verified?.audit?.bytes ?? 0)
    },
    warnings: [...(busy === null ? [] : [busy]), ...findings.repeats, ...planWarnings],
    durationSeconds: findings.durationSeconds,
    exitCode: planExitCode(outcome, verified?.verification ?? null)
  }
}
