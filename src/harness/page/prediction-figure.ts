/**
 * What a model predicted against what was then measured: on the diagonal it was right.
 */
import { area, type Drawing, type Frame, hinted, shape, stroke } from './drawing.ts'
import { type Figure, makeFigure } from './figure.ts'
import type { LegendEntry } from './legend.ts'
import { drawingOf, makePlot } from './plot.ts'
import { countText, type Quantity, quantityText, unitOf } from './quantity.ts'

interface Prediction {
  /** What was predicted: `batch 64 KiB, linger 40 ms`. */
  readonly name: string
  readonly predicted: number
  readonly measured: number
}

export interface PredictionFigureInput {
  /** Of its files; `predictions` if it is the only one of its page. */
  readonly name?: string
  /** What is predicted: `p99 latency`. */
  readonly measure: string
  readonly quantity: Quantity
  /** Those that are not above zero are left out. */
  readonly predictions: readonly Prediction[]
  /** The error that is accepted, a share: 0.2. */
  readonly tolerance: number
}

export function predictionFigure(all: PredictionFigureInput): Figure {
  const predictions = all.predictions.filter(({ predicted, measured }) => predicted > 0 && measured > 0)
  const input = { ...all, predictions }
  const { name: fileName = 'predictions', measure, quantity, tolerance } = input
  const errors = predictions.map(prediction => Math.abs(errorOf(prediction)))
  const within = predictions.filter(prediction => isWithin(prediction, tolerance)).length
  const sorted = [...errors].sort((one, other) => one - other)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  return makeFigure({
    name: fileName,
    title: `${measure}, predicted and measured`,
    result:
      `${countText(within)} of ${countText(predictions.length)} predictions of the ${measure} were within ` +
      `${quantityText('share', tolerance)} of what was measured; the median error is ` +
      `${quantityText('share', middle)}.`,
    note: 'Right predictions lie on the line; those in the shade are within what is accepted.',
    draw: frame => draw(input, frame),
    table: {
      title: `${measure}, predicted and measured`,
      columns: [
        { heading: 'Setting' },
        { heading: 'Predicted', quantity },
        { heading: 'Measured', quantity },
        { heading: 'Error', quantity: 'share' }
      ],
      rows: predictions.map(prediction => {
        const { name, predicted, measured } = prediction
        return [name, predicted, measured, errorOf(prediction)]
      })
    }
  })
}

/** Of what was measured: 0.1 is a tenth too high. */
function errorOf({ predicted, measured }: Prediction): number {
  return predicted / measured - 1
}

function isWithin(prediction: Prediction, tolerance: number): boolean {
  return Math.abs(errorOf(prediction)) <= tolerance
}

function legendOf({ predictions, tolerance }: PredictionFigureInput): LegendEntry[] {
  const share = quantityText('share', tolerance)
  const entries: LegendEntry[] = [
    { name: `within ${share}`, sample: { kind: 'mark', shape: 'circle', className: 'mark-a edge' } },
    { name: `predicted = measured, ± ${share}`, sample: { kind: 'ribbon', series: 'soft' } }
  ]
  if (predictions.every(prediction => isWithin(prediction, tolerance))) return entries
  const beyond: LegendEntry = {
    name: 'beyond',
    sample: { kind: 'mark', shape: 'triangle', className: 'mark-bad edge' }
  }
  return [...entries.slice(0, 1), beyond, ...entries.slice(1)]
}

function draw(input: PredictionFigureInput, frame: Frame): Drawing {
  const { predictions, quantity, tolerance } = input
  const values = predictions
    .flatMap(({ predicted, measured }) => [predicted, measured])
    .filter(value => value > 0)
  if (values.length === 0) values.push(1)
  const unit = unitOf(quantity, Math.min(...values) * 100)
  const low = Math.min(...values) / unit.factor
  const high = Math.max(low * 2, Math.max(...values) / unit.factor)
  const side = frame.isNarrow ? 270 : 330
  const name = unit.name === '' ? '' : `, ${unit.name}`
  const plot = makePlot({
    frame: { ...frame, width: frame.isNarrow ? frame.width : 560 },
    legend: legendOf(input),
    x: { kind: 'log', low: low * 0.85, high: high * 1.15, name: `predicted${name}, logarithmic` },
    y: { kind: 'log', low: low * 0.85, high: high * 1.15, name: `measured${name}` },
    height: side
  })
  const ends = [low * 0.85, high * 1.15] as const
  const at = (predicted: number, measured: number) => [plot.x(predicted), plot.y(measured)] as const
  const marks = predictions.map(prediction => {
    const { name: setting, predicted, measured } = prediction
    const place = at(predicted / unit.factor, measured / unit.factor)
    const show = (value: number): string => quantityText(quantity, value)
    const hint = `${setting}: predicted ${show(predicted)}, measured ${show(measured)}`
    const mark = isWithin(prediction, tolerance)
      ? shape('circle', place, 4.2, 'mark-a edge')
      : shape('triangle', place, 5, 'mark-bad edge')
    return hinted(mark, hint)
  })
  return drawingOf(plot, [
    area(
      ends.map(end => at(end, end / (1 - tolerance))),
      ends.map(end => at(end, end / (1 + tolerance))),
      'ribbon'
    ),
    stroke(at(ends[0], ends[0]), at(ends[1], ends[1]), 'soft'),
    ...marks
  ])
}
