/**
 * How long a plan takes, and which runs fit into the time that somebody has.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration } from '../../planner/units.ts'
import { handlerRun } from './measure-consumer.ts'
import { trialSeconds, warmSeconds } from './measure-producer.ts'
import { type PlanOptions, type PlanSettings, RUNS_ON_DISK } from './plan-settings.ts'

/** Starting everything; costs and the last audits. */
const START_SECONDS = 4
const END_SECONDS = 8
const AROUND_RUN_SECONDS = 0.4
/** What runs write and what is read back in a second, on a fast machine and on a slow one. */
const WRITE_RATE = 600e6
const READ_RATE = 1e9
/** Lengths that are tried, the most telling first: more runs before longer ones. */
const RUNS = [7, 5, 3]
const SECONDS = [20, 15, 10, 7, 5, 4, 3, 2, 1, 0.5]
const RUNS_ENOUGH = 5
const SECONDS_ENOUGH = 2

/** A first look is to be over by then: with the build before it, within 90 s. */
const FIRST_LOOK_SECONDS = 80
/** What its runs are cut to where it would not be: shorter ones tell too little. */
const CUTS = [1, 0.75, 0.5]
/** A machine that was so many times too slow at the start is no slower later. */
const SLOW_MAX = 2

/** About how long all of it takes at the most. */
export function expectedSeconds(settings: PlanSettings): number {
  return preparingSeconds(settings) + measuringSeconds(settings)
}

/**
 * Seconds of a run, of a first look on a machine that took so long to get ready: those of the settings, or
 * fewer where other work has slowed it down so much that all of it would take too long.
 */
export function runSeconds(settings: PlanSettings, preparedSeconds: number): number {
  const { patienceSeconds, secondsPerRun } = settings
  if (patienceSeconds === null) return secondsPerRun
  const slow = Math.min(SLOW_MAX, Math.max(1, preparedSeconds / preparingSeconds(settings)))
  const endsInTime = (seconds: number): boolean =>
    preparedSeconds + slow * measuringSeconds({ ...settings, secondsPerRun: seconds }) <= FIRST_LOOK_SECONDS
  const lengths = CUTS.map(cut => cut * secondsPerRun)
  return lengths.find(endsInTime) ?? Math.min(...lengths)
}

/** What is written to find the loaders and to get warm is read back as well. */
function preparingSeconds(settings: PlanSettings): number {
  const warming = allCounts(settings).reduce((sum, count) => sum + warmSeconds(settings, count), 0)
  return START_SECONDS + (trialSeconds(settings) + warming) * (1 + WRITE_RATE / READ_RATE)
}

/** From the first run to the end. */
function measuringSeconds(settings: PlanSettings): number {
  const { runs, secondsPerRun, verifySeconds } = settings
  const produceSeconds = secondsPerRun + readSeconds(settings, secondsPerRun)
  const lengths = new Array<number>(allCounts(settings).length).fill(produceSeconds)
  lengths.push(secondsPerRun)
  const handler = handlerSeconds(settings)
  if (handler !== null) lengths.push(handler)
  const block = lengths.reduce((sum, seconds) => sum + seconds + AROUND_RUN_SECONDS, 0)
  return runs * block + verifySeconds + END_SECONDS
}

/** Of reading back what a run of so many seconds wrote. */
export function readSeconds({ bytesPerRunMax }: PlanSettings, seconds: number): number {
  return Math.min(bytesPerRunMax, WRITE_RATE * seconds) / READ_RATE
}

function allCounts({ counts, heldOutCount }: PlanSettings): readonly number[] {
  return heldOutCount === null ? counts : [...counts, heldOutCount]
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
      `--budget ${formatDuration(budgetSeconds * 1000)} is too short: with these settings the measurement ` +
        `takes about ${formatDuration(Math.ceil(least) * 1000)}; give more.`
    )
  }
  return others.reduce((best, other) => (worth(other) > worth(best) ? other : best), first)
}

/** What would be measured, in sentences. */
export function outlineOf(settings: PlanSettings): readonly string[] {
  const { counts, heldOutCount, costCounts, runs, secondsPerRun, bytesPerRunMax } = settings
  const length = formatDuration(secondsPerRun * 1000)
  const points = counts.map(formatCount).join(', ')
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
      `${formatBytes(bytesPerRunMax * RUNS_ON_DISK)} of disk at any time at most, given back at the end.`
  ]
}
