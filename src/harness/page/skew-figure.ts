/**
 * How unevenly keys fall: the share of each partition at the planned count, the greatest first, beside what
 * an even spread would give and what one partition may get.
 */
import { box, type Drawing, type Frame, hinted, stroke, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { drawingOf, makePlot, type Plot } from './plot.ts'
import { countText, quantityText } from './quantity.ts'

export interface SkewFigureInput {
  /** Of the load, for each partition, in any order; they add up to 1. */
  readonly shares: readonly number[]
  /** Of the load, of the hottest key alone. */
  readonly hottestKey: number
  /** Share of the planned load that one partition may get, at most 1. */
  readonly limit: number
}

/** Bars that can be told apart; what is left is one bar of their mean. */
const BARS_MAX = 48

const share = (value: number): string => quantityText('share', value)

export function skewFigure(input: SkewFigureInput): Figure {
  const sorted = [...input.shares].sort((one, other) => other - one)
  const hottest = sorted[0] ?? 0
  const imbalance = hottest * sorted.length
  const verb = hottest <= input.limit ? 'within' : 'above'
  return makeFigure({
    name: 'skew',
    title: 'Share of each partition',
    result:
      `The hottest of ${countText(sorted.length)} partitions takes ${share(hottest)} of the load, ` +
      `${Number(imbalance.toPrecision(2))} times an even share, ${verb} the ${share(input.limit)} that ` +
      `one partition may get.`,
    note:
      `Partitions by share, from the keys of the sample. The hottest key alone is ` +
      `${quantityText('share', input.hottestKey)}.`,
    draw: frame => draw(input, sorted, frame),
    table: {
      title: 'Share of the load by partition, the greatest first',
      columns: [{ heading: 'Rank' }, { heading: 'Share', quantity: 'share' }],
      rows: sorted.map((share, index) => [index + 1, share])
    }
  })
}

function legendOf({ hottestKey }: SkewFigureInput, rest: number): LegendEntry[] {
  const entries: LegendEntry[] = [
    { name: 'partition', sample: { kind: 'fill', className: 'mark-a' } },
    { name: 'even share', sample: { kind: 'line', series: 'soft' } }
  ]
  if (hottestKey > 0) {
    entries.splice(1, 0, { name: 'its hottest key', sample: { kind: 'fill', className: 'mark-b' } })
  }
  if (rest > 0) {
    const name = `mean of the other ${countText(rest)}`
    entries.push({ name, sample: { kind: 'fill', className: 'mark-soft' } })
  }
  return entries
}

function draw(input: SkewFigureInput, sorted: readonly number[], frame: Frame): Drawing {
  const { limit } = input
  const rest = sorted.slice(BARS_MAX)
  const top = sorted.slice(0, BARS_MAX)
  const even = 1 / Math.max(1, sorted.length)
  const slots = top.length + (rest.length > 0 ? 2 : 0)
  const hottest = top[0] ?? even
  // A limit far above every bar would flatten them; it is named at the edge then.
  const isLimitDrawn = limit <= hottest * 3
  const high = Math.max(hottest, even, isLimitDrawn ? limit : 0) * 100
  const ranks = [1, ...[10, 20, 30, 40].filter(rank => rank < top.length - 2), top.length]
  const plot = makePlot({
    frame,
    legend: legendOf(input, rest.length),
    x: {
      kind: 'linear',
      low: 0.4,
      high: slots + 0.6,
      name: 'partitions, the hottest first',
      ticks: [...new Set(ranks)]
    },
    y: { kind: 'linear', low: 0, high, name: '% of the load' },
    height: frame.isNarrow ? 190 : 220
  })
  const width = Math.max(1.5, (plot.x(2) - plot.x(1)) * 0.74)
  const bar = (slot: number, share: number, className: string): string => {
    const y = plot.y(share * 100)
    return box(plot.x(slot) - width / 2, y, [width, plot.bottom - y], className)
  }
  const bars = top.map((share, index) =>
    hinted(bar(index + 1, share, 'mark-a'), `rank ${index + 1}: ${quantityText('share', share)}`)
  )
  const mean = rest.reduce((sum, share) => sum + share, 0) / Math.max(1, rest.length)
  return drawingOf(plot, [
    ...bars,
    top.length > 0 ? bar(1, Math.min(input.hottestKey, hottest), 'mark-b') : '',
    rest.length > 0 ? bar(slots, mean, 'mark-soft') : '',
    stroke([plot.left, plot.y(even * 100)], [plot.right, plot.y(even * 100)], 'soft'),
    limitMarks(limit, plot, isLimitDrawn)
  ])
}

function limitMarks(limit: number, plot: Plot, isDrawn: boolean): string {
  const text = `one partition may get ${quantityText('share', limit)}`
  if (!isDrawn) return words([plot.right, plot.top + 12], `↑ ${text}`, 'end', 'halo soft')
  const y = plot.y(limit * 100)
  const below = y - 6 < plot.top + 8 ? y + 16 : y - 6
  return stroke([plot.left, y], [plot.right, y], 'bad') + words([plot.right, below], text, 'end', 'halo')
}
