/**
 * Which scaling law the measured points speak for, judged by how well each family predicts a point left out.
 *
 * The point with the most partitions is never left out: without it a law is asked to extrapolate, which none
 * may do. Families that do about as well as one another all keep a weight, and a prediction heeds them all.
 * Source: pseudo-Bayesian model averaging with leave-one-out errors (Yao and others, Using stacking to
 * average Bayesian predictive distributions); the weights are blunted, as four points are few.
 */
import { invariant } from '../base/invariant.ts'
import { fitFamily, type LogPoints } from './law-fit.ts'
import { type LawFamily, lawThroughput, type ScalingLaw } from './scaling-law.ts'
import { mean, median } from './statistics.ts'

/** Runs at one partition count, total bytes per second of each; the point is their median. */
export interface LawPoint {
  readonly partitions: number
  readonly runs: readonly number[]
}

interface FamilyFit {
  /** Fitted to all points. */
  readonly law: ScalingLaw
  /** Root mean square of log(predicted / measured) of the points left out: 0.04 is about 4 %. */
  readonly looError: number
  /**
   * How far points lie off the law beyond what their runs explain, standard deviation in logarithms: what
   * a count that was not measured may lie off too. 0 where the scatter of the runs explains it all.
   */
  readonly formError: number
  /** Share of the evidence, 0 to 1; all families together 1. */
  readonly weight: number
}

/** How single runs scatter round their point, in logarithms, taken over all points. */
interface RunScatter {
  /** Standard deviation: 0.05 is about 5 %. */
  readonly deviation: number
  /** Runs less points. */
  readonly degrees: number
}

export interface LawChoice {
  readonly kind: 'chosen'
  /** By partition count. */
  readonly points: readonly LawPoint[]
  readonly chosen: FamilyFit
  /** All families that were tried, the least error first. */
  readonly families: readonly FamilyFit[]
  readonly scatter: RunScatter
}

export interface LawUnidentified {
  readonly kind: 'unidentified'
  /** One sentence. */
  readonly reason: string
}

/** Searched parameters with lambda; a family with more than the others also has the wider interval. */
const PARAMETERS: Readonly<Record<LawFamily, number>> = { linear: 1, amdahl: 2, cap: 2, usl: 3 }
const FAMILIES: readonly LawFamily[] = ['linear', 'amdahl', 'cap', 'usl']
const POINTS_MIN = 3
/** Errors this near to the least are a tie: the family with the wider interval is chosen. */
const TIE_FACTOR = 1.25
/** Four times the variance of a point: what a law fitted to so few others errs by at a point left out. */
const BLUNTING = 4
/** No real system follows a formula more closely than this, however well its runs repeat. */
const FORM_ERROR = 0.02
/** A parameter that changes the throughput by a smaller share than this is none. */
const FELT = 0.005
/** Below this share of the evidence a family is called rejected. */
const REJECTED_BELOW = 0.05

/** Variance of the median of `runs` normal values of variance 1: exact for one and for many, else to 3 %. */
export function medianVariance(runs: number): number {
  return Math.PI / (2 * runs + Math.PI - 2)
}

/** Points as the fit takes them: medians in logarithms. */
export function logPoints(points: readonly LawPoint[]): LogPoints {
  return {
    partitions: points.map(point => point.partitions),
    logs: points.map(point => Math.log(median(point.runs)))
  }
}

/** log(run / geometric mean of its point) for each run. */
export function logResiduals(point: LawPoint): number[] {
  const logs = point.runs.map(Math.log)
  const centre = mean(logs)
  return logs.map(log => log - centre)
}

function scatterOf(points: readonly LawPoint[]): RunScatter {
  const residuals = points.flatMap(logResiduals)
  const degrees = residuals.length - points.length
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  return { deviation: degrees > 0 ? Math.sqrt(squares / degrees) : 0, degrees }
}

function without<T>(values: readonly T[], left: number): T[] {
  return values.filter((_, index) => index !== left)
}

