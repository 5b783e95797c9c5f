/**
 * The measuring part of `plan`: Tp and Tc in turns, again where they cannot tell, then the audit, the plan
 * and its verification.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import type { Side } from '../planner/partition-count.ts'
import { makePlan, type Plan } from '../planner/plan.ts'
import type { Refusal } from '../planner/refusal.ts'
import { formatByteRate } from '../planner/units.ts'
import type { AuditResult } from './audit.ts'
import type { BenchContext } from './bench-run.ts'
import { readMachine } from './environment.ts'
import { ConsumerBench, handlerRun } from './measure-consumer.ts'
import { type LoaderTrial, ProducerBench } from './measure-producer.ts'
import { type BenchPoint, type BenchRun, consumerPoint, producerPoint } from './measured-point.ts'
import { repeatDoubtful } from './repeat.ts'
import { type VerifiedPlan, verifyPlan } from './verify-plan.ts'

/** What is going on, for people who wait. */
export interface PlanProgress {
  readonly step: 'start' | 'loaders' | 'measure' | 'audit' | 'verify'
  readonly text: string
}

export type Progress = (step: PlanProgress['step'], text: string) => void

interface SessionPoints {
  readonly producer: BenchPoint
  readonly consumerFetchOnly: BenchPoint
  readonly consumerWithHandler: BenchPoint | null
}

interface SessionFindings extends SessionPoints {
  readonly loaders: number
  readonly loaderTrials: readonly LoaderTrial[]
  /** A sentence for each time that something was measured again. */
  readonly repeats: readonly string[]
  readonly outcome: Plan | Refusal
  readonly verified: VerifiedPlan | null
  readonly audit: AuditResult
}

interface Rounds {
  producer: BenchRun[]
  fetchOnly: BenchRun[]
  withHandler: BenchRun[]
}

const BOTH_SIDES: readonly Side[] = ['produce', 'consume']

function emptyRounds(): Rounds {
  return { producer: [], fetchOnly: [], withHandler: [] }
}

interface SessionTask {
  /** As typed, without --runs and --seconds. */
  readonly command: string
  /** Monotonic, of everything. */
  readonly startedMs: number
  readonly progress: Progress
}

export class PlanSession {
  readonly #context: BenchContext
  readonly #command: string
  readonly #startedMs: number
  readonly #progress: Progress
  readonly #producers: ProducerBench
  readonly #consumers: ConsumerBench
  /** Of the longest runs so far: a better command asks for more. */
  #secondsPerRun: number

  constructor(context: BenchContext, { command, startedMs, progress }: SessionTask) {
    this.#context = context
    this.#command = command
    this.#startedMs = startedMs
    this.#progress = progress
    this.#secondsPerRun = context.settings.secondsPerRun
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
      const rounds = emptyRounds()
      await this.#measureRounds(rounds, BOTH_SIDES, settings.secondsPerRun)
      const repeats = await this.#repeat(rounds)
      this.#progress('audit', 'reading every record back')
      const audit = await this.#consumers.audit(await this.#acknowledged())
      await this.#consumers.close()
      const points = this.#points(rounds)
      const outcome = this.#plan(points)
      const verified = outcome.kind === 'plan' ? await this.#verify(outcome) : null
      const loaders = this.#producers.loaders
      return { loaders, loaderTrials, ...points, repeats, outcome, verified, audit }
    } finally {
      await this.#consumers.close()
      await this.#producers.group.close()
    }
  }

  /** Tp, Tc and Tc with the handler in turns, so that a slow minute of the machine meets them all. */
  async #measureRounds(rounds: Rounds, sides: readonly Side[], seconds: number): Promise<void> {
    const { process, runs } = this.#context.settings
    const length = process === null ? null : handlerRun(process, seconds)
    const isFirst = rounds.fetchOnly.length === 0
    for (let round = 1; round <= runs; round++) {
      const count = `run ${round} of ${runs}`
      if (sides.includes('produce')) {
        this.#progress('measure', `Tp, ${count}`)
        rounds.producer.push(await this.#producers.run(seconds))
      }
      if (!sides.includes('consume')) continue
      const endOffset = (await this.#acknowledged()).reduce((sum, records) => sum + records, 0)
      // With a handler that can be measured, fetching alone only explains.
      if (isFirst || length === null) {
        this.#progress('measure', `Tc fetch-only, ${count}`)
        rounds.fetchOnly.push(await this.#consumers.fetchOnly(endOffset, seconds))
      }
      if (process !== null && length !== null) {
        this.#progress('measure', `Tc with the handler, ${count}`)
        rounds.withHandler.push(await this.#consumers.withHandler(process, endOffset, length))
      }
    }
  }

  #repeat(rounds: Rounds): Promise<string[]> {
    const { settings, clock } = this.#context
    return repeatDoubtful({
      settings,
      judge: () => this.#plan(this.#points(rounds)),
      passedSeconds: () => (clock.monotonic() - this.#startedMs) / 1000,
      measure: async (sides, seconds, what) => {
        this.#progress('measure', what)
        if (sides.includes('produce')) rounds.producer = []
        if (sides.includes('consume')) {
          if (rounds.withHandler.length > 0) rounds.withHandler = []
          else rounds.fetchOnly = []
        }
        await this.#measureRounds(rounds, sides, seconds)
        this.#secondsPerRun = Math.max(this.#secondsPerRun, seconds)
      }
    })
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
      rerun: { command: this.#command, runs: settings.runs, secondsPerRun: this.#secondsPerRun }
    })
  }

  #verify(plan: Plan): Promise<VerifiedPlan> {
    const rate = formatByteRate(this.#context.settings.targetThroughput)
    this.#progress('verify', `offering ${rate} to the recommended count, then reading it back`)
    return verifyPlan(this.#context, plan, this.#producers, () => {
      this.#progress('audit', 'reading every record of the verification back')
    })
  }
}
