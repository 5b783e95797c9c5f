/**
 * From the runs of a grid to what tune reports: each cell as it was measured, as the batch model predicts it
 * from the other cells, and which cell is best. Pure: runs in, numbers out.
 */
import { fitServiceCost, lingerLatenessMs, type MeasuredBatching } from '../../planner/batch-fit.ts'
import { type BatchingPrediction, predictBatching, type ServiceCost } from '../../planner/batch-model.ts'
import { median, spread } from '../../planner/statistics.ts'
import { type BatchResult, benchResult, type Rate } from './bench-result.ts'
import type { BenchRun } from './bench-session.ts'
import type { LatencySummary } from './histogram.ts'
import type { LoadSettings } from './load-settings.ts'
import { type CellPlans, cellPlans, type TuneCellSettings, type TunePlan } from './tune-settings.ts'

/** The runs of one cell. */
export interface CellRuns {
  readonly saturation: readonly BenchRun[]
  readonly paced: readonly BenchRun[]
}

export interface MeasuredCell extends TuneCellSettings {
  /** Medians at saturation, and (greatest - least) / median; null with one run. */
  readonly saturation: Rate
  readonly saturationSpread: number | null
  /** At the rate: microseconds from the due time, over all runs. */
  readonly latency: LatencySummary
  /** Mean microseconds from the sending: what the model speaks of, for it knows no loader that is late. */
  readonly sentMean: number
  /** (greatest - least) / median of the runs' 99th percentiles; null with one run. */
  readonly p99Spread: number | null
  readonly batches: BatchResult | null
  /** Mean time between two bursts of a loader. */
  readonly burstMs: number
  /** Whether the rate was carried in every run. */
  readonly carried: boolean
  readonly bottleneck: string
}

/** What the model makes of the cell, and by how much it is off: 0.1 is a tenth too high. */
interface CellPrediction {
  readonly recordsPerBatch: number
  readonly meanMs: number
  readonly requestsPerSecond: number
  readonly utilisation: number
  readonly endedBy: BatchingPrediction['endedBy']
  readonly recordsPerBatchError: number
  readonly meanError: number
}

export interface TuneCell extends MeasuredCell {
  readonly predicted: CellPrediction | null
}

/** The model's constants, from all cells. */
export interface TuneModel extends ServiceCost {
  /** Milliseconds a linger lasts longer than it says. */
  readonly timerLatenessMs: number
  /** Milliseconds between two bursts of the load: what ends a request without a linger. */
  readonly burstMs: number
  /** Whether each cell was predicted from the others alone. */
  readonly leavesOneOut: boolean
  /** Cells the model is judged by: utilisation below 0.9, and the rate carried. */
  readonly judged: number
  readonly batchesWithin: number
  readonly meansWithin: number
}

/** Acceptance bands of the model. */
export const BATCH_ERROR_MAX = 0.15
export const MEAN_ERROR_MAX = 0.2
const UTILISATION_MAX = 0.9
/** Three costs and a granularity need some more than four settings. */
const FIT_CELLS_MIN = 6
/** Bytes of a record batch before its first record. Kafka: DefaultRecordBatch.RECORD_BATCH_OVERHEAD. */
const BATCH_OVERHEAD = 61

export function measuredCell(cell: TuneCellSettings, plans: CellPlans, runs: CellRuns): MeasuredCell {
  const saturation = benchResult(runs.saturation, plans.saturation)
  const paced = benchResult(runs.paced, plans.paced)
  const p99s = runs.paced.map(run => benchResult([run], plans.paced).scheduled?.p99 ?? 0)
  return {
    ...cell,
    saturation: saturation.rate,
    saturationSpread: saturation.spread,
    latency: paced.scheduled ?? EMPTY,
    sentMean: paced.sent?.mean ?? 0,
    p99Spread: p99s.length > 1 && median(p99s) > 0 ? spread(p99s) : null,
    batches: paced.batches,
    burstMs: burstMsOf(runs.paced),
    carried: paced.runs.every(({ steady }) => steady),
    bottleneck: paced.verdict.bottleneck
  }
}

function burstMsOf(runs: readonly BenchRun[]): number {
  let seconds = 0
  let bursts = 0
  for (const { counts, loads } of runs) {
    for (const report of loads ?? []) {
      seconds += counts.usage.elapsedSeconds
      bursts += report.bursts
    }
  }
  return bursts === 0 ? 0 : (seconds * 1000) / bursts
}

const EMPTY: LatencySummary = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }

interface Grid {
  readonly cells: readonly TuneCell[]
  /** Null where the cells are too few to fit it. */
  readonly model: TuneModel | null
}

