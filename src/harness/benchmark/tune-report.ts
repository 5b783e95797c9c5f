/**
 * Everything one `tune` found out, as it is written to tune.json and printed. The form is
 * `schemas/tune.schema.json`; a change that old readers cannot bear raises `schemaVersion`.
 *
 * Rates are per second, sizes bytes, latencies microseconds but where a name ends in `Ms`, shares 0 to 1.
 */
import { compareRuns, compareSentence } from '../../planner/compare-runs.ts'
import { busyWarning, type Environment } from '../environment.ts'
import type { BenchAudit } from './bench-audit.ts'
import type { FrameFacts } from './bench-frame.ts'
import { benchResult } from './bench-result.ts'
import { type LoadSettings, reportedLoad } from './load-settings.ts'
import {
  bestCells,
  type CellRuns,
  gridPlans,
  measuredCell,
  predictGrid,
  propertiesOf,
  type TuneCell,
  type TuneModel
} from './tune-cells.ts'
import type { TunePlan, TuneSettings } from './tune-settings.ts'

interface BestCell {
  /** Index in `cells`. */
  readonly cell: number
  /** Lines for a producer.properties. */
  readonly properties: string
}

export interface TuneReport {
  readonly schemaVersion: 1
  readonly kind: 'tune'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** The command that makes the same measurement. */
  readonly command: string
  readonly target: 'embedded'
  /** What the figures hold for. */
  readonly label: string
  readonly settings: TuneSettings
  readonly load: LoadSettings
  readonly environment: Environment
  readonly cells: readonly TuneCell[]
  /** Null where there are too few cells to fit it. */
  readonly model: TuneModel | null
  readonly best: { readonly throughput: BestCell; readonly p99: BestCell }
  /** Whether the best by throughput differs from the defaults, round by round; null where it is them. */
  readonly comparison: string | null
  /** Records read back and checked, all of them. */
  readonly audit: BenchAudit
  readonly warnings: readonly string[]
  readonly durationSeconds: number
  readonly exitCode: 0
}

export interface TuneFindings extends FrameFacts {
  readonly plan: TunePlan
  /** By cell. */
  readonly runs: readonly CellRuns[]
  readonly audit: BenchAudit
}

const NOTHING: CellRuns = { saturation: [], paced: [] }

/** The report of what was found, once the audit has passed. */
export function makeTuneReport(findings: TuneFindings): TuneReport {
  const { plan, runs, audit, environment } = findings
  const plans = gridPlans(plan)
  const measured = plan.settings.cells.map((cell, index) =>
    measuredCell(cell, plans[index]!, runs[index] ?? NOTHING)
  )
  const { cells, model } = predictGrid(measured, plan)
  const best = bestCells(cells)
  const bestCell = (index: number): BestCell => ({
    cell: index,
    properties: propertiesOf(cells[index]!)
  })
  return {
    schemaVersion: 1,
    kind: 'tune',
    createdAt: new Date(findings.createdAtMs).toISOString(),
    command: findings.command,
    target: 'embedded',
    label: findings.label,
    settings: plan.settings,
    load: reportedLoad(plan.base.load),
    environment,
    cells,
    model,
    best: { throughput: bestCell(best.throughput), p99: bestCell(best.p99) },
    comparison: comparisonOf(plan, runs, best.throughput),
    audit,
    warnings: warningsOf(environment, cells, model),
    durationSeconds: findings.durationSeconds,
    exitCode: 0
  }
}

/** Kafka's defaults: what most producers run with. */
const DEFAULT_BATCH = 16384
const DEFAULT_LINGER = 5

/** The best cell by throughput against the defaults, or against the first cell where they are not tried. */
function comparisonOf(plan: TunePlan, runs: readonly CellRuns[], best: number): string | null {
  const { cells } = plan.settings
  const usual = cells.findIndex(
    ({ batchSize, lingerMs }) => batchSize === DEFAULT_BATCH && lingerMs === DEFAULT_LINGER
  )
  const base = Math.max(0, usual)
  const other = runs[best]?.saturation ?? []
  const pairs = (runs[base]?.saturation ?? []).flatMap((run, round) => {
    const its = other[round]
    return its === undefined ? [] : [{ a: rateOf(plan, base, run), b: rateOf(plan, best, its) }]
  })
  if (base === best || pairs.length < 2 || pairs.some(({ a, b }) => a <= 0 || b <= 0)) return null
  const { batchSize, lingerMs } = cells[base]!
  const against = `against batch.size=${batchSize} linger.ms=${lingerMs} (A): `
  return `Best by throughput (B) ${against}${compareSentence('records/s', compareRuns(pairs))}.`
}

function rateOf(plan: TunePlan, cell: number, run: CellRuns['saturation'][number]): number {
  return benchResult([run], gridPlans(plan)[cell]!.saturation).rate.recordsPerSecond
}

function warningsOf(environment: Environment, cells: readonly TuneCell[], model: TuneModel | null): string[] {
  const warnings: string[] = []
  const busy = busyWarning(environment)
  if (busy !== null) warnings.push(busy)
  const notCarried = cells.filter(({ carried }) => !carried).length
  if (notCarried > 0) {
    warnings.push(
      `${notCarried} of ${cells.length} cells did not carry the rate: their latencies are those of a ` +
        `queue that grows; give a lower --rate.`
    )
  }
  const late = cells.filter(({ bottleneck }) => bottleneck === 'client-bound').length
  if (late > 0) {
    warnings.push(
      `In ${late} of ${cells.length} cells the loader did not keep its schedule: their latencies are ` +
        `partly its own; give a lower --rate, or more --loaders.`
    )
  }
  if (model === null) warnings.push('Fewer than six cells carried the rate: the batch model is not fitted.')
  return warnings
}
