/**
 * The zone bar: partition counts on a line, cut where the two formulas lie. Below the article's count both
 * sides are short, up to the safe one the slower side is, from there on neither.
 */

import { partitionsText } from '../planner/partition-count.ts'
import type { Plan } from '../planner/plan.ts'
import { formatByteRate } from '../planner/units.ts'
import { element, figure, textAt } from './svg.ts'

const WIDTH = 760
const HEIGHT = 190
const LEFT = 20
const RIGHT = WIDTH - 20
const BAR_TOP = 70
const BAR_HEIGHT = 46
/** The line begins left of one partition and ends right of the safe count, so that each zone can be seen. */
const MARGIN = 2.5

/** A zone narrower than this has no room for its name. */
const NAME_WIDTH_MIN = 90

/** The figure of a plan; the axis is logarithmic, since counts differ by factors. */
export function zoneFigure(plan: Plan): string {
  const { targetThroughput: tt, producerThroughput: tp, consumerThroughput: tc } = plan.rates
  const article = tt / Math.max(tp, tc)
  const safe = tt / Math.min(tp, tc)
  const low = Math.log(Math.min(1, article) / MARGIN)
  const high = Math.log(Math.max(1, safe, plan.partitions) * MARGIN)
  const x = (count: number): number => LEFT + ((Math.log(count) - low) / (high - low)) * (RIGHT - LEFT)

  const zones = [
    zone({ from: LEFT, to: x(article), className: 'hw-bad', name: 'both sides short' }),
    zone({ from: x(article), to: x(safe), className: 'hw-half', name: slowSideName(tp, tc) }),
    zone({ from: x(safe), to: RIGHT, className: 'hw-good', name: 'both sides carry it' })
  ]
  const marks = [
    mark(x(article), 'top', `article Tt/max(Tp,Tc) = ${rounded(article)}`),
    mark(x(safe), 'bottom', `safe max(Tt/Tp, Tt/Tc) = ${rounded(safe)}`)
  ]
  const [from, to] = plan.partitionsInterval
  const interval = from === to ? '' : ` [${from}, ${to}]`
  const answer = `Recommended: ${partitionsText(plan.partitions)}${interval}`
  const rates = `Tt ${formatByteRate(tt)}, Tp ${formatByteRate(tp)}, Tc ${formatByteRate(tc)}`
  const content = [
    textAt({ x: LEFT, y: 22, className: 'hw-strong' }, answer),
    textAt({ x: RIGHT, y: 22, anchor: 'end', className: 'hw-soft' }, rates),
    ...zones,
    ...marks,
    dot(x(plan.partitions)),
    textAt({ x: LEFT, y: HEIGHT - 12, className: 'hw-soft' }, 'partitions, logarithmic; the dot is the count')
  ]
  const title = `${answer}. The article's formula gives ${rounded(article)}, the safe one ${rounded(safe)}.`
  return figure({ width: WIDTH, height: HEIGHT, title }, content.join(''))
}

function slowSideName(tp: number, tc: number): string {
  return tc < tp ? 'consumers fall behind' : 'producers fall behind'
}

/** A quotient before rounding up: `3.1`, `0.28`. */
function rounded(count: number): string {
  return String(Number(count.toPrecision(2)) >= 100 ? Math.round(count) : Number(count.toPrecision(2)))
}

interface Zone {
  readonly from: number
  readonly to: number
  readonly className: string
  readonly name: string
}

function zone({ from, to, className, name }: Zone): string {
  const width = Math.max(0, to - from)
  const box = element('rect', { x: from, y: BAR_TOP, width, height: BAR_HEIGHT, class: className })
  if (width < NAME_WIDTH_MIN) return box
  return box + textAt({ x: from + width / 2, y: BAR_TOP + 28, anchor: 'middle' }, name)
}

function mark(x: number, side: 'top' | 'bottom', text: string): string {
  const isTop = side === 'top'
  const y1 = isTop ? BAR_TOP - 12 : BAR_TOP
  const y2 = isTop ? BAR_TOP + BAR_HEIGHT : BAR_TOP + BAR_HEIGHT + 12
  const anchor = x < WIDTH / 3 ? 'start' : x > (2 * WIDTH) / 3 ? 'end' : 'middle'
  const line = element('line', { x1: x, x2: x, y1, y2, class: 'hw-mark' })
  return line + textAt({ x, y: isTop ? BAR_TOP - 18 : BAR_TOP + BAR_HEIGHT + 28, anchor }, text)
}

function dot(x: number): string {
  return element('circle', { cx: x, cy: BAR_TOP + BAR_HEIGHT, r: 5, class: 'hw-strong' })
}
