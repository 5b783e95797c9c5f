/**
 * The backlog of the fullest partition while its consumer stands still and after: how high it grows, and when
 * it is gone.
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
  /** From the begin of the outage, its end and what comes last; straight in between, and after. */
  readonly course: readonly BacklogPlace[]
  /** From the end of the outage; null where the backlog only grows. */
  readonly clearedAfterMs: number | null
}

interface BacklogPlace {
  readonly ms: number
  readonly bytes: number
}

const duration = (milliseconds: number): string => quantityText('milliseconds', milliseconds)

export function catchUpFigure(input: CatchUpFigureInput): Figure {
  const { outageMs, recoveryMs, clearedAfterMs } = input
  const backlog = backlogAt(input, outageMs)
  const bytes = quantityText('bytes', backlog)
  const recovered =
    clearedAfterMs === null
      ? `never goes: its consumer is no faster than what arrives`
      : `is gone ${duration(clearedAfterMs)} later, ` +
        `${clearedAfterMs <= recoveryMs ? 'within' : 'beyond'} the ${duration(recoveryMs)} asked for`
  return makeFigure({
    name: 'catch-up',
    title: 'Backlog after an outage of the consumers',
    result:
      `An outage of ${duration(outageMs)} leaves the fullest partition a backlog of ${bytes}, which ` +
      `${recovered}.`,
    note: 'At the planned load; the consumer stands still in the grey part.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Backlog by time',
      columns: [
        { heading: 'Moment' },
        { heading: 'Time', quantity: 'milliseconds' },
        { heading: 'Backlog', quantity: 'bytes' }
      ],
      rows: [
        ['the consumer stops', 0, 0],
        ['the consumer starts', outageMs, backlog],
        ...(clearedAfterMs === null ? [] : [['backlog gone', outageMs + clearedAfterMs, 0]]),
        ['must be gone', outageMs + recoveryMs, backlogAt(input, outageMs + recoveryMs)]
      ]
    }
  })
}

/** Bytes behind at a moment from the begin of the outage, never below 0. */
function backlogAt({ course }: CatchUpFigureInput, atMs: number): number {
  const after = course.findIndex(({ ms }) => ms >= atMs)
  const index = Math.max(1, after < 0 ? course.length - 1 : after)
  const [before, next] = [course[index - 1], course[index]]
  if (before === undefined || next === undefined || next.ms === before.ms) return next?.bytes ?? 0
  const slope = (next.bytes - before.bytes) / (next.ms - before.ms)
  return Math.max(0, next.bytes + slope * (atMs - next.ms))
}

function draw(input: CatchUpFigureInput, frame: Frame): Drawing {
  const { outageMs, recoveryMs, clearedAfterMs } = input
  const backlog = backlogAt(input, outageMs)
  const doneMs = clearedAfterMs === null ? null : outageMs + clearedAfterMs
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
  const course = [at(0, 0), at(outageMs, backlog), at(lastMs, backlogAt(input, lastMs))]
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
