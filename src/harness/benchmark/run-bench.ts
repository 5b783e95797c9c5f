/**
 * `bench` from start to end: warm up, run, read every record back, report. Prints nothing: what happens is
 * told by events, what was found by the report.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { processClock } from '../../base/clock.ts'
import { freeDiskBytes, readEnvironment } from '../environment.ts'
import { defaultReportDirectory, ReportDirectory } from '../report-writer.ts'
import type { Target } from '../target.ts'
import { startEmbeddedTarget } from '../targets/embedded-target.ts'
import { startCrew } from './bench-crew.ts'
import { type BenchFindings, type BenchReport, latencyLogs, makeBenchReport } from './bench-report.ts'
import { BenchSession, type SessionFindings } from './bench-session.ts'
import { type BenchOptions, type BenchPlan, benchSettings } from './bench-settings.ts'
import { fitToDisk } from './disk-budget.ts'

/** What a report may consist of. */
const BENCH_FILES = ['bench.json', 'latency-scheduled.hlog', 'latency-sent.hlog']

export interface BenchRunOptions extends BenchOptions {
  /** The command as typed. */
  readonly command: string
  /** Directory of the report; made anew under `reports` by default, null for no report. */
  readonly out?: string | null | undefined
  readonly signal?: AbortSignal | undefined
  /** What is going on, for people who wait. */
  readonly onProgress?: ((text: string) => void) | undefined
}

export interface BenchOutcome {
  readonly report: BenchReport
  /** What was written, the report first. */
  readonly files: readonly string[]
}

/**
 * Measures on the embedded engine, and writes the report.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_INTERRUPTED;
 *   HIGHWATER_AUDIT if a record was lost, doubled or failed: no number is given then
 */
export async function runBench(run: BenchRunOptions): Promise<BenchOutcome> {
  const plan = benchSettings(run)
  const name = `bench-${run.workload}`
  const directory =
    run.out === null
      ? null
      : new ReportDirectory(run.out ?? defaultReportDirectory(processClock, name), BENCH_FILES)
  const findings = await measure(run, plan)
  const report = makeBenchReport(findings)
  const json = `${JSON.stringify(report, null, 2)}\n`
  const files = directory?.write(new Map([['bench.json', json], ...latencyLogs(findings)])) ?? []
  return { report, files }
}

async function measure(run: BenchRunOptions, asked: BenchPlan): Promise<BenchFindings> {
  const signal = run.signal ?? new AbortController().signal
  const createdAtMs = processClock.now()
  const startedMs = processClock.monotonic()
  const onStep = (text: string): void => run.onProgress?.(text)
  onStep('looking at the machine, starting the engine')
  const environment = await readEnvironment(processClock, signal)
  const target = await startEmbeddedTarget()
  try {
    const free = target.logDirectory === null ? null : freeDiskBytes(target.logDirectory)
    const plan = { ...asked, settings: fitToDisk(asked, free) }
    const found = await runSession(target, plan, { signal, onStep })
    return {
      ...found,
      createdAtMs,
      durationSeconds: (processClock.monotonic() - startedMs) / 1000,
      command: run.command,
      label: target.label,
      environment,
      plan
    }
  } finally {
    await target.close()
  }
}

async function runSession(
  target: Target,
  plan: BenchPlan,
  { signal, onStep }: { readonly signal: AbortSignal; readonly onStep: (text: string) => void }
): Promise<SessionFindings> {
  const { settings, load } = plan
  const crew = await startCrew({
    target,
    clock: processClock,
    signal,
    loaders: load.loaders,
    readers: Math.max(1, settings.consumers),
    loaderStart: {
      seed: load.seed,
      sizes: load.sizes,
      keys: load.distribution,
      recordSample: load.recordSample,
      keySample: load.keySample,
      stall: settings.stall
    },
    consumerConfig: settings.consumerConfig
  })
  try {
    return await new BenchSession({ crew, clock: processClock, signal, onStep }, plan).run()
  } finally {
    await crew.close()
  }
}
