/**
 * Throughput against partitions: every run, the curve that was fitted with its interval, the families that
 * were not chosen, the count that was predicted before it was measured, and the load that is planned for.
 */
import { textWidth } from '../svg.ts'
import { area, box, curve, type Drawing, type Frame, hinted, line, shape, stroke, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { type AxisSpec, drawingOf, makePlot, type Plot } from './plot.ts'
import { countText, decimalText, quantityText, rangeText, unitOf } from './quantity.ts'

interface MeasuredRuns {
  readonly partitions: number
  /** Bytes per second of each run. */
  readonly runs: readonly number[]
  readonly median: number
}

interface CurvePlace {
  readonly partitions: number
  readonly rate: number
}

interface FittedFamily {
  readonly family: string
  /** Share of the evidence; those of all families add up to 1. */
  readonly weight: number
  /** Mean error when one point is left out, a share. */
  readonly leaveOneOut: number
}

export interface ThroughputFigureInput {
  /** What the law was fitted to. */
  readonly points: readonly MeasuredRuns[]
  /** The mean of all families by their weight, by ascending partitions; null where none holds. */
  readonly fit: {
    /** The heaviest first. */
    readonly families: readonly FittedFamily[]
    readonly curve: readonly (CurvePlace & { readonly low: number; readonly high: number })[]
  } | null
  readonly rejected: readonly {
    readonly family: string
    readonly curve: readonly CurvePlace[]
    readonly leaveOneOut: number
  }[]
  /** Predicted before it was measured. */
  readonly heldOut: readonly {
    readonly partitions: number
    readonly predicted: number
    readonly interval: readonly [low: number, high: number]
    readonly measured: number
  }[]
  /** Bytes per second that must be carried. */
  readonly plannedLoad: number
  readonly recommended: {
    readonly partitions: number
    readonly interval: readonly [low: number, high: number]
    /** Of the fit at that count. */
    readonly rate: number
    readonly rateInterval: readonly [low: number, high: number]
  } | null
}

/** Counts this far apart lie on a logarithmic axis. */
const LINEAR_FACTOR_MAX = 100
/** Room right of and above the data. */
const HEAD_ROOM = 1.06

const rate = (value: number): string => quantityText('bytes-per-second', value)

export function throughputFigure(input: ThroughputFigureInput): Figure {
  return makeFigure({
    name: 'throughput',
    title: 'Throughput by partition count',
    result: resultOf(input),
    note: noteOf(input),
    draw: frame => draw(input, frame),
    table: {
      title: 'Throughput by partition count',
      columns: [
        { heading: 'Partitions' },
        { heading: 'What' },
        { heading: 'Throughput', quantity: 'bytes-per-second' },
        { heading: 'Low', quantity: 'bytes-per-second' },
        { heading: 'High', quantity: 'bytes-per-second' }
      ],
      rows: rowsOf(input)
    }
  })
}

function noteOf({ fit, heldOut }: ThroughputFigureInput): string {
  const tested = heldOut.length === 0 ? '' : ' The held-out count was predicted before it was measured.'
  if (fit === null) return `Each dot is a run.${tested}`
  const parts = fit.families.map(
    ({ family, weight, leaveOneOut }) =>
      `${family} ${quantityText('share', weight)} (error ${quantityText('share', leaveOneOut)})`
  )
  return (
    `Each dot is a run. The curve is the mean of all families, each by its weight: ${parts.join(', ')}; ` +
    `its shade is the 95 % interval.${tested}`
  )
}

/** What can be said without a count: whether total throughput is what there is too little of. */
function resultWithout({ fit, plannedLoad }: ThroughputFigureInput): string {
  const planned = rate(plannedLoad)
  const enough = fit?.curve.find(({ low }) => low >= plannedLoad)
  if (enough === undefined) return `No count is shown to carry the planned ${planned}.`
  const count = `${countText(enough.partitions)} ${enough.partitions === 1 ? 'partition' : 'partitions'}`
  return `Total throughput would carry the planned ${planned} with ${count}, but no count is recommended.`
}

function resultOf(input: ThroughputFigureInput): string {
  const { recommended, plannedLoad, heldOut } = input
  const planned = rate(plannedLoad)
  const [first] = heldOut
  const tested =
    first === undefined
      ? ''
      : ` At ${countText(first.partitions)} partitions, held out, ${rate(first.predicted)} were predicted ` +
        `and ${rate(first.measured)} measured (off by ${errorText(first.predicted / first.measured - 1)}).`
  if (recommended === null) return `${resultWithout(input)}${tested}`
  const { partitions, rate: expected, rateInterval } = recommended
  const interval = rangeText('bytes-per-second', rateInterval)
  const verb = rateInterval[0] >= plannedLoad ? 'carry' : 'may not carry'
  return (
    `${countText(partitions)} partitions ${verb} the planned ${planned}: the fit gives ${rate(expected)} ` +
    `(${interval}).${tested}`
  )
}

function errorText(share: number): string {
  const sign = share < 0 ? '−' : '+'
  return `${sign}${quantityText('share', Math.abs(share))}`
}

function rowsOf({ points, fit, rejected, heldOut, recommended }: ThroughputFigureInput) {
  const runs = points.flatMap(({ partitions, runs: rates, median }) => [
    ...rates.map((value, index) => [partitions, `run ${index + 1}`, value, null, null]),
    [partitions, 'median', median, null, null]
  ])
  const tested = heldOut.flatMap(({ partitions, predicted, interval, measured }) => [
    [partitions, 'held out, predicted', predicted, ...interval],
    [partitions, 'held out, measured', measured, null, null]
  ])
  const chosen =
    recommended === null
      ? []
      : [[recommended.partitions, 'recommended, fit', recommended.rate, ...recommended.rateInterval]]
  const curves = [
    ...(fit?.curve ?? []).map(({ partitions, rate: value, low, high }) => [
      partitions,
      'curve, weighted fit',
      value,
      low,
      high
    ]),
    ...rejected.flatMap(({ family, curve: places }) =>
      places.map(({ partitions, rate: value }) => [
        partitions,
        `curve ${family}, rejected`,
        value,
        null,
        null
      ])
    )
  ]
  return [...chosen, ...tested, ...runs, ...curves]
}

/** The greatest rate and count that must be seen; what a rejected law promises need not be. */
function extent({ points, fit, heldOut, plannedLoad, recommended }: ThroughputFigureInput) {
  const rates = [
    plannedLoad,
    ...points.flatMap(point => point.runs),
    ...(fit?.curve ?? []).map(({ high }) => high),
    ...heldOut.flatMap(({ interval, measured }) => [interval[1], measured]),
    recommended?.rateInterval[1] ?? 0
  ]
  const counts = [
    ...points.map(({ partitions }) => partitions),
    ...(fit?.curve ?? []).map(({ partitions }) => partitions),
    ...heldOut.map(({ partitions }) => partitions),
    ...(recommended === null ? [] : [recommended.interval[1]])
  ]
  return { rates, counts }
}

function draw(input: ThroughputFigureInput, frame: Frame): Drawing {
  const { rates, counts } = extent(input)
  const most = Math.max(...counts)
  const least = Math.min(...counts)
  const isLog = most > LINEAR_FACTOR_MAX * least
  const plot = makePlot({
    frame,
    legend: legendOf(input),
    ...(isLog ? logAxes(input, rates, [least, most]) : linearAxes(rates, most)),
    height: frame.isNarrow ? 230 : 300
  })
  const factor = isLog ? 1 : unitOf('bytes-per-second', Math.max(...rates)).factor
  const at = (partitions: number, value: number) => [plot.x(partitions), plot.y(value / factor)] as const
  return drawingOf(plot, [
    recommendedBand(input, plot),
    fitMarks(input, at),
    ...rejectedCurves(input, at, plot),
    plannedMarks(input, plot, at),
    recommendedMarks(input, plot, at),
    ...runMarks(input, at, frame),
    ...heldOutMarks(input, at)
  ])
}

function linearAxes(rates: readonly number[], most: number): { readonly x: AxisSpec; readonly y: AxisSpec } {
  const { name, factor } = unitOf('bytes-per-second', Math.max(...rates))
  return {
    x: { kind: 'linear', low: 0, high: Math.max(2, most * HEAD_ROOM), name: 'partitions' },
    y: { kind: 'linear', low: 0, high: Math.max(...rates) / factor, name }
  }
}

function logAxes(
  { plannedLoad, points }: ThroughputFigureInput,
  rates: readonly number[],
  [least, most]: readonly [number, number]
): { readonly x: AxisSpec; readonly y: AxisSpec } {
  const lowest = Math.min(plannedLoad, ...points.flatMap(point => point.runs))
  return {
    x: { kind: 'log', low: least, high: most * HEAD_ROOM, name: 'partitions, logarithmic' },
    y: {
      kind: 'log',
      low: lowest,
      high: Math.max(...rates),
      name: 'logarithmic',
      text: tick => decimalText('bytes-per-second', tick)
    }
  }
}

type At = (partitions: number, value: number) => readonly [x: number, y: number]

function legendOf({ fit, rejected, heldOut }: ThroughputFigureInput): LegendEntry[] {
  const entries: LegendEntry[] = [
    { name: 'run', sample: { kind: 'mark', shape: 'circle', className: 'mark-a' } },
    { name: 'median', sample: { kind: 'mark', shape: 'bar', className: 'mark-ink edge' } }
  ]
  if (fit !== null) {
    entries.push({ name: 'weighted fit', sample: { kind: 'ribbon', series: 'a' } })
  }
  for (const { family, leaveOneOut } of rejected) {
    const error = quantityText('share', leaveOneOut)
    entries.push({ name: `${family}, error ${error}: rejected`, sample: { kind: 'line', series: 'soft' } })
  }
  if (heldOut.length > 0) {
    entries.push(
      { name: 'held out: predicted', sample: { kind: 'mark', shape: 'square', className: 'hollow-b' } },
      { name: 'measured', sample: { kind: 'mark', shape: 'cross', className: 'line-b' } }
    )
  }
  return entries
}

function recommendedBand({ recommended }: ThroughputFigureInput, plot: Plot): string {
  if (recommended === null) return ''
  const [low, high] = recommended.interval.map(plot.x)
  const width = Math.max(2, (high ?? 0) - (low ?? 0))
  return box(low ?? 0, plot.top, [width, plot.bottom - plot.top], 'band')
}

/** As far as they lie in the plot. */
function rejectedCurves({ rejected }: ThroughputFigureInput, at: At, plot: Plot): string[] {
  return rejected.map(({ curve: places }) => {
    const drawn = places.map(({ partitions, rate: value }) => at(partitions, value))
    const out = drawn.findIndex(([, y]) => y <= plot.top)
    return curve(out < 0 ? drawn : drawn.slice(0, out), 'soft')
  })
}

function fitMarks({ fit }: ThroughputFigureInput, at: At): string {
  if (fit === null) return ''
  const upper = fit.curve.map(({ partitions, high }) => at(partitions, high))
  const lower = fit.curve.map(({ partitions, low }) => at(partitions, low))
  const middle = fit.curve.map(({ partitions, rate: value }) => at(partitions, value))
  return area(upper, lower, 'ribbon') + curve(middle, 'a')
}

/** Runs of one count lie beside one another, the median across them. */
function runMarks({ points }: ThroughputFigureInput, at: At, { isNarrow }: Frame): string[] {
  const gap = isNarrow ? 1.6 : 2.6
  return points.flatMap(({ partitions, runs, median }) => [
    ...runs.map((value, index) => {
      const [x, y] = at(partitions, value)
      const place = [x + (index - (runs.length - 1) / 2) * gap, y] as const
      const hint =
        `${countText(partitions)} ${partitions === 1 ? 'partition' : 'partitions'}, run ` +
        `${index + 1}: ${rate(value)}`
      return hinted(shape('circle', place, isNarrow ? 1.8 : 2.4, 'mark-a'), hint)
    }),
    hinted(
      shape('bar', at(partitions, median), isNarrow ? 3.5 : 5, 'mark-ink edge'),
      `${countText(partitions)} partitions, median: ${rate(median)}`
    )
  ])
}

function heldOutMarks({ heldOut }: ThroughputFigureInput, at: At): string[] {
  return heldOut.map(({ partitions, predicted, interval, measured }) => {
    const [x] = at(partitions, predicted)
    const ends = interval.map(value => at(partitions, value)[1])
    const whisker = stroke([x, ends[0] ?? 0], [x, ends[1] ?? 0], 'b').replace(/ stroke-dasharray="[^"]*"/, '')
    const marks =
      whisker +
      shape('square', at(partitions, predicted), 5, 'hollow-b') +
      shape('cross', at(partitions, measured), 4.5, 'line-b')
    const hint =
      `${countText(partitions)} partitions: predicted ${rate(predicted)}, ` + `measured ${rate(measured)}`
    return hinted(marks, hint)
  })
}

/** The name of the load lies right of where the fit crosses it, or else above its left end. */
function plannedMarks({ plannedLoad, fit, recommended }: ThroughputFigureInput, plot: Plot, at: At): string {
  const [, y] = at(1, plannedLoad)
  const text = `planned ${rate(plannedLoad)}`
  const crossing = fit?.curve.find(place => place.rate >= plannedLoad)
  const from = crossing === undefined ? plot.right : plot.x(crossing.partitions) + 14
  const to = recommended === null ? plot.right : plot.x(recommended.interval[0]) - 6
  const isFree = from + textWidth(text) <= to
  const above = y - 7
  const below = y + 17
  const isLow = below > plot.bottom - 4
  const isHigh = above < plot.top + 12
  const label = isFree
    ? words([from, isLow ? above : below], text, 'start', 'halo')
    : words([plot.left + 6, isHigh ? below : above], text, 'start', 'halo')
  return stroke([plot.left, y], [plot.right, y], 'bad') + label
}

function recommendedMarks({ recommended }: ThroughputFigureInput, plot: Plot, at: At): string {
  if (recommended === null) return ''
  const { partitions, rate: expected, interval } = recommended
  const [x, y] = at(partitions, expected)
  const [low, high] = interval
  const range = low === high ? '' : ` [${countText(low)}, ${countText(high)}]`
  return (
    line([x, plot.top], [x, plot.bottom], 'line-ink') +
    shape('circle', [x, y], 5, 'hollow-ink') +
    plot.above(x, `N = ${countText(partitions)}${range}`)
  )
}
