/**
 * `plan` from start to end: measure Tp and Tc on one partition, check every record, recommend a count, verify
 * it. Prints nothing: what happens is told by events, what was found by the report.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { systemClock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { makePlan, type Plan } from '../planner/plan.ts'
import type { Refusal } from '../planner/refusal.ts'
import { formatByteRate, formatBytes } from '../planner/units.ts'
import type { AuditResult } from './audit.ts'
import type { BenchContext } from './bench-run.ts'
import { freeDiskBytes, readEnvironment, readMachine } from './environment.ts'
import { ConsumerBench, type HandlerRun, handlerRun } from './measure-consumer.ts'
import { type LoaderTrial, ProducerBench } from './measure-producer.ts'
import { type BenchPoint, type BenchRun, consumerPoint, producerPoint } from './measured-point.ts'
import { makePlanReport, type PlanReport } from './plan-report.ts'
import { type PlanOptions, type PlanSettings, planSettings } from './plan-settings.ts'
import { defaultReportDirectory, ReportDirectory } from './report-writer.ts'
import type { Target } from './target.ts'
import { startEmbeddedTarget } from './targets/embedded-target.ts'
import { type VerifiedPlan, verifyPlan } from './verify-plan.ts'

/** What is going on, for people who wait. */
export interface PlanProgress {
  readonly step: 'start' | 'loaders' | 'measure' | 'audit' | 'verify'
  readonly text: string
}

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

type Progress = (step: PlanProgress['step'], text: string) => void

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
  const directory =
    run.out === null ? null : new ReportDirectory(run.out ?? defaultReportDirectory(systemClock))
  try {
    const report = await measurePlan(run, settings)
    return { report, files: directory?.write(report) ?? [] }
  } catch (cause) {
    directory?.discard()
    throw cause
  }
}

