/**
 * What growing costs: the share of keys that change their partition from N to N'.
 */
import { type Figure, makeFigure } from './figure.ts'
import { drawHeatMap } from './heat-map.ts'
import { countText, quantityText } from './quantity.ts'

export interface GrowthFigureInput {
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Share of keys that move, by row `from` and column `to`; null where a topic cannot go. */
  readonly moved: readonly (readonly (number | null)[])[]
  readonly recommended: number
}

const share = (value: number): string => quantityText('share', value)

export function growthFigure(input: GrowthFigureInput): Figure {
  const { from, moved } = input
  const columns = input.to
    .map((target, column) => ({ target, column }))
    .filter(({ column }) => moved.some(row => (row[column] ?? null) !== null))
  const to = columns.map(({ target }) => target)
  const rows = from
    .map((count, row) => ({
      count,
      cells: columns.map(({ target, column }) => ({ target, value: moved[row]?.[column] ?? null }))
    }))
    .filter(({ cells }) => cells.some(({ value }) => value !== null))
  return makeFigure({
    name: 'growth',
    title: 'Keys that move when partitions are added',
    result: resultOf(input),
    note: 'A key that moves leaves its order behind: its older records stay. Framed: from the plan.',
    draw: frame =>
      drawHeatMap(
        {
          columns: to.map(countText),
          columnName: 'to partitions',
          rowName: 'from',
          rows: rows.map(({ count, cells }) => ({
            name: countText(count),
            cells: cells.map(({ target, value }) => ({
              value,
              text: value === null ? '' : share(value),
              short: value === null ? '' : countText(Math.round(value * 100)),
              hint: `${countText(count)} to ${countText(target)}: ${value === null ? '' : share(value)} move`,
              isBest: value !== null && count === input.recommended
            }))
          }))
        },
        frame
      ),
    table: {
      title: 'Share of keys that move',
      columns: [
        { heading: 'From partitions' },
        { heading: 'To partitions' },
        { heading: 'Move', quantity: 'share' },
        { heading: 'Stay', quantity: 'share' }
      ],
      rows: rows.flatMap(({ count, cells }) =>
        cells.flatMap(({ target, value }) => (value === null ? [] : [[count, target, value, 1 - value]]))
      )
    }
  })
}

/** Of the recommended count: where fewest keys move, and where most do. */
function resultOf({ from, to, moved, recommended }: GrowthFigureInput): string {
  const row = moved[from.indexOf(recommended)] ?? []
  const ways = to.flatMap((target, column) => {
    const value = row[column] ?? null
    return value === null || target === recommended ? [] : [{ target, value }]
  })
  const sorted = [...ways].sort((one, other) => one.value - other.value || one.target - other.target)
  const [best] = sorted
  const worst = sorted.at(-1)
  if (best === undefined || worst === undefined) return 'Adding partitions moves keys to others.'
  const start =
    `Growing from ${countText(recommended)} to ${countText(best.target)} partitions moves ` +
    `${share(best.value)} of the keys`
  if (best === worst) return `${start}.`
  return `${start}, to ${countText(worst.target)} it moves ${share(worst.value)}: grow by whole multiples.`
}
