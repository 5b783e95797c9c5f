/**
 * What partitions cost on the machine that measured it: a + b N for memory, handles, threads, start, files
 * and slots, each with its interval.
 *
 * Errors are taken as relative, so the cost of the first partitions is known as well as that of the ten
 * thousandth. That a line is the right shape is not believed: `worstShare` tells how far off a point is.
 */
import { type Ceiling, ceilingBy } from './admissible-count.ts'
import { fitLine, type LineFit, type Prediction, predict } from './line-fit.ts'
import { type Interval95, mean } from './statistics.ts'
import { formatBytes, formatCount, formatDuration, formatShare } from './units.ts'

/** What was measured with `partitions` in use; a quantity that was not measured is left out. */
export interface CostPoint {
  readonly partitions: number
  readonly memoryBytes?: number
  /** Open file handles of the process. */
  readonly handles?: number
  readonly threads?: number
  /** From the first request until every partition serves. */
  readonly startMs?: number
  /** Files on disk. */
  readonly files?: number
  /** Slots of shared memory. */
  readonly slots?: number
}

type CostQuantity = Exclude<keyof CostPoint, 'partitions'>

export interface CostFit {
  readonly quantity: CostQuantity
  /** `memory`, `open handles`. */
  readonly name: string
  readonly unit: string
  /** `intercept` is what no partition costs, `slope` what one more costs. */
  readonly line: LineFit
  /** One sentence: the line, its interval, and whether the points lie on it. */
  readonly sentence: string
}

interface QuantityText extends Pick<CostFit, 'quantity' | 'name' | 'unit'> {
  readonly format: (value: number) => string
  /** A limit, formatted, as the thing that sets an end. */
  readonly limit: (text: string) => string
}

const counted = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100
    ? formatCount(value)
    : String(Number(value.toPrecision(3)))

const QUANTITIES: readonly QuantityText[] = [
  {
    quantity: 'memoryBytes',
    name: 'memory',
    unit: 'B',
    format: formatBytes,
    limit: text => `${text} of memory`
  },
  {
    quantity: 'handles',
    name: 'open handles',
    unit: 'handles',
    format: counted,
    limit: text => `${text} open handles`
  },
  {
    quantity: 'threads',
    name: 'threads',
    unit: 'threads',
    format: counted,
    limit: text => `${text} threads`
  },
  {
    quantity: 'startMs',
    name: 'start',
    unit: 'ms',
    format: formatDuration,
    limit: text => `a start of ${text}`
  },
  { quantity: 'files', name: 'files', unit: 'files', format: counted, limit: text => `${text} files` },
  { quantity: 'slots', name: 'slots', unit: 'slots', format: counted, limit: text => `${text} slots` }
]

/** Beyond this a point is not on the line, whatever its scatter. */
const CURVED_SHARE = 0.2

function textOf(quantity: CostQuantity): QuantityText {
  return QUANTITIES.find(known => known.quantity === quantity) as QuantityText
}

function sentenceOf({ name, format }: QuantityText, line: LineFit): string {
  // The last digits of a fraction are no figure.
  const clean = (value: number): string => format(Number(value.toPrecision(6)))
  const { intercept, interceptInterval, slope, slopeInterval } = line
  const range = `95 %: ${clean(slopeInterval[0])} to ${clean(slopeInterval[1])}`
  const apart = `off by ${formatShare(line.worstShare)} at most`
  const shape = line.worstShare > CURVED_SHARE ? `${apart}: it is no straight line` : apart
  if (isNoise(slopeInterval)) {
    const about = clean(mean(line.points.map(({ y }) => y)))
    const unknown = `what one more partition takes is not distinguishable from 0 (${range})`
    return `${name}: about ${about}; ${unknown}; ${shape}.`
  }
  const each = `${clean(slope)} a partition (${range})`
  if (isNoise(interceptInterval))
    return `${name}: ${each} and a fixed part not distinguishable from 0; ${shape}.`
  // Less than nothing is the sign of a line that bends; a fixed cost it is not.
  if (intercept < 0) return `${name}: ${each}, less ${clean(-intercept)} in all; ${shape}.`
  return `${name}: ${clean(intercept)} and ${each}; ${shape}.`
}

/** Whether 0 lies inside of an interval: then not even the sign of the figure is known. */
export function isNoise([low, high]: Interval95): boolean {
  return low < 0 && high > 0
}

/** A line for each quantity that was measured at three or more points and two or more counts. */
export function fitCosts(points: readonly CostPoint[]): CostFit[] {
  return QUANTITIES.flatMap(text => {
    const measured = points.flatMap(point => {
      const y = point[text.quantity]
      return y === undefined ? [] : [{ x: point.partitions, y }]
    })
    if (measured.length < 3 || new Set(measured.map(({ x }) => x)).size < 2) return []
    const line = fitLine(measured, 'relative')
    const { quantity, name, unit } = text
    return [{ quantity, name, unit, line, sentence: sentenceOf(text, line) }]
  })
}

/** What `partitions` would cost, never below 0. */
export function costAt({ line }: CostFit, partitions: number): Prediction {
  const { value, interval95 } = predict(line, partitions)
  return { value: Math.max(0, value), interval95: [Math.max(0, interval95[0]), Math.max(0, interval95[1])] }
}

/** What the machine has of each quantity; what is left out limits nothing. */
type CostLimits = { readonly [quantity in CostQuantity]?: number }

/** The most partitions whose cost stays within each limit, also at the high end of the interval. */
export function costCeilings(fits: readonly CostFit[], limits: CostLimits): Ceiling[] {
  return fits.flatMap(fit => {
    const limit = limits[fit.quantity]
    if (limit === undefined) return []
    const text = textOf(fit.quantity)
    return ceilingBy(text.limit(text.format(limit)), count => costAt(fit, count).interval95[1] <= limit)
  })
}
