/**
 * What to know about the law of total throughput and the points it rests on: counts whose runs scatter or
 * never settled, an error at points left out that is too large, a prediction that a measurement proved wrong.
 */
import type { LawChoice } from './law-choice.ts'
import { LOO_MAX } from './law-count.ts'
import type { LawPrediction } from './law-interval.ts'
import { type Measurement, SPREAD_WARNING } from './measurement.ts'
import { partitionsText } from './partition-count.ts'
import { FAMILY_NAMES } from './scaling-law.ts'
import { formatByteRate, formatCount, formatShare } from './units.ts'

/** Throughput measured at one count. */
interface CountMeasured {
  readonly partitions: number
  readonly measurement: Measurement
}

/** Doubts about the counts beside one partition, whose own are those of Tp; a sentence each. */
export function countDoubts(points: readonly CountMeasured[]): string[] {
  return points.flatMap(({ partitions, measurement }) => {
    const { runs, spread, steadyRuns } = measurement
    const faults: string[] = []
    if (spread > SPREAD_WARNING) faults.push(`lie ${formatShare(spread)} apart`)
    if (2 * steadyRuns <= runs.length) {
      const settled = steadyRuns === 0 ? 'none' : `only ${formatCount(steadyRuns)}`
      faults.push(`settled in ${settled} of ${runs.length} cases`)
    }
    if (faults.length === 0) return []
    return [`The runs with ${partitionsText(partitions)} ${faults.join(' and ')}: that point is not firm.`]
  })
}

/** Whether the law errs by more than is permitted at points left out; null if not. */
export function lawDoubt({ families }: LawChoice, restsOnLaw: boolean): string | null {
  const [best] = families
  if (best === undefined || best.looError <= LOO_MAX) return null
  const rest = restsOnLaw ? '' : ', and the count does not rest on it'
  return (
    `No law tells points left out to ${formatShare(LOO_MAX)}: the best, ${FAMILY_NAMES[best.law.family]}, ` +
    `is off by ${formatShare(best.looError)}, so none is to be trusted between the counts measured${rest}.`
  )
}

/** A prediction further off than this failed, however wide its interval. */
const HELD_OUT_ERROR_MAX = 0.2

/** A count that took no part in the fit, as it was foretold and as it was measured. */
export interface HeldOutPoint {
  readonly partitions: number
  readonly predicted: LawPrediction
  /** Median of its runs, bytes per second. */
  readonly measured: number
  /** predicted / measured - 1. */
  readonly error: number
  /** Whether it was measured inside of the interval. */
  readonly inside: boolean
  /** Inside of the interval, and off by 20 % at most. */
  readonly passed: boolean
}

/** The prediction held against the measurement. */
export function judgeHeldOut(partitions: number, predicted: LawPrediction, measured: number): HeldOutPoint {
  const error = predicted.median / measured - 1
  const inside = measured >= predicted.low && measured <= predicted.high
  const passed = inside && Math.abs(error) <= HELD_OUT_ERROR_MAX
  return { partitions, predicted, measured, error, inside, passed }
}

/** What a prediction that failed means; null if it did not. */
export function heldOutDoubt(held: HeldOutPoint, restsOnLaw: boolean): string | null {
  if (held.passed) return null
  const { partitions, predicted, measured, error, inside } = held
  const interval = inside ? 'inside of a wide interval' : 'outside of the interval'
  const rest = restsOnLaw ? 'the count rests on it' : 'the count does not rest on it'
  return (
    `${partitionsText(partitions)} were foretold at ${formatByteRate(predicted.median)} and measured at ` +
    `${formatByteRate(measured)}, off by ${formatShare(error)} and ${interval}: the law is not to be ` +
    `trusted between its points, and ${rest}.`
  )
}
