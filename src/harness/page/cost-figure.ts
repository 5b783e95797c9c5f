/**
 * What partitions cost: one small chart for each thing that grows with them, its limit where there is one,
 * and across all of them the counts that the plan admits.
 */
import { textWidth } from '../svg.ts'
import { box, curve, type Drawing, type Frame, hinted, line, shape, stroke, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import { drawLegend, type LegendEntry } from './legend.ts'
import { type AxisSpec, drawingOf, makePlot, type Plot } from './plot.ts'
import { countText, decimalText, type Quantity, quantityText } from './quantity.ts'

interface CostPlace {
  readonly partitions: number
  readonly value: number
}

interface CostPanel {
  /** `Memory`, `File handles`. */
  readonly name: string
  readonly quantity: Quantity
  readonly measured: readonly CostPlace[]
  /** What was fitted or assumed, by ascending partitions. */
  readonly model: readonly CostPlace[]
  readonly limit: { readonly value: number; readonly name: string } | null
}

export interface CostFigureInput {
  readonly panels: readonly CostPanel[]
  readonly recommended: number
  /** From the smallest count that is asked for to the largest that all limits permit. */
  readonly admissible: readonly [low: number, high: number]
  /** What ends the interval: the limit that is met first. */
  readonly binding: string
}

const PANEL_GAP_X = 28
const PANEL_GAP_Y = 14
/** Between the name of a panel and that of its limit. */
const NAME_GAP = 12
/** A limit more than this far above all values is named, not drawn. */
const LIMIT_REACH = 4

export function costFigure(input: CostFigureInput): Figure {
  const { panels, recommended, admissible, binding } = input
  const rows = panels.flatMap(({ name, quantity, measured, model, limit }) => [
    ...measured.map(({ partitions, value }) => [
      name,
      'measured',
      partitions,
      quantityText(quantity, value),
      value
    ]),
    ...model.map(({ partitions, value }) => [
      name,
      'model',
      partitions,
      quantityText(quantity, value),
      value
    ]),
    ...(limit === null
      ? []
      : [[name, `limit: ${limit.name}`, null, quantityText(quantity, limit.value), limit.value]])
  ])
  const [low, high] = admissible
  const result =
    low <= high
      ? `Between ${countText(low)} and ${countText(high)} partitions lie within the limits of cluster and ` +
        `machine; ${binding} ends the interval. The plan takes ${countText(recommended)}.`
      : `No count fits: the load needs ${countText(low)} partitions, and ${binding} permits ` +
        `${countText(high)}.`
  return makeFigure({
    name: 'costs',
    title: 'What partitions cost',
    result,
    note:
      (low <= high ? 'The shaded counts are admissible; the' : 'The') +
      ' line is the recommended one. Both axes are logarithmic.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Costs by partition count',
      columns: [
        { heading: 'Cost' },
        { heading: 'Origin' },
        { heading: 'Partitions' },
        { heading: 'Value', isFigure: true },
        { heading: 'Raw value' }
      ],
      rows
    }
  })
}

function legendOf({ panels, admissible: [low, high] }: CostFigureInput): LegendEntry[] {
  const entries: LegendEntry[] = [
    { name: 'measured', sample: { kind: 'mark', shape: 'circle', className: 'mark-a edge' } },
    { name: 'model', sample: { kind: 'line', series: 'a' } }
  ]
  if (panels.some(({ limit }) => limit !== null)) {
    entries.push({ name: 'limit', sample: { kind: 'line', series: 'bad' } })
  }
  if (low <= high) entries.push({ name: 'admissible', sample: { kind: 'fill', className: 'band' } })
  return entries
}

function draw(input: CostFigureInput, frame: Frame): Drawing {
  const columns = frame.isNarrow ? 1 : 2
  const width = (frame.width - PANEL_GAP_X * (columns - 1)) / columns
  const legend = drawLegend(legendOf(input), frame)
  const drawn = input.panels.map(panel => drawPanel(panel, input, { ...frame, width }))
  let top = legend.height + 8
  const placed: string[] = []
  for (let first = 0; first < drawn.length; first += columns) {
    const row = drawn.slice(first, first + columns)
    row.forEach(({ content }, index) => {
      placed.push(`<g transform="translate(${index * (width + PANEL_GAP_X)} ${top})">${content}</g>`)
    })
    top += Math.max(...row.map(({ height }) => height)) + PANEL_GAP_Y
  }
  return { height: top, content: legend.content + placed.join('') }
}

function drawPanel(panel: CostPanel, input: CostFigureInput, frame: Frame): Drawing {
  const { name, quantity, measured, model, limit } = panel
  const positive = [...measured, ...model].map(({ value }) => value).filter(value => value > 0)
  const values = positive.length === 0 ? [1] : positive
  const greatest = Math.max(...values)
  const isLimitDrawn = limit !== null && limit.value <= greatest * LIMIT_REACH
  const shown = isLimitDrawn ? [...values, limit.value] : values
  const counts = input.panels.flatMap(each =>
    [...each.measured, ...each.model].map(({ partitions }) => partitions)
  )
  const low = Math.min(...shown)
  const y: AxisSpec = {
    kind: 'log',
    low,
    high: Math.max(low * 2, Math.max(...shown)),
    name: ' ',
    text: tick => decimalText(quantity, tick)
  }
  const x: AxisSpec = {
    kind: 'log',
    low: Math.min(...counts),
    high: Math.max(...counts, 2),
    name: 'partitions'
  }
  const plot = makePlot({ frame, legend: [], x, y, height: 130 })
  const at = ({ partitions, value }: CostPlace) => [plot.x(partitions), plot.y(value)] as const
  return drawingOf(plot, [
    words([0, 15], name, 'start', 'strong'),
    admissibleBand(input, plot),
    curve(model.map(at), 'a'),
    limit === null ? '' : limitMarks(limit, { panel, plot, isDrawn: isLimitDrawn }),
    ...measured.map(place =>
      hinted(
        shape('circle', at(place), 3.6, 'mark-a edge'),
        `${countText(place.partitions)} partitions: ${quantityText(quantity, place.value)}`
      )
    )
  ])
}

function admissibleBand({ admissible: [low, high], recommended }: CostFigureInput, plot: Plot): string {
  const from = plot.x(low)
  const band = high < low ? '' : box(from, plot.top, [plot.x(high) - from, plot.bottom - plot.top], 'band')
  const x = plot.x(recommended)
  return band + line([x, plot.top], [x, plot.bottom], 'line-ink')
}

/** Its line, if it is near, and its name: beside the name of the panel, or below where that has no room. */
function limitMarks(
  { name, value }: NonNullable<CostPanel['limit']>,
  { panel, plot, isDrawn }: { readonly panel: CostPanel; readonly plot: Plot; readonly isDrawn: boolean }
): string {
  const text = `${isDrawn ? '' : '↑ '}${name} ${quantityText(panel.quantity, value)}`
  const y = plot.y(value)
  const level = isDrawn ? stroke([plot.left, y], [plot.right, y], 'bad') : ''
  const hasRoom = textWidth(panel.name, true) + NAME_GAP + textWidth(text) <= plot.right
  return (
    level + words([plot.right, hasRoom ? 15 : plot.top + 12], text, 'end', hasRoom ? 'soft' : 'soft halo')
  )
}
