/**
 * What a record costs in its handler: measured on real records, or given as a fixed time.
 *
 * Of the measured times are needed the mean c and Cs^2, variance over squared mean, which makes queues long.
 * Source of the interval of Cs^2: the delta method on the second to fourth moments of the times, or those of
 * a Gamma distribution, 2 (1 + Cs^2) / n for the variance of its logarithm, whichever is wider.
 */
import { invariant } from '../base/invariant.ts'
import { formatFigure } from './formula-text.ts'
import type { Interval95 } from './statistics.ts'
import { formatCount, formatDuration, type ProcessCost } from './units.ts'

/** Times of a handler, one call each, in milliseconds. */
interface HandlerTimes {
  readonly count: number
  readonly meanMs: number
  /** Sample variance, in square milliseconds. */
  readonly variance: number
  /** A random sample of the times, or their quantiles at even distances; for the shape alone. */
  readonly sampleMs: readonly number[]
  /** Mean time the handler's thread computed; null where the system does not tell. */
  readonly meanCpuMs: number | null
}

export interface HandlerCost {
  readonly source: 'measured' | 'given'
  /** c. */
  readonly meanMs: number
  /** 95 %; null if it was given, or if there are too few times. */
  readonly meanInterval: Interval95 | null
  /** Cs^2. */
  readonly variation: number
  /** 95 %; null as above. */
  readonly variationInterval: Interval95 | null
  /** Whether the handler waits most of its time, and c as `consumer-work.ts` takes it. */
  readonly process: ProcessCost
  /** With the numbers: `0.41 ms a record, squared variation Cs² 1.8 [1.76, 1.84], measured on ...`. */
  readonly text: string
}

/** From this many times on mean and variance are near enough to normal. */
const COUNT_MIN = 30
const Z_95 = 1.959964

/** The cost somebody gave, `wait:2ms`: the same for every record. */
export function givenCost(process: ProcessCost): HandlerCost {
  const meanMs = process.micros / 1e3
  return {
    source: 'given',
    meanMs,
    meanInterval: null,
    variation: 0,
    variationInterval: null,
    process,
    text: `${formatDuration(meanMs)} a record, the same for each, given`
  }
}

/** n times the variance of ln Cs^2 by the third and fourth moments of the sample; 0 if it has no scatter. */
function momentVariance(sample: readonly number[], variation: number): number {
  if (sample.length < COUNT_MIN) return 0
  const centre = sample.reduce((sum, ms) => sum + ms, 0) / sample.length
  let [second, third, fourth] = [0, 0, 0]
  for (const ms of sample) {
    const away = ms - centre
    second += away ** 2
    third += away ** 3
    fourth += away ** 4
  }
  if (second === 0) return 0
  second /= sample.length
  const skewness = third / sample.length / second ** 1.5
  const kurtosis = fourth / sample.length / second ** 2
  return kurtosis - 1 - 4 * skewness * Math.sqrt(variation) + 4 * variation
}

const around = (value: number, factor: number): Interval95 => [value / factor, value * factor]

/** The cost that times of a real handler show: at least one, of a mean above 0. */
export function measuredCost(times: HandlerTimes): HandlerCost {
  const { count, meanMs, variance, sampleMs, meanCpuMs } = times
  invariant(count >= 1 && meanMs > 0 && variance >= 0, 'a handler takes time', { count, meanMs, variance })
  const variation = variance / meanMs ** 2
  const logVariance = Math.max(2 * (1 + variation), momentVariance(sampleMs, variation)) / count
  const isEnough = count >= COUNT_MIN
  const meanInterval = isEnough ? around(meanMs, Math.exp(Z_95 * Math.sqrt(variation / count))) : null
  const variationInterval = isEnough ? around(variation, Math.exp(Z_95 * Math.sqrt(logVariance))) : null
  const howSure =
    variationInterval === null
      ? 'of too few to tell how far off'
      : `[${variationInterval.map(end => formatFigure(end)).join(', ')}]`
  const scatter = `squared variation Cs² ${formatFigure(variation)} ${howSure}`
  const records = `${formatCount(count)} ${count === 1 ? 'record' : 'records'}`
  return {
    source: 'measured',
    meanMs,
    meanInterval,
    variation,
    variationInterval,
    process: { kind: meanCpuMs !== null && meanCpuMs > meanMs / 2 ? 'cpu' : 'wait', micros: meanMs * 1e3 },
    text: `${formatDuration(meanMs)} a record, ${scatter}, measured on ${records}`
  }
}
