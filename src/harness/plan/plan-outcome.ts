/**
 * From measurements to the plan: pure, so that a session can ask what it knows so far and a replay gives what
 * the session gave.
 */
import { invariant } from '../../base/invariant.ts'
import { formatFigure } from '../../planner/formula-text.ts'
import { givenCost, type HandlerCost, measuredCost } from '../../planner/handler-cost.ts'
import type { KeyShares } from '../../planner/key-skew.ts'
import type { LawPoint, LawUnidentified } from '../../planner/law-choice.ts'
import {
  countDoubts,
  type HeldOutPoint,
  heldOutDoubt,
  judgeHeldOut,
  lawDoubt
} from '../../planner/law-doubts.ts'
import { type LawInterval, predictMeasured } from '../../planner/law-interval.ts'
import { makePlan, type Plan } from '../../planner/plan.ts'
import { lawOf } from '../../planner/produce-count.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { median } from '../../planner/statistics.ts'
import { formatByteRate, formatCount } from '../../planner/units.ts'
import { sharesOfKeys } from '../inputs/key-counts.ts'
import { refuseCount } from './count-limits.ts'
import { type BenchPoint, consumerPoint, producerPoint } from './measured-point.ts'
import { keyCounts, type Measurements } from './measurements.ts'
import type { HandlerBenchRun, ServiceTimes } from './plan-bench.ts'
import type { CountRuns } from './plan-session.ts'
import type { PlanSettings } from './plan-settings.ts'

/** Throughput at one count. */
export interface CountPoint extends BenchPoint {
  readonly partitions: number
}

interface PlanPoints {
  /** Ascending from one partition. */
  readonly counts: readonly CountPoint[]
  readonly heldOut: CountPoint | null
  readonly consumerFetchOnly: BenchPoint
  readonly consumerWithHandler: BenchPoint | null
}

export interface PlanOutcome {
  readonly outcome: Plan | Refusal
  readonly points: PlanPoints
  /** Null where the points are too few to tell one. */
  readonly law: LawInterval | null
  /** The count that was left out of the fit, as the law foretold it and as it was measured. */
  readonly heldOut: HeldOutPoint | null
  readonly handler: HandlerCost | null
  readonly keys: KeyShares | null
  /** About the law and the points it rests on, after a refusal too. */
  readonly doubts: readonly string[]
}

function countPoint({ partitions, runs }: CountRuns, recordBytes: number): CountPoint {
  return { partitions, ...producerPoint(runs, recordBytes) }
}

function pointsOf({ settings, findings }: Measurements): PlanPoints {
  const { recordBytes } = settings
  const { produce, heldOut, fetchOnly, withHandler } = findings
  return {
    counts: produce.map(runs => countPoint(runs, recordBytes)),
    heldOut: heldOut === null ? null : countPoint(heldOut, recordBytes),
    consumerFetchOnly: consumerPoint(fetchOnly, recordBytes),
    consumerWithHandler: withHandler.length === 0 ? null : consumerPoint(withHandler, recordBytes)
  }
}

function lawPointsOf({ counts }: PlanPoints): LawPoint[] {
  return counts.map(({ partitions, measurement }) => ({ partitions, runs: measurement.runs }))
}

/** Times of all runs together. */
function pooled(services: readonly ServiceTimes[]): ServiceTimes {
  const records = services.reduce((sum, service) => sum + service.records, 0)
  const weighted = (pick: (service: ServiceTimes) => number): number =>
    services.reduce((sum, service) => sum + pick(service) * service.records, 0) / records
  const meanMs = weighted(service => service.meanMs)
  const varianceMs2 = weighted(service => service.varianceMs2 + (service.meanMs - meanMs) ** 2)
  const p50Ms = weighted(service => service.p50Ms)
  const p90Ms = weighted(service => service.p90Ms)
  return { records, meanMs, varianceMs2, p50Ms, p90Ms, p99Ms: weighted(service => service.p99Ms) }
}

function timedRuns(runs: readonly HandlerBenchRun[]): ServiceTimes[] {
  return runs.flatMap(({ service }) => (service === null || service.records === 0 ? [] : [service]))
}

/** Cs² of times that are as good as alike. */
const VARIATION_SEEN = 0.1

function handlerOf(settings: PlanSettings, runs: readonly HandlerBenchRun[]): HandlerCost | null {
  if (settings.process !== null) return givenCost(settings.process)
  if (settings.handlerModule === null) return null
  const services = timedRuns(runs)
  invariant(services.length > 0, 'a handler that was run was timed')
  const { records, meanMs, varianceMs2, p50Ms, p90Ms, p99Ms } = pooled(services)
  const busy = median(runs.map(({ consumerBusy }) => consumerBusy ?? 0))
  return measuredCost({
    count: records,
    meanMs,
    variance: varianceMs2,
    sampleMs: [p50Ms, p90Ms, p99Ms],
    meanCpuMs: runs.some(({ consumerBusy }) => consumerBusy === null) ? null : busy * meanMs
  })
}

