/**
 * `plan` from start to end: measure a target at several counts, check every record, recommend a count, verify
 * it. Prints nothing: what happens is told by events, what was found by the report.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { seededRandom } from '../../base/random.ts'
import type { ClusterOptions } from '../../cluster/embedded-cluster.ts'
import { partitionShares } from '../../planner/key-skew.ts'
import { type Profile, profileNamed } from '../../planner/profiles.ts'
import { formatBytes } from '../../planner/units.ts'
import { freeDiskBytes, readEnvironment, readMachine, simulatedEnvironment } from '../environment.ts'
import { handlerSource } from '../handler/handler-module.ts'
import type { ProfileChoice, TargetChoice } from '../inputs/demand-text.ts'
import { sharesOfKeys } from '../inputs/key-counts.ts'
import { type InputOptions, type PlanInputs, readPlanInputs } from '../inputs/plan-inputs.ts'
import { readProfile } from '../inputs/profile-file.ts'
import type { PackedValues } from '../inputs/record-sample.ts'
import { openReport } from '../report-writer.ts'
import type { PartitionRoom, Target } from '../target.ts'
import { EmbeddedBench } from '../targets/embedded-bench.ts'
import { checkEngine, startEmbeddedTarget } from '../targets/embedded-target.ts'
import { SimulatedBench } from '../targets/simulation/sim-bench.ts'
import type { SimTruth } from '../targets/simulation/sim-truth.ts'
import { checkTruth, TRUTH_HANDLER } from '../targets/simulation/sim-truth-check.ts'
import { parseTruth } from '../targets/simulation/sim-truth-text.ts'
import { type Measurements, storedKeys } from './measurements.ts'
import type { PlanBench } from './plan-bench.ts'
import { expectedSeconds, fitToBudget, outlineOf } from './plan-duration.ts'
import { PLAN_FILES, planFiles } from './plan-files.ts'
import { foretold, planOutcome } from './plan-outcome.ts'
import { makePlanReport, type PlanReport } from './plan-report.ts'
import { type PlanProgress, PlanSession, type Progress, type SessionFindings } from './plan-session.ts'
import { type PlanOptions, type PlanSettings, planSettings, RUNS_ON_DISK } from './plan-settings.ts'

export interface PlanRun extends Omit<PlanOptions, 'cores' | 'sampleBytes' | 'profile'>, InputOptions {
  /** Settings of the embedded engine, such as engine.partition.pace. */
  readonly engine?: ClusterOptions | undefined
  /** What is measured; this engine on this machine by default. */
  readonly target?: TargetChoice | undefined
  /** Limits and constants of clusters; those of Apache Kafka by default. */
  readonly profile?: ProfileChoice | undefined
  /** The command as typed, without --runs and --seconds: a refusal names a better one. */
  readonly command: string
  /** Directory of the report; made anew under `reports` by default, null for no report. */
  readonly out?: string | null | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: PlanProgress) => void) | undefined
}

export interface PlanResult {
  readonly report: PlanReport
  /** What was written, the page first. */
  readonly files: readonly string[]
}

/** Disk left to others: runs shrink rather than take more than a quarter of what is free. */
const DISK_SHARE = 4
const BYTES_PER_RUN_MIN = 16 * 2 ** 20

/**
 * Measures, plans and verifies on the embedded engine.
 * @throws HighwaterError HIGHWATER_CONFIG for what cannot be asked, HIGHWATER_RESOURCES if the machine lacks
 *   what it takes, HIGHWATER_AUDIT if a record is lost, doubled or damaged, HIGHWATER_INTERRUPTED,
 *   HIGHWATER_STORAGE if the report cannot be written
 */
export async function runPlan(run: PlanRun): Promise<PlanResult> {
  // What cannot be asked is refused before a file is read.
  checkAsked(run)
  const signal = run.signal ?? new AbortController().signal
  const inputs = await readPlanInputs(run, signal)
  const settings = settingsOf(run, inputs.sample?.sentMeanBytes)
  const directory = openReport(run.out, 'plan', PLAN_FILES)
  const measurements = await measure({ run, settings, inputs, signal })
  const report = makePlanReport(measurements)
  return { report, files: directory?.write(planFiles(report, measurements)) ?? [] }
}

