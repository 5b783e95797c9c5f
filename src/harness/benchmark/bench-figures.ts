/**
 * The figures of a benchmark: what each shows of its runs. Pure mapping; how they look is `../page/`'s.
 */
import { courseFigure } from '../page/course-figure.ts'
import type { Figure } from '../page/figure.ts'
import { latencyFigure } from '../page/latency-figure.ts'
import { quantityText } from '../page/quantity.ts'
import type { BenchFindings, BenchReport } from './bench-report.ts'
import { mergedOf } from './bench-result.ts'
import type { BenchRun } from './bench-session.ts'
import type { Histogram } from './histogram.ts'
import { recordRateRange } from './load-facts.ts'

export interface BenchFigures {
  /** Null where nothing was due: at saturation, and for consumers. */
  readonly latency: Figure | null
  readonly runs: Figure
}

export function benchFigures({ runs }: BenchFindings, { result }: BenchReport): BenchFigures {
  return {
    latency: result.scheduled === null ? null : percentileFigure(runs),
    runs: ratesFigure(runs, result)
  }
}

/** Those that there are, in the order of the page. */
export function drawnBenchFigures({ latency, runs }: BenchFigures): readonly Figure[] {
  return latency === null ? [runs] : [latency, runs]
}

function percentileFigure(runs: readonly BenchRun[]): Figure | null {
  const scheduled = mergedOf(runs, 'scheduled')
  const sent = mergedOf(runs, 'sent')
  if (scheduled.total === 0 || sent.total === 0) return null
  return latencyFigure({
    records: scheduled.total,
    scheduled: placesOf(scheduled),
    sent: placesOf(sent),
    objectiveMs: null
  })
}

/** Shares of records that are slower: three in each power of ten. */
const SLOWER_STEPS = [1, 0.5, 0.2]
const SLOWEST_DECADES = 7

/** Latency by share of the records, as far as there is a record for each share. */
function placesOf(histogram: Histogram): { quantile: number; milliseconds: number }[] {
  const slower = Array.from({ length: SLOWEST_DECADES }, (_, decade) =>
    SLOWER_STEPS.map(step => step / 10 ** decade)
  )
  return slower
    .flat()
    .filter(share => share * histogram.total >= 1 - 1e-9)
    .map(share => {
      // A difference of binary fractions has digits that no percentile has.
      const quantile = Number((1 - share).toFixed(SLOWEST_DECADES + 1))
      return { quantile, milliseconds: histogram.quantile(quantile) / 1000 }
    })
}

function ratesFigure(runs: readonly BenchRun[], { rate, runs: results }: BenchReport['result']): Figure {
  const rates = results.map(({ recordsPerSecond }) => recordsPerSecond)
  const both =
    `${quantityText('records-per-second', rate.recordsPerSecond)} and ` +
    quantityText('bytes-per-second', rate.bytesPerSecond)
  const range = recordRateRange([Math.min(...rates), Math.max(...rates)])
  return courseFigure({
    whole: rates.length === 1 ? `One run: ${both}.` : `The runs lie at ${range}; their median is ${both}.`,
    strips: [
      {
        name: 'Records a second',
        quantity: 'count',
        median: rate.recordsPerSecond,
        runs: runs.map(({ counts }, index) => ({
          windows: windowsOf(counts.samples),
          windowSeconds: counts.windowMs / 1000,
          from: 0,
          steady: results[index]?.steady ?? false
        }))
      }
    ]
  })
}

/** Records per second between each sample and the next. */
function windowsOf(samples: BenchRun['counts']['samples']): number[] {
  return samples.slice(1).map(({ atMs, records }, index) => {
    const before = samples[index]!
    return ((records - before.records) * 1000) / Math.max(1e-3, atMs - before.atMs)
  })
}
