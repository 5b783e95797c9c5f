/**
 * The runs of Tp and Tc, window by window: what warm-up was cut off is dashed, what counts is drawn through,
 * and a thin line is the median of the runs.
 */
import { formatByteRate } from '../planner/units.ts'
import type { PlanReport, ReportedPoint } from './plan-report.ts'
import type { RunSeries } from './run-series.ts'
import { element, figure, polyline, textAt } from './svg.ts'

const WIDTH = 760
const PANEL_HEIGHT = 150
const LEFT = 88
const RIGHT = WIDTH - 16
/** Between two runs of a panel. */
const GAP = 14
const HEADING = 26
const FOOT = 14
const LEGEND = 24

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
  const height = panels.length * PANEL_HEIGHT + LEGEND
  const legend = 'drawn through: steady; dashed: warm-up, or a run that never settled; thin: median'
  const foot = textAt({ x: LEFT, y: height - 8, className: 'hw-soft' }, legend)
  const medians = panels.map(
    ({ name, point }) => `${name} ${formatByteRate(point.measurement.bytesPerSecond)}`
  )
  const title = `Rate of each window of each run: ${medians.join('; ')}.`
  return figure({ width: WIDTH, height, title }, drawn.join('') + foot)
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
  return [
    textAt({ x: LEFT, y: top + 16, className: 'hw-strong' }, name),
    element('line', { x1: LEFT, x2: RIGHT, y1: bottom, y2: bottom, class: 'hw-axis' }),
    element('line', { x1: LEFT, x2: RIGHT, y1: median, y2: median, class: 'hw-median' }),
    textAt({ x: LEFT - 8, y: median + 4, anchor: 'end' }, formatByteRate(measurement.bytesPerSecond)),
    textAt({ x: LEFT - 8, y: bottom + 4, anchor: 'end', className: 'hw-soft' }, '0'),
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
