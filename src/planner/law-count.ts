/**
 * The smallest partition count that a scaling law says is enough, its interval, and when the law must not be
 * asked: too few points, too poor a fit, too far outside of what was measured.
 *
 * Enough means that the lower end of the 95 % interval of X(N) reaches the target. The interval of the count
 * runs from where the upper end reaches it to where the lower end does.
 */
import { invariant } from '../base/invariant.ts'
import { isRejected, type LawChoice, type LawUnidentified } from './law-choice.ts'
import { type LawInterval, type LawPrediction, predictThroughput } from './law-interval.ts'
import { partitionsText } from './partition-count.ts'
import type { Refusal, Rerun } from './refusal.ts'
import { FAMILY_NAMES, lawMaximum, lawThroughput, peakPartitions, type ScalingLaw } from './scaling-law.ts'
import { quantile } from './statistics.ts'
import { formatByteRate, formatCount, formatShare } from './units.ts'
import { withoutFlag } from './without-flag.ts'

export interface LawCount {
  readonly kind: 'count'
  /** Fewest partitions whose lower bound reaches the target. */
  readonly partitions: number
  /** From the fewest whose upper bound reaches the target to `partitions`. */
  readonly partitionsInterval: readonly [low: number, high: number]
  /** Total bytes per second with `partitions`. */
  readonly throughput: LawPrediction
}

/** `no-count`: no partition count reaches the target; `limit`: one does, but more than are permitted. */
type RefusalCause = 'unidentified' | 'poor-fit' | 'no-count' | 'limit' | 'too-far' | 'wide'

export interface LawRefusal extends Refusal {
  readonly cause: RefusalCause
  /** The count whose measurement would tell most; null where no measurement helps. */
  readonly measureNext: number | null
}

/** The count at which two families differ most. */
interface Separation {
  readonly partitions: number
  readonly laws: readonly [leading: ScalingLaw, other: ScalingLaw]
  /** By how much the higher prediction exceeds the lower: 0.3 is 30 %. */
  readonly difference: number
}

interface CountQuestion {
  readonly law: LawInterval | LawUnidentified
  /** Total bytes per second. */
  readonly targetThroughput: number
  /** The most partitions that limits of brokers, memory or files permit. */
  readonly partitionsMax: number
  readonly rerun: Rerun
}

/** From this error on, at points left out, a law is not asked. */
export const LOO_MAX = 0.2
/** A law is believed up to this many times the most partitions measured. */
export const REACH = 2
const COUNT_RATIO_MAX = 4
/** Laws nearer to one another than this are one curve: no measurement tells them apart. */
const DIFFERENCE_MIN = 0.02
/** If the families make up less than this share of an interval, noise is what makes it wide. */
const FAMILIES_SHARE = 0.5
/** The standard points, for a measurement that had too few. */
const POINTS_STANDARD = [1, 2, 4, 16]

function mostMeasured(choice: LawChoice): number {
  return Math.max(...choice.points.map(point => point.partitions))
}

/** The most partitions that a law is believed for. */
export function lawReach(choice: LawChoice): number {
  return REACH * mostMeasured(choice)
}

/** 1, 2, 3, 4, 6, 8, 12, 16, ... up to `most`: counts one would choose to measure at. */
function roundCounts(most: number): number[] {
  const counts: number[] = []
  for (let power = 1; power <= most; power *= 2) {
    counts.push(power)
    if (power >= 2 && power * 1.5 <= most) counts.push(power * 1.5)
  }
  return counts
}

/**
 * Where a measurement best tells the leading family from the next that differs: a count not measured yet, at
 * most `partitionsMax` and twice the most measured; null if all families give the same curve there.
 */
export function bestSeparation(choice: LawChoice, partitionsMax: number): Separation | null {
  const measured = choice.points.map(point => point.partitions)
  const most = Math.min(partitionsMax, lawReach(choice))
  const counts = roundCounts(most).filter(count => !measured.includes(count))
  const [leading, ...others] = choice.families
  invariant(leading !== undefined, 'a chosen law has families')
  for (const other of others) {
    let best: Separation | null = null
    for (const partitions of counts) {
      const ratio = lawThroughput(leading.law, partitions) / lawThroughput(other.law, partitions)
      const difference = Math.max(ratio, 1 / ratio) - 1
      if (difference >= DIFFERENCE_MIN && difference > (best?.difference ?? 0)) {
        best = { partitions, laws: [leading.law, other.law], difference }
      }
    }
    if (best !== null) return best
  }
  return null
}

