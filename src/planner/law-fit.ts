/**
 * A scaling law of one family fitted to throughputs at several partition counts.
 *
 * Least squares in log X, as noise multiplies. Lambda is solved for outright (the mean of what is left), so
 * at most two parameters are searched: from the best of a fixed grid by Levenberg-Marquardt within bounds.
 * The same points always give the same law; a fit takes some ten microseconds, as resampling asks for
 * thousands.
 * Source: Moré, The Levenberg-Marquardt Algorithm (damping scaled by the diagonal).
 */
import { invariant } from '../base/invariant.ts'
import type { LawFamily, ScalingLaw } from './scaling-law.ts'

/** Partition counts, and the logarithm of the throughput at each. */
export interface LogPoints {
  readonly partitions: readonly number[]
  readonly logs: readonly number[]
}

/**
 * The two searched parameters: sigma and kappa, or for `cap` the logarithm of ceiling / lambda and 0.
 */
interface Shape {
  readonly first: number
  readonly second: number
}

interface Bounds {
  readonly low: number
  readonly high: number
}

const SIGMA_STARTS = [0, 0.01, 0.05, 0.2, 0.6]
const KAPPA_STARTS = [0, 0.0001, 0.001, 0.01, 0.1]
const CEILING_STARTS = [0.5, 1.5, 3, 6, 12, 25, 50, 100, 400]
/** A sum of squares below this is an exact fit. */
const ERROR_MIN = 1e-18
const SHARE: Bounds = { low: 0, high: 1 }
const UNUSED: Bounds = { low: 0, high: 0 }
const STEPS_MAX = 60
const DAMPING_START = 1e-3
const DAMPING_MAX = 1e6
/** A step that gains less than this share of the error ends the search. */
const GAIN_MIN = 1e-6

function startsOf(family: LawFamily): Shape[] {
  if (family === 'linear') return [{ first: 0, second: 0 }]
  if (family === 'cap') return CEILING_STARTS.map(ceiling => ({ first: Math.log(ceiling), second: 0 }))
  const seconds = family === 'usl' ? KAPPA_STARTS : [0]
  return SIGMA_STARTS.flatMap(first => seconds.map(second => ({ first, second })))
}

const STARTS: Readonly<Record<LawFamily, readonly Shape[]>> = {
  linear: startsOf('linear'),
  amdahl: startsOf('amdahl'),
  usl: startsOf('usl'),
  cap: startsOf('cap')
}

function clamp(value: number, bounds: Bounds): number {
  return Math.min(bounds.high, Math.max(bounds.low, value))
}

/** One search; holds the residuals and slopes of the last shape looked at. */
class Search {
  readonly #family: LawFamily
  readonly #points: LogPoints
  readonly #firstBounds: Bounds
  readonly #secondBounds: Bounds
  /** log X - log shape for each point, then less their mean. */
  readonly #residuals: Float64Array
  readonly #firstSlopes: Float64Array
  readonly #secondSlopes: Float64Array
  #logLambda = 0

  constructor(family: LawFamily, points: LogPoints) {
    const count = points.partitions.length
    this.#family = family
    this.#points = points
    // A ceiling below a quarter of lambda is flat everywhere, and one eight times above the line at the last
    // point is felt nowhere: beyond these the points cannot tell.
    const last = Math.max(...points.partitions)
    const ceiling = { low: Math.log(0.25), high: Math.log(8 * last) }
    this.#firstBounds = family === 'cap' ? ceiling : family === 'linear' ? UNUSED : SHARE
    this.#secondBounds = family === 'usl' ? SHARE : UNUSED
    this.#residuals = new Float64Array(count)
    this.#firstSlopes = new Float64Array(count)
    this.#secondSlopes = new Float64Array(count)
  }

  run(start: Shape | null): ScalingLaw {
    let shape = this.#within(start ?? this.#bestStart())
    let error = this.#errorAt(shape)
    let damping = DAMPING_START
    for (let step = 0; step < STEPS_MAX && damping < DAMPING_MAX; step++) {
      const next = this.#step(shape, damping)
      if (next.first === shape.first && next.second === shape.second) break
      const gain = error - this.#errorAt(next)
      if (gain > 0) {
        shape = next
        error -= gain
        damping /= 10
        if (gain <= GAIN_MIN * error || error < ERROR_MIN) break
      } else {
        damping *= 10
        this.#errorAt(shape)
      }
    }
    this.#errorAt(shape)
    return this.#lawOf(shape)
  }

