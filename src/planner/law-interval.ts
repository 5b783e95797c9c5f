/**
 * How far a scaling law can be trusted at any partition count: a bootstrap over the runs of each point.
 *
 * Each repetition draws every point's runs anew round their median, fits a law and keeps it; each family has
 * as many repetitions as it has weight, so that the families' disagreement widens the interval; so does what
 * points lie off their law by beyond the scatter of their runs, as a count not measured does too. Three runs
 * resampled among themselves promise too much. Therefore the runs are drawn from a normal distribution in
 * logarithms (a parametric bootstrap), its scatter taken from the runs of all points together, and in each
 * repetition enlarged or shrunk by as much as so few runs leave open (chi squared; for one point alone this
 * would be Student's t).
 */
import type { Random } from '../base/random.ts'
import { type LawChoice, logPoints, logResiduals } from './law-choice.ts'
import { fitFamily } from './law-fit.ts'
import { lawThroughput, type ScalingLaw } from './scaling-law.ts'
import { median, quantile } from './statistics.ts'

/** Total bytes per second; 95 of 100 lie between `low` and `high`. */
export interface LawPrediction {
  readonly median: number
  readonly low: number
  readonly high: number
}

interface Repetition {
  readonly law: ScalingLaw
  /** log(measured / true) of the median of `measuredRuns` further runs. */
  readonly noise: number
}

export interface LawInterval {
  readonly choice: LawChoice
  readonly measuredRuns: number
  readonly repetitions: readonly Repetition[]
}

interface BootstrapSettings {
  readonly random: Random
  /** Runs whose median a prediction will be held against; as many as most points had. */
  readonly measuredRuns: number
  readonly repetitions: number
}

export const REPETITIONS = 1000
/** With so many degrees of freedom the scatter is known well enough. */
const DEGREES_KNOWN = 200
/** Only with one or two degrees of freedom reached, and far outside of the middle 95 % even then. */
const SCATTER_FACTOR_MAX = 100
/** How many degrees of freedom the pooled scatter counts for against a point's own. */
const PRIOR_DEGREES = 4

/** A standard normal value. Source: Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** By how much the true scatter may exceed the one seen with `degrees` degrees of freedom. */
function scatterFactor(random: Random, degrees: number): number {
  if (degrees > DEGREES_KNOWN) return 1
  let squares = 0
  for (let i = 0; i < degrees; i++) squares += normal(random) ** 2
  return Math.min(SCATTER_FACTOR_MAX, Math.sqrt(degrees / squares))
}

/**
 * With what standard deviation each point is drawn, in logarithms: the pooled one at least. A point whose own
 * runs scatter more is believed in part, the more the more runs it has; one that scatters less is not, as few
 * runs often agree by chance. Source: Smyth, Linear models and empirical Bayes methods (moderated variance).
 */
function pointDeviations(choice: LawChoice): number[] {
  const pooled = choice.scatter.deviation ** 2
  return choice.points.map(point => {
    const squares = logResiduals(point).reduce((sum, residual) => sum + residual ** 2, 0)
    const degrees = point.runs.length - 1
    const moderated = (squares + PRIOR_DEGREES * pooled) / (degrees + PRIOR_DEGREES)
    return Math.sqrt(Math.max(pooled, moderated))
  })
}

/** The bootstrap of a chosen law. */
export function lawInterval(choice: LawChoice, settings: BootstrapSettings): LawInterval {
  const { random, measuredRuns } = settings
  const { points, families, scatter } = choice
  const centres = logPoints(points)
  const deviations = pointDeviations(choice)
  const drawMedian = (runs: number, deviation: number): number => {
    const drawn: number[] = []
    for (let run = 0; run < runs; run++) drawn.push(normal(random))
    return median(drawn) * deviation
  }
  const repetitions: Repetition[] = []
  let family = 0
  let allotted = families[0]!.weight
  for (let i = 0; i < settings.repetitions; i++) {
    while ((i + 0.5) / settings.repetitions > allotted && family < families.length - 1) {
      family++
      allotted += families[family]!.weight
    }
    const { law: fitted, formError } = families[family]!
    const factor = scatterFactor(random, scatter.degrees)
    // By so much a count lies off the law: which one is asked for is not known yet, so the law moves whole.
    const off = formError > 0 ? normal(random) * formError : 0
    const logs = centres.logs.map(
      (log, index) => log + off + drawMedian(points[index]!.runs.length, factor * deviations[index]!)
    )
    const law = fitFamily(fitted.family, { partitions: centres.partitions, logs }, fitted)
    repetitions.push({ law, noise: drawMedian(measuredRuns, factor * scatter.deviation) })
  }
  return { choice, measuredRuns, repetitions }
}

/** The families' predictions at `partitions`, averaged in logarithms by their weight. */
function centreAt(choice: LawChoice, partitions: number): number {
  let log = 0
  for (const { law, weight } of choice.families) log += weight * Math.log(lawThroughput(law, partitions))
  return Math.exp(log)
}

function prediction(centre: number, values: readonly number[]): LawPrediction {
  return {
    median: centre,
    low: Math.min(centre, quantile(values, 0.025)),
    high: Math.max(centre, quantile(values, 0.975))
  }
}

/** Where the true total throughput with `partitions` partitions lies: what a plan is made with. */
export function predictThroughput(interval: LawInterval, partitions: number): LawPrediction {
  const values = interval.repetitions.map(({ law }) => lawThroughput(law, partitions))
  return prediction(centreAt(interval.choice, partitions), values)
}

/**
 * Where the median of `measuredRuns` runs with `partitions` partitions will lie: what a measurement is held
 * against. Wider than `predictThroughput` by the noise of that median.
 */
export function predictMeasured(interval: LawInterval, partitions: number): LawPrediction {
  const values = interval.repetitions.map(
    ({ law, noise }) => lawThroughput(law, partitions) * Math.exp(noise)
  )
  return prediction(centreAt(interval.choice, partitions), values)
}