/** Cells with their predictions: each from the others where they are enough, else from all. */
export function predictGrid(cells: readonly MeasuredCell[], plan: TunePlan): Grid {
  const rate = plan.settings.recordsPerSecond / plan.base.load.loaders
  const fitted = cells.map(cell => batchingOf(cell, rate))
  const usable = fitted.filter(setting => setting !== null)
  if (usable.length < FIT_CELLS_MIN) {
    return { cells: cells.map(cell => ({ ...cell, predicted: null })), model: null }
  }
  const leavesOneOut = usable.length > FIT_CELLS_MIN
  const predicted = cells.map((cell, index): TuneCell => {
    const own = fitted[index] ?? null
    const others = leavesOneOut ? usable.filter(setting => setting !== own) : usable
    return {
      ...cell,
      predicted: own === null ? null : predictCell(cell, own, { others, load: plan.base.load })
    }
  })
  return { cells: predicted, model: modelOf(predicted, usable, leavesOneOut) }
}

/** What the model is fitted to; null where nothing was sent, or the rate was not carried. */
function batchingOf(
  { batches, carried, batchSize, lingerMs, burstMs }: MeasuredCell,
  rate: number
): MeasuredBatching | null {
  if (batches === null || !carried) return null
  const { recordsPerBatch, batchesPerRequest, requestMs, bytesPerBatch } = batches
  const encoded = (bytesPerBatch - BATCH_OVERHEAD) / recordsPerBatch
  return {
    lingerMs,
    recordsPerSecond: rate,
    recordsPerBatchMax: Math.max(1, Math.floor((batchSize - BATCH_OVERHEAD) / encoded)),
    recordsPerBatch,
    batchesPerRequest,
    requestMs,
    burstMs
  }
}

function predictCell(
  cell: MeasuredCell,
  own: MeasuredBatching,
  { others, load }: { readonly others: readonly MeasuredBatching[]; readonly load: LoadSettings }
): CellPrediction {
  const { batches } = cell
  const bytesPerBatch = batches?.bytesPerBatch ?? 0
  // Without a linger answers come after every burst, and wake a loader more often than its timers alone.
  const alike = others.filter(({ lingerMs }) => (lingerMs === 0) === (cell.lingerMs === 0))
  const bursts = (alike.length > 0 ? alike : others).map(({ burstMs }) => burstMs)
  const prediction = predictBatching({
    partitions: load.partitions,
    recordsPerSecond: own.recordsPerSecond,
    batchSizeBytes: cell.batchSize,
    recordBytesEncoded: (bytesPerBatch - BATCH_OVERHEAD) / own.recordsPerBatch,
    lingerMs: cell.lingerMs === 0 ? 0 : cell.lingerMs + lingerLatenessMs(others),
    service: fitServiceCost(others),
    arrivals: 'keyed',
    burstMs: median(bursts)
  })
  const { recordsPerBatch, meanLatencyMs, requestsPerSecond, utilisation, endedBy } = prediction
  return {
    recordsPerBatch,
    meanMs: meanLatencyMs,
    requestsPerSecond: requestsPerSecond * load.loaders,
    utilisation,
    endedBy,
    recordsPerBatchError: recordsPerBatch / own.recordsPerBatch - 1,
    meanError: (meanLatencyMs * 1000) / Math.max(1, cell.sentMean) - 1
  }
}

/** Whether the model is held to a prediction: near its limit a queue is as long as it likes. */
export function isJudged(predicted: CellPrediction | null): predicted is CellPrediction {
  return predicted !== null && predicted.utilisation < UTILISATION_MAX
}

function modelOf(
  cells: readonly TuneCell[],
  usable: readonly MeasuredBatching[],
  leavesOneOut: boolean
): TuneModel {
  const judged = cells.flatMap(({ predicted }) => (isJudged(predicted) ? [predicted] : []))
  return {
    ...fitServiceCost(usable),
    timerLatenessMs: lingerLatenessMs(usable),
    burstMs: median(usable.map(({ burstMs }) => burstMs)),
    leavesOneOut,
    judged: judged.length,
    batchesWithin: judged.filter(cell => Math.abs(cell.recordsPerBatchError) <= BATCH_ERROR_MAX).length,
    meansWithin: judged.filter(cell => Math.abs(cell.meanError) <= MEAN_ERROR_MAX).length
  }
}

/** Indices of the cells with the most records at saturation, and with the lowest 99th percentile. */
export function bestCells(cells: readonly MeasuredCell[]): {
  readonly throughput: number
  readonly p99: number
} {
  const carried = cells.filter(cell => cell.carried)
  const candidates = carried.length > 0 ? carried : cells
  const fastest = cells.toSorted((a, b) => b.saturation.recordsPerSecond - a.saturation.recordsPerSecond)[0]
  const quickest = candidates.toSorted((a, b) => a.latency.p99 - b.latency.p99)[0]
  return {
    throughput: fastest === undefined ? 0 : cells.indexOf(fastest),
    p99: quickest === undefined ? 0 : cells.indexOf(quickest)
  }
}

/** Lines for a producer.properties. */
export function propertiesOf({ batchSize, lingerMs }: TuneCellSettings): string {
  return `batch.size=${batchSize}\nlinger.ms=${lingerMs}`
}

/** Plans by cell. */
export function gridPlans(plan: TunePlan): readonly CellPlans[] {
  return plan.settings.cells.map(cell => cellPlans(plan, cell))
}