async function measurePlan(run: PlanRun, asked: PlanSettings): Promise<PlanReport> {
  const clock = systemClock
  const signal = run.signal ?? new AbortController().signal
  const createdAtMs = clock.now()
  const startedMs = clock.monotonic()
  const progress: Progress = (step, text) => run.onProgress?.({ step, text })

  progress('start', 'looking at the machine, starting the engine')
  const environment = await readEnvironment(clock, signal)
  const target = await startEmbeddedTarget(environment.cores)
  try {
    const settings = fitToDisk(asked, target)
    const context: BenchContext = { target, clock, signal, settings, cores: environment.cores }
    const found = await new PlanSession(context, run.command, progress).run()
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

/** Smaller runs on a small disk. @throws HighwaterError HIGHWATER_RESOURCES */
function fitToDisk(settings: PlanSettings, target: Target): PlanSettings {
  const free = target.logDirectory === null ? null : freeDiskBytes(target.logDirectory)
  if (free === null) return settings
  // Trials and verification write as much as four runs each, at most.
  const affordable = Math.floor(free / DISK_SHARE / (settings.runs + 8))
  if (affordable < BYTES_PER_RUN_MIN) {
    const needed = BYTES_PER_RUN_MIN * DISK_SHARE * (settings.runs + 8)
    throw new HighwaterError(
      'HIGHWATER_RESOURCES',
      `Measuring needs ${formatBytes(needed)} free on the disk of ${target.logDirectory}, which has ` +
        `${formatBytes(free)}; free some, or set TMPDIR to a directory on another disk.`
    )
  }
  return { ...settings, bytesPerRunMax: Math.min(settings.bytesPerRunMax, affordable) }
}

interface SessionPoints {
  readonly producer: BenchPoint
  readonly consumerFetchOnly: BenchPoint
  readonly consumerWithHandler: BenchPoint | null
}

interface SessionFindings extends SessionPoints {
  readonly loaders: number
  readonly loaderTrials: readonly LoaderTrial[]
  readonly outcome: Plan | Refusal
  readonly verified: VerifiedPlan | null
  readonly audit: AuditResult
}

interface Rounds {
  readonly producer: BenchRun[]
  readonly fetchOnly: BenchRun[]
  readonly withHandler: BenchRun[]
}

class PlanSession {
  readonly #context: BenchContext
  readonly #command: string
  readonly #progress: Progress
  readonly #producers: ProducerBench
  readonly #consumers: ConsumerBench

  constructor(context: BenchContext, command: string, progress: Progress) {
    this.#context = context
    this.#command = command
    this.#progress = progress
    this.#producers = new ProducerBench(context)
    this.#consumers = new ConsumerBench(context)
  }

  async run(): Promise<SessionFindings> {
    const { target, settings } = this.#context
    try {
      await target.createTopic(settings.topic, 1)
      this.#progress('loaders', 'finding how many producers it takes, and warming every thread')
      const loaderTrials = await this.#producers.chooseLoaders()
      await this.#consumers.open()
      const rounds = await this.#measureRounds()
      this.#progress('audit', 'reading every record back')
      const audit = await this.#consumers.audit(await this.#acknowledged())
      await this.#consumers.close()
      const points = this.#points(rounds)
      const outcome = this.#plan(points)
      const verified = outcome.kind === 'plan' ? await this.#verify(outcome) : null
      const loaders = this.#producers.loaders
      return { loaders, loaderTrials, ...points, outcome, verified, audit }
    } finally {
      await this.#consumers.close()
      await this.#producers.group.close()
    }
  }

  /** Tp, Tc and Tc with the handler in turns, so that a slow minute of the machine meets them all. */
  async #measureRounds(): Promise<Rounds> {
    const { settings } = this.#context
    const { process } = settings
    const length: HandlerRun | null = process === null ? null : handlerRun(process, settings.secondsPerRun)
    const rounds: Rounds = { producer: [], fetchOnly: [], withHandler: [] }
    for (let round = 1; round <= settings.runs; round++) {
      const count = `run ${round} of ${settings.runs}`
      this.#progress('measure', `Tp, ${count}`)
      rounds.producer.push(await this.#producers.run())
      const endOffset = (await this.#acknowledged()).reduce((sum, records) => sum + records, 0)
      this.#progress('measure', `Tc fetch-only, ${count}`)
      rounds.fetchOnly.push(await this.#consumers.fetchOnly(endOffset))
      if (process !== null && length !== null) {
        this.#progress('measure', `Tc with the handler, ${count}`)
        rounds.withHandler.push(await this.#consumers.withHandler(process, endOffset, length))
      }
    }
    return rounds
  }

  /** Records of the measured partition, by loader. */
  async #acknowledged(): Promise<readonly number[]> {
    const [acknowledged] = await this.#producers.acknowledged(this.#context.settings.topic, 1)
    return acknowledged ?? []
  }

  #points(rounds: Rounds): SessionPoints {
    const { recordBytes } = this.#context.settings
    return {
      producer: producerPoint(rounds.producer, recordBytes),
      consumerFetchOnly: consumerPoint(rounds.fetchOnly, recordBytes),
      consumerWithHandler:
        rounds.withHandler.length === 0 ? null : consumerPoint(rounds.withHandler, recordBytes)
    }
  }

  #plan(points: SessionPoints): Plan | Refusal {
    const { settings, target } = this.#context
    const { producer, consumerFetchOnly, consumerWithHandler } = points
    return makePlan({
      targetThroughput: settings.targetThroughput,
      recordBytes: settings.recordBytes,
      process: settings.process,
      producer,
      consumerFetchOnly,
      consumerWithHandler,
      cpu: { producePerByte: producer.cpuPerByte, consumePerByte: consumerFetchOnly.cpuPerByte },
      overhead: target.partitionOverhead,
      machine: readMachine(),
      rerun: { command: this.#command, runs: settings.runs, secondsPerRun: settings.secondsPerRun }
    })
  }

  #verify(plan: Plan): Promise<VerifiedPlan> {
    const rate = formatByteRate(this.#context.settings.targetThroughput)
    this.#progress('verify', `offering ${rate} to the recommended count, then reading it back`)
    return verifyPlan(this.#context, plan, this.#producers)
  }
}
