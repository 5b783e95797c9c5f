/**
 * The figures of a tuned grid: what each shows of its cells. Pure mapping; how they look is `../page/`'s.
 */
import { batchingFigure } from '../page/batching-figure.ts'
import type { Figure } from '../page/figure.ts'
import { predictionFigure } from '../page/prediction-figure.ts'
import { BATCH_ERROR_MAX, isJudged, MEAN_ERROR_MAX, type TuneCell } from './tune-cells.ts'
import type { TuneReport } from './tune-report.ts'

export interface TuneFigures {
  readonly throughput: Figure
  readonly p99: Figure
  /** Null without a prediction to judge. */
  readonly batches: Figure | null
  readonly means: Figure | null
}

/** Names of the files that figures may have. */
export const TUNE_FIGURES = ['batching-throughput', 'batching-p99', 'prediction-batches', 'prediction-mean']

export function tuneFigures({ cells }: TuneReport): TuneFigures {
  const isPredicted = cells.some(({ predicted }) => isJudged(predicted))
  return {
    throughput: throughputMap(cells),
    p99: latencyMap(cells),
    batches: isPredicted ? batchFigure(cells) : null,
    means: isPredicted ? meanFigure(cells) : null
  }
}

/** Those that there are, in the order of the page. */
export function drawnTuneFigures(figures: TuneFigures): readonly Figure[] {
  return Object.values(figures).filter((figure): figure is Figure => figure !== null)
}

function throughputMap(cells: readonly TuneCell[]): Figure {
  return batchingFigure({
    name: 'batching-throughput',
    measure: 'throughput at saturation',
    quantity: 'records-per-second',
    best: 'greatest',
    cells: cells.map(({ batchSize, lingerMs, saturation }) => ({
      batchBytes: batchSize,
      lingerMs,
      value: saturation.recordsPerSecond
    }))
  })
}

/** Of cells that carried the rate: the others' latencies are those of a queue that grows. */
function latencyMap(cells: readonly TuneCell[]): Figure {
  const carried = cells.filter(cell => cell.carried)
  return batchingFigure({
    name: 'batching-p99',
    measure: 'p99 latency at the rate',
    quantity: 'milliseconds',
    best: 'least',
    cells: (carried.length > 0 ? carried : cells).map(({ batchSize, lingerMs, latency }) => ({
      batchBytes: batchSize,
      lingerMs,
      value: latency.p99 / 1000
    }))
  })
}

function nameOf({ batchSize, lingerMs }: TuneCell): string {
  return `batch.size ${batchSize}, linger.ms ${lingerMs}`
}

function batchFigure(cells: readonly TuneCell[]): Figure {
  return predictionFigure({
    name: 'prediction-batches',
    measure: 'records per batch',
    quantity: 'count',
    tolerance: BATCH_ERROR_MAX,
    predictions: cells.flatMap(cell => {
      const { predicted, batches } = cell
      if (!isJudged(predicted) || batches === null) return []
      return [{ name: nameOf(cell), predicted: predicted.recordsPerBatch, measured: batches.recordsPerBatch }]
    })
  })
}

function meanFigure(cells: readonly TuneCell[]): Figure {
  return predictionFigure({
    name: 'prediction-mean',
    measure: 'mean latency from the sending',
    quantity: 'milliseconds',
    tolerance: MEAN_ERROR_MAX,
    predictions: cells.flatMap(cell => {
      const { predicted, sentMean } = cell
      if (!isJudged(predicted)) return []
      return [{ name: nameOf(cell), predicted: predicted.meanMs, measured: sentMean / 1000 }]
    })
  })
}