/** The smallest count up to `most` that passes, looked for in steps of a sixteenth; null if none does. */
function firstCount(most: number, passes: (count: number) => boolean): number | null {
  let failed = 0
  while (failed < most) {
    let passed = Math.min(most, failed + Math.max(1, Math.floor(failed / 16)))
    if (!passes(passed)) {
      failed = passed
      continue
    }
    while (passed - failed > 1) {
      const middle = Math.floor((failed + passed) / 2)
      if (passes(middle)) passed = middle
      else failed = middle
    }
    return passed
  }
  return null
}

/** The command with the points measured and one more, instead of those that were asked for. */
function commandWith(rerun: Rerun, points: readonly number[], next: number): string {
  const all = [...new Set([...points, next])].sort((a, b) => a - b)
  return `${withoutFlag(rerun.command, '--points')} --points ${all.join(',')}`
}

/** What to do instead, in words and as a command. */
interface Better {
  readonly clause: string
  readonly command: string
  readonly measureNext: number | null
}

/** Four times the runs halve an interval. */
function moreRuns(rerun: Rerun): Better {
  const runs = Math.max(4 * rerun.runs, 10)
  const clause = `that is noise more than a choice of law, and ${runs} runs a point would halve it`
  return { clause, command: `${rerun.command} --runs ${runs}`, measureNext: null }
}

/** The count that separates the families best, or more runs where they agree. */
function betterMeasurement(choice: LawChoice, question: CountQuestion): Better {
  const { rerun } = question
  const separation = bestSeparation(choice, question.partitionsMax)
  if (separation === null) return moreRuns(rerun)
  const { partitions, laws, difference } = separation
  const names = laws.map(law => FAMILY_NAMES[law.family]).join(' and ')
  const points = choice.points.map(point => point.partitions)
  const apart = `${names} differ by ${formatShare(difference)}`
  return {
    clause: `N = ${formatCount(partitions)} would tell most, where ${apart}`,
    command: commandWith(rerun, points, partitions),
    measureNext: partitions
  }
}

function refuse(
  cause: RefusalCause,
  reason: string,
  better: Pick<LawRefusal, 'command' | 'measureNext'> & { readonly cure?: string }
): LawRefusal {
  const { command, cure = null, measureNext } = better
  return { kind: 'refused', cause, reason, doubtful: [], command, cure, requirements: null, measureNext }
}

/** What is known well enough, so that no measurement changes it. */
function refuseForGood(cause: RefusalCause, reason: string, cure: string): LawRefusal {
  return refuse(cause, reason, { command: null, measureNext: null, cure })
}

function refuseUnidentified({ reason }: LawUnidentified, rerun: Rerun): LawRefusal {
  const bare = withoutFlag(rerun.command, '--points')
  const command = `${bare} --points ${POINTS_STANDARD.join(',')} --runs ${Math.max(rerun.runs, 5)}`
  return refuse('unidentified', reason, { command, measureNext: POINTS_STANDARD.at(-1) ?? null })
}

/**
 * For an interval too wide at `partitions`: another count if the families make it so, as they do beyond the
 * points, else more runs.
 */
function narrower(interval: LawInterval, question: CountQuestion, partitions: number): Better {
  const heeded = interval.choice.families.filter(fit => !isRejected(fit))
  const rates = heeded.map(({ law }) => lawThroughput(law, partitions))
  const { low, high } = predictThroughput(interval, partitions)
  const families = Math.log(Math.max(...rates) / Math.min(...rates))
  const noisy =
    families < Math.log(high / low) * FAMILIES_SHARE && partitions <= mostMeasured(interval.choice)
  return noisy ? moreRuns(question.rerun) : betterMeasurement(interval.choice, question)
}

