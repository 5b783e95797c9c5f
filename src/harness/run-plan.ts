/**
 * `plan` from start to end: measure Tp and Tc on one partition, check every record, recommend a count, verify
 * it. Prints nothing: what happens is told by events, what was found by the report.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { systemClock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { formatBytes } from '../planner/units.ts'
import type { BenchContext } from './bench-run.ts'
import { freeDiskBytes, readEnvironment } from './environment.ts'
import { PLAN_FILES, planFiles } from './plan-files.ts'
import { makePlanReport, type PlanReport } from './plan-report.ts'
import { type PlanProgress, PlanSession, type Progress } from './plan-session.ts'
import { type PlanOptions, type PlanSettings, planSettings } from './plan-settings.ts'
import { REPEATS_MAX } from './repeat.ts'
import { openReport } from './report-writer.ts'
import type { Target } from './target.ts'
import { startEmbeddedTarget } from './targets/embedded-target.ts'

export interface PlanRun extends PlanOptions {
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
 * Measures and plans on the embedded engine, and writes the report.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_INTERRUPTED;
 *   HIGHWATER_AUDIT if a record was lost, doubled or damaged: no number is given then
 */
export async function runPlan(run: PlanRun): Promise<PlanResult> {
  const settings = planSettings(run)
  const directory = openReport(run.out, 'plan', PLAN_FILES)
  const report = await measurePlan(run, settings)
  return { report, files: directory?.write(planFiles(report)) ?? [] }
}

async function measurePlan(run: PlanRun, asked: PlanSettings): Promise<PlanReport> {
  const clock = systemClock
  const signal = run.signal ?? new AbortController().signal
  const createdAtMs = clock.now()
  const startedMs = clock.monotonic()
  const progress: Progress = (step, text) => run.onProgress?.({ step, text })

  progress('start', 'looking at the machine, starting the engine')
  const environment = await readEnvironment(clock, signal)
  const target = await startEmbeddedTarget()
  try {
    const settings = fitToDisk(asked, diskOf(target))
    const context: BenchContext = { target, clock, signal, settings, cores: environment.cores }
    const found = await new PlanSession(context, { command: run.command, startedMs, progress }).run()
    return makePlanReport({
      ...found,
      createdAtMs,
      durationSeconds: (clock.monotonic() - startedMs) / 1000,
      command: fullCommand(run),
      label: target.label,
      settings,
      environment
    })
  } finally {
    await target.close()
  }
}

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
  const repeats = settings.patienceSeconds === null ? 0 : REPEATS_MAX
  // Trials and verification write as much as four runs each, at most.
  const runs = settings.runs * (1 + repeats) + 8
  const affordable = Math.floor(freeBytes / DISK_SHARE / runs)
  if (affordable < BYTES_PER_RUN_MIN) {
    const needed = BYTES_PER_RUN_MIN * DISK_SHARE * runs
    throw new HighwaterError(
      'HIGHWATER_RESOURCES',
      `Measuring needs ${formatBytes(needed)} free on the disk of ${directory}, which has ` +
        `${formatBytes(freeBytes)}; free some, or set TMPDIR to a directory on another disk.`
    )
  }
  return { ...settings, bytesPerRunMax: Math.min(settings.bytesPerRunMax, affordable) }
}