  #bestStart(): Shape {
    let best: Shape | undefined
    let least = Number.POSITIVE_INFINITY
    for (const start of STARTS[this.#family]) {
      const error = this.#errorAt(this.#within(start))
      if (error < least) {
        best = start
        least = error
      }
    }
    invariant(best !== undefined, 'a start has a finite error')
    return best
  }

  #within(shape: Shape): Shape {
    return { first: clamp(shape.first, this.#firstBounds), second: clamp(shape.second, this.#secondBounds) }
  }

  /** Sum of squares at `shape`; leaves residuals, slopes and lambda behind. */
  #errorAt(shape: Shape): number {
    const { partitions, logs } = this.#points
    const count = partitions.length
    let sum = 0
    let firstSum = 0
    let secondSum = 0
    for (let i = 0; i < count; i++) {
      const n = partitions[i]!
      let logShape: number
      if (this.#family === 'cap') {
        const over = (n / Math.exp(shape.first)) ** 4
        logShape = Math.log(n) - Math.log1p(over) / 4
        this.#firstSlopes[i] = over / (1 + over)
      } else {
        const divisor = 1 + shape.first * (n - 1) + shape.second * n * (n - 1)
        logShape = Math.log(n / divisor)
        this.#firstSlopes[i] = (1 - n) / divisor
        this.#secondSlopes[i] = (n * (1 - n)) / divisor
      }
      this.#residuals[i] = logs[i]! - logShape
      sum += this.#residuals[i]!
      firstSum += this.#firstSlopes[i]!
      secondSum += this.#secondSlopes[i]!
    }
    this.#logLambda = sum / count
    let error = 0
    for (let i = 0; i < count; i++) {
      this.#residuals[i]! -= this.#logLambda
      this.#firstSlopes[i]! -= firstSum / count
      this.#secondSlopes[i]! -= secondSum / count
      error += this.#residuals[i]! ** 2
    }
    return error
  }

  /**
   * The next shape, from the residuals and slopes that `shape` left. A parameter whose step would leave its
   * bounds stops there, and the other moves as if that were given.
   */
  #step(shape: Shape, damping: number): Shape {
    const residuals = this.#residuals
    const firstSlopes = this.#firstSlopes
    const secondSlopes = this.#secondSlopes
    const grown = 1 + damping
    let firstFirst = 0
    let cross = 0
    let secondSecond = 0
    let firstPull = 0
    let secondPull = 0
    for (let i = 0; i < residuals.length; i++) {
      const first = firstSlopes[i]!
      const second = secondSlopes[i]!
      firstFirst += first * first * grown
      cross += first * second
      secondSecond += second * second * grown
      firstPull += first * residuals[i]!
      secondPull += second * residuals[i]!
    }
    const determinant = firstFirst * secondSecond - cross * cross
    const second =
      determinant > 0
        ? (secondPull * firstFirst - firstPull * cross) / determinant
        : secondPull / (secondSecond || 1)
    const newSecond = clamp(shape.second + second, this.#secondBounds)
    const first = (firstPull - cross * (newSecond - shape.second)) / (firstFirst || 1)
    const newFirst = clamp(shape.first + first, this.#firstBounds)
    if (newFirst === shape.first + first) return { first: newFirst, second: newSecond }
    const rest = (secondPull - cross * (newFirst - shape.first)) / (secondSecond || 1)
    return { first: newFirst, second: clamp(shape.second + rest, this.#secondBounds) }
  }

  #lawOf(shape: Shape): ScalingLaw {
    const lambda = Math.exp(this.#logLambda)
    return this.#family === 'cap'
      ? { family: this.#family, lambda, sigma: 0, kappa: 0, ceiling: lambda * Math.exp(shape.first) }
      : { family: this.#family, lambda, sigma: shape.first, kappa: shape.second, ceiling: Infinity }
  }
}

function shapeOf(law: ScalingLaw): Shape {
  return law.family === 'cap'
    ? { first: Math.log(law.ceiling / law.lambda), second: 0 }
    : { first: law.sigma, second: law.kappa }
}

/** The law of `family` nearest to the points; `start`, a law of it, spares the grid. */
export function fitFamily(family: LawFamily, points: LogPoints, start: ScalingLaw | null = null): ScalingLaw {
  invariant(points.partitions.length > 0, 'a law is fitted to at least one point')
  return new Search(family, points).run(start === null ? null : shapeOf(start))
}
