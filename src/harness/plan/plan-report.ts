/**
 * Everything one `plan` found out, as it is written to plan.json and as page and terminal text show it. The
 * form is `schemas/plan.schema.json`; a change that old readers cannot bear raises `schemaVersion`. Made from
 * the measurements alone.
 *
 * Rates are bytes per second of records (key and value), shares 0 to 1.
 */
import type { HandlerCost } from '../../planner/handler-cost.ts'
import { fullestInterval } from '../../planner/key-interval.ts'
import { partitionShares, skewAt } from '../../planner/key-skew.ts'
import { isRejected } from '../../planner/law-choice.ts'
import type { HeldOutPoint } from '../../planner/law-doubts.ts'
import { type LawInterval, type LawPrediction, predictThroughput } from '../../planner/law-interval.ts'
import { type LawParameter, lawParameters } from '../../planner/law-parameters.ts'
import type { Measurement } from '../../planner/measurement.ts'
import { partitionsFor } from '../../planner/partition-count.ts'
import { type Plan, planExitCode } from '../../planner/plan.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { lawThroughput, type ScalingLaw } from '../../planner/scaling-law.ts'
import type { Verdict } from '../../planner/verdict.ts'
import type { Verification, VerificationRun } from '../../planner/verification.ts'
import type { AuditResult } from '../audit.ts'
import { busyWarning, type Environment } from '../environment.ts'
import type { RunSeries } from '../run-series.ts'
import { type PlanCosts, planCosts } from './cluster-costs.ts'
import type { LoaderTrial } from './measure-producer.ts'
import type { BenchPoint } from './measured-point.ts'
import type { Measurements } from './measurements.ts'
import { type CountPoint, type PlanOutcome, planOutcome } from './plan-outcome.ts'
import type { PlanSettings } from './plan-settings.ts'
import type { VerifiedPlan } from './verify-plan.ts'

/** Tp or a Tc: the measurement, what bound it, and its runs window by window. */
export interface ReportedPoint {
  readonly measurement: Measurement
  readonly verdict: Verdict
  readonly runs: readonly RunSeries[]
}

/** Total throughput at one count. */
interface ReportedCount extends ReportedPoint {
  readonly partitions: number
}

/** A family of curves that was tried. */
interface ReportedFamily extends ScalingLaw {
  /** Root mean square error of points left out, in logarithms: 0.04 is about 4 %. */
  readonly looError: number
  readonly weight: number
  readonly rejected: boolean
}

/** A point of the curve, bytes per second; 95 of 100 lie between low and high. */
interface CurvePoint extends LawPrediction {
  readonly partitions: number
  /** What the chosen family alone says. */
  readonly chosen: number
}

interface ReportedLaw {
  /** The chosen one first, the others by their error. */
  readonly families: readonly ReportedFamily[]
  /** Of the chosen one. */
  readonly parameters: readonly LawParameter[]
  readonly curve: readonly CurvePoint[]
}

/** How the keys given spread. */
export interface ReportedSkew {
  readonly keys: number
  readonly records: number | null
  /** p1, the share of the hottest key. */
  readonly hottest: number
  /**
   * Share of each partition, the greatest first: at the recommended count or, after a refusal, at the one
   * that even keys would need.
   */
  readonly shares: readonly number[]
  readonly byCount: readonly {
    readonly partitions: number
    /** N_eff = 1/h(N), and its 95 % interval by the size of the sample. */
    readonly effective: number
    readonly low: number
    readonly high: number
    readonly imbalance: number
  }[]
}

interface ReportedVerification extends Verification {
  /** Null if no run was made. */
  readonly run: VerificationRun | null
  readonly seconds: number | null
}

export interface PlanReport {
  readonly schemaVersion: 2
  readonly kind: 'plan'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** The command that makes the same measurement. */
  readonly command: string
  readonly target: 'embedded' | 'sim'
  /** What the figures hold for. */
  readonly label: string
  readonly settings: PlanSettings
  /** Loader threads of the runs, and what each number of them reached. */
  readonly loaders: number
  readonly loaderTrials: readonly LoaderTrial[]
  readonly environment: Environment
  /** Tp: one partition, the first of `counts`. */
  readonly producer: ReportedPoint
  readonly counts: readonly ReportedCount[]
  readonly law: ReportedLaw | null
  /** The count left out of the fit: foretold, then measured. */
  readonly heldOut: (HeldOutPoint & ReportedPoint) | null
  readonly consumerFetchOnly: ReportedPoint
  /** Null if no handler was asked for, or it takes too long to be measured. */
  readonly consumerWithHandler: ReportedPoint | null
  readonly handler: HandlerCost | null
  readonly outcome: Plan | Refusal
  readonly skew: ReportedSkew | null
  /** Null after a refusal. */
  readonly costs: PlanCosts | null
  /** Null after a refusal. */
  readonly verification: ReportedVerification | null
  /** Records read back and checked, of all topics. */
  readonly audit: AuditResult
  /** What ran when. */
  readonly order: readonly string[]
  readonly warnings: readonly string[]
  readonly durationSeconds: number
  /** Ended by its user before all was measured. */
  readonly interrupted: boolean
  readonly exitCode: 0 | 2 | 3 | 130
}

function reportedPoint({ measurement, verdict, runs }: BenchPoint): ReportedPoint {
  return { measurement, verdict, runs }
}

/** From this share on a count is said to be wide. */
const WIDE_SHARE = 0.25
/** The curve is told at whole counts, the closer together the fewer they are. */
const CURVE_STEPS = 8
const INTERRUPTED_EXIT = 130

