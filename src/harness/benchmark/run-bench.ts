/**
 * `bench` from start to end: warm up, run, read every record back, report. Prints nothing: what happens is
 * told by events, what was found by the report.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { openReport } from '../report-writer.ts'
import { type FramedRun, runFramed } from './bench-frame.ts'
import { BENCH_FILES, benchFiles } from './bench-page.ts'
import { type BenchReport, makeBenchReport } from './bench-report.ts'
import { BenchSession } from './bench-session.ts'
import { type BenchOptions, benchSettings } from './bench-settings.ts'
import { fitToDisk } from './disk-budget.ts'

export type BenchRunOptions = BenchOptions & FramedRun

export interface BenchOutcome {
  readonly report: BenchReport
  /** What was written, the page first. */
  readonly files: readonly string[]
}

/**
 * Measures on the embedded engine, and writes the report.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_INTERRUPTED;
 *   HIGHWATER_AUDIT if a record was lost, doubled or failed: no number is given then
 */
export async function runBench(run: BenchRunOptions): Promise<BenchOutcome> {
  const asked = benchSettings(run)
  const directory = openReport(run.out, `bench-${run.workload}`, BENCH_FILES)
  const findings = await runFramed(run, freeBytes => {
    const plan = { ...asked, settings: fitToDisk(asked, freeBytes) }
    const { consumers, stall, consumerConfig } = plan.settings
    return {
      load: plan.load,
      readers: Math.max(1, consumers),
      stall,
      consumerConfig,
      session: async context => ({ ...(await new BenchSession(context, plan).run()), plan })
    }
  })
  const report = makeBenchReport(findings)
  return { report, files: directory?.write(benchFiles(report, findings)) ?? [] }
}
