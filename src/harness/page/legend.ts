/**
 * What the marks of a chart mean: samples of them in a row above it, in as many lines as it takes.
 */
import { textWidth } from '../svg.ts'
import { box, curve, type Drawing, type Frame, type Series, type Shape, shape, words } from './drawing.ts'

type LegendSample =
  | { readonly kind: 'line'; readonly series: Series }
  /** A line within its interval. */
  | { readonly kind: 'ribbon'; readonly series: Series }
  | { readonly kind: 'mark'; readonly shape: Shape; readonly className: string }
  | { readonly kind: 'fill'; readonly className: string }

export interface LegendEntry {
  readonly name: string
  readonly sample: LegendSample
}

const LINE_HEIGHT = 20
const BASELINE = 13
const GAP = 18
const SAMPLE_GAP = 6
const LINE_SAMPLE = 26
const MARK_SAMPLE = 12

function sampleWidth({ kind }: LegendSample): number {
  return kind === 'line' || kind === 'ribbon' ? LINE_SAMPLE : MARK_SAMPLE
}

function drawSample(sample: LegendSample, x: number, y: number): string {
  const width = sampleWidth(sample)
  if (sample.kind === 'mark') return shape(sample.shape, [x + width / 2, y], 4.5, sample.className)
  if (sample.kind === 'fill') return box(x, y - 6, [width, 12], sample.className)
  const ends = [
    [x, y],
    [x + width, y]
  ] as const
  const ribbon = sample.kind === 'ribbon' ? box(x, y - 6, [width, 12], 'ribbon') : ''
  return ribbon + curve(ends, sample.series)
}

/**
 * Rows for things of these widths: as few as can be, and filled alike where that takes no more of them, so
 * that nothing is left alone below. Returns how many each row has.
 */
export function rowsFor(widths: readonly number[], gap: number, room: number): number[] {
  const least = filledRows(widths, gap, room)
  const each = Math.ceil(widths.length / Math.max(1, least.length))
  const even = least.map((_, row) => widths.slice(row * each, (row + 1) * each))
  const fits = even.every(row => row.reduce((sum, width) => sum + width + gap, -gap) <= room)
  return fits ? even.map(row => row.length).filter(count => count > 0) : least
}

/** Each row as full as it gets. */
function filledRows(widths: readonly number[], gap: number, room: number): number[] {
  const rows: number[] = []
  let free = 0
  for (const width of widths) {
    if (rows.length === 0 || width > free) {
      rows.push(1)
      free = room - width - gap
    } else {
      rows[rows.length - 1]!++
      free -= width + gap
    }
  }
  return rows
}

/** Drawn from the upper left corner; its height is 0 without entries. */
export function drawLegend(entries: readonly LegendEntry[], { width }: Frame): Drawing {
  const widths = entries.map(({ name, sample }) => sampleWidth(sample) + SAMPLE_GAP + textWidth(name))
  const rows = rowsFor(widths, GAP, width)
  const drawn: string[] = []
  let index = 0
  rows.forEach((count, row) => {
    let x = 0
    for (const { name, sample } of entries.slice(index, index + count)) {
      const y = row * LINE_HEIGHT + BASELINE
      drawn.push(drawSample(sample, x, y - 4), words([x + sampleWidth(sample) + SAMPLE_GAP, y], name))
      x += (widths[index] ?? 0) + GAP
      index++
    }
  })
  return { height: rows.length * LINE_HEIGHT, content: drawn.join('') }
}
