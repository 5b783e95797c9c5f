/**
 * Partitions that count: N_eff = 1/h(N) against N. An even spread would lie on the diagonal; no count lifts
 * it above 1/p of the hottest key.
 */
import { area, curve, type Drawing, type Frame, hinted, line, shape, stroke, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { drawingOf, makePlot, type Plot } from './plot.ts'
import { countText } from './quantity.ts'

interface EffectivePlace {
  readonly partitions: number
  readonly effective: number
  /** 95 % interval of the sample; both are `effective` where there is none. */
  readonly low: number
  readonly high: number
}

export interface EffectivePartitionsFigureInput {
  /** By ascending partitions. */
  readonly places: readonly EffectivePlace[]
  /** 1 / share of the hottest key. */
  readonly ceiling: number
  /** Null where none is. */
  readonly recommended: number | null
}

export function effectivePartitionsFigure(input: EffectivePartitionsFigureInput): Figure {
  const { places, ceiling, recommended } = input
  const chosen = places.find(({ partitions }) => partitions === recommended)
  const counted =
    recommended === null || chosen === undefined
      ? ''
      : `${countText(recommended)} partitions work as ${countText(chosen.effective)} even ones; `
  return makeFigure({
    name: 'effective-partitions',
    title: 'Effective partitions by partition count',
    result:
      `${counted}${counted === '' ? 'No' : 'no'} count works as more than ${countText(ceiling)}, ` +
      'the ceiling of the hottest key.',
    note: 'The share of the hottest partition, turned over. On the dashed diagonal keys would fall evenly.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Effective partitions by partition count',
      columns: [{ heading: 'Partitions' }, { heading: 'Effective' }, { heading: 'Low' }, { heading: 'High' }],
      rows: places.map(({ partitions, effective, low, high }) => [partitions, effective, low, high])
    }
  })
}

const LEGEND: readonly LegendEntry[] = [
  { name: 'effective, 95 % interval', sample: { kind: 'ribbon', series: 'a' } },
  { name: 'even keys', sample: { kind: 'line', series: 'soft' } }
]

function draw({ places, ceiling, recommended }: EffectivePartitionsFigureInput, frame: Frame): Drawing {
  const counts = places.map(({ partitions }) => partitions)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const highest = Math.max(...places.map(({ high }) => high))
  const isCeilingDrawn = ceiling <= highest * 4
  const low = Math.max(1, Math.min(...places.map(place => place.low)))
  const high = Math.max(highest, isCeilingDrawn ? ceiling : 0, low * 2)
  const plot = makePlot({
    frame,
    legend: LEGEND,
    x: {
      kind: 'log',
      low: least,
      high: Math.max(most, least * 2),
      name: 'partitions, both axes logarithmic'
    },
    y: { kind: 'log', low, high, name: 'effective partitions' },
    height: frame.isNarrow ? 200 : 240
  })
  const at = (partitions: number, value: number) => [plot.x(partitions), plot.y(value)] as const
  const top = Math.min(most, high)
  const text = `ceiling ${countText(ceiling)}`
  const y = plot.y(ceiling)
  return drawingOf(plot, [
    area(
      places.map(place => at(place.partitions, place.high)),
      places.map(place => at(place.partitions, place.low)),
      'ribbon'
    ),
    stroke(at(Math.max(least, low), Math.max(least, low)), at(top, top), 'soft'),
    isCeilingDrawn ? stroke([plot.left, y], [plot.right, y], 'bad') : '',
    isCeilingDrawn
      ? words([plot.left + 6, y + 17], text, 'start', 'halo')
      : words([plot.left + 6, plot.top + 13], `↑ ${text}`, 'start', 'soft halo'),
    recommended === null ? '' : recommendedMarks(recommended, plot),
    curve(
      places.map(place => at(place.partitions, place.effective)),
      'a'
    ),
    ...places.map(({ partitions, effective }) =>
      hinted(
        shape('circle', at(partitions, effective), 3.2, 'mark-a edge'),
        `${countText(partitions)} partitions: ${countText(effective)} effective`
      )
    )
  ])
}

function recommendedMarks(partitions: number, plot: Plot): string {
  const x = plot.x(partitions)
  return line([x, plot.top], [x, plot.bottom], 'line-ink') + plot.above(x, `N = ${countText(partitions)}`)
}