function leaveOneOutError(family: LawFamily, points: LogPoints): number {
  let squares = 0
  const count = points.partitions.length - 1
  for (let left = 0; left < count; left++) {
    const rest = { partitions: without(points.partitions, left), logs: without(points.logs, left) }
    const predicted = lawThroughput(fitFamily(family, rest), points.partitions[left]!)
    squares += (Math.log(predicted) - points.logs[left]!) ** 2
  }
  return Math.sqrt(squares / count)
}

/**
 * The variance of points round a law that is not the noise of their medians.
 * Source: the method of moments for random effects (DerSimonian and Laird).
 */
function formErrorOf(law: ScalingLaw, logs: LogPoints, medianNoise: number): number {
  const degrees = logs.logs.length - PARAMETERS[law.family]
  let squares = 0
  for (const [index, log] of logs.logs.entries()) {
    squares += (log - Math.log(lawThroughput(law, logs.partitions[index]!))) ** 2
  }
  return Math.sqrt(Math.max(0, squares / degrees - medianNoise))
}

/** Whether the points speak so clearly against the family that no prediction heeds it. */
export function isRejected(fit: FamilyFit): boolean {
  return fit.weight < REJECTED_BELOW
}

/** Whether what sets the law apart from a simpler family is not felt even at `most`, the last point. */
function isSimpler(law: ScalingLaw, most: number): boolean {
  if (law.family === 'linear') return false
  const simpler: ScalingLaw =
    law.family === 'usl' ? { ...law, family: 'amdahl', kappa: 0 } : { ...law, family: 'linear', sigma: 0 }
  return lawThroughput(law, most) > (1 - FELT) * lawThroughput(simpler, most)
}

/** Of the families that predict best and about alike, the one whose interval is widest. */
function chosenOf(families: readonly FamilyFit[], most: number): FamilyFit {
  const least = Math.min(...families.map(fit => fit.looError))
  const width = ({ law }: FamilyFit): number => (isSimpler(law, most) ? 0 : PARAMETERS[law.family])
  return families
    .filter(fit => fit.looError <= TIE_FACTOR * least)
    .reduce((widest, fit) => (width(fit) > width(widest) ? fit : widest))
}

/** The families fitted and judged; unidentified with fewer than three counts or with single runs. */
export function chooseLaw(measured: readonly LawPoint[]): LawChoice | LawUnidentified {
  const points = [...measured].sort((a, b) => a.partitions - b.partitions)
  const counts = new Set(points.map(point => point.partitions))
  invariant(counts.size === points.length, 'each partition count is one point')
  invariant(
    points.every(point => point.runs.length > 0 && Math.min(...point.runs) > 0),
    'a point needs runs of a rate above 0'
  )
  if (points.length < POINTS_MIN) {
    const given = points.map(point => point.partitions).join(' and ') || 'none'
    const asked = `at least ${POINTS_MIN} different partition counts`
    return { kind: 'unidentified', reason: `A scaling law takes ${asked}; measured: ${given}.` }
  }
  const scatter = scatterOf(points)
  if (scatter.degrees === 0) {
    return {
      kind: 'unidentified',
      reason: 'Single runs do not tell noise from scaling: measure each point twice or more.'
    }
  }
  const logs = logPoints(points)
  const runs = mean(points.map(point => point.runs.length))
  const medianNoise = scatter.deviation ** 2 * medianVariance(runs)
  const tried = FAMILIES.filter(family => PARAMETERS[family] < points.length).map(family => {
    const law = fitFamily(family, logs)
    return {
      law,
      looError: leaveOneOutError(family, logs),
      formError: formErrorOf(law, logs, medianNoise)
    }
  })
  const variance = medianNoise + FORM_ERROR ** 2
  const least = Math.min(...tried.map(fit => fit.looError))
  const evidence = tried.map(fit =>
    Math.exp((-(points.length - 1) * (fit.looError ** 2 - least ** 2)) / (2 * BLUNTING * variance))
  )
  const total = evidence.reduce((sum, each) => sum + each, 0)
  const families = tried
    .map((fit, index) => ({ ...fit, weight: evidence[index]! / total }))
    .sort((a, b) => a.looError - b.looError)
  return {
    kind: 'chosen',
    points,
    chosen: chosenOf(families, logs.partitions.at(-1) ?? 1),
    families,
    scatter
  }
}
