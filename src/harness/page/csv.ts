/**
 * Tables as CSV after RFC 4180: one head line, CRLF, fields quoted where they need it, numbers unrounded with
 * their raw unit in the head. Nothing is changed so that a spreadsheet takes it for text: the file is
 * the data.
 */
import type { Cell, DataTable } from './data-table.ts'
import type { Quantity } from './quantity.ts'

const RAW_UNITS: Readonly<Record<Quantity, string>> = {
  bytes: 'B',
  'bytes-per-second': 'B/s',
  count: '',
  milliseconds: 'ms',
  'records-per-second': 'records/s',
  share: '0 to 1'
}

function field(cell: Cell): string {
  if (cell === null) return ''
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The whole file. */
export function csvOf({ columns, rows }: DataTable): string {
  const heads = columns.map(({ heading, quantity }) => {
    const unit = quantity === undefined ? '' : RAW_UNITS[quantity]
    return unit === '' ? heading : `${heading} (${unit})`
  })
  const lines = rows.map(row => columns.map((_, index) => row[index] ?? null))
  return [heads, ...lines].map(line => `${line.map(field).join(',')}\r\n`).join('')
}
