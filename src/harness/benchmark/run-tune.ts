/**
 * `tune` from start to end: every cell of a grid of batch.size and linger.ms, several times in another order
 * each, at saturation and at a rate; then what the batch model makes of them. Prints nothing.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { type Random, seededRandom } from '../../base/random.ts'
import { openReport } from '../report-writer.ts'
import type { BenchAudit } from './bench-audit.ts'
import { type FramedRun, runFramed } from './bench-frame.ts'
import { type BenchContext, type BenchRun, BenchSession } from './bench-session.ts'
import { checkDisk } from './disk-budget.ts'
import { type CellRuns, gridPlans } from './tune-cells.ts'
import { TUNE_FILES, tuneFiles } from './tune-page.ts'
import { makeTuneReport, type TuneReport } from './tune-report.ts'
import { type TuneOptions, type TunePlan, tuneSettings } from './tune-settings.ts'

export type TuneRunOptions = TuneOptions & FramedRun

export interface TuneOutcome {
  readonly report: TuneReport
  /** What was written, the page first. */
  readonly files: readonly string[]
}

/**
 * Tunes on the embedded engine, and writes the report.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_INTERRUPTED;
 *   HIGHWATER_AUDIT if a record was lost, doubled or failed: no number is given then
 */
export async function runTune(run: TuneRunOptions): Promise<TuneOutcome> {
  const plan = tuneSettings(run)
  const directory = openReport(run.out, 'tune', TUNE_FILES)
  const findings = await runFramed(run, freeBytes => {
    checkDisk(bytesOf(plan), freeBytes)
    return {
      load: plan.base.load,
      readers: 1,
      stall: null,
      consumerConfig: {},
      session: async context => ({ ...(await tuneGrid(context, plan)), plan })
    }
  })
  const report = makeTuneReport(findings)
  return { report, files: directory?.write(tuneFiles(report)) ?? [] }
}

/** What a grid writes at most. */
function bytesOf({ settings, base }: TunePlan): number {
  const { cells, runs, seconds, recordsPerSecond } = settings
  const paced = recordsPerSecond * (seconds + 1) * base.load.meanRecordBytes
  return cells.length * runs * (paced + base.settings.bytesPerRunMax)
}

/** Every cell in each round, in an order of its own, so that a slow minute meets them all. */
export async function tuneGrid(
  context: BenchContext,
  plan: TunePlan
): Promise<{ readonly runs: readonly CellRuns[]; readonly audit: BenchAudit }> {
  const { settings, base } = plan
  const plans = gridPlans(plan)
  const runs = plans.map(() => ({ saturation: [] as BenchRun[], paced: [] as BenchRun[] }))
  const session = new BenchSession(context, base)
  const random = seededRandom(base.load.seed)
  await session.start()
  for (let round = 1; round <= settings.runs; round++) {
    for (const index of shuffled(plans.length, random)) {
      const { batchSize, lingerMs } = settings.cells[index]!
      context.onStep(`round ${round} of ${settings.runs}: batch.size=${batchSize} linger.ms=${lingerMs}`)
      const { saturation, paced } = plans[index]!
      await session.turnTo(saturation)
      runs[index]!.saturation.push(await session.produce())
      await session.turnTo(paced)
      runs[index]!.paced.push(await session.produce())
    }
  }
  return { runs, audit: await session.audit() }
}

/** 0 to count - 1, in any order. Source: Fisher and Yates. */
function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}