/**
 * What a run would measure and how long it would take, in sentences; nothing is started.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export async function outlinePlan(run: PlanRun): Promise<readonly string[]> {
  checkAsked(run)
  const inputs = await readPlanInputs(run, run.signal ?? new AbortController().signal)
  return [...outlineOf(settingsOf(run, inputs.sample?.sentMeanBytes)), ...inputs.notices]
}

/** Looks at all that was asked, also at what is used late: a handler, the engine's settings, a truth. */
function checkAsked(run: PlanRun): void {
  const settings = settingsOf(run)
  if (run.handlerModule !== undefined) handlerSource(run.handlerModule)
  if (run.engine !== undefined) checkEngine(run.engine)
  if (run.target?.kind === 'sim') checkTruth(parseTruth(run.target.truth), settings)
}

function settingsOf(run: PlanRun, sampleBytes?: number): PlanSettings {
  const cores = run.target?.kind === 'sim' ? SIM_CORES : readMachine().cores
  const handlerModule = run.handlerModule ?? truthHandler(run)
  const options = { ...run, handlerModule, sampleBytes, cores, profile: profileOf(run.profile) }
  return fitToBudget(planSettings(options), options)
}

/** Consumers of a simulation have the handler of its truth where the plan names none. */
function truthHandler({ process, target }: PlanRun): string | undefined {
  if (target?.kind !== 'sim' || (process !== undefined && process !== null)) return undefined
  return parseTruth(target.truth).handlerMs === null ? undefined : TRUTH_HANDLER
}

/** What is measured, and how it is given back. */
interface Opened {
  readonly bench: PlanBench
  readonly settings: PlanSettings
  close(): Promise<void>
}

interface Surroundings {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly cores: number
  readonly sample: PackedValues | null
}

const SIM_SEED = 0x5eed
/** Of a simulation, whose points are then the same on every machine. */
const SIM_CORES = 4

/** The truth that was given; keys of the plan are those of the load, unless the truth says others. */
function simulatedTruth(text: string, keys: PlanRun['keys']): SimTruth {
  const truth = parseTruth(text)
  const isGiven = keys?.kind === 'uniform' || keys?.kind === 'zipf'
  return isGiven && truth.keys.kind === 'even' ? { ...truth, keys } : truth
}

async function openBench(run: PlanRun, asked: PlanSettings, around: Surroundings): Promise<Opened> {
  if (run.target?.kind === 'sim') {
    const truth = simulatedTruth(run.target.truth, run.keys)
    // Not the stream that shuffles the runs.
    const random = seededRandom(asked.seed ^ SIM_SEED)
    const bench = new SimulatedBench({ truth, settings: asked, random, signal: around.signal })
    return { bench, settings: asked, close: () => Promise.resolve() }
  }
  const target = await startEmbeddedTarget(run.engine)
  try {
    const settings = fitToRoom(fitToDisk(asked, diskOf(target)), await target.partitionRoom())
    const startTarget = (): Promise<Target> => startEmbeddedTarget(run.engine)
    const bench = new EmbeddedBench({ target, startTarget, settings, ...around })
    return { bench, settings, close: () => target.close() }
  } catch (cause) {
    await target.close()
    throw cause
  }
}

interface PlanTask {
  readonly run: PlanRun
  readonly settings: PlanSettings
  readonly inputs: PlanInputs
  readonly signal: AbortSignal
}

