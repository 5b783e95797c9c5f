/**
 * Latency by percentile, in the manner of HDR plots: each step right is one more nine. What is counted from
 * the due time and what is counted from the sending lie beside one another, since only the first knows of the
 * records that had to wait for their turn (coordinated omission).
 */
import { curve, type Drawing, type Frame, shape, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { drawingOf, makePlot } from './plot.ts'
import { countText, decimalText, quantityText } from './quantity.ts'

interface LatencyPlace {
  /** Share of the records that are as fast, 0 to 1. */
  readonly quantile: number
  readonly milliseconds: number
}

export interface LatencyFigureInput {
  readonly records: number
  /** From the moment that a record was due, ascending; null for a load without a schedule. */
  readonly scheduled: readonly LatencyPlace[] | null
  /** From the sending; not empty. */
  readonly sent: readonly LatencyPlace[]
  /** That the 99th percentile must keep; null where none was given. */
  readonly objectiveMs: number | null
}

/** The slowest record of all has no end of nines. */
const NINES_MAX = 7

/** Nines counted from the right: 0 is the fastest record, 2 is 99 %. */
function ninesOf(quantile: number): number {
  return Math.min(NINES_MAX, -Math.log10(1 - quantile))
}

const PERCENTILES = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999]

const duration = (milliseconds: number): string => quantityText('milliseconds', milliseconds)

/** Latency at a quantile, between its neighbours. */
function latencyAt(places: readonly LatencyPlace[], quantile: number): number {
  const above = places.findIndex(place => place.quantile >= quantile)
  const next = places[above < 0 ? places.length - 1 : above]
  const before = places[above - 1]
  if (next === undefined) return Number.NaN
  if (before === undefined || above < 0) return next.milliseconds
  const share = (quantile - before.quantile) / (next.quantile - before.quantile)
  return before.milliseconds + share * (next.milliseconds - before.milliseconds)
}

export function latencyFigure(input: LatencyFigureInput): Figure {
  const { scheduled, sent, records } = input
  const late = scheduled === null ? null : latencyAt(scheduled, 0.99)
  const early = latencyAt(sent, 0.99)
  const result =
    late === null
      ? `Of ${countText(records)} records 99 % had their answer within ${duration(early)} of being sent.`
      : `99 % of ${countText(records)} records were through within ${duration(late)} of the time they were ` +
        `due; counted from the sending it would be ${duration(early)}.`
  const rows = [
    ...(scheduled ?? []).map(({ quantile, milliseconds }) => ['from the due time', quantile, milliseconds]),
    ...sent.map(({ quantile, milliseconds }) => ['from the sending', quantile, milliseconds])
  ]
  return makeFigure({
    name: 'latency',
    title: 'Latency by percentile',
    result,
    note:
      scheduled === null
        ? 'Each step to the right is one more nine.'
        : 'Where the lines part, records were due but not yet sent; the lower line does not see that.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Latency by percentile',
      columns: [
        { heading: 'Counted' },
        { heading: 'Share of records', quantity: 'share' },
        { heading: 'Latency', quantity: 'milliseconds' }
      ],
      rows
    }
  })
}

function legendOf({ scheduled, sent }: LatencyFigureInput): LegendEntry[] {
  const named = (name: string, places: readonly LatencyPlace[]): string =>
    `${name}, p99 ${duration(latencyAt(places, 0.99))}`
  const entries: LegendEntry[] = [
    { name: named('from the sending', sent), sample: { kind: 'line', series: 'b' } }
  ]
  if (scheduled === null) return entries
  return [{ name: named('from the due time', scheduled), sample: { kind: 'line', series: 'a' } }, ...entries]
}

function percentText(quantile: number): string {
  return `${Number((quantile * 100).toFixed(4))} %`.replace(' ', '\u00a0')
}

function draw(input: LatencyFigureInput, frame: Frame): Drawing {
  const { scheduled, sent, objectiveMs } = input
  const lines = scheduled === null ? [sent] : [scheduled, sent]
  const values = lines
    .flat()
    .map(({ milliseconds }) => milliseconds)
    .filter(value => value > 0)
  const shown = [...values, ...(objectiveMs === null ? [] : [objectiveMs])]
  if (shown.length === 0) shown.push(1)
  const last = Math.max(...lines.flat().map(({ quantile }) => ninesOf(quantile)))
  const nines = PERCENTILES.map(ninesOf).filter(nine => nine <= last)
  const plot = makePlot({
    frame,
    legend: legendOf(input),
    x: {
      kind: 'linear',
      low: 0,
      high: Math.max(1, last),
      name: 'percentile of the records',
      ticks: nines,
      text: tick => percentText(1 - 10 ** -tick)
    },
    y: {
      kind: 'log',
      low: Math.min(...shown),
      high: Math.max(...shown),
      name: 'latency, logarithmic',
      text: tick => decimalText('milliseconds', tick)
    },
    height: frame.isNarrow ? 200 : 240
  })
  const at = ({ quantile, milliseconds }: LatencyPlace) =>
    [plot.x(ninesOf(quantile)), plot.y(milliseconds)] as const
  const marks = lines.map((places, index) =>
    curve(
      places.filter(({ milliseconds }) => milliseconds > 0).map(at),
      lines.length - index === 1 ? 'b' : 'a'
    )
  )
  if (objectiveMs !== null) {
    const places = [0, last].map(nine => at({ quantile: 1 - 10 ** -nine, milliseconds: objectiveMs }))
    marks.push(curve(places, 'bad'))
    const [x, y] = places[0]!
    marks.push(words([x + 6, y - 6], `objective ${duration(objectiveMs)}`, 'start', 'halo'))
  }
  marks.push(...percentileMarks(lines, at))
  return drawingOf(plot, marks)
}

type At = (place: LatencyPlace) => readonly [x: number, y: number]

/** The 99th percentile of each line; the legend says how much it is. */
function percentileMarks(lines: readonly (readonly LatencyPlace[])[], at: At): string[] {
  return lines.map((line, index) => {
    const place = at({ quantile: 0.99, milliseconds: latencyAt(line, 0.99) })
    const isUpper = index === 0 && lines.length > 1
    return shape(isUpper ? 'circle' : 'square', place, 4.5, `mark-${isUpper ? 'a' : 'b'} edge`)
  })
}
