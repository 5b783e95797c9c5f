/**
 * The place that a chart is drawn in: legend, axes with round ticks, and where a value lies.
 *
 *   ─── fit  ● run  ◆ median          legend
 *   MB/s                              name of the upright axis
 *   400 ┤- - - - - - - - - - -
 *   200 ┤- - - - - - - - - - -
 *     0 ┼────┬────┬────┬────┬
 *       1    2    4    8   16
 *                    partitions       name of the level axis
 */
import { textWidth } from '../svg.ts'
import { type Drawing, type Frame, line, words, wordsWithin } from './drawing.ts'
import { drawLegend, type LegendEntry } from './legend.ts'
import { tickTexts } from './quantity.ts'
import { makeScale, pixelOf, type Scale, type ScaleSpec } from './scale.ts'

export interface AxisSpec {
  readonly kind: ScaleSpec['kind']
  /** Of the data; the axis reaches as far at least. */
  readonly low: number
  readonly high: number
  /** What it counts, with the unit. */
  readonly name: string
  /** Instead of the numbers themselves. */
  readonly text?: (tick: number) => string
  /** Instead of round numbers. */
  readonly ticks?: readonly number[]
}

interface PlotSpec {
  readonly frame: Frame
  readonly legend: readonly LegendEntry[]
  readonly x: AxisSpec
  readonly y: AxisSpec
  /** Of the plotted area alone. */
  readonly height: number
}

/** Pixels of the plotted area, and the markup of all around it. */
export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  /** Markup of a text above the plot, over a place on its level axis. */
  readonly above: (x: number, text: string) => string
  /** To be drawn first. */
  readonly axes: string
  /** Of the whole drawing. */
  readonly height: number
}

const NAME_HEIGHT = 22
const TICK_LENGTH = 5
const BELOW = 42
const BELOW_TICKS = 24
/** Of one tick of the upright axis, by its kind. */
const UPRIGHT_ROOM = { linear: 44, log: 28, doubling: 28 }
const LEVEL_ROOM = 46
const LEVEL_TICK_GAP = 12
/** Right of the last tick, for half of its text. */
const RIGHT_MARGIN = 14

export function makePlot({ frame, legend, x, y, height }: PlotSpec): Plot {
  const above = drawLegend(legend, frame)
  const top = above.height + (y.name === '' ? 8 : NAME_HEIGHT + 8)
  const bottom = top + height
  const upright = scaleOf(y, Math.max(2, Math.floor(height / UPRIGHT_ROOM[y.kind])), true)
  const texts = textsOf(upright, y)
  const left = Math.ceil(Math.max(18, ...texts.map(text => textWidth(text))) + TICK_LENGTH + 4)
  const right = frame.width - RIGHT_MARGIN
  const level = scaleOf(x, Math.floor((right - left) / LEVEL_ROOM), false)
  const xOf = (value: number): number => pixelOf(level, value, left, right)
  const yOf = (value: number): number => pixelOf(upright, value, bottom, top)
  const grid = upright.ticks.map((tick, index) => {
    const at = yOf(tick)
    const isFirst = index === 0
    const text = words([left - TICK_LENGTH - 3, at + 4.5], texts[index] ?? '', 'end', 'soft')
    return line([left, at], [right, at], isFirst ? 'axis' : 'grid') + text
  })
  const axes = [
    above.content,
    y.name === '' ? '' : words([0, above.height + 15], y.name, 'start', 'soft'),
    ...grid,
    levelAxis(level, x, { xOf, left, right, bottom, width: frame.width }),
    x.name === ''
      ? ''
      : wordsWithin([(left + right) / 2, bottom + BELOW - 5], x.name, [0, frame.width], 'soft')
  ].join('')
  const below = x.name === '' ? BELOW_TICKS : BELOW
  const nameEnd = y.name.trim() === '' ? 0 : textWidth(y.name) + LEVEL_TICK_GAP
  const over = (at: number, text: string): string =>
    wordsWithin([at, top - 8], text, [nameEnd, frame.width], 'strong')
  return { left, right, top, bottom, x: xOf, y: yOf, above: over, axes, height: bottom + below }
}

function scaleOf(spec: AxisSpec, ticks: number, isRound: boolean): Scale {
  const { kind, low, high } = spec
  if (spec.ticks !== undefined) return { kind, low, high, ticks: spec.ticks }
  return makeScale({ kind, low, high, ticks, isRound })
}

function textsOf(scale: Scale, { text }: AxisSpec): string[] {
  return text === undefined ? tickTexts(scale.ticks, scale.kind !== 'linear') : scale.ticks.map(text)
}

interface LevelPlace {
  readonly xOf: (value: number) => number
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly width: number
}

/** Ticks below the plot; a text that would touch the one before it is left out. */
function levelAxis(scale: Scale, spec: AxisSpec, { xOf, bottom, width }: LevelPlace): string {
  const texts = textsOf(scale, spec)
  let free = 0
  const drawn = scale.ticks.map((tick, index) => {
    const at = xOf(tick)
    const mark = line([at, bottom], [at, bottom + TICK_LENGTH], 'axis')
    const text = texts[index] ?? ''
    const half = textWidth(text) / 2
    const centre = Math.min(at, width - half)
    if (centre - half < free) return mark
    free = centre + half + LEVEL_TICK_GAP
    return mark + words([centre, bottom + 19], text, 'middle', 'soft')
  })
  return drawn.join('')
}

/** A drawing of what lies in a plot. */
export function drawingOf(plot: Plot, marks: readonly string[]): Drawing {
  return { height: plot.height, content: plot.axes + marks.join('') }
}