function curveOf(law: LawInterval, upTo: number): CurvePoint[] {
  const counts: number[] = []
  for (let partitions = 1; partitions < upTo; partitions += Math.max(1, Math.floor(partitions / CURVE_STEPS)))
    counts.push(partitions)
  return [...counts, upTo].map(partitions => ({
    partitions,
    ...predictThroughput(law, partitions),
    chosen: lawThroughput(law.choice.chosen.law, partitions)
  }))
}

function reportedLaw({ law, points, outcome }: PlanOutcome): ReportedLaw | null {
  if (law === null) return null
  const { chosen, families } = law.choice
  const others = families.filter(fit => fit !== chosen)
  const most = points.counts.at(-1)?.partitions ?? 1
  const planned = outcome.kind === 'plan' ? outcome.partitions : 1
  // A law is believed up to twice the most partitions that were measured.
  const upTo = Math.min(2 * most, Math.max(most, planned))
  return {
    families: [chosen, ...others].map(fit => ({
      ...fit.law,
      // Infinity has no place in JSON.
      ceiling: Number.isFinite(fit.law.ceiling) ? fit.law.ceiling : 0,
      looError: fit.looError,
      weight: fit.weight,
      rejected: isRejected(fit)
    })),
    parameters: lawParameters(law),
    curve: curveOf(law, upTo)
  }
}

const SKEW_COUNTS = [1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128]

/** More are not told one by one after a refusal. */
const EVEN_COUNT_MAX = 1000

/** The count at which the shares of partitions are told. */
function sharesAt(outcome: Plan | Refusal): number {
  if (outcome.kind === 'plan') return outcome.partitions
  const limit = outcome.requirements?.shareLimit ?? 1
  return Math.min(EVEN_COUNT_MAX, partitionsFor(1, limit))
}

function reportedSkew({ keys, outcome }: PlanOutcome, measurements: Measurements): ReportedSkew | null {
  if (keys === null || measurements.keys === null) return null
  const planned = sharesAt(outcome)
  const counts = [...new Set([...SKEW_COUNTS, planned])].toSorted((a, b) => a - b)
  return {
    keys: measurements.keys.keys,
    records: measurements.keys.records,
    hottest: keys.hottest,
    shares: [...partitionShares(keys, planned)].toSorted((a, b) => b - a),
    byCount: skewAt(keys, counts).map(({ partitions, effective, imbalance }) => {
      const [least, most] = fullestInterval(keys, partitions) ?? [1 / effective, 1 / effective]
      return { partitions, effective, low: 1 / most, high: 1 / least, imbalance }
    })
  }
}

function widthWarning(outcome: Plan | Refusal): string[] {
  if (outcome.kind !== 'plan') return []
  const [low, high] = outcome.partitionsInterval
  if (high - low <= WIDE_SHARE * high) return []
  return [
    `A wide interval, ${low} to ${high} partitions: more or longer runs make it narrower (--runs, --seconds).`
  ]
}

function reportedCount(point: CountPoint): ReportedCount {
  return { partitions: point.partitions, ...reportedPoint(point) }
}

function warningsOf(measurements: Measurements, found: PlanOutcome, costs: PlanCosts | null): string[] {
  const { findings, environment } = measurements
  const { outcome, doubts } = found
  const busy = busyWarning(environment)
  return [
    ...(findings.interrupted ? ['The measurement was interrupted: what follows rests on part of it.'] : []),
    // A handler that leaks ends whoever takes the count: nothing else is as much to be known.
    ...findings.notices,
    ...(busy === null ? [] : [busy]),
    ...widthWarning(outcome),
    ...findings.repeats,
    ...measurements.notices,
    ...(outcome.kind === 'plan' ? outcome.warnings : []),
    ...doubts,
    ...(costs?.warnings ?? [])
  ]
}

function exitCodeOf(measurements: Measurements, { outcome, heldOut }: PlanOutcome): PlanReport['exitCode'] {
  const { findings } = measurements
  if (findings.interrupted) return INTERRUPTED_EXIT
  return planExitCode(outcome, { verification: findings.verified?.verification ?? null, heldOut })
}

function reportedVerification(verified: VerifiedPlan | null): ReportedVerification | null {
  if (verified === null) return null
  return { ...verified.verification, run: verified.run, seconds: verified.seconds }
}

/** The report of what was measured. */
export function makePlanReport(measurements: Measurements): PlanReport {
  const { findings, settings, environment } = measurements
  const found = planOutcome(measurements)
  const { outcome, points, heldOut } = found
  const { verified, audit, loaderTrials } = findings
  const costs = outcome.kind === 'plan' ? planCosts(measurements, outcome, found) : null
  const [producer = points.consumerFetchOnly] = points.counts
  const { consumerWithHandler } = points
  return {
    schemaVersion: 2,
    kind: 'plan',
    createdAt: measurements.createdAt,
    command: measurements.command,
    target: measurements.target,
    label: measurements.label,
    settings,
    loaders: findings.loaders,
    loaderTrials,
    environment,
    producer: reportedPoint(producer),
    counts: points.counts.map(reportedCount),
    law: reportedLaw(found),
    heldOut:
      heldOut === null || points.heldOut === null ? null : { ...heldOut, ...reportedPoint(points.heldOut) },
    consumerFetchOnly: reportedPoint(points.consumerFetchOnly),
    consumerWithHandler: consumerWithHandler === null ? null : reportedPoint(consumerWithHandler),
    handler: found.handler,
    outcome,
    skew: reportedSkew(found, measurements),
    costs,
    verification: reportedVerification(verified),
    audit: {
      records: audit.records + (verified?.audit?.records ?? 0),
      bytes: audit.bytes + (verified?.audit?.bytes ?? 0)
    },
    order: findings.order,
    warnings: warningsOf(measurements, found, costs),
    durationSeconds: measurements.durationSeconds,
    interrupted: findings.interrupted,
    exitCode: exitCodeOf(measurements, found)
  }
}
