/**
 * The measuring part of `plan`, whatever is measured: throughput at several counts and Tc in shuffled blocks,
 * again where they cannot tell; a count that was left out, predicted before it is measured; what partitions
 * cost; the audit; and the recommended count under load.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import type { Clock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { seededRandom } from '../../base/random.ts'
import { shuffledBlocks } from '../../planner/measurement-order.ts'
import type { Side } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import type { Refusal } from '../../planner/refusal.ts'
import { formatByteRate, formatDuration } from '../../planner/units.ts'
import type { AuditResult } from '../audit.ts'
import { handlerRun } from './measure-consumer.ts'
import type { LoaderTrial } from './measure-producer.ts'
import type { BenchRun } from './measured-point.ts'
import type { CountCost, HandlerBenchRun, PlanBench } from './plan-bench.ts'
import { runSeconds } from './plan-duration.ts'
import type { PlanSettings } from './plan-settings.ts'
import { repeatDoubtful } from './repeat.ts'
import type { VerifiedPlan } from './verify-plan.ts'

/** What is going on, for people who wait. */
export interface PlanProgress {
  readonly step: 'start' | 'loaders' | 'measure' | 'costs' | 'audit' | 'verify'
  readonly text: string
  /** Share of the work that is done, 0 to 1, by the time that it usually takes. */
  readonly done: number
  /** By the time that it takes at the most. */
  readonly leftSeconds: number
}

export type Progress = (step: PlanProgress['step'], text: string) => void

/** Saturation runs of producers on so many partitions. */
export interface CountRuns {
  readonly partitions: number
  readonly runs: readonly BenchRun[]
}

/** Everything that was measured, run by run: what a plan is made of, and made again. */
export interface SessionFindings {
  readonly loaderTrials: readonly LoaderTrial[]
  /** Producers of all runs. */
  readonly loaders: number
  /** Ascending; one partition is the first. */
  readonly produce: readonly CountRuns[]
  /** The count that took no part in the fit; null where none was asked for, or the run ended before it. */
  readonly heldOut: CountRuns | null
  readonly fetchOnly: readonly BenchRun[]
  /** Empty where there is no handler, or it takes too long to be measured. */
  readonly withHandler: readonly HandlerBenchRun[]
  readonly costs: readonly CountCost[]
  /** A sentence for each time that something was measured again, or shorter than it was to be. */
  readonly repeats: readonly string[]
  /** What else to know of the runs. */
  readonly notices: readonly string[]
  /** What ran when: `N=4`, `Tc`, `handler`. */
  readonly order: readonly string[]
  /** Null before it was tried, and after a refusal. */
  readonly verified: VerifiedPlan | null
  readonly audit: AuditResult
  /** Ended by its user before all was measured. */
  readonly interrupted: boolean
}

const FETCH = 'Tc'
const HANDLER = 'handler'

interface SessionTask {
  readonly bench: PlanBench
  readonly settings: PlanSettings
  readonly clock: Clock
  /** Monotonic, of everything. */
  readonly startedMs: number
  readonly progress: Progress
  /** The plan that findings so far allow: pure. */
  readonly judge: (findings: SessionFindings) => Plan | Refusal
  /** What each of so many partitions gets of the load; null: all the same. */
  readonly sharesAt: (partitions: number) => readonly number[] | null
  /** What the fit says of the count that was left out, in words. */
  readonly foretell: (findings: SessionFindings) => string | null
}

export class PlanSession {
  readonly #task: SessionTask
  readonly #produce = new Map<number, BenchRun[]>()
  readonly #order: string[] = []
  #loaderTrials: readonly LoaderTrial[] = []
  #heldOut: BenchRun[] = []
  #fetchOnly: BenchRun[] = []
  #withHandler: HandlerBenchRun[] = []
  #costs: readonly CountCost[] = []
  #repeats: readonly string[] = []
  #verified: VerifiedPlan | null = null
  #audit: AuditResult = { records: 0, bytes: 0 }
  #blocks = 0

  constructor(task: SessionTask) {
    this.#task = task
  }

  /**
   * All of it, or what there is when the user ends it.
   * @throws HighwaterError HIGHWATER_INTERRUPTED before there is anything to tell
   */
  async run(): Promise<SessionFindings> {
    try {
      await this.#measureAll()
      return this.#findings(false)
    } catch (cause) {
      const isEnded = cause instanceof HighwaterError && cause.code === 'HIGHWATER_INTERRUPTED'
      if (!isEnded || this.#blocks < 2) throw cause
      return this.#findings(true)
    } finally {
      await this.#task.bench.close()
    }
  }

  async #measureAll(): Promise<void> {
    const { bench, settings, progress, judge, foretell } = this.#task
    const { counts, heldOutCount, costCounts, runs } = settings
    progress('loaders', 'finding how many producers it takes, and warming every thread')
    const all = heldOutCount === null ? counts : [...counts, heldOutCount].toSorted((a, b) => a - b)
    this.#loaderTrials = await bench.prepare(all)
    const seconds = this.#runSeconds()
    await this.#measureBlocks(['produce', 'consume'], seconds)
    this.#repeats = [...this.#repeats, ...(await this.#repeat())]
    if (heldOutCount !== null) {
      const foretold = foretell(this.#findings(false))
      if (foretold !== null) progress('measure', foretold)
      for (let run = 1; run <= runs; run++) {
        progress('measure', `${heldOutCount} partitions, left out of the fit, run ${run} of ${runs}`)
        this.#heldOut.push(await this.#produceAt(heldOutCount, seconds))
      }
    }
    if (costCounts.length > 0) {
      progress('costs', `what ${costCounts.join(', ')} partitions cost here`)
      this.#costs = await bench.countCosts(costCounts)
    }
    progress('audit', 'reading every record back')
    this.#audit = await bench.audit()
    const outcome = judge(this.#findings(false))
    if (outcome.kind === 'plan') await this.#verify(outcome)
  }

  /** Of the first runs; said where they are shorter than they were to be. */
  #runSeconds(): number {
    const { settings } = this.#task
    const preparedSeconds = this.#passedSeconds()
    const seconds = runSeconds(settings, preparedSeconds)
    if (seconds < settings.secondsPerRun) {
      const prepared = formatDuration(Math.round(preparedSeconds) * 1000)
      this.#repeats = [
        `Getting ready took ${prepared} on a busy machine: runs are cut to ` +
          `${formatDuration(seconds * 1000)}, so that a first look stays one.`
      ]
    }
    return seconds
  }

