/**
 * Small pieces of SVG as text: escaped, and coloured by classes, so that a figure follows light and dark
 * alike, in a page and as a file of its own.
 */

/** Of charts, in their own units. */
const FONT_SIZE = 13
/** Of the widest of the usual fonts, whose only strong weight is bold. */
const STRONG_SHARE = 1.16

/** Text for element content and quoted attributes, of HTML and SVG alike. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

type Attributes = Readonly<Record<string, string | number>>

/** A coordinate with at most one decimal: a tenth of a pixel nobody sees. */
function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** An element; `content` is markup already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === 'number' ? coordinate(value) : escapeMarkup(value)
    return ` ${key}="${text}"`
  })
  const open = `<${name}${written.join('')}`
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`
}

interface TextPlace {
  readonly x: number
  readonly y: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly className?: string
}

export function textAt(place: TextPlace, text: string): string {
  const { x, y, anchor = 'start', className = '' } = place
  const styled = className === '' ? {} : { class: className }
  return element('text', { x, y, 'text-anchor': anchor, ...styled }, escapeMarkup(text))
}

/** Em widths of characters that differ much from the mean of a system font. */
const NARROW = /[ijl.,:;()[\]|/' \u00a0\u202f]/
const WIDE = /[A-Zmw%=]/

/** About how wide a text is at the font size of charts, rather too wide than too narrow. */
export function textWidth(text: string, isStrong = false): number {
  let ems = 0
  for (const character of text) ems += NARROW.test(character) ? 0.36 : WIDE.test(character) ? 0.84 : 0.62
  return ems * FONT_SIZE * (isStrong ? STRONG_SHARE : 1)
}

/** A line through points. */
export function polyline(points: readonly (readonly [x: number, y: number])[], className: string): string {
  const written = points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(' ')
  return element('polyline', { points: written, class: className })
}
