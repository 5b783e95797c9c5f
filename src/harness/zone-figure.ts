/**
 * The zone bar: partition counts on a line, cut where the two formulas lie. Below the count often quoted both
 * sides are short, up to the needed one the slower side is, from there on neither.
 *
 *   Recommended: 30 partitions [30, 31]
 *   Tt 300 MB/s, Tp 50 MB/s, Tc 10 MB/s
 *             often quoted Tt/max(Tp,Tc) = 6
 *   ┌─────────┬──────────────┬─────────┐
 *   └─┬───────┴──┬───────────●─────┬───┘
 *     1          10                100
 *       needed max(Tt/Tp, Tt/Tc) = 30
 *   ■ both sides short  ■ consumers fall behind  ■ both sides carry it
 */

import { partitionsText } from '../planner/partition-count.ts'
import type { Plan } from '../planner/plan.ts'
import { formatByteRate, formatCount, keepFiguresWhole } from '../planner/units.ts'
import { element, figure, textAt, textWidth } from './svg.ts'

const WIDTH = 560
const LEFT = 1
const RIGHT = WIDTH - 1
const ANSWER_Y = 20
const RATES_Y = 42
const BAR_TOP = 88
const BAR_HEIGHT = 40
const BAR_BOTTOM = BAR_TOP + BAR_HEIGHT
const SCALE_Y = BAR_BOTTOM + 20
const NEEDED_Y = BAR_BOTTOM + 44
const LEGEND_Y = NEEDED_Y + 30
const LEGEND_LINE = 22
/** The line begins left of one partition and ends right of the safe count, so that each zone can be seen. */
const MARGIN = 2.5
const SWATCH = 12
/** Between two numbers of the scale. */
const SCALE_GAP = 14

interface Zone {
  readonly from: number
  readonly to: number
  readonly className: string
  readonly name: string
}

/** The figure of a plan; the axis is logarithmic, since counts differ by factors. */
export function zoneFigure(plan: Plan): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = plan.rates
  const quoted = tt / Math.max(tp, tc)
  const needed = tt / Math.min(tp, tc)
  const low = Math.log(Math.min(1, quoted) / MARGIN)
  const high = Math.log(Math.max(1, needed, plan.partitions) * MARGIN)
  const x = (count: number): number => LEFT + ((Math.log(count) - low) / (high - low)) * (RIGHT - LEFT)

  const zones: Zone[] = [
    { from: LEFT, to: x(quoted), className: 'hw-bad', name: 'both sides short' },
    { from: x(quoted), to: x(needed), className: 'hw-half', name: slowSideName(tp, tc) },
    { from: x(needed), to: RIGHT, className: 'hw-good', name: 'both sides carry it' }
  ]
  const quotedLabel = `often quoted Tt/max(Tp,Tc) = ${ratioText(quoted)}`
  const neededLabel = `needed max(Tt/Tp, Tt/Tc) = ${ratioText(needed)}`
  const [from, to] = plan.partitionsInterval
  const interval = from === to ? '' : ` [${formatCount(from)}, ${formatCount(to)}]`
  const answer = `Recommended: ${partitionsText(plan.partitions)}${interval}`
  const rates = `Tt ${formatByteRate(tt)}, Tp ${formatByteRate(tp)}, Tc ${formatByteRate(tc)}`
  const legend = legendOf(zones.filter(({ from, to }) => to > from))
  const content = [
    textAt({ x: LEFT, y: ANSWER_Y, className: 'hw-strong' }, keepFiguresWhole(answer)),
    textAt({ x: LEFT, y: RATES_Y, className: 'hw-soft' }, keepFiguresWhole(rates)),
    ...zones.map(drawZone),
    line(x(quoted), BAR_TOP - 8, BAR_BOTTOM),
    label(x(quoted), BAR_TOP - 16, quotedLabel),
    line(x(needed), BAR_TOP, BAR_BOTTOM),
    element('circle', { cx: x(plan.partitions), cy: BAR_BOTTOM, r: 5, class: 'hw-strong' }),
    ...scale(x, Math.exp(low), Math.exp(high)),
    label(x(needed), NEEDED_Y, neededLabel),
    legend.content
  ]
  const both = `The formula often quoted gives ${ratioText(quoted)}; needed is ${ratioText(needed)}.`
  return figure({ width: WIDTH, height: legend.height + 10, title: `${answer}. ${both}` }, content.join(''))
}

function slowSideName(tp: number, tc: number): string {
  return tc < tp ? 'consumers fall behind' : 'producers fall behind'
}

/** A quotient before rounding up: `3.1`, `0.28`, `5 000 005`. */
function ratioText(count: number): string {
  return count >= 100 ? formatCount(count) : String(Number(count.toPrecision(2)))
}

function drawZone({ from, to, className }: Zone): string {
  const width = Math.max(0, to - from)
  return element('rect', { x: from, y: BAR_TOP, width, height: BAR_HEIGHT, class: className })
}

function line(x: number, y1: number, y2: number): string {
  return element('line', { x1: x, x2: x, y1, y2, class: 'hw-mark' })
}

/** A text centred on x as far as the frame permits. */
function label(x: number, y: number, text: string): string {
  const whole = keepFiguresWhole(text)
  const half = textWidth(whole) / 2
  const centre = Math.max(LEFT + half, Math.min(RIGHT - half, x))
  return textAt({ x: centre, y, anchor: 'middle' }, whole)
}

/** Powers of ten below the bar, as many as have room. */
function scale(x: (count: number) => number, low: number, high: number): string[] {
  const drawn: string[] = []
  let free = LEFT
  for (let count = 1; count < high; count *= 10) {
    if (count < low) continue
    const text = keepFiguresWhole(formatCount(count))
    const half = textWidth(text) / 2
    const place = x(count)
    drawn.push(
      element('line', { x1: place, x2: place, y1: BAR_BOTTOM, y2: BAR_BOTTOM + 5, class: 'hw-axis' })
    )
    if (place - half < free || place + half > RIGHT) continue
    drawn.push(textAt({ x: place, y: SCALE_Y, anchor: 'middle', className: 'hw-soft' }, text))
    free = place + half + SCALE_GAP
  }
  return drawn
}

/** What the colours mean, in as many lines as it takes; and what the axis is. */
function legendOf(zones: readonly Zone[]): { readonly content: string; readonly height: number } {
  const drawn: string[] = []
  let x = LEFT
  let y = LEGEND_Y
  for (const { className, name } of zones) {
    const width = SWATCH + 6 + textWidth(name) + SCALE_GAP
    if (x > LEFT && x + width > RIGHT + SCALE_GAP) {
      x = LEFT
      y += LEGEND_LINE
    }
    drawn.push(element('rect', { x, y: y - 11, width: SWATCH, height: SWATCH, class: className }))
    drawn.push(textAt({ x: x + SWATCH + 6, y }, name))
    x += width
  }
  y += LEGEND_LINE
  const axis = 'partitions, on a logarithmic scale; the dot is the recommended count'
  drawn.push(textAt({ x: LEFT, y, className: 'hw-soft' }, axis))
  return { content: drawn.join(''), height: y }
}
