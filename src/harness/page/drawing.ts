/**
 * What charts are drawn with: texts, lines and shapes of the classes in `chart-style.ts`.
 */
import { element, escapeMarkup, polyline, textAt, textWidth } from '../svg.ts'

/** How wide a chart is drawn: once for a page, once for a telephone. */
export interface Frame {
  readonly width: number
  readonly isNarrow: boolean
}

export const WIDE: Frame = { width: 680, isNarrow: false }
export const NARROW: Frame = { width: 340, isNarrow: true }

/** Markup of a chart without its frame, and how high it came out. */
export interface Drawing {
  readonly height: number
  readonly content: string
}

/** Four that differ in colour, dash and shape; two in grey. */
export type Series = 'a' | 'b' | 'c' | 'd' | 'soft' | 'ink' | 'bad'

type Place = readonly [x: number, y: number]

const DASHES: Readonly<Record<Series, string>> = {
  a: '',
  b: '5 4',
  c: '1 4',
  d: '9 4 1 4',
  soft: '3 3',
  ink: '',
  bad: '14 4'
}

type Anchor = 'start' | 'middle' | 'end'

/** A text; `className` of `soft`, `strong`, `halo` and others. */
export function words(at: Place, text: string, anchor: Anchor = 'start', className = ''): string {
  return textAt({ x: at[0], y: at[1], anchor, className }, text)
}

/** A text around x, moved as far as it must be to stay between two edges. */
export function wordsWithin(
  at: Place,
  text: string,
  [left, right]: readonly [number, number],
  className = ''
): string {
  const half = textWidth(text, className.includes('strong')) / 2
  const x = Math.max(left + half, Math.min(right - half, at[0]))
  return words([x, at[1]], text, 'middle', className)
}

export function line(from: Place, to: Place, className: string): string {
  return element('line', { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: className })
}

/** A line through points with the colour and dash of its series. */
export function curve(points: readonly Place[], series: Series): string {
  return dashed(polyline(points, `line-${series}`), series)
}

/** A straight line of a series. */
export function stroke(from: Place, to: Place, series: Series): string {
  return dashed(line(from, to, `line-${series}`), series)
}

function dashed(markup: string, series: Series): string {
  const dash = DASHES[series]
  return dash === '' ? markup : markup.replace(/\/>$/, ` stroke-dasharray="${dash}"/>`)
}

/** The area between two curves over the same places. */
export function area(upper: readonly Place[], lower: readonly Place[], className: string): string {
  const points = [...upper, ...[...lower].reverse()]
  return polyline(points, className).replace('<polyline', '<polygon')
}

export function box(x: number, y: number, size: Place, className: string): string {
  return element('rect', {
    x,
    y,
    width: Math.max(0, size[0]),
    height: Math.max(0, size[1]),
    class: className
  })
}

export type Shape = 'bar' | 'circle' | 'cross' | 'diamond' | 'square' | 'triangle'

/** A mark that its shape alone tells from others. */
export function shape(kind: Shape, [x, y]: Place, radius: number, className: string): string {
  if (kind === 'circle') return element('circle', { cx: x, cy: y, r: radius, class: className })
  if (kind === 'square') {
    const half = radius * 0.9
    return box(x - half, y - half, [2 * half, 2 * half], className)
  }
  if (kind === 'bar') return box(x - radius * 2, y - 1.5, [radius * 4, 3], className)
  const reach = radius * 1.25
  if (kind === 'cross') {
    const arms = `M${place(x - reach, y - reach)}L${place(x + reach, y + reach)}`
    return element('path', {
      d: `${arms}M${place(x - reach, y + reach)}L${place(x + reach, y - reach)}`,
      class: className
    })
  }
  const corners =
    kind === 'diamond'
      ? [place(x, y - reach), place(x + reach, y), place(x, y + reach), place(x - reach, y)]
      : [place(x, y - reach), place(x + reach, y + reach * 0.8), place(x - reach, y + reach * 0.8)]
  return element('polygon', { points: corners.join(' '), class: className })
}

function place(x: number, y: number): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`
}

/** Words that a pointer resting on a mark shows. */
export function hinted(markup: string, hint: string): string {
  return `<g>${element('title', {}, escapeMarkup(hint))}${markup}</g>`
}
