/**
 * A straight line through measured points, y = a + b x, with 95 % intervals of a, b and of the next point.
 *
 * Source: weighted least squares and Student's t. `absolute` errors are equally large everywhere, `relative`
 * ones grow with y: then 10 partitions weigh as much as 10 000. A point counts as y of one more measurement,
 * so the interval of a prediction is that of what would be measured, not of the line.
 */
import { invariant } from '../base/invariant.ts'
import { type Interval95, studentFactor } from './statistics.ts'

interface Point {
  readonly x: number
  readonly y: number
}

type ErrorScale = 'absolute' | 'relative'

export interface LineFit {
  readonly intercept: number
  readonly slope: number
  readonly interceptInterval: Interval95
  readonly slopeInterval: Interval95
  readonly points: readonly Point[]
  /** Measured less fitted, in the unit of y, in the order of the points. */
  readonly residuals: readonly number[]
  /** The greatest residual in size, over the fitted value there. */
  readonly worstShare: number
  readonly scale: Scale
}

/** What a prediction needs beside the line. */
interface Scale {
  readonly errors: ErrorScale
  /** Fitted values below this count as this large where errors are relative. */
  readonly floor: number
  /** Scatter around the line: in the unit of y, or as a share of it. */
  readonly deviation: number
  readonly degrees: number
  readonly weightSum: number
  readonly centre: number
  readonly squares: number
}

/** A fitted value and where one more measurement would lie in 95 of 100 cases. */
export interface Prediction {
  readonly value: number
  readonly interval95: Interval95
}

const REWEIGHTINGS = 4
/** What is smaller beside what it was computed from is the rounding of that, and no figure. */
const ROUNDING_SHARE = 1e-12
/** Relative errors have no meaning at 0: nothing counts as less than this share of the greatest value. */
const FLOOR_SHARE = 1e-4

interface Weighted {
  readonly intercept: number
  readonly slope: number
  readonly weightSum: number
  readonly centre: number
  readonly squares: number
}

/** The line through at least three points at two or more different x. */
export function fitLine(points: readonly Point[], errors: ErrorScale): LineFit {
  invariant(points.length >= 3, 'a line needs at least three points', { points: points.length })
  invariant(new Set(points.map(({ x }) => x)).size >= 2, 'a line needs points at different places')
  const greatest = Math.max(...points.map(({ y }) => Math.abs(y)))
  const floor = greatest === 0 ? 1 : greatest * FLOOR_SHARE
  const weightOf = (y: number): number => (errors === 'absolute' ? 1 : Math.max(Math.abs(y), floor) ** -2)
  let line = solve(
    points,
    points.map(({ y }) => weightOf(y))
  )
  // Weights from the fitted values: those from the measured ones would favour points that came out low.
  for (let round = 0; errors === 'relative' && round < REWEIGHTINGS; round++) {
    const { intercept, slope } = line
    line = solve(
      points,
      points.map(({ x }) => weightOf(intercept + slope * x))
    )
  }
  return describe(points, line, { errors, floor })
}

function solve(points: readonly Point[], weights: readonly number[]): Weighted {
  let weightSum = 0
  let xSum = 0
  let ySum = 0
  for (const [at, { x, y }] of points.entries()) {
    weightSum += weights[at]!
    xSum += weights[at]! * x
    ySum += weights[at]! * y
  }
  const centre = xSum / weightSum
  const height = ySum / weightSum
  let squares = 0
  let products = 0
  for (const [at, { x, y }] of points.entries()) {
    squares += weights[at]! * (x - centre) ** 2
    products += weights[at]! * (x - centre) * (y - height)
  }
  const slope = settled(products / squares, Math.abs(height) / Math.sqrt(squares / weightSum))
  const intercept = settled(height - slope * centre, Math.abs(height))
  return { slope, intercept, weightSum, centre, squares }
}

/** The value, or 0 where it is only what rounding left of something as large as `scale`. */
function settled(value: number, scale: number): number {
  return Math.abs(value) <= ROUNDING_SHARE * scale ? 0 : value
}

function describe(
  points: readonly Point[],
  line: Weighted,
  { errors, floor }: { errors: ErrorScale; floor: number }
): LineFit {
  const { intercept, slope, weightSum, centre, squares } = line
  const degrees = points.length - 2
  const residuals = points.map(({ x, y }) => y - intercept - slope * x)
  let sum = 0
  let worstShare = 0
  for (const [at, { x }] of points.entries()) {
    const size = Math.max(Math.abs(intercept + slope * x), floor)
    const residual = residuals[at]!
    sum += (errors === 'absolute' ? residual : residual / size) ** 2
    worstShare = Math.max(worstShare, Math.abs(residual) / size)
  }
  const greatest = errors === 'absolute' ? Math.max(...points.map(({ y }) => Math.abs(y))) : 1
  const deviation = settled(Math.sqrt(sum / degrees), greatest)
  const factor = studentFactor(degrees) * deviation
  const interceptHalf = factor * Math.sqrt(1 / weightSum + centre ** 2 / squares)
  const slopeHalf = factor / Math.sqrt(squares)
  return {
    intercept,
    slope,
    interceptInterval: [intercept - interceptHalf, intercept + interceptHalf],
    slopeInterval: [slope - slopeHalf, slope + slopeHalf],
    points,
    residuals,
    worstShare,
    scale: { errors, floor, deviation, degrees, weightSum, centre, squares }
  }
}

/** What one more measurement at `x` would give. */
export function predict({ intercept, slope, scale }: LineFit, x: number): Prediction {
  const value = intercept + slope * x
  const own = scale.errors === 'absolute' ? 1 : Math.max(Math.abs(value), scale.floor) ** 2
  const variance = own + 1 / scale.weightSum + (x - scale.centre) ** 2 / scale.squares
  const half = studentFactor(scale.degrees) * scale.deviation * Math.sqrt(variance)
  return { value, interval95: [value - half, value + half] }
}
