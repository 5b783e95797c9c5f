/**
 * Runs over time, one strip for each thing that was measured: windows that were cut off as warm-up lie on
 * grey and are dashed, those that count are drawn through, and a thin line is the median of the runs. Runs
 * that were warmed up before they began count whole.
 */
import { box, curve, type Drawing, type Frame, line, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import { drawLegend, type LegendEntry } from './legend.ts'
import { countText, type Quantity, quantityText } from './quantity.ts'

interface Run {
  /** One value per window. */
  readonly windows: readonly number[]
  readonly windowSeconds: number
  /** The first window that counts. */
  readonly from: number
  /** Whether a steady part was found. */
  readonly steady: boolean
}

interface Strip {
  readonly name: string
  readonly quantity: Quantity
  readonly runs: readonly Run[]
  readonly median: number
}

export interface CourseFigureInput {
  readonly strips: readonly Strip[]
  /** What can be seen, where all runs count whole; null where warm-up was cut off. */
  readonly whole?: string | null
}

const STRIP_HEIGHT = 74
const HEAD = 24
const FOOT = 12
const RUN_GAP = 10
/** Where runs are many, no more than this part of a run lies between them. */
const GAP_SHARE = 4
const LABEL_WIDTH = 92

export function courseFigure({ strips: given, whole = null }: CourseFigureInput): Figure {
  const strips = whole === null ? given : given.map(wholeStrip)
  const runs = strips.flatMap(strip => strip.runs)
  const steady = runs.filter(run => run.steady)
  const cutSeconds = steady.map(({ from, windowSeconds }) => from * windowSeconds)
  const longest = cutSeconds.reduce((most, seconds) => Math.max(most, seconds), 0)
  const settled =
    steady.length === runs.length
      ? `All ${countText(runs.length)} runs`
      : `${steady.length} of ${runs.length} runs`
  return makeFigure({
    name: 'runs',
    title: 'Runs over time',
    result:
      whole ??
      `${settled} reached a steady state, the slowest after ` +
        `${quantityText('milliseconds', longest * 1000)}.`,
    note:
      lengthOf(runs) +
      (whole === null
        ? 'What lies on grey was cut off as warm-up and does not count.'
        : 'The thin line is their median; warm-up came before and is not shown.'),
    draw: frame => draw(strips, frame, whole === null ? LEGEND : LEGEND_WHOLE),
    table: {
      title: 'Rate of each window of each run',
      columns: [
        { heading: 'Measured' },
        { heading: 'Run' },
        { heading: 'Time', quantity: 'milliseconds' },
        { heading: 'Value', isFigure: true },
        { heading: 'Raw value' },
        { heading: 'Counts' }
      ],
      rows: strips.flatMap(({ name, quantity, runs: own }) =>
        own.flatMap(({ windows, windowSeconds, from, steady: isSteady }, index) =>
          windows.map((value, window) => [
            name,
            index + 1,
            window * windowSeconds * 1000,
            quantityText(quantity, value),
            value,
            isSteady && window >= from ? 'yes' : 'no'
          ])
        )
      )
    }
  })
}

function wholeStrip(strip: Strip): Strip {
  return { ...strip, runs: strip.runs.map(run => ({ ...run, from: 0, steady: true })) }
}

/** How long runs are, if all are as long. */
function lengthOf(runs: readonly Run[]): string {
  const lengths = new Set(runs.map(({ windows, windowSeconds }) => windows.length * windowSeconds))
  const [only] = lengths
  if (only === undefined || lengths.size > 1) return ''
  return `Side by side, each run of ${quantityText('milliseconds', only * 1000)}. `
}

const LEGEND: readonly LegendEntry[] = [
  { name: 'counts', sample: { kind: 'line', series: 'a' } },
  { name: 'cut off', sample: { kind: 'line', series: 'soft' } },
  { name: 'warm-up', sample: { kind: 'fill', className: 'cut' } }
]

const LEGEND_WHOLE: readonly LegendEntry[] = [{ name: 'run', sample: { kind: 'line', series: 'a' } }]

function draw(strips: readonly Strip[], frame: Frame, entries: readonly LegendEntry[]): Drawing {
  const legend = drawLegend(entries, frame)
  const step = HEAD + STRIP_HEIGHT + FOOT
  const drawn = strips.map((strip, index) => drawStrip(strip, legend.height + 6 + index * step, frame))
  return { height: legend.height + 6 + strips.length * step, content: legend.content + drawn.join('') }
}

function drawStrip({ name, quantity, runs, median }: Strip, top: number, { width: whole }: Frame): string {
  // Not as arguments: there may be more windows than a call takes.
  const highest = runs.flatMap(run => run.windows).reduce((most, rate) => Math.max(most, rate), median) || 1
  const upper = top + HEAD
  const bottom = upper + STRIP_HEIGHT
  const y = (value: number): number => bottom - (value / highest) * STRIP_HEIGHT
  const right = whole - LABEL_WIDTH
  const place = right / Math.max(1, runs.length)
  const gap = Math.min(RUN_GAP, place / GAP_SHARE)
  const width = (right - gap * Math.max(0, runs.length - 1)) / Math.max(1, runs.length)
  const placeOf = (index: number): RunPlace => ({ x: index * (width + gap), width, y, upper })
  const lines = runs.map((run, index) => drawGround(run, placeOf(index), bottom))
  const courses = runs.map((run, index) => drawRun(run, placeOf(index)))
  const level = y(median)
  return [
    words([0, top + 14], name, 'start', 'strong'),
    ...lines,
    line([0, level], [right + 6, level], 'axis thin'),
    ...courses,
    words([right + 10, level + 4.5], quantityText(quantity, median)),
    bottom - level > 24 ? words([right + 10, bottom + 4], '0', 'start', 'soft') : ''
  ].join('')
}

interface RunPlace {
  readonly x: number
  readonly width: number
  readonly y: (value: number) => number
  /** Of the strip. */
  readonly upper: number
}

/** The first window that counts; all windows of a run that never settled are dropped. */
function firstOf({ windows, from, steady }: Run): number {
  return steady ? from : windows.length
}

function drawGround(run: Run, { x, width, upper }: RunPlace, bottom: number): string {
  const step = width / Math.max(1, run.windows.length - 1)
  const cut = Math.min(width, firstOf(run) * step)
  return (
    (cut === 0 ? '' : box(x, upper, [cut, bottom - upper], 'cut')) +
    line([x, bottom], [x + width, bottom], 'axis')
  )
}

function drawRun(run: Run, { x, width, y }: RunPlace): string {
  const step = width / Math.max(1, run.windows.length - 1)
  const points = run.windows.map((value, index) => [x + index * step, y(value)] as const)
  const first = firstOf(run)
  // The first window that counts ends the dashed line, so that there is no hole between the two.
  const dropped = first === 0 ? '' : curve(points.slice(0, first + 1), 'soft')
  const kept = points.slice(first)
  return dropped + (kept.length === 0 ? '' : curve(kept, 'a'))
}
