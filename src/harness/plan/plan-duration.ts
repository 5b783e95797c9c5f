/**
 * How long a plan takes, and which runs fit into the time that somebody has.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration } from '../../planner/units.ts'
import { handlerRun } from './measure-consumer.ts'
import type { PlanOptions, PlanSettings } from './plan-settings.ts'

/** Starting, warming, costs, audits. */
const AROUND_SECONDS = 12
const AROUND_RUN_SECONDS = 0.4
/** Lengths that are tried, the most telling first: more runs before longer ones. */
const RUNS = [7, 5, 3]
const SECONDS = [20, 15, 10, 7, 5, 4, 3, 2, 1, 0.5]
const RUNS_ENOUGH = 5
const SECONDS_ENOUGH = 2

/** About how long all of it takes at the most. */
export function expectedSeconds(settings: PlanSettings): number {
  const { counts, heldOutCount, runs, secondsPerRun, verifySeconds } = settings
  const lengths = new Array<number>(counts.length + (heldOutCount === null ? 1 : 2)).fill(secondsPerRun)
  const handler = handlerSeconds(settings)
  if (handler !== null) lengths.push(handler)
  const block = lengths.reduce((sum, seconds) => sum + seconds + AROUND_RUN_SECONDS, 0)
  return runs * block + verifySeconds + AROUND_SECONDS
}

/** Of a run with the handler; null where none is made. How slow a module is shows only when it runs. */
function handlerSeconds({ process, handlerModule, secondsPerRun }: PlanSettings): number | null {
  if (process !== null) return handlerRun(process, secondsPerRun)?.seconds ?? null
  return handlerModule === null ? null : secondsPerRun
}

/**
 * The settings with as many and as long runs as the budget allows; those that were asked for stay.
 * @throws HighwaterError HIGHWATER_CONFIG where the budget is too small for any
 */
export function fitToBudget(settings: PlanSettings, { runs, seconds }: PlanOptions): PlanSettings {
  const { budgetSeconds, patienceSeconds } = settings
  if (budgetSeconds === null) return settings
  const lasting = (count: number, length: number): PlanSettings => ({
    ...settings,
    runs: count,
    secondsPerRun: length,
    patienceSeconds: patienceSeconds === null ? null : Math.min(patienceSeconds, budgetSeconds),
    verifySeconds: Math.max(2 * length, 3)
  })
  const choices = (runs === undefined ? RUNS : [runs]).flatMap(count =>
    (seconds === undefined ? SECONDS : [seconds]).map(length => lasting(count, length))
  )
  const affordable = choices.filter(choice => expectedSeconds(choice) <= budgetSeconds)
  const worth = (choice: PlanSettings): number =>
    Math.min(choice.runs, RUNS_ENOUGH) * Math.min(choice.secondsPerRun, SECONDS_ENOUGH) * 1000 +
    choice.runs * choice.secondsPerRun
  const [first, ...others] = affordable
  if (first === undefined) {
    const least = Math.min(...choices.map(expectedSeconds))
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `--budget ${formatDuration(budgetSeconds * 1000)} is too short: with these settings the ` +
        `measurement takes ` +
        `about ${formatDuration(Math.ceil(least) * 1000)}; give more.`
    )
  }
  return others.reduce((best, other) => (worth(other) > worth(best) ? other : best), first)
}

/** What would be measured, in sentences. */
export function outlineOf(settings: PlanSettings): readonly string[] {
  const { counts, heldOutCount, costCounts, runs, secondsPerRun, bytesPerRunMax } = settings
  const length = formatDuration(secondsPerRun * 1000)
  const points = counts.map(formatCount).join(', ')
  const quantities = counts.length + (heldOutCount === null ? 0 : 1)
  const handler = settings.handlerModule ?? (settings.process === null ? null : 'the handler')
  return [
    `Throughput at ${points} partitions: ${runs} runs of up to ${length} each, in shuffled blocks.`,
    ...(heldOutCount === null
      ? []
      : [`${formatCount(heldOutCount)} partitions are left out, foretold, then measured.`]),
    `Tc of a consumer that fetches${handler === null ? '' : `, and with ${handler}`}, in the same blocks.`,
    ...(costCounts.length === 0
      ? []
      : [`What ${costCounts.map(formatCount).join(', ')} partitions cost here.`]),
    `The recommended count at ${formatByteRate(settings.offeredThroughput)} for ` +
      `${formatDuration(settings.verifySeconds * 1000)}; every record is read back.`,
    `About ${formatDuration(Math.ceil(expectedSeconds(settings)) * 1000)} at most, and ` +
      `${formatBytes(bytesPerRunMax * runs * quantities)} of disk at most, given back at the end.`
  ]
}
