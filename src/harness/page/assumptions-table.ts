/**
 * Where each number of a plan comes from: what was measured here, derived from that, asked of the user, left
 * at its default, or assumed from a source.
 */
import { prose } from './page-shell.ts'

type Origin = 'asked' | 'assumed' | 'default' | 'derived' | 'measured'

export interface AssumptionsTableRow {
  readonly quantity: string
  /** With its unit. */
  readonly value: string
  readonly origin: Origin
  /** How it was measured or derived, or the page that it is assumed from. */
  readonly source: string
}

/** From what is best known to what is least; told by shape, not by colour. */
const SIGNS: Readonly<Record<Origin, string>> = {
  measured: '●',
  derived: '◐',
  asked: '◆',
  default: '◇',
  assumed: '○'
}

const HEADS = ['Quantity', 'Value', 'Origin', 'Source']

/** As a table that stands open in the page. */
export function assumptionsTable(rows: readonly AssumptionsTableRow[]): string {
  const heads = HEADS.map(head => `<th scope="col">${head}</th>`).join('')
  const body = rows.map(
    ({ quantity, value, origin, source }) =>
      `<tr><th scope="row">${prose(quantity)}</th><td>${prose(value)}</td>` +
      `<td class="origin"><span aria-hidden="true">${SIGNS[origin]}</span>${origin}</td>` +
      `<td class="soft">${prose(source)}</td></tr>`
  )
  return [
    '<table class="sources stacked"><caption class="unseen">Origin of each number</caption>',
    `<thead><tr>${heads}</tr></thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody></table>`
  ].join('\n')
}

/** How many numbers were measured, in a sentence. */
export function assumptionsTableSummary(rows: readonly AssumptionsTableRow[]): string {
  const counts = (Object.keys(SIGNS) as Origin[])
    .map(origin => ({ origin, count: rows.filter(row => row.origin === origin).length }))
    .filter(({ count }) => count > 0)
    .map(({ origin, count }) => `${count} ${origin}`)
  return `Of ${rows.length} numbers behind this plan: ${counts.join(', ')}.`
}
