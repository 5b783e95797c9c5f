/**
 * The backlog while consumers stand still and after: how high it grows, and when it is gone.
 */
import { textWidth } from '../svg.ts'
import { area, box, curve, type Drawing, type Frame, line, shape, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import { drawingOf, makePlot } from './plot.ts'
import { quantityText, unitOf } from './quantity.ts'

export interface CatchUpFigureInput {
  /** How long consumers stand still. */
  readonly outageMs: number
  /** From the end of the outage until the backlog must be gone. */
  readonly recoveryMs: number
  /** Bytes per second that go on arriving. */
  readonly arrivalRate: number
  /** Bytes per second that all consumers together take at the recommended count. */
  readonly drainRate: number
}

const duration = (milliseconds: number): string => quantityText('milliseconds', milliseconds)

export function catchUpFigure(input: CatchUpFigureInput): Figure {
  const { outageMs, recoveryMs } = input
  const { backlog, doneMs } = courseOf(input)
  const bytes = quantityText('bytes', backlog)
  const recovered =
    doneMs === null
      ? `never recovers: consumers are no faster than what arrives`
      : `is gone ${duration(doneMs - outageMs)} later, ` +
        `${doneMs - outageMs <= recoveryMs ? 'within' : 'beyond'} the ${duration(recoveryMs)} asked for`
  return makeFigure({
    name: 'catch-up',
    title: 'Backlog after an outage of the consumers',
    result: `An outage of ${duration(outageMs)} leaves a backlog of ${bytes}, which ${recovered}.`,
    note: 'At the planned load; consumers stand still in the grey part.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Backlog by time',
      columns: [
        { heading: 'Moment' },
        { heading: 'Time', quantity: 'milliseconds' },
        { heading: 'Backlog', quantity: 'bytes' }
      ],
      rows: [
        ['consumers stop', 0, 0],
        ['consumers start', outageMs, backlog],
        ...(doneMs === null ? [] : [['backlog gone', doneMs, 0]]),
        ['must be gone', outageMs + recoveryMs, Math.max(0, backlogAt(input, outageMs + recoveryMs))]
      ]
    }
  })
}

/** Bytes behind at a moment from the begin of the outage. */
function backlogAt({ outageMs, arrivalRate, drainRate }: CatchUpFigureInput, atMs: number): number {
  return (arrivalRate * atMs - drainRate * Math.max(0, atMs - outageMs)) / 1000
}

function courseOf(input: CatchUpFigureInput): { readonly backlog: number; readonly doneMs: number | null } {
  const { outageMs, arrivalRate, drainRate } = input
  const backlog = backlogAt(input, outageMs)
  if (drainRate <= arrivalRate) return { backlog, doneMs: null }
  return { backlog, doneMs: outageMs + (backlog / (drainRate - arrivalRate)) * 1000 }
}

function draw(input: CatchUpFigureInput, frame: Frame): Drawing {
  const { outageMs, recoveryMs } = input
  const { backlog, doneMs } = courseOf(input)
  const dueMs = outageMs + recoveryMs
  const endMs = Math.max(dueMs, Math.min(doneMs ?? dueMs, dueMs * 3)) * 1.08
  const time = unitOf('milliseconds', endMs)
  const highest = Math.max(backlog, backlogAt(input, endMs))
  const size = unitOf('bytes', highest)
  const plot = makePlot({
    frame,
    legend: [],
    x: { kind: 'linear', low: 0, high: endMs / time.factor, name: `time, ${time.name}` },
    y: { kind: 'linear', low: 0, high: highest / size.factor, name: `backlog, ${size.name}` },
    height: frame.isNarrow ? 170 : 190
  })
  const at = (ms: number, bytes: number) => [plot.x(ms / time.factor), plot.y(bytes / size.factor)] as const
  const lastMs = Math.min(doneMs ?? endMs, endMs)
  const course = [at(0, 0), at(outageMs, backlog), at(lastMs, Math.max(0, backlogAt(input, lastMs)))]
  const floor = [at(0, 0), at(outageMs, 0), at(lastMs, 0)]
  const [peakX, peakY] = at(outageMs, backlog)
  const [due] = at(dueMs, 0)
  const isNamed = peakX - plot.left > textWidth('outage') + 12
  const marks = [
    box(plot.left, plot.top, [peakX - plot.left, plot.bottom - plot.top], 'cut'),
    area(course, floor, 'ribbon'),
    curve(course, 'a'),
    line([due, plot.top], [due, plot.bottom], 'line-bad'),
    words([due - 7, plot.top + 13], `due: ${duration(dueMs)}`, 'end', 'halo'),
    shape('circle', [peakX, peakY], 4.5, 'mark-a edge'),
    words([peakX + 10, peakY + 4], quantityText('bytes', backlog), 'start', 'strong halo'),
    isNamed ? words([plot.left + 6, plot.top + 15], 'outage', 'start', 'soft') : ''
  ]
  if (doneMs !== null && doneMs <= endMs) {
    const gone = at(doneMs, 0)
    marks.push(shape('circle', gone, 5, 'hollow-ink'))
    marks.push(words([gone[0] + 10, gone[1] - 10], `gone: ${duration(doneMs)}`, 'start', 'halo'))
  }
  return drawingOf(plot, marks)
}
