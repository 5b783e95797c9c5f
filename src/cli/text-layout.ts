/**
 * How results are laid out on a terminal: headings with text behind them, and tables.
 */
import { keepFiguresWhole } from '../index.ts'

const WIDTH = 100
/** Column where the text behind a heading begins. */
export const INDENT = 13
/** Between two columns of a table. */
const GAP = 3

/** A heading and a command, which is not wrapped: it is there to be copied. */
export function commandLine(heading: string, command: string): string {
  return heading.padEnd(INDENT) + command
}

/** A heading and its lines, wrapped; nothing if there are none. */
export function section(heading: string, lines: readonly string[]): string[] {
  const wrapped = lines.flatMap(line => wrap(line, WIDTH - INDENT))
  return wrapped.map((line, index) => (index === 0 ? heading : '').padEnd(INDENT) + line)
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of keepFiguresWhole(line).split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = `  ${word}`
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current].map(text => text.replaceAll(/[\u00a0\u202f]/g, ' '))
}

/** Rows of cells as lines; every column but the first is as wide as its longest cell. */
export function tableLines(rows: readonly (readonly string[])[], firstWidth: number): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, column) => {
    const longest = Math.max(...rows.map(row => row[column]?.length ?? 0))
    return column === 0 ? Math.max(firstWidth, longest + GAP) : longest + GAP
  })
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('')
      .trimEnd()
  )
}