async function measure({ run, settings: asked, inputs, signal }: PlanTask): Promise<Measurements> {
  const clock = systemClock
  const createdAt = new Date(clock.now()).toISOString()
  const startedMs = clock.monotonic()
  const expectedMs = expectedSeconds(asked) * 1000
  const progress: Progress = (step, text) => {
    const passedMs = clock.monotonic() - startedMs
    const done = Math.min(DONE_MAX, passedMs / expectedMs)
    run.onProgress?.({ step, text, done, leftSeconds: Math.max(0, expectedMs - passedMs) / 1000 })
  }
  const isSimulated = run.target?.kind === 'sim'
  progress('start', isSimulated ? 'starting the simulation' : 'looking at the machine, starting the engine')
  const looked = isSimulated ? null : await readEnvironment(clock, signal)
  const { bench, settings, close } = await openBench(run, asked, {
    clock,
    signal,
    cores: looked?.cores ?? SIM_CORES,
    sample: inputs.sample?.values ?? null
  })
  try {
    const { machine, overhead, label, kind } = bench
    const asTyped = { command: fullCommand(run), bareCommand: run.command }
    const measuredOn = {
      target: kind,
      label,
      settings,
      environment: looked ?? simulatedEnvironment(machine.cores),
      machine,
      overhead,
      ...storedInputs(inputs)
    }
    const withFindings = (findings: SessionFindings): Measurements => ({
      schemaVersion: 1,
      kind: 'measurements',
      createdAt,
      durationSeconds: Math.round((clock.monotonic() - startedMs) / 100) / 10,
      ...asTyped,
      ...measuredOn,
      findings
    })
    const session = new PlanSession({
      bench,
      settings,
      // Real time has no say in what a simulation does: the same seed gives the same runs.
      clock: isSimulated ? { ...clock, monotonic: () => startedMs } : clock,
      startedMs,
      progress,
      sharesAt: partitions => sharesAt(inputs, partitions),
      judge: findings => planOutcome(withFindings(findings)).outcome,
      foretell: findings => foretold(withFindings(findings))
    })
    return withFindings(await session.run())
  } finally {
    await close()
  }
}

function storedInputs({ keys, notices }: PlanInputs): Pick<Measurements, 'keys' | 'notices'> {
  return { keys: keys === null ? null : storedKeys(keys), notices }
}

/** What each partition gets of the keys that were given. */
function sharesAt({ keys }: PlanInputs, partitions: number): readonly number[] | null {
  if (keys === null) return null
  return [...partitionShares(sharesOfKeys(keys), partitions)]
}

/** @throws HighwaterError HIGHWATER_CONFIG */
function profileOf(choice: ProfileChoice | undefined): Profile | undefined {
  if (choice === undefined) return undefined
  return choice.kind === 'name' ? profileNamed(choice.name) : readProfile(choice.path)
}

/** Nothing is done before it is done. */
const DONE_MAX = 0.99
/** The command with the lengths that were asked for. */
function fullCommand({ command, runs, seconds }: PlanRun): string {
  const withRuns = runs === undefined ? '' : ` --runs ${runs}`
  return `${command}${withRuns}${seconds === undefined ? '' : ` --seconds ${seconds}`}`
}

interface Disk {
  readonly directory: string
  readonly freeBytes: number
}

/** Where the records go; null where nobody here can tell what is free. */
function diskOf({ logDirectory }: Target): Disk | null {
  const freeBytes = logDirectory === null ? null : freeDiskBytes(logDirectory)
  return logDirectory === null || freeBytes === null ? null : { directory: logDirectory, freeBytes }
}

/** Smaller runs on a small disk. @throws HighwaterError HIGHWATER_RESOURCES */
export function fitToDisk(settings: PlanSettings, disk: Disk | null): PlanSettings {
  if (disk === null) return settings
  const { directory, freeBytes } = disk
  const affordable = Math.floor(freeBytes / DISK_SHARE / RUNS_ON_DISK)
  if (affordable < BYTES_PER_RUN_MIN) {
    const needed = BYTES_PER_RUN_MIN * DISK_SHARE * RUNS_ON_DISK
    throw new HighwaterError(
      'HIGHWATER_RESOURCES',
      `Measuring needs ${formatBytes(needed)} free on the disk of ${directory}, which has ` +
        `${formatBytes(freeBytes)}; free some, or set TMPDIR to a directory on another disk.`
    )
  }
  return { ...settings, bytesPerRunMax: Math.min(settings.bytesPerRunMax, affordable) }
}

/** Fewer partitions where there is no room for all of them at once: the largest counts go first. */
export function fitToRoom(settings: PlanSettings, room: PartitionRoom): PlanSettings {
  const counts = [...settings.counts]
  let heldOutCount = settings.heldOutCount
  const taken = (): number => counts.reduce((sum, count) => sum + count, heldOutCount ?? 0)
  while (counts.length > 1 && taken() > room.partitions) {
    const last = counts.pop()
    // What was left out lies between counts that are fitted.
    if (heldOutCount !== null && heldOutCount > (counts.at(-1) ?? 0)) heldOutCount = null
    if (last !== undefined && last / 2 > (counts.at(-1) ?? 0)) counts.push(Math.floor(last / 2))
  }
  return {
    ...settings,
    counts,
    heldOutCount,
    costCounts: settings.costCounts.filter(count => count <= room.partitions)
  }
}
