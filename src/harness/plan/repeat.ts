/**
 * When a measurement that cannot tell is made again, and with which runs: a restless machine often calms
 * down, and a longer window evens out what remains.
 */
import type { Side } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { formatDuration } from '../../planner/units.ts'
import { handlerRun } from './measure-consumer.ts'
import { readSeconds } from './plan-duration.ts'
import type { PlanSettings } from './plan-settings.ts'

/** After so many times the machine is not going to calm down. */
const REPEATS_MAX = 2

/** Lengths that are tried, as multiples of the first one, the best first. */
const FACTORS = [4, 3, 2, 1.5, 1]
/** Around each run: the load starts, gets warm, and stops. */
const AROUND_RUN_SECONDS = 0.5
/** What follows beside runs and the load of the verification: its warm-up, the costs, and both audits. */
const FINISH_SECONDS = 15

/** Seconds of a run with which these sides can be measured again within the patience; null if they cannot. */
export function repeatSeconds(
  settings: PlanSettings,
  sides: readonly Side[],
  passedSeconds: number
): number | null {
  const { patienceSeconds, secondsPerRun, verifySeconds, runs, heldOutCount } = settings
  if (patienceSeconds === null || sides.length === 0) return null
  const heldOut = heldOutCount === null ? 0 : runs * producerSeconds(settings, secondsPerRun)
  const left = patienceSeconds - passedSeconds - heldOut - verifySeconds - FINISH_SECONDS
  const lengths = FACTORS.map(factor => factor * secondsPerRun)
  return lengths.find(seconds => runs * roundSeconds(settings, sides, seconds) <= left) ?? null
}

/** One run of each side; producers are measured at every count. */
function roundSeconds(settings: PlanSettings, sides: readonly Side[], seconds: number): number {
  const { process, counts } = settings
  const consume = process === null ? seconds : (handlerRun(process, seconds)?.seconds ?? seconds)
  const ofSides = sides.map(side =>
    side === 'produce' ? counts.length * producerSeconds(settings, seconds) : AROUND_RUN_SECONDS + consume
  )
  return ofSides.reduce((sum, one) => sum + one, 0)
}

/** What producers write is read back before the next run. */
function producerSeconds(settings: PlanSettings, seconds: number): number {
  return AROUND_RUN_SECONDS + seconds + readSeconds(settings, seconds)
}

interface RepeatTask {
  readonly settings: PlanSettings
  /** What the figures so far tell. */
  readonly judge: () => Plan | Refusal
  readonly passedSeconds: () => number
  /** Gives the figures of these sides up and measures them anew. */
  readonly measure: (sides: readonly Side[], seconds: number, what: string) => Promise<void>
}

/** Measures again what cannot tell, while there is time for it; returns a sentence for each time. */
export async function repeatDoubtful(task: RepeatTask): Promise<string[]> {
  const { settings, judge, passedSeconds, measure } = task
  const repeats: string[] = []
  while (repeats.length < REPEATS_MAX) {
    const outcome = judge()
    if (outcome.kind === 'plan') break
    const seconds = repeatSeconds(settings, outcome.doubtful, passedSeconds())
    if (seconds === null) break
    const names = outcome.doubtful.map(side => (side === 'produce' ? 'Tp' : 'Tc')).join(' and ')
    const length = formatDuration(seconds * 1000)
    await measure(
      outcome.doubtful,
      seconds,
      `${names} again, in runs of ${length}: the runs so far cannot tell`
    )
    repeats.push(
      `${names}: measured anew, in ${settings.runs} runs of ${length}, as the runs before could not tell. ` +
        outcome.reason
    )
  }
  return repeats
}
