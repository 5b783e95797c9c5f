/** A bench of given numbers: nothing runs, every call is written down. For tests of what drives a bench. */
import type { AuditResult } from '../../../src/harness/audit.ts'
import type { LoaderTrial } from '../../../src/harness/plan/measure-producer.ts'
import type { BenchRun } from '../../../src/harness/plan/measured-point.ts'
import type { CountCost, HandlerBenchRun, PlanBench } from '../../../src/harness/plan/plan-bench.ts'
import type { VerifiedPlan } from '../../../src/harness/plan/verify-plan.ts'
import type { Plan } from '../../../src/planner/plan.ts'
import { consumerRun, findings, measurements, producerRun, VERIFIED } from './fixture.ts'

/** What is not given is as in the fixture. */
interface Given {
  /** MB/s of the nth run with N partitions, from 0. */
  readonly produce?: (partitions: number, run: number) => number
  readonly fetchOnly?: (run: number) => number
  readonly withHandler?: (run: number) => number
  /** Called before each step; what it throws is thrown by the step. */
  readonly before?: (call: string) => void
}

export class MemoryBench implements PlanBench {
  readonly kind = 'embedded'
  readonly label = 'given numbers'
  readonly loaders = 2
  readonly machine = measurements().machine
  readonly overhead = measurements().overhead
  /** Every call with what it was given: `produce 4 for 2 s`. */
  readonly calls: string[] = []
  closed = 0
  readonly #given: Given
  readonly #runs = new Map<string, number>()

  constructor(given: Given = {}) {
    this.#given = given
  }

  prepare(counts: readonly number[]): Promise<readonly LoaderTrial[]> {
    return this.#step(`prepare ${counts.join(',')}`, () => findings().loaderTrials)
  }

  produce(partitions: number, seconds: number): Promise<BenchRun> {
    const { produce = count => 50 * count } = this.#given
    const run = this.#nth(`produce ${partitions}`)
    return this.#step(`produce ${partitions} for ${seconds} s`, () => producerRun(produce(partitions, run)))
  }

  fetchOnly(seconds: number): Promise<BenchRun> {
    const { fetchOnly = () => 200 } = this.#given
    const run = this.#nth('fetch')
    return this.#step(`fetch for ${seconds} s`, () => consumerRun(fetchOnly(run)))
  }

  withHandler(seconds: number): Promise<HandlerBenchRun> {
    const { withHandler = () => 10 } = this.#given
    const run = this.#nth('handler')
    return this.#step(`handler for ${seconds} s`, () => consumerRun(withHandler(run)))
  }

  countCosts(counts: readonly number[]): Promise<readonly CountCost[]> {
    return this.#step(`costs ${counts.join(',')}`, () => findings().costs)
  }

  audit(): Promise<AuditResult> {
    return this.#step('audit', () => ({ records: 1000, bytes: 1_000_000 }))
  }

  verify(plan: Plan, onAudit: () => void, shares: readonly number[] | null): Promise<VerifiedPlan> {
    const spread = shares === null ? 'evenly' : shares.join(',')
    return this.#step(`verify ${plan.partitions} ${spread}`, () => {
      onAudit()
      return VERIFIED
    })
  }

  notices(): readonly string[] {
    return ['noticed']
  }

  close(): Promise<void> {
    this.closed += 1
    return Promise.resolve()
  }

  /** Runs of producers and consumers, in their order. */
  get runs(): string[] {
    return this.calls
      .filter(call => /^(produce|fetch|handler) /.test(call))
      .map(call => call.replace(/ for .*/, ''))
  }

  #nth(what: string): number {
    const run = this.#runs.get(what) ?? 0
    this.#runs.set(what, run + 1)
    return run
  }

  async #step<Result>(call: string, result: () => Result): Promise<Result> {
    await Promise.resolve()
    this.#given.before?.(call)
    this.calls.push(call)
    return result()
  }
}
