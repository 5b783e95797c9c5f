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
  readonly seed: number
  readonly rerun: Rerun
}

export interface ProduceCount {
  readonly kind: 'count'
  /** From the fewest that the high end of the interval asks for to the fewest that its low end does. */
  readonly partitionsInterval: readonly [low: number, high: number]
  /** Whether the law was asked: some count that was measured does not carry the target by itself. */
  readonly restsOnLaw: boolean
  /** Null where the points are too few for a law, and none was needed. */
  readonly law: LawInterval | null
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
  const { points, targetThroughput, partitionsMax, seed, rerun } = question
  const law = lawOf(points, seed)
  if (points.every(({ runs }) => interval95(runs)[0] >= targetThroughput)) {
    return { kind: 'count', partitionsInterval: [1, 1], restsOnLaw: false, law: identified(law) }
  }
  const answer = countForRate({ law, targetThroughput, partitionsMax, rerun })
  if (answer.kind === 'refused') return answer
  const { partitionsInterval } = answer
  return { kind: 'count', partitionsInterval, restsOnLaw: true, law: identified(law) }
}

function identified(law: LawInterval | LawUnidentified): LawInterval | null {
  return 'kind' in law ? null : law
}
