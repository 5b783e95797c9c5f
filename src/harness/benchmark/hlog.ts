/**
 * A series of histograms as a `.hlog` text, log format 1.3 of HdrHistogram: its tools draw and merge it.
 *
 *   "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
 *   0.000,1.000,2.769,HISTFAAA…          seconds from StartTime, seconds, milliseconds
 *
 * Values inside are microseconds: readers pass an output ratio of 1,000 to see milliseconds.
 * Source: HdrHistogram's HistogramLogWriter.
 */
import { hdrBase64 } from '../../base/hdr-encoding.ts'
import { HIGHEST_MICROS, type Histogram, SIGNIFICANT_DIGITS } from './histogram.ts'

interface LoggedInterval {
  /** Seconds from the start of the log. */
  readonly startSeconds: number
  readonly seconds: number
  readonly histogram: Histogram
}

/**
 * @param comment one line about what was measured
 * @param startMs wall time of the first interval
 */
export function hlogText(comment: string, startMs: number, intervals: readonly LoggedInterval[]): string {
  const started = new Date(startMs).toISOString()
  const lines = [
    `#[${comment.replaceAll('\n', ' ')}; values are microseconds]`,
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${(startMs / 1000).toFixed(3)} (seconds since epoch), ${started}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
  ]
  for (const { startSeconds, seconds, histogram } of intervals) {
    const packed = hdrBase64({
      digits: SIGNIFICANT_DIGITS,
      lowest: 1,
      highest: HIGHEST_MICROS,
      counts: histogram.counts
    })
    const times = [startSeconds, seconds, histogram.max / 1000].map(number => number.toFixed(3))
    lines.push(`${times.join(',')},${packed}`)
  }
  return `${lines.join('\n')}\n`
}
