/**
 * How long records wait for a consumer that is so and so busy, up to the objective for lag, and where
 * the plan works.
 */
import { box, curve, type Drawing, type Frame, line, shape, stroke, words } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { drawingOf, makePlot } from './plot.ts'
import { decimalText, quantityText } from './quantity.ts'

interface WaitPlace {
  /** 0 to 1. */
  readonly utilisation: number
  readonly waitMs: number
}

export interface ConsumerWaitFigureInput {
  /** Mean wait by utilisation, ascending, ends below 1. */
  readonly curve: readonly WaitPlace[]
  /** Null where none was given. */
  readonly objectiveMs: number | null
  /** The greatest utilisation that the plan permits. */
  readonly utilisationMax: number
  /** The hottest partition at the recommended count; its wait is infinite where it is never idle. */
  readonly operating: WaitPlace
  /** What verification saw; null where it was not measured. */
  readonly measured: WaitPlace | null
}

const duration = (milliseconds: number): string => quantityText('milliseconds', milliseconds)
const share = (value: number): string => quantityText('share', value)

export function consumerWaitFigure(input: ConsumerWaitFigureInput): Figure {
  const { operating, objectiveMs, measured } = input
  const objective =
    objectiveMs === null
      ? ''
      : `, ${operating.waitMs <= objectiveMs ? 'within' : 'beyond'} the objective of ${duration(objectiveMs)}`
  return makeFigure({
    name: 'consumer-wait',
    title: 'Wait by utilisation of a consumer',
    result: Number.isFinite(operating.waitMs)
      ? `At the planned ${share(operating.utilisation)} utilisation of the hottest partition records wait ` +
        `${duration(operating.waitMs)}${objective}.`
      : `At ${share(operating.utilisation)} utilisation the hottest partition never catches up: its ` +
        `records wait without end.`,
    note: 'The wait grows without end as utilisation nears 100 %; the plan stays left of the grey part.',
    draw: frame => draw(input, frame),
    table: {
      title: 'Mean wait by utilisation',
      columns: [
        { heading: 'Point' },
        { heading: 'Utilisation', quantity: 'share' },
        { heading: 'Wait', quantity: 'milliseconds' }
      ],
      rows: [
        ['plan', operating.utilisation, Number.isFinite(operating.waitMs) ? operating.waitMs : null],
        ...(measured === null ? [] : [['measured', measured.utilisation, measured.waitMs]]),
        ...input.curve.map(({ utilisation, waitMs }) => ['model', utilisation, waitMs])
      ]
    }
  })
}

function legendOf({ measured, operating }: ConsumerWaitFigureInput): LegendEntry[] {
  const entries: LegendEntry[] = [
    { name: 'model', sample: { kind: 'line', series: 'a' } },
    {
      name: `plan, ${share(operating.utilisation)}`,
      sample: { kind: 'mark', shape: 'circle', className: 'mark-ink' }
    },
    { name: 'not permitted', sample: { kind: 'fill', className: 'cut' } }
  ]
  if (measured !== null) {
    entries.splice(2, 0, {
      name: `measured, ${share(measured.utilisation)}`,
      sample: { kind: 'mark', shape: 'cross', className: 'line-b' }
    })
  }
  return entries
}

function draw(input: ConsumerWaitFigureInput, frame: Frame): Drawing {
  const { operating, measured, objectiveMs, utilisationMax } = input
  const points = [operating, ...(measured === null ? [] : [measured])]
  const waits = [...input.curve, ...points]
    .map(({ waitMs }) => waitMs)
    .filter(wait => wait > 0 && Number.isFinite(wait))
  const shown = [...waits, ...(objectiveMs === null ? [] : [objectiveMs])]
  if (shown.length === 0) shown.push(1)
  const plot = makePlot({
    frame,
    legend: legendOf(input),
    x: {
      kind: 'linear',
      low: 0,
      high: 1,
      name: 'utilisation, %',
      text: tick => String(Math.round(tick * 100))
    },
    y: {
      kind: 'log',
      low: Math.min(...shown),
      high: Math.max(...shown),
      name: 'mean wait, logarithmic',
      text: tick => decimalText('milliseconds', tick)
    },
    height: frame.isNarrow ? 200 : 240
  })
  const at = ({ utilisation, waitMs }: WaitPlace) => [plot.x(utilisation), plot.y(waitMs)] as const
  const edge = plot.x(utilisationMax)
  const marks = [
    box(edge, plot.top, [plot.right - edge, plot.bottom - plot.top], 'cut'),
    line([edge, plot.top], [edge, plot.bottom], 'axis'),
    plot.above(edge, `at most ${share(utilisationMax)}`),
    curve(input.curve.filter(({ waitMs }) => waitMs > 0).map(at), 'a')
  ]
  if (objectiveMs !== null) {
    const y = plot.y(objectiveMs)
    const above = y - 6 < plot.top + 10 ? y + 17 : y - 6
    marks.push(stroke([plot.left, y], [plot.right, y], 'bad'))
    marks.push(words([plot.left + 6, above], `objective ${duration(objectiveMs)}`, 'start', 'halo'))
  }
  marks.push(shape('circle', at(operating), 5.5, 'mark-ink edge'))
  if (measured !== null) marks.push(shape('cross', at(measured), 5, 'line-b'))
  return drawingOf(plot, marks)
}
