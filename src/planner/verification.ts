/**
 * Whether the recommended count held under the target rate: the verdict on a paced run.
 * It held if at least 98 % of the offered rate came out at the consumers and their backlog did not grow.
 */
import { partitionsText } from './partition-count.ts'
import { formatByteRate, formatShare } from './units.ts'
import { LAG_GROWTH_MAX, type Verdict } from './verdict.ts'

/** Rates in bytes per second over the steady part of the run. */
export interface VerificationRun {
  readonly partitions: number
  readonly targetThroughput: number
  /** What the loaders really sent or tried to send. */
  readonly offeredRate: number
  /** What the consumers finished. */
  readonly achievedRate: number
  /** Slope of the consumers' backlog; negative while it shrinks. */
  readonly lagSlope: number
  readonly verdict: Verdict
}

export interface Verification {
  /**
   * False if the run says nothing about the count: nothing was run, or the machine or the loader was the
   * limit.
   */
  readonly verified: boolean
  /** Whether the count carried the offered rate. Means a failure only together with `verified`. */
  readonly held: boolean
  /** What was found, with the numbers, or why nothing was. */
  readonly sentence: string
}

const ACHIEVED_MIN = 0.98

/** Judges a run at the recommended count. */
export function judgeVerification(run: VerificationRun): Verification {
  const { offeredRate, achievedRate, lagSlope, targetThroughput, verdict } = run
  const subject = partitionsText(run.partitions)
  const carried = achievedRate >= ACHIEVED_MIN * offeredRate
  const grew = lagSlope > LAG_GROWTH_MAX * offeredRate
  const held = carried && !grew
  if (offeredRate < ACHIEVED_MIN * targetThroughput) {
    const offered = `${formatByteRate(offeredRate)} of ${formatByteRate(targetThroughput)}`
    return {
      verified: false,
      held,
      sentence: `The load generator offered only ${offered}, so the count was not tried. ${verdict.evidence}`
    }
  }
  const rates = `${formatByteRate(achievedRate)} of ${formatByteRate(offeredRate)} offered`
  if (held) {
    return { verified: true, held, sentence: `${subject} held: ${rates}, and the backlog did not grow.` }
  }
  const failure = carried
    ? `the backlog grew by ${formatByteRate(lagSlope)} at ${rates}`
    : `consumers finished ${rates} (${formatShare(achievedRate / offeredRate)})`
  if (verdict.bottleneck === 'machine-bound' || verdict.bottleneck === 'client-bound') {
    const limit = verdict.bottleneck === 'machine-bound' ? 'the machine as a whole' : 'the load generator'
    const told = `${failure.charAt(0).toUpperCase()}${failure.slice(1)}`
    return {
      verified: false,
      held,
      sentence: `${told}, but the limit was ${limit}: that says nothing of the count. ${verdict.evidence}`
    }
  }
  return { verified: true, held, sentence: `${subject} did not hold: ${failure}.` }
}

/** The verification of a count that was not run, with the sentence that says why. */
export function notVerified(sentence: string): Verification {
  return { verified: false, held: false, sentence }
}
