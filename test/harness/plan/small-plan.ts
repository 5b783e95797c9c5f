/** A small measurement on a real engine, and plans as somebody else might have found them. */
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import type { BenchContext } from '../../../src/harness/bench-run.ts'
import { ProducerBench } from '../../../src/harness/plan/measure-producer.ts'
import { type PlanSettings, planSettings } from '../../../src/harness/plan/plan-settings.ts'
import type { Target } from '../../../src/harness/target.ts'
import { startEmbeddedTarget } from '../../../src/harness/targets/embedded-target.ts'
import { givenCost } from '../../../src/planner/handler-cost.ts'
import { makePlan, type Plan } from '../../../src/planner/plan.ts'
import { lawOf } from '../../../src/planner/produce-count.ts'
import type { ProcessCost } from '../../../src/planner/units.ts'
import { pointAt, straightLaw } from './fixture.ts'

export const RECORD_BYTES = 1000

export class SmallBench {
  readonly context: BenchContext
  readonly producers: ProducerBench

  private constructor(context: BenchContext) {
    this.context = context
    this.producers = new ProducerBench(context)
  }

  /** An engine with one loader; `changes` replace settings. */
  static async start(changes: Partial<PlanSettings> = {}, clock: Clock = systemClock): Promise<SmallBench> {
    const settings = {
      ...planSettings({ targetThroughput: 200e3, recordBytes: RECORD_BYTES, runs: 3, seconds: 0.3 }),
      verifySeconds: 2,
      ...changes
    }
    const target = await startEmbeddedTarget()
    const signal = new AbortController().signal
    const bench = new SmallBench({ target, clock, signal, settings, cores: 1, sample: null })
    await bench.producers.group.grow(1)
    return bench
  }

  /** The same engine, seen through a target that differs. */
  seenThrough(changes: Partial<Target>): BenchContext {
    const { target } = this.context
    return {
      ...this.context,
      target: {
        kind: target.kind,
        label: target.label,
        logDirectory: target.logDirectory,
        partitionOverhead: target.partitionOverhead,
        createTopic: (topic, partitions) => target.createTopic(topic, partitions),
        emptyTopic: (topic, partitions) => target.emptyTopic(topic, partitions),
        openHandle: () => target.openHandle(),
        partitionUsage: partition => target.partitionUsage(partition),
        partitionRoom: () => target.partitionRoom(),
        close: () => target.close(),
        ...changes
      }
    }
  }

  async close(): Promise<void> {
    await this.producers.close()
    await this.context.target.close()
  }
}

/** A plan for so many partitions, as if a large machine had found it: a consumer needs 80 % of each. */
export function planOf(partitions: number, targetThroughput: number, process: ProcessCost | null): Plan {
  const perPartition = targetThroughput / 0.8 / (partitions - 0.5) / 1e6
  const consumer = pointAt([perPartition, perPartition, perPartition])
  const points = straightLaw(400, [1])
  const outcome = makePlan({
    targetThroughput,
    headroom: { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 },
    recordBytes: RECORD_BYTES,
    handler: process === null ? null : givenCost(process),
    lagSloMs: null,
    outage: null,
    keys: null,
    points,
    law: lawOf(points, 1),
    producer: pointAt([400, 400, 400]),
    consumerFetchOnly: process === null ? consumer : pointAt([800, 800, 800]),
    consumerWithHandler: process === null ? null : consumer,
    cpu: { producePerByte: 1e-12, consumePerByte: 1e-12 },
    overhead: { memoryBytes: 0, fileHandles: 0 },
    machine: { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: null },
    rerun: { command: 'highwater plan', runs: 3, secondsPerRun: 1 }
  })
  if (outcome.kind !== 'plan' || outcome.partitions !== partitions)
    throw new Error(`not a plan for ${partitions}`)
  return outcome
}
