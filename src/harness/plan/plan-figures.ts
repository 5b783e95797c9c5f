/**
 * The figures of a plan: what each shows of a report. Pure mapping; how they look is `page/`'s.
 */
import { meanWaitMs, UTILISATION_CAP } from '../../planner/consumer-queue.ts'
import type { DemandPlan } from '../../planner/demand.ts'
import type { Plan } from '../../planner/plan.ts'
import { FAMILY_NAMES, lawThroughput } from '../../planner/scaling-law.ts'
import { catchUpFigure } from '../page/catch-up-figure.ts'
import { consumerWaitFigure } from '../page/consumer-wait-figure.ts'
import { type CostFigureInput, costFigure } from '../page/cost-figure.ts'
import { courseFigure } from '../page/course-figure.ts'
import { effectivePartitionsFigure } from '../page/effective-partitions-figure.ts'
import type { Figure } from '../page/figure.ts'
import { growthFigure } from '../page/growth-figure.ts'
import { skewFigure } from '../page/skew-figure.ts'
import { type ThroughputFigureInput, throughputFigure } from '../page/throughput-figure.ts'
import { type ZoneBarInput, zoneBar } from '../page/zone-bar.ts'
import type { CountCostLine, PlanCosts } from './cluster-costs.ts'
import type { PlanReport, ReportedPoint, ReportedSkew } from './plan-report.ts'

export interface PlanFigures {
  readonly zones: Figure | null
  readonly throughput: Figure
  readonly runs: Figure
  readonly costs: Figure | null
  readonly skew: Figure | null
  readonly effective: Figure | null
  readonly wait: Figure | null
  readonly catchUp: Figure | null
  readonly growth: Figure | null
}

export function planFigures(report: PlanReport): PlanFigures {
  const { costs, skew, outcome, handler } = report
  const plan = outcome.kind === 'plan' ? outcome : null
  const { requirements } = outcome
  return {
    zones: plan === null ? null : zoneBar(zonesOf(plan)),
    throughput: throughputFigure(throughputInput(report, plan)),
    runs: courseFigure({ strips: stripsOf(report) }),
    costs: plan === null || costs === null ? null : costsFigure(report, costs, plan),
    skew: requirements === null || skew === null ? null : sharesFigure(skew, requirements),
    effective: skew === null ? null : effectiveFigure(skew, plan),
    wait: requirements === null || handler === null ? null : waitFigure(report, requirements),
    catchUp: requirements === null ? null : outageFigure(report, requirements),
    growth: costs === null || plan === null ? null : keysFigure(costs, plan)
  }
}

/** Those that there are, in the order of the page. */
export function drawnFigures(figures: PlanFigures): readonly Figure[] {
  return Object.values(figures).filter((figure): figure is Figure => figure !== null)
}

/** What the zone bar of the answer shows. */
function zonesOf(plan: Plan): ZoneBarInput {
  const { rates, partitions, partitionsInterval, requirements } = plan
  const { targetThroughput, producerThroughput, consumerThroughput } = rates
  const needed = targetThroughput / Math.min(producerThroughput, consumerThroughput)
  const most = Math.max(...requirements.constraints.map(({ partitions: count }) => count))
  return {
    quoted: targetThroughput / Math.max(producerThroughput, consumerThroughput),
    needed,
    planned: Number.isFinite(most) && most > Math.ceil(needed) ? most : null,
    slowSide: plan.binding === 'produce' ? 'producers' : 'consumers',
    recommended: partitions,
    interval: partitionsInterval
  }
}

function throughputInput(report: PlanReport, plan: Plan | null): ThroughputFigureInput {
  const { counts, law, heldOut, settings } = report
  const [chosen, ...others] = law?.families ?? []
  const curve = law?.curve ?? []
  const at = plan === null ? undefined : curve.findLast(({ partitions }) => partitions <= plan.partitions)
  return {
    points: counts.map(({ partitions, measurement }) => ({
      partitions,
      runs: measurement.runs,
      median: measurement.bytesPerSecond
    })),
    fit:
      chosen === undefined
        ? null
        : {
            families: [chosen, ...others]
              .toSorted((one, other) => other.weight - one.weight)
              .map(({ family, weight, looError }) => ({
                family: FAMILY_NAMES[family],
                weight,
                leaveOneOut: looError
              })),
            curve: curve.map(({ partitions, median, low, high }) => ({
              partitions,
              rate: median,
              low,
              high
            }))
          },
    rejected: others
      .filter(({ rejected }) => rejected)
      .map(family => ({
        family: FAMILY_NAMES[family.family],
        curve: curve.map(({ partitions }) => ({ partitions, rate: lawThroughput(family, partitions) })),
        leaveOneOut: family.looError
      })),
    heldOut:
      heldOut === null
        ? []
        : [
            {
              partitions: heldOut.partitions,
              predicted: heldOut.predicted.median,
              interval: [heldOut.predicted.low, heldOut.predicted.high],
              measured: heldOut.measured
            }
          ],
    plannedLoad: plan?.offeredThroughput ?? settings.offeredThroughput,
    recommended:
      plan === null || at === undefined
        ? null
        : {
            partitions: plan.partitions,
            interval: plan.partitionsInterval,
            rate: at.median,
            rateInterval: [at.low, at.high]
          }
  }
}

type Strips = Parameters<typeof courseFigure>[0]['strips']

