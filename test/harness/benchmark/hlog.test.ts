import { describe, expect, test } from 'vitest'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import { hlogText } from '../../../src/harness/benchmark/hlog.ts'
import { decodeHistogram, lowestOfCell } from '../../support/hdr-decoder.ts'

const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

function histogramOf(...micros: number[]): Histogram {
  const histogram = new Histogram()
  for (const value of micros) histogram.record(value)
  return histogram
}

describe('a .hlog', () => {
  const text = hlogText('bench produce, from the due time', START, [
    { startSeconds: 0, seconds: 1, histogram: histogramOf(900, 900, 2768) },
    { startSeconds: 1, seconds: 1.004, histogram: histogramOf() },
    { startSeconds: 2.004, seconds: 1, histogram: histogramOf(3_600_000_000) }
  ])
  const lines = text.split('\n')

  test('begins with format, start and column names', () => {
    expect(lines.slice(0, 4)).toEqual([
      '#[bench produce, from the due time; values are microseconds]',
      '#[Histogram log format version 1.3]',
      '#[StartTime: 1767323045.678 (seconds since epoch), 2026-01-02T03:04:05.678Z]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
    ])
    expect(lines.at(-1)).toBe('')
  })

  test('has a line for each interval: start, length, greatest in milliseconds, histogram', () => {
    const rows = lines.slice(4, -1).map(line => line.split(','))
    expect(rows.map(row => row.slice(0, 3))).toEqual([
      ['0.000', '1.000', '2.769'],
      ['1.000', '1.004', '0.000'],
      ['2.004', '1.000', '3600809.983']
    ])
    const decoded = rows.map(row => decodeHistogram(row[3]!))
    const read = decoded.map(({ counts }) => [...counts].map(([cell, count]) => [lowestOfCell(cell), count]))
    expect(read).toEqual([
      [
        [900, 2],
        [2768, 1]
      ],
      [],
      [[3_598_712_832, 1]]
    ])
    expect(decoded[0]).toMatchObject({ digits: 3, lowest: 1, highest: 3_600_000_000 })
  })
})
