/**
 * Cells of a grid, each with its value as text and a shade for the eye: little is pale, much is strong, on a
 * dark page the other way about.
 */
import { textWidth } from '../svg.ts'
import { MAP_STEPS, MAP_TURN } from './chart-style.ts'
import { box, type Drawing, type Frame, hinted, words } from './drawing.ts'

interface HeatCell {
  /** Null where there is nothing: the cell stays empty. */
  readonly value: number | null
  readonly text: string
  /** Where there is no room for it. */
  readonly short: string
  readonly hint: string
  /** Framed, together with all between it and the next one of its row. */
  readonly isBest: boolean
}

interface HeatMapSpec {
  readonly columns: readonly string[]
  readonly columnName: string
  readonly rows: readonly { readonly name: string; readonly cells: readonly HeatCell[] }[]
  readonly rowName: string
}

const GAP = 3
const HEAD = 46
/** Values this far apart are shaded by their logarithm. */
const WIDE_FACTOR = 5
const STEP_COUNT = MAP_STEPS.light.length

/** Step of a value between the least and the greatest. */
function stepOf(value: number, least: number, greatest: number): number {
  if (greatest <= least) return 0
  const isWide = least > 0 && greatest > WIDE_FACTOR * least
  const share = isWide
    ? Math.log(value / least) / Math.log(greatest / least)
    : (value - least) / (greatest - least)
  return Math.min(STEP_COUNT - 1, Math.floor(share * STEP_COUNT))
}

export function drawHeatMap({ columns, columnName, rows, rowName }: HeatMapSpec, frame: Frame): Drawing {
  const left = Math.ceil(Math.max(textWidth(rowName, true), ...rows.map(({ name }) => textWidth(name))) + 10)
  const width = (frame.width - left) / Math.max(1, columns.length)
  const height = frame.isNarrow ? 36 : 40
  const values = rows.flatMap(row => row.cells).flatMap(({ value }) => (value === null ? [] : [value]))
  const least = Math.min(...values)
  const greatest = Math.max(...values)
  const heads = columns.map((name, index) =>
    words([left + (index + 0.5) * width - GAP / 2, HEAD - 8], name, 'middle', 'soft')
  )
  const framed: string[] = []
  const drawn = rows.map(({ name, cells }, row) => {
    const y = HEAD + row * height
    const boxes = cells.map((cell, column) => {
      if (cell.value === null) return ''
      const x = left + column * width
      const step = stepOf(cell.value, least, greatest)
      const size = [width - GAP, height - GAP] as const
      const text = words(
        [x + (width - GAP) / 2, y + (height - GAP) / 2 + 4.5],
        textWidth(cell.text) <= width - GAP - 4 ? cell.text : cell.short,
        'middle',
        step >= MAP_TURN ? 'turned' : ''
      )
      return hinted(box(x, y, size, `map-${step}`) + text, cell.hint)
    })
    const first = cells.findIndex(({ isBest }) => isBest)
    const count = cells.findLastIndex(({ isBest }) => isBest) - first + 1
    if (first >= 0) {
      const size = [count * width - GAP + 2, height - GAP + 2] as const
      framed.push(box(left + first * width - 1, y - 1, size, 'best'))
    }
    return words([left - 10, y + height / 2 + 3], name, 'end', 'soft') + boxes.join('')
  })
  const names =
    words([left, 15], columnName, 'start', 'strong') + words([left - 10, HEAD - 8], rowName, 'end', 'strong')
  return {
    height: HEAD + rows.length * height + 4,
    content: [names, ...heads, ...drawn, ...framed].join('')
  }
}
