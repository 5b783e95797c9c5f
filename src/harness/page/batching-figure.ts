/**
 * batch.size against linger.ms: one number of each measured setting, the best one framed.
 */
import { type Figure, makeFigure } from './figure.ts'
import { drawHeatMap } from './heat-map.ts'
import { countText, type Quantity, quantityText, unitOf } from './quantity.ts'

interface BatchingCell {
  readonly batchBytes: number
  readonly lingerMs: number
  readonly value: number
}

export interface BatchingFigureInput {
  /** Of its files; `batching` if it is the only one of its page. */
  readonly name?: string
  /** In any order; settings that were not measured stay empty. */
  readonly cells: readonly BatchingCell[]
  /** What the value is: `p99 latency`. */
  readonly measure: string
  readonly quantity: Quantity
  readonly best: 'greatest' | 'least'
}

export function batchingFigure(input: BatchingFigureInput): Figure {
  const { name = 'batching', cells, measure, quantity, best } = input
  const sizes = sortedOf(cells.map(({ batchBytes }) => batchBytes))
  const lingers = sortedOf(cells.map(({ lingerMs }) => lingerMs))
  const sign = best === 'greatest' ? 1 : -1
  const [good, poor] = best === 'greatest' ? ['highest', 'lowest'] : ['lowest', 'highest']
  const sorted = [...cells].sort((one, other) => sign * (other.value - one.value))
  const winner = sorted[0]
  const loser = sorted.at(-1)
  const unit = unitOf(quantity, sorted[Math.floor(sorted.length / 2)]?.value ?? 1)
  const show = (value: number): string => quantityText(quantity, value)
  const result =
    winner === undefined || loser === undefined
      ? 'No setting was measured.'
      : `The ${good} ${measure}, ${show(winner.value)}, comes with batch.size ${winner.batchBytes} and ` +
        `linger.ms ${winner.lingerMs}; the ${poor} is ${show(loser.value)}.`
  return makeFigure({
    name,
    title: `${measure} by batch.size and linger.ms`,
    result,
    note: `Each cell is a setting; the framed one has the ${good} ${measure}.`,
    draw: frame =>
      drawHeatMap(
        {
          columns: lingers.map(String),
          columnName: unit.name === '' ? 'linger.ms' : `linger.ms; cells in ${unit.name}`,
          rowName: 'batch.size',
          rows: sizes.map(size => ({
            name: kibibytes(size),
            cells: lingers.map(linger => {
              const cell = cells.find(
                ({ batchBytes, lingerMs }) => batchBytes === size && lingerMs === linger
              )
              const text = cell === undefined ? '' : countText(cell.value / unit.factor)
              const short = cell === undefined ? '' : shortText(cell.value / unit.factor)
              const value = cell === undefined ? '' : show(cell.value)
              const hint = `batch.size ${size}, linger.ms ${linger}: ${value}`
              const isBest = cell !== undefined && cell === winner
              return { value: cell?.value ?? null, text, short, hint, isBest }
            })
          }))
        },
        frame
      ),
    table: {
      title: `${measure} by batch.size and linger.ms`,
      columns: [
        { heading: 'batch.size', quantity: 'bytes' },
        { heading: 'linger.ms' },
        { heading: measure, quantity }
      ],
      rows: cells.map(({ batchBytes, lingerMs, value }) => [batchBytes, lingerMs, value])
    }
  })
}

function sortedOf(values: readonly number[]): number[] {
  return [...new Set(values)].sort((one, other) => one - other)
}

/** Thousands where a count has many of them: `148k`. */
function shortText(value: number): string {
  return value < 10_000 ? countText(value) : `${countText(Math.round(value / 1000))}k`
}

/** Kafka's sizes of batches are powers of two. */
function kibibytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}\u00a0KiB` : `${bytes}\u00a0B`
}
