/**
 * The runs of Tp and Tc, window by window: what warm-up was cut off is dashed, what counts is drawn through,
 * and a thin line is the median of the runs.
 */
import { formatByteRate, keepFiguresWhole } from '../planner/units.ts'
import type { PlanReport, ReportedPoint } from './plan-report.ts'
import type { RunSeries } from './run-series.ts'
import { element, figure, polyline, textAt } from './svg.ts'

const WIDTH = 560
const PANEL_HEIGHT = 140
const LEFT = 96
const RIGHT = WIDTH - 1
/** Between two runs of a panel. */
const GAP = 12
const HEADING = 30
const FOOT = 14
const LEGEND_LINE = 22

const MARGIN = 1
const LEGEND = [
  'one line per run; drawn through: steady',
  'dashed: warm-up, or a run that never settled; thin: median of the runs'
]

interface Panel {
  readonly name: string
  readonly className: 'hw-a' | 'hw-b' | 'hw-c'
  readonly point: ReportedPoint
}

export function runsFigure(report: PlanReport): string {
  const panels: Panel[] = [
    { name: 'Tp, producers on one partition', className: 'hw-a', point: report.producer },
    { name: 'Tc, a consumer that only fetches', className: 'hw-b', point: report.consumerFetchOnly }
  ]
  if (report.consumerWithHandler !== null) {
    panels.push({ name: 'Tc with the handler', className: 'hw-c', point: report.consumerWithHandler })
  }
  const drawn = panels.map((panel, index) => drawPanel(panel, index * PANEL_HEIGHT))
  const bottom = panels.length * PANEL_HEIGHT
  const foot = LEGEND.map((text, index) =>
    textAt({ x: MARGIN, y: bottom + 16 + index * LEGEND_LINE, className: 'hw-soft' }, text)
  )
  const height = bottom + LEGEND.length * LEGEND_LINE + 6
  const medians = panels.map(
    ({ name, point }) => `${name} ${formatByteRate(point.measurement.bytesPerSecond)}`
  )
  const title = `Rate of each window of each run: ${medians.join('; ')}.`
  return figure({ width: WIDTH, height, title }, [...drawn, ...foot].join(''))
}

function drawPanel({ name, className, point }: Panel, top: number): string {
  const { measurement, runs } = point
  const highest = Math.max(measurement.bytesPerSecond, ...runs.flatMap(run => run.windows))
  const bottom = top + PANEL_HEIGHT - FOOT
  const y = (rate: number): number => bottom - (rate / highest) * (bottom - top - HEADING)
  const width = (RIGHT - LEFT - GAP * (runs.length - 1)) / runs.length
  const lines = runs.map((run, index) =>
    drawRun(run, className, { x: LEFT + index * (width + GAP), width, y })
  )
  const median = y(measurement.bytesPerSecond)
  const label = keepFiguresWhole(formatByteRate(measurement.bytesPerSecond))
  return [
    textAt({ x: MARGIN, y: top + 16, className: 'hw-strong' }, name),
    element('line', { x1: LEFT, x2: RIGHT, y1: bottom, y2: bottom, class: 'hw-axis' }),
    element('line', { x1: LEFT, x2: RIGHT, y1: median, y2: median, class: 'hw-median' }),
    textAt({ x: LEFT - 8, y: median + 5, anchor: 'end' }, label),
    textAt({ x: LEFT - 8, y: bottom + 5, anchor: 'end', className: 'hw-soft' }, '0'),
    ...lines
  ].join('')
}

interface RunPlace {
  readonly x: number
  readonly width: number
  readonly y: (rate: number) => number
}

function drawRun(run: RunSeries, className: string, { x, width, y }: RunPlace): string {
  const step = width / Math.max(1, run.windows.length - 1)
  const points = run.windows.map((rate, index) => [x + index * step, y(rate)] as const)
  // The first window that counts ends the dashed line, so that there is no hole between the two.
  const dropped = points.slice(0, run.from + 1)
  const kept = points.slice(run.from)
  const cut = run.from === 0 ? '' : polyline(dropped, 'hw-dropped')
  return cut + polyline(kept, run.steady ? className : 'hw-dropped')
}