function keysOf(measurements: Measurements): KeyShares | null {
  if (measurements.keys === null) return null
  return sharesOfKeys(keyCounts(measurements.keys))
}

function identified(law: LawInterval | LawUnidentified): LawInterval | null {
  return 'kind' in law ? null : law
}

function heldOutOf(law: LawInterval | null, point: CountPoint | null): HeldOutPoint | null {
  if (law === null || point === null) return null
  const { partitions, measurement } = point
  return judgeHeldOut(partitions, predictMeasured(law, partitions), measurement.bytesPerSecond)
}

/** Handler times that are said to be alike, and waits that are asked for, if the runs were not alike. */
function scatterDoubt({ settings, findings }: Measurements): string | null {
  if (settings.process === null || settings.lagSloMs === null) return null
  const services = timedRuns(findings.withHandler)
  if (services.length === 0) return null
  const { meanMs, varianceMs2 } = pooled(services)
  const variation = varianceMs2 / meanMs ** 2
  if (variation <= VARIATION_SEEN) return null
  return (
    `--process takes all records to cost the same, and those of the runs had Cs² ` +
    `${formatFigure(variation)}: with times that differ as much records wait longer than was counted ` +
    'for --lag-slo; --handler measures yours.'
  )
}

function doubtsOf(measurements: Measurements, found: Omit<PlanOutcome, 'doubts'>): string[] {
  const { outcome, points, law, heldOut } = found
  const restsOnLaw = outcome.kind === 'plan' && outcome.restsOnLaw
  const beyondOne = points.counts.filter(({ partitions }) => partitions > 1)
  return [
    ...countDoubts(points.heldOut === null ? beyondOne : [...beyondOne, points.heldOut]),
    law === null ? null : lawDoubt(law.choice, restsOnLaw),
    heldOut === null ? null : heldOutDoubt(heldOut, restsOnLaw),
    scatterDoubt(measurements)
  ].filter(doubt => doubt !== null)
}

/** The plan that the measurements allow, and what it rests on. */
export function planOutcome(measurements: Measurements): PlanOutcome {
  const { settings, findings, machine, overhead, bareCommand } = measurements
  const points = pointsOf(measurements)
  const [producer] = points.counts
  invariant(producer?.partitions === 1, 'one partition is measured first')
  const handler = handlerOf(settings, findings.withHandler)
  const keys = keysOf(measurements)
  const lawPoints = lawPointsOf(points)
  const told = lawOf(lawPoints, settings.seed)
  const made = makePlan({
    targetThroughput: settings.targetThroughput,
    headroom: {
      peakFactor: settings.peakFactor,
      yearlyGrowth: settings.growth?.share ?? 0,
      years: settings.growth?.years ?? 0,
      utilisation: settings.utilisation
    },
    recordBytes: settings.recordBytes,
    handler,
    lagSloMs: settings.lagSloMs,
    outage: settings.outage,
    keys,
    points: lawPoints,
    law: told,
    producer,
    consumerFetchOnly: points.consumerFetchOnly,
    consumerWithHandler: points.consumerWithHandler,
    cpu: { producePerByte: producer.cpuPerByte, consumePerByte: points.consumerFetchOnly.cpuPerByte },
    overhead,
    machine,
    rerun: { command: bareCommand, runs: settings.runs, secondsPerRun: settings.secondsPerRun }
  })
  const outcome = made.kind === 'plan' ? (refuseCount(made, settings) ?? made) : made
  const law = identified(told)
  const found = { outcome, points, law, heldOut: heldOutOf(law, points.heldOut), handler, keys }
  return { ...found, doubts: doubtsOf(measurements, found) }
}

/** What the law says of the count that was left out, before it is measured; null if it says nothing. */
export function foretold(measurements: Measurements): string | null {
  const { settings } = measurements
  if (settings.heldOutCount === null) return null
  const law = identified(lawOf(lawPointsOf(pointsOf(measurements)), settings.seed))
  if (law === null) return null
  const { median: middle, low, high } = predictMeasured(law, settings.heldOutCount)
  return (
    `${formatCount(settings.heldOutCount)} partitions, not measured yet, should reach ` +
    `${formatByteRate(middle)}, ${formatByteRate(low)} to ${formatByteRate(high)}`
  )
}
