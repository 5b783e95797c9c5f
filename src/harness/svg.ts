/**
 * Small pieces of SVG as text: escaped, and coloured by classes, so that a figure follows light and dark
 * alike, in a page and as a file of its own.
 */

/** Of figures 560 wide, so that they can be read on a telephone too. */
const FONT_SIZE = 14

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
  const { x, y, anchor = 'start', className = 'hw-text' } = place
  return element('text', { x, y, 'text-anchor': anchor, class: className }, escapeMarkup(text))
}

/** Em widths of characters that differ much from the mean of a system font. */
const NARROW = /[ijl.,:;()[\]|/' \u00a0\u202f]/
const WIDE = /[A-Zmw%=]/

/** About how wide a text is at the figures' font size, rather too wide than too narrow. */
export function textWidth(text: string, isStrong = false): number {
  let ems = 0
  for (const character of text) ems += NARROW.test(character) ? 0.36 : WIDE.test(character) ? 0.84 : 0.62
  return ems * FONT_SIZE * (isStrong ? 1.08 : 1)
}

/** A line through points. */
export function polyline(points: readonly (readonly [x: number, y: number])[], className: string): string {
  const written = points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(' ')
  return element('polyline', { points: written, class: className })
}

interface FigureFrame {
  readonly width: number
  readonly height: number
  /** Says in a sentence what the figure shows, for those who do not see it. */
  readonly title: string
}

/** Colours of all figures; names start with `hw-` so that they meet no others in a page. */
const STYLE = `
.hw-figure{font:${FONT_SIZE}px system-ui,sans-serif;--hw-ink:#1b1f24;--hw-soft:#5b6570;--hw-line:#c9d1d9;
--hw-bad:#f3c4bd;--hw-half:#f7e3b0;--hw-good:#c3e3cb;--hw-a:#0b63b5;--hw-b:#9a4a00;--hw-c:#5a3fa0}
@media (prefers-color-scheme:dark){.hw-figure{--hw-ink:#e6edf3;--hw-soft:#9aa5b1;--hw-line:#3a424c;
--hw-bad:#6b2d27;--hw-half:#63501a;--hw-good:#1f4d2e;--hw-a:#6cb2f5;--hw-b:#e59a55;--hw-c:#b39df0}}
.hw-text{fill:var(--hw-ink)}.hw-soft{fill:var(--hw-soft)}.hw-strong{fill:var(--hw-ink);font-weight:600}
.hw-axis{stroke:var(--hw-line);fill:none}.hw-mark{stroke:var(--hw-ink);stroke-width:2;fill:none}
.hw-bad{fill:var(--hw-bad)}.hw-half{fill:var(--hw-half)}.hw-good{fill:var(--hw-good)}
.hw-a,.hw-b,.hw-c{fill:none;stroke-width:1.6}
.hw-a{stroke:var(--hw-a)}.hw-b{stroke:var(--hw-b)}.hw-c{stroke:var(--hw-c)}
.hw-dropped{stroke:var(--hw-soft);stroke-width:1.2;stroke-dasharray:2 3;fill:none}
.hw-median{stroke:var(--hw-soft);stroke-width:1;fill:none}
`

/** A whole figure that stands for itself. */
export function figure(frame: FigureFrame, content: string): string {
  const { width, height, title } = frame
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    class: 'hw-figure',
    role: 'img'
  }
  const heading = element('title', {}, escapeMarkup(title))
  return element('svg', attributes, `${heading}${element('style', {}, STYLE)}${content}`)
}