/** `the curve peaks at 28 partitions with 331 MB/s`. */
function endOf(law: ScalingLaw): string {
  const most = formatByteRate(lawMaximum(law))
  const peak = peakPartitions(law)
  return Number.isFinite(peak)
    ? `the curve peaks at ${partitionsText(peak)} with ${most}`
    : `the curve levels off at ${most}`
}

/** Why no count within reach is surely enough. */
function refuseCount(interval: LawInterval, question: CountQuestion, low: number | null): LawRefusal {
  const { choice, repetitions } = interval
  const { targetThroughput, partitionsMax, rerun } = question
  const target = formatByteRate(targetThroughput)
  const counts = choice.points.map(point => point.partitions)
  const mostHigh = quantile(
    repetitions.map(({ law }) => Math.min(lawMaximum(law), Number.MAX_VALUE)),
    0.975
  )
  if (mostHigh < targetThroughput) {
    const short = [choice.chosen, ...choice.families].find(({ law }) => lawMaximum(law) < targetThroughput)
    const end = short === undefined ? `no curve exceeds ${formatByteRate(mostHigh)}` : endOf(short.law)
    const reason = `No number of partitions is enough for ${target}: ${end}.`
    const cure =
      'No measurement changes that: plan for less, or share the load out over topics on several machines.'
    return refuseForGood('no-count', reason, cure)
  }
  if (low !== null) {
    const { low: least, high: most } = predictThroughput(interval, low)
    const better = narrower(interval, question, low)
    const between = `${formatByteRate(least)} to ${formatByteRate(most)}`
    const reason =
      `Whether any count reaches ${target} the measurements leave open (${partitionsText(low)}: ` +
      `${between}); ${better.clause}.`
    return refuse('wide', reason, better)
  }
  if (partitionsMax < lawReach(choice)) {
    const { high } = predictThroughput(interval, partitionsMax)
    const reason =
      `${target} needs more than the ${formatCount(partitionsMax)} partitions permitted, which carry at ` +
      `most ${formatByteRate(high)}.`
    const cure = `Permit more than ${formatCount(partitionsMax)} partitions, or use several topics.`
    return refuseForGood('limit', reason, cure)
  }
  const reach = lawReach(choice)
  const measureNext = Math.min(2 * reach, partitionsMax)
  const reason =
    `${target} needs more than ${formatCount(reach)} partitions, twice the most that were measured; a law ` +
    `is not to be trusted there, measure at ${formatCount(measureNext)} as well.`
  return refuse('too-far', reason, { command: commandWith(rerun, counts, measureNext), measureNext })
}

/** The count for the target, or why it cannot be told and what to measure instead. */
export function countForRate(question: CountQuestion): LawCount | LawRefusal {
  const { law: interval, targetThroughput, partitionsMax } = question
  invariant(targetThroughput > 0 && partitionsMax >= 1, 'a count needs a target and room for a partition')
  if ('kind' in interval) return refuseUnidentified(interval, question.rerun)
  const { choice } = interval
  const [best] = choice.families
  invariant(best !== undefined, 'a chosen law has families')
  if (best.looError > LOO_MAX) {
    const better = betterMeasurement(choice, question)
    const reason =
      `No scaling law predicts points left out to ${formatShare(LOO_MAX)}, the best, ` +
      `${FAMILY_NAMES[best.law.family]}, is off by ${formatShare(best.looError)}; ${better.clause}.`
    return refuse('poor-fit', reason, better)
  }
  const reach = Math.min(partitionsMax, lawReach(choice))
  const low = firstCount(reach, count => predictThroughput(interval, count).high >= targetThroughput)
  const high =
    low === null
      ? null
      : firstCount(reach, count => predictThroughput(interval, count).low >= targetThroughput)
  if (low === null || high === null) return refuseCount(interval, question, low)
  if (high > COUNT_RATIO_MAX * low) {
    const better = narrower(interval, question, low)
    const reason =
      `The measurements allow every count from ${formatCount(low)} to ${formatCount(high)}, more than a ` +
      `factor of ${COUNT_RATIO_MAX}; ${better.clause}.`
    return refuse('wide', reason, better)
  }
  return {
    kind: 'count',
    partitions: high,
    partitionsInterval: [low, high],
    throughput: predictThroughput(interval, high)
  }
}
