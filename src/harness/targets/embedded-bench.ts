/**
 * The embedded engine as a plan measures it: real threads, real files, this machine.
 *
 * Thread: the harness's; load runs in threads of its own, which have ended when `close` resolves.
 */
import type { Plan } from '../../planner/plan.ts'
import type { Machine, PartitionOverhead } from '../../planner/verifiability.ts'
import type { AuditResult } from '../audit.ts'
import type { BenchContext } from '../bench-run.ts'
import { readMachine } from '../environment.ts'
import { ConsumerBench } from '../plan/measure-consumer.ts'
import { countTopic, type LoaderTrial, ProducerBench } from '../plan/measure-producer.ts'
import type { BenchRun } from '../plan/measured-point.ts'
import type { CountCost, HandlerBenchRun, PlanBench } from '../plan/plan-bench.ts'
import { notBegun, type VerifiedPlan, verifyPlan } from '../plan/verify-plan.ts'
import type { Target } from '../target.ts'
import { measureCountCosts } from './embedded-costs.ts'

interface EmbeddedBenchOptions extends BenchContext {
  /** A target as the measured one, empty. */
  readonly startTarget: () => Promise<Target>
}

export class EmbeddedBench implements PlanBench {
  readonly kind = 'embedded'
  readonly label: string
  readonly overhead: PartitionOverhead
  readonly #context: BenchContext
  readonly #startTarget: () => Promise<Target>
  readonly #producers: ProducerBench
  readonly #consumers: ConsumerBench

  constructor({ startTarget, ...context }: EmbeddedBenchOptions) {
    this.#context = context
    this.#startTarget = startTarget
    this.label = context.target.label
    this.overhead = context.target.partitionOverhead
    this.#producers = new ProducerBench(context)
    this.#consumers = new ConsumerBench(context)
  }

  get machine(): Machine {
    return readMachine()
  }

  get loaders(): number {
    return this.#producers.loaders
  }

  async prepare(counts: readonly number[]): Promise<readonly LoaderTrial[]> {
    const { target, settings } = this.#context
    for (const partitions of counts) {
      await target.createTopic(countTopic(settings.topic, partitions), partitions)
    }
    // A handler that does not even load is known of before anything is measured.
    await this.#consumers.open()
    return await this.#producers.prepare(counts)
  }

  produce(partitions: number, seconds: number): Promise<BenchRun> {
    return this.#producers.run(partitions, seconds)
  }

  async fetchOnly(seconds: number): Promise<BenchRun> {
    return this.#consumers.fetchOnly(await this.#records(), seconds)
  }

  async withHandler(seconds: number): Promise<HandlerBenchRun> {
    return this.#consumers.withHandler(await this.#records(), seconds)
  }

  countCosts(counts: readonly number[]): Promise<readonly CountCost[]> {
    return measureCountCosts(this.#context, counts)
  }

  audit(): Promise<AuditResult> {
    return this.#producers.audit()
  }

  /**
   * In a target of its own, after the measured one has ended: partitions keep their threads and their
   * files, and the recommended count is to have all there is.
   */
  async verify(plan: Plan, onAudit: () => void, shares: readonly number[] | null): Promise<VerifiedPlan> {
    await this.close()
    await this.#context.target.close()
    let target: Target
    try {
      target = await this.#startTarget()
    } catch (cause) {
      return notBegun(cause, plan.partitions)
    }
    const context = { ...this.#context, target }
    const producers = new ProducerBench(context)
    try {
      await producers.startWith(this.loaders)
      return await verifyPlan(context, plan, { producers, shares, onAudit })
    } finally {
      await producers.close()
      await target.close()
    }
  }

  notices(): readonly string[] {
    const warning = this.#consumers.handlerWarning
    return warning === null ? [] : [warning]
  }

  async close(): Promise<void> {
    await this.#consumers.close()
    await this.#producers.close()
  }

  /** Records of the measured partition. */
  async #records(): Promise<number> {
    const [byLoader = []] = await this.#producers.acknowledged(this.#context.settings.topic, 1)
    return byLoader.reduce((sum, records) => sum + records, 0)
  }
}