  #passedSeconds(): number {
    const { clock, startedMs } = this.#task
    return (clock.monotonic() - startedMs) / 1000
  }

  /** Each block holds every quantity once, shuffled, so that a slow minute meets them all. */
  async #measureBlocks(sides: readonly Side[], seconds: number): Promise<void> {
    const { bench, settings, progress } = this.#task
    const items = this.#itemsOf(sides)
    const random = seededRandom(settings.seed + this.#blocks)
    for (const [index, block] of shuffledBlocks(items, settings.runs, random).entries()) {
      const count = `run ${index + 1} of ${settings.runs}`
      for (const item of block) {
        if (item === FETCH) {
          progress('measure', `Tc fetch-only, ${count}`)
          this.#fetchOnly.push(await bench.fetchOnly(seconds))
        } else if (item === HANDLER) {
          progress('measure', `Tc with the handler, ${count}`)
          this.#withHandler.push(await bench.withHandler(seconds))
        } else {
          const partitions = Number(item)
          progress('measure', `${partitions === 1 ? 'Tp' : `${partitions} partitions`}, ${count}`)
          const runs = this.#produce.get(partitions) ?? []
          runs.push(await this.#produceAt(partitions, seconds))
          this.#produce.set(partitions, runs)
        }
        this.#order.push(item === FETCH || item === HANDLER ? item : `N=${item}`)
      }
      this.#blocks += 1
    }
  }

  #itemsOf(sides: readonly Side[]): string[] {
    const { counts } = this.#task.settings
    const items: string[] = []
    if (sides.includes('produce')) items.push(...counts.map(String))
    if (!sides.includes('consume')) return items
    const measures = this.#measuresHandler()
    // With a handler that can be measured, fetching alone only explains.
    if (!measures || this.#fetchOnly.length === 0) items.push(FETCH)
    if (measures) items.push(HANDLER)
    return items
  }

  #measuresHandler(): boolean {
    const { process, secondsPerRun, handlerModule } = this.#task.settings
    return handlerModule !== null || (process !== null && handlerRun(process, secondsPerRun) !== null)
  }

  #produceAt(partitions: number, seconds: number): Promise<BenchRun> {
    return this.#task.bench.produce(partitions, seconds)
  }

  #repeat(): Promise<string[]> {
    const { settings, progress, judge } = this.#task
    return repeatDoubtful({
      settings,
      judge: () => judge(this.#findings(false)),
      passedSeconds: () => this.#passedSeconds(),
      measure: async (sides, seconds, what) => {
        progress('measure', what)
        await this.#measureAnew(sides, seconds)
      }
    })
  }

  /** What was measured before is given up for what is measured now, or kept if that comes to no end. */
  async #measureAnew(sides: readonly Side[], seconds: number): Promise<void> {
    const before = { produce: new Map(this.#produce), fetch: this.#fetchOnly, handler: this.#withHandler }
    if (sides.includes('produce')) this.#produce.clear()
    if (sides.includes('consume')) {
      if (this.#withHandler.length > 0) this.#withHandler = []
      else this.#fetchOnly = []
    }
    try {
      await this.#measureBlocks(sides, seconds)
    } catch (cause) {
      this.#produce.clear()
      for (const [partitions, runs] of before.produce) this.#produce.set(partitions, runs)
      this.#fetchOnly = before.fetch
      this.#withHandler = before.handler
      throw cause
    }
  }

  async #verify(plan: Plan): Promise<void> {
    const { bench, progress, settings, sharesAt } = this.#task
    const rate = formatByteRate(settings.offeredThroughput)
    progress('verify', `offering ${rate} to the recommended count, then reading it back`)
    const onAudit = (): void => progress('audit', 'reading every record of the verification back')
    this.#verified = await bench.verify(plan, onAudit, sharesAt(plan.partitions))
  }

  #findings(interrupted: boolean): SessionFindings {
    const counts = [...this.#produce.keys()].toSorted((a, b) => a - b)
    const { heldOutCount } = this.#task.settings
    return {
      loaderTrials: this.#loaderTrials,
      loaders: this.#task.bench.loaders,
      produce: counts.map(partitions => {
        const runs = this.#produce.get(partitions)
        invariant(runs !== undefined, 'a count that was measured has runs')
        return { partitions, runs: [...runs] }
      }),
      heldOut:
        heldOutCount === null || this.#heldOut.length < 2
          ? null
          : { partitions: heldOutCount, runs: [...this.#heldOut] },
      fetchOnly: [...this.#fetchOnly],
      withHandler: [...this.#withHandler],
      costs: this.#costs,
      repeats: this.#repeats,
      notices: this.#task.bench.notices(),
      order: [...this.#order],
      verified: this.#verified,
      audit: this.#audit,
      interrupted
    }
  }
}