function stripsOf(report: PlanReport): Strips {
  const { counts, heldOut, consumerFetchOnly, consumerWithHandler } = report
  const strip = (name: string, { measurement, runs }: ReportedPoint): Strips[number] => ({
    name,
    quantity: 'bytes-per-second',
    median: measurement.bytesPerSecond,
    runs: runs.map(({ windows, windowMs, from, steady }) => ({
      windows,
      windowSeconds: windowMs / 1000,
      from,
      steady
    }))
  })
  const strips = counts.map(point =>
    strip(point.partitions === 1 ? 'Tp, N = 1' : `N = ${point.partitions}`, point)
  )
  if (heldOut !== null) strips.push(strip(`N = ${heldOut.partitions}, held out`, heldOut))
  strips.push(strip('Tc, fetch only', consumerFetchOnly))
  if (consumerWithHandler !== null) strips.push(strip('Tc, handler', consumerWithHandler))
  return strips
}

const COST_QUANTITIES = {
  memoryBytes: 'bytes',
  handles: 'count',
  threads: 'count',
  startMs: 'milliseconds',
  files: 'count',
  slots: 'count'
} as const
const COST_NAMES = {
  memoryBytes: 'Memory',
  handles: 'Open handles',
  threads: 'Threads',
  startMs: 'Start',
  files: 'Files',
  slots: 'Slots'
} as const
/** The line of a cost is told at so many counts. */
const LINE_STEPS = 12

function costsFigure(report: PlanReport, costs: PlanCosts, { partitions }: Plan): Figure {
  const { admissible, lines } = costs
  const measured = lines.flatMap(({ points }) => points.map(point => point.partitions))
  const most = Math.max(1, partitions, ...measured)
  const counts = Array.from({ length: LINE_STEPS + 1 }, (_, step) => most ** (step / LINE_STEPS))
  const panelOf = (line: CountCostLine): CostPanel => ({
    name: COST_NAMES[line.quantity],
    quantity: COST_QUANTITIES[line.quantity],
    measured: line.points,
    model: counts.map(count => ({
      partitions: count,
      value: Math.max(0, line.intercept + line.slope * count)
    })),
    limit: line.limit
  })
  const [low, high, binding] =
    admissible.kind === 'some'
      ? [admissible.min, admissible.max ?? most, admissible.maxSetBy ?? 'no known limit']
      : [admissible.floor.partitions, admissible.ceiling.partitions, admissible.ceiling.name]
  return costFigure({
    panels: [...lines.map(panelOf), ...replicaPanels(report, costs, counts)],
    recommended: partitions,
    admissible: [low, high],
    binding
  })
}

type CostPanel = CostFigureInput['panels'][number]

/** What a broker of the cluster has of this topic, beside what its profile permits. */
function replicaPanels(
  { settings }: PlanReport,
  { cluster }: PlanCosts,
  counts: readonly number[]
): CostPanel[] {
  const permitted = cluster.limits.find(({ name }) => name === 'replicas per broker')
  if (permitted === undefined) return []
  const each = settings.replicationFactor / settings.brokers
  return [
    {
      name: 'Replicas of a broker',
      quantity: 'count',
      measured: [],
      model: counts.map(count => ({ partitions: count, value: Math.max(1, each * count) })),
      limit: { value: permitted.limit, name: cluster.profile }
    }
  ]
}

function sharesFigure(skew: ReportedSkew, { shareLimit }: DemandPlan): Figure {
  return skewFigure({ shares: skew.shares, hottestKey: skew.hottest, limit: shareLimit })
}

function effectiveFigure(skew: ReportedSkew, plan: Plan | null): Figure {
  return effectivePartitionsFigure({
    places: skew.byCount,
    ceiling: 1 / skew.hottest,
    recommended: plan === null ? null : plan.partitions
  })
}

const WAIT_STEPS = 48
const WAIT_UTILISATION_MAX = 0.97

/** Curve and point of the same consumer: the one that the count was worked out with. */
function waitFigure({ settings }: PlanReport, requirements: DemandPlan): Figure | null {
  const { fullest, consumerService, consumerUtilisation } = requirements
  if (fullest === null) return null
  const curve = Array.from({ length: WAIT_STEPS }, (_, step) => {
    const utilisation = ((step + 1) / WAIT_STEPS) * WAIT_UTILISATION_MAX
    return { utilisation, waitMs: meanWaitMs(consumerService, utilisation) }
  })
  return consumerWaitFigure({
    curve,
    objectiveMs: settings.lagSloMs,
    utilisationMax: Math.min(consumerUtilisation, UTILISATION_CAP),
    operating: { utilisation: fullest.utilisation, waitMs: fullest.meanWaitMs },
    measured: null
  })
}

function outageFigure({ settings }: PlanReport, { fullest }: DemandPlan): Figure | null {
  const { outage, recordBytes } = settings
  const catchUp = fullest?.catchUp ?? null
  if (outage === null || catchUp === null) return null
  return catchUpFigure({
    outageMs: outage.lengthMs,
    recoveryMs: outage.recoverMs,
    course: catchUp.corners.map(({ ms, backlogRecords }) => ({ ms, bytes: backlogRecords * recordBytes })),
    clearedAfterMs: catchUp.clearedAfterMs
  })
}

function keysFigure({ growth }: PlanCosts, { partitions }: Plan): Figure {
  const { counts, kept } = growth
  return growthFigure({
    from: counts,
    to: counts,
    // A topic never has fewer partitions than before.
    moved: kept.map((row, from) => row.map((share, to) => (to <= from ? null : 1 - share))),
    recommended: partitions
  })
}
