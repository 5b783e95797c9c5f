/**
 * The constants of the batch model from measured settings: what a request costs, and how much longer than it
 * says a linger lasts.
 *
 * Source: least squares on relative errors, without negative costs; the few subsets of three costs are all
 * tried.
 */
import { invariant } from '../base/invariant.ts'
import type { ServiceCost } from './batch-model.ts'
import { median } from './statistics.ts'

/** One setting, measured at a given rate. */
export interface MeasuredBatching {
  readonly lingerMs: number
  /** Records per second of one producer. */
  readonly recordsPerSecond: number
  /** Most records that fit into a batch. */
  readonly recordsPerBatchMax: number
  readonly recordsPerBatch: number
  readonly batchesPerRequest: number
  /** Mean time of a request. */
  readonly requestMs: number
  /** Mean time between two bursts of the load: a program that sends at its timers does so in bursts. */
  readonly burstMs: number
}

type Row = readonly [one: number, batches: number, records: number]

/** Which of the three costs may be above zero, as bits. */
const SUBSETS = [7, 3, 5, 6, 1, 2, 4]

/** The costs that explain the requests best, none of them negative. */
export function fitServiceCost(settings: readonly MeasuredBatching[]): ServiceCost {
  invariant(settings.length > 0, 'costs are fitted to measured settings')
  const rows = settings.map(({ batchesPerRequest, recordsPerBatch, requestMs }): Row => {
    const weight = 1 / Math.max(requestMs, Number.MIN_VALUE)
    return [weight, batchesPerRequest * weight, batchesPerRequest * recordsPerBatch * weight]
  })
  let best: readonly number[] = [0, 0, 0]
  let least = Number.POSITIVE_INFINITY
  for (const subset of SUBSETS) {
    const costs = solve(rows, subset)
    if (costs === null || costs.some(cost => cost < 0)) continue
    const error = rows.reduce((sum, row) => sum + (dot(row, costs) - 1) ** 2, 0)
    if (error < least) {
      best = costs
      least = error
    }
  }
  const [c0Ms = 0, c1MsPerBatch = 0, c2MsPerRecord = 0] = best
  return { c0Ms, c1MsPerBatch, c2MsPerRecord }
}

function dot(row: Row, costs: readonly number[]): number {
  return row.reduce((sum, value, index) => sum + value * (costs[index] ?? 0), 0)
}

/** Costs of the subset for which rows come closest to 1; null where the rows cannot tell them apart. */
function solve(rows: readonly Row[], subset: number): number[] | null {
  const used = [0, 1, 2].filter(index => (subset & (1 << index)) !== 0)
  const matrix = used.map(row => [
    ...used.map(column => rows.reduce((sum, values) => sum + values[row]! * values[column]!, 0)),
    rows.reduce((sum, values) => sum + values[row]!, 0)
  ])
  const found = eliminate(matrix)
  if (found === null) return null
  const costs = [0, 0, 0]
  for (const [at, index] of used.entries()) costs[index] = found[at] ?? 0
  return costs
}

const PIVOT_MIN = 1e-9

/** Gauss with the largest pivot, on rows with their right side at the end. */
function eliminate(matrix: number[][]): number[] | null {
  const size = matrix.length
  for (let column = 0; column < size; column++) {
    const rest = matrix.slice(column).map(row => Math.abs(row[column]!))
    const pivot = column + rest.indexOf(Math.max(...rest))
    const scale = Math.max(...matrix.flatMap(row => row.slice(0, size).map(Math.abs)))
    if (Math.max(...rest) <= PIVOT_MIN * scale) return null
    ;[matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!]
    for (let row = 0; row < size; row++) {
      if (row === column) continue
      const factor = matrix[row]![column]! / matrix[column]![column]!
      for (let at = column; at <= size; at++) matrix[row]![at]! -= factor * matrix[column]![at]!
    }
  }
  return matrix.map((row, index) => row[size]! / row[index]!)
}

/** Fuller batches may have been ended by their size. */
const FULL_SHARE = 0.8
/** Node's timers fire on whole milliseconds; taken where no setting tells. */
const USUAL_LATENESS_MS = 1

/**
 * Milliseconds that a linger above 0 lasts longer than it says: its timer fires in the turn of a burst, and
 * is late by what the settings tell that neither a full batch nor a slow answer ended.
 */
export function lingerLatenessMs(settings: readonly MeasuredBatching[]): number {
  const found: number[] = []
  for (const setting of settings) {
    const { lingerMs, recordsPerSecond, recordsPerBatch, batchesPerRequest, burstMs } = setting
    const isEndedByTimer =
      lingerMs > 0 &&
      recordsPerBatch <= FULL_SHARE * setting.recordsPerBatchMax &&
      setting.requestMs <= lingerMs
    if (!isEndedByTimer) continue
    const periodMs = (recordsPerBatch * batchesPerRequest * 1000) / recordsPerSecond
    // The turn that ended it is the one after the last burst, or the arrival of the next record.
    const cycleMs = burstMs * recordsPerSecond > 1000 ? periodMs : periodMs - 1000 / recordsPerSecond
    found.push(Math.max(0, cycleMs - lingerMs))
  }
  return found.length === 0 ? USUAL_LATENESS_MS : median(found)
}
