/**
 * How many partitions the producers' side asks for: by the law of total throughput where several counts were
 * measured, by one partition's throughput where only that was.
 *
 * A law is asked only where it matters: if every count that was measured carries the target by itself, one
 * partition does, however badly the curve between them is known.
 */
import { seededRandom } from '../base/random.ts'
import { chooseLaw, type LawPoint, type LawUnidentified } from './law-choice.ts'
import { countForRate, type LawRefusal } from './law-count.ts'
import { type LawInterval, lawInterval, REPETITIONS } from './law-interval.ts'
import type { Rerun } from './refusal.ts'
import { interval95, median } from './statistics.ts'

export interface ProduceQuestion {
  readonly points: readonly LawPoint[]
  /** Total bytes per second. */
  readonly targetThroughput: number
  readonly partitionsMax: number
  /** Of these points: `lawOf`. */
  readonly law: LawInterval | LawUnidentified
  readonly rerun: Rerun
}

export interface ProduceCount {
  readonly kind: 'count'
  /** From the fewest that the high end of the interval asks for to the fewest that its low end does. */
  readonly partitionsInterval: readonly [low: number, high: number]
  /** Whether the law was asked: some count that was measured does not carry the target by itself. */
  readonly restsOnLaw: boolean
}

/** The law of the points, or why they cannot tell one. The same points and seed give the same law. */
export function lawOf(points: readonly LawPoint[], seed: number): LawInterval | LawUnidentified {
  const choice = chooseLaw(points)
  if (choice.kind === 'unidentified') return choice
  const measuredRuns = Math.round(median(choice.points.map(({ runs }) => runs.length)))
  return lawInterval(choice, { random: seededRandom(seed), measuredRuns, repetitions: REPETITIONS })
}

/** The count, or why the measurements cannot tell it. */
export function produceCount(question: ProduceQuestion): ProduceCount | LawRefusal {
  const { points, targetThroughput, partitionsMax, law, rerun } = question
  if (points.every(({ runs }) => interval95(runs)[0] >= targetThroughput)) {
    return { kind: 'count', partitionsInterval: [1, 1], restsOnLaw: false }
  }
  const answer = countForRate({ law, targetThroughput, partitionsMax, rerun })
  if (answer.kind === 'refused') return answer
  return { kind: 'count', partitionsInterval: answer.partitionsInterval, restsOnLaw: true }
}
