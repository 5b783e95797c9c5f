/**
 * A chart with all that belongs to it: the sentence that it shows, its drawing for a wide page, for a
 * telephone and as a file, and the data behind it.
 *
 *   <figure>  result, how to read it  (figcaption)
 *             drawing, wide or narrow as there is room
 *             Table                    (details, closed)
 */
import { keepFiguresWhole } from '../../planner/units.ts'
import { element, escapeMarkup, textWidth } from '../svg.ts'
import { STANDALONE_STYLE } from './chart-style.ts'
import { csvOf } from './csv.ts'
import { type DataTable, dataTableHtml } from './data-table.ts'
import { box, type Drawing, type Frame, NARROW, WIDE, words } from './drawing.ts'

interface FigureSpec {
  /** Of its files, and of its place in a page: `throughput`. */
  readonly name: string
  /** What it shows, short: `Throughput by partition count`. */
  readonly title: string
  /** What can be seen in it, as a sentence with numbers. */
  readonly result: string
  /** How to read it. */
  readonly note: string
  readonly draw: (frame: Frame) => Drawing
  readonly table: DataTable
}

export interface Figure {
  readonly name: string
  readonly title: string
  readonly caption: string
  readonly note: string
  /** A file that stands for itself, its caption in it. */
  readonly svg: string
  /** For a page that carries the style. */
  readonly inline: { readonly wide: string; readonly narrow: string }
  readonly table: DataTable
}

/** Above and around the chart in a file of its own. */
const MARGIN = 16
const LINE_HEIGHT = 19

export function makeFigure(spec: FigureSpec): Figure {
  const { name, title, note, table, draw } = spec
  const caption = keepFiguresWhole(spec.result)
  const drawn = draw(WIDE)
  return {
    name,
    title,
    caption,
    note: keepFiguresWhole(note),
    svg: standalone(drawn, { name, title, caption }),
    inline: {
      wide: frameOf(drawn, WIDE, { name: `${name}-wide`, title, caption }),
      narrow: frameOf(draw(NARROW), NARROW, { name: `${name}-narrow`, title, caption })
    },
    table
  }
}

interface Naming {
  readonly name: string
  readonly title: string
  readonly caption: string
}

/** Title and result for those who do not see the chart. */
function accessible({ name, title, caption }: Naming) {
  const ids = { 'aria-labelledby': `${name}-title`, 'aria-describedby': `${name}-desc` }
  const texts =
    element('title', { id: `${name}-title` }, escapeMarkup(title)) +
    element('desc', { id: `${name}-desc` }, escapeMarkup(caption))
  return { ids, texts }
}

function frameOf(drawing: Drawing, { width }: Frame, naming: Naming): string {
  const { ids, texts } = accessible(naming)
  const viewBox = `0 0 ${width} ${Math.ceil(drawing.height)}`
  return element('svg', { viewBox, class: 'hw-chart', role: 'img', ...ids }, texts + drawing.content)
}

/** The chart with its caption above it, on paper of its own, so that it can be read anywhere. */
function standalone(drawing: Drawing, naming: Naming): string {
  const { ids, texts } = accessible(naming)
  const lines = wrapped(naming.caption, WIDE.width)
  const above = lines.length * LINE_HEIGHT + 10
  const width = WIDE.width + 2 * MARGIN
  const height = Math.ceil(drawing.height) + above + 2 * MARGIN
  const head = lines.map((text, index) => words([0, 13 + index * LINE_HEIGHT], text, 'start', 'strong'))
  const moved = element('g', { transform: `translate(0 ${above})` }, drawing.content)
  const all = element('g', { transform: `translate(${MARGIN} ${MARGIN})` }, head.join('') + moved)
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    class: 'hw-chart',
    role: 'img',
    ...ids
  }
  const style = element('style', {}, STANDALONE_STYLE)
  const paper = box(0, 0, [width, height], 'paper')
  return `${element('svg', attributes, `${texts}${style}${paper}${all}`)}\n`
}

/** Lines of words that fit into a width. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && textWidth(longer, true) > width) {
      lines.push(current)
      current = word
    } else {
      current = longer
    }
  }
  return current === '' ? lines : [...lines, current]
}

/** The figure in a page; the chart's style is the page's. */
export function figureHtml({ name, title, caption, note, inline, table }: Figure): string {
  const below = note === '' ? '' : ` <span class="note">${escapeMarkup(note)}</span>`
  return [
    `<figure id="figure-${name}">`,
    `<figcaption><strong>${escapeMarkup(caption)}</strong>${below}</figcaption>`,
    `<div class="chart wide">${inline.wide}</div>`,
    `<div class="chart narrow">${inline.narrow}</div>`,
    `<details><summary>Table<span class="unseen">: ${escapeMarkup(title)}</span></summary>`,
    dataTableHtml(table),
    '</details></figure>'
  ].join('\n')
}

/** Files beside a page, by name: of each figure its chart and its data. */
export function figureFiles(figures: readonly Figure[]): Map<string, string> {
  return new Map(
    figures.flatMap(({ name, svg, table }) => [
      [`${name}.svg`, svg],
      [`${name}.csv`, csvOf(table)]
    ])
  )
}
