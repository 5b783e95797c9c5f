/**
 * Plans, benchmarks and tuning as functions. The first call loads their code: a program that only sends and
 * receives records does not carry it, 7 MB of memory.
 *
 * Thread: the caller's; load runs in threads of its own.
 */
import type { BenchOutcome, BenchRunOptions } from './benchmark/run-bench.ts'
import type { TuneOutcome, TuneRunOptions } from './benchmark/run-tune.ts'
import type { ReplayResult } from './plan/replay-plan.ts'
import type { PlanResult, PlanRun } from './plan/run-plan.ts'

/**
 * Measures, and says how many partitions the load needs.
 * @throws HighwaterError HIGHWATER_CONFIG, _STORAGE, _AUDIT, _INTERRUPTED
 */
export async function runPlan(run: PlanRun): Promise<PlanResult> {
  const plans = await import('./plan/run-plan.ts')
  return plans.runPlan(run)
}

/**
 * What `runPlan` would do, in sentences; nothing is measured.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export async function outlinePlan(run: PlanRun): Promise<readonly string[]> {
  const plans = await import('./plan/run-plan.ts')
  return plans.outlinePlan(run)
}

/**
 * Makes the report of a directory again from its measurements, and compares the files.
 * @param out where the files go; null: nothing is written
 * @throws HighwaterError HIGHWATER_CONFIG, _STORAGE
 */
export async function replayPlan(directory: string, out: string | null): Promise<ReplayResult> {
  const replays = await import('./plan/replay-plan.ts')
  return replays.replayPlan(directory, out)
}

/**
 * Measures producing, consuming or both.
 * @throws HighwaterError HIGHWATER_CONFIG, _STORAGE, _AUDIT, _INTERRUPTED
 */
export async function runBench(run: BenchRunOptions): Promise<BenchOutcome> {
  const benchmarks = await import('./benchmark/run-bench.ts')
  return benchmarks.runBench(run)
}

/**
 * Measures 3 x 3 settings of batch.size and linger.ms beside what the batch model says.
 * @throws HighwaterError HIGHWATER_CONFIG, _STORAGE, _AUDIT, _INTERRUPTED
 */
export async function runTune(run: TuneRunOptions): Promise<TuneOutcome> {
  const tunes = await import('./benchmark/run-tune.ts')
  return tunes.runTune(run)
}
