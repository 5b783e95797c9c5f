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
import { type VerifiedPlan, verifyPlan } from '../plan/verify-plan.ts'
import { measureCountCosts } from './embedded-costs.ts'

export class EmbeddedBench implements PlanBench {
  readonly kind = 'embedded'
  readonly label: string
  readonly overhead: PartitionOverhead
  readonly #context: BenchContext
  readonly #producers: ProducerBench
  readonly #consumers: ConsumerBench
  #counts: readonly number[] = []

  constructor(context: BenchContext) {
    this.#context = context
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
    this.#counts = counts
    for (const partitions of counts) {
      await target.createTopic(countTopic(settings.topic, partitions), partitions)
    }
    // One partition, and the most of them: what lies between needs no more producers.
    const ends = counts.length === 1 ? counts : [1, Math.max(...counts)]
    // A handler that does not even load is known of before anything is measured.
    await this.#consumers.open()
    return await this.#producers.chooseLoaders(ends)
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

  async audit(): Promise<AuditResult> {
    let records = 0
    let bytes = 0
    for (const partitions of this.#counts) {
      const topic = countTopic(this.#context.settings.topic, partitions)
      const acknowledged = await this.#producers.acknowledged(topic, partitions)
      for (const [partition, byLoader] of acknowledged.entries()) {
        const result = await this.#consumers.audit({ topic, partition }, byLoader)
        records += result.records
        bytes += result.bytes
      }
    }
    return { records, bytes }
  }

  async verify(plan: Plan, onAudit: () => void, shares: readonly number[] | null): Promise<VerifiedPlan> {
    await this.#consumers.close()
    return verifyPlan(this.#context, plan, { producers: this.#producers, shares, onAudit })
  }

  notices(): readonly string[] {
    const warning = this.#consumers.handlerWarning
    return warning === null ? [] : [warning]
  }

  async close(): Promise<void> {
    await this.#consumers.close()
    await this.#producers.group.close()
  }

  /** Records of the measured partition. */
  async #records(): Promise<number> {
    const [byLoader = []] = await this.#producers.acknowledged(this.#context.settings.topic, 1)
    return byLoader.reduce((sum, records) => sum + records, 0)
  }
}
