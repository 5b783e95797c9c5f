/**
 * The data behind a chart: raw values with their units, as an HTML table for people and for CSV.
 */
import { keepFiguresWhole } from '../../planner/units.ts'
import { escapeMarkup } from '../svg.ts'
import { countText, type Quantity, quantityText } from './quantity.ts'

/** Null where there is no value. */
export type Cell = string | number | null

interface Column {
  readonly heading: string
  /** What its numbers count; text columns and plain counts have none. */
  readonly quantity?: Quantity
  /** Texts that are numbers of several units. */
  readonly isFigure?: boolean
}

export interface DataTable {
  /** What the rows are: `runs by partition count`. */
  readonly title: string
  readonly columns: readonly Column[]
  /** The first cell of each names its row. */
  readonly rows: readonly (readonly Cell[])[]
}

const NO_VALUE = '–'
/** Longer tables would make a page slow; their files have all rows. */
const ROWS_MAX = 250

function cellText(cell: Cell, { quantity }: Column): string {
  if (cell === null) return NO_VALUE
  if (typeof cell === 'string') return keepFiguresWhole(cell)
  return quantity === undefined ? countText(cell) : quantityText(quantity, cell)
}

/** A `<table>` with the scope of each head said; wide ones scroll inside their frame. */
export function dataTableHtml({ title, columns, rows }: DataTable): string {
  const isFigure = columns.map(
    (column, index) => column.isFigure === true || rows.some(row => typeof row[index] === 'number')
  )
  const classOf = (index: number): string => (isFigure[index] ? ' class="figure"' : '')
  const heads = columns.map(
    ({ heading }, index) => `<th scope="col"${classOf(index)}>${escapeMarkup(heading)}</th>`
  )
  const body = rows.slice(0, ROWS_MAX).map(row => {
    const cells = columns.map((column, index) => {
      const text = escapeMarkup(cellText(row[index] ?? null, column))
      return index === 0 ? `<th scope="row"${classOf(0)}>${text}</th>` : `<td${classOf(index)}>${text}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const name = escapeMarkup(title)
  const shown =
    rows.length <= ROWS_MAX
      ? ''
      : `: the first ${ROWS_MAX} of ${countText(rows.length)} rows; all are in the file beside the page`
  return [
    `<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table class="data">`,
    `<caption>${name}${shown}</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody></table></div>`
  ].join('')
}
