/**
 * Whether the recommended count holds: that many partitions, each with a consumer and its handler, under the
 * target rate in an open loop. Or the sentence why this machine cannot tell.
 *
 * Thread: the harness's. Every partition has a consumer thread of its own, since a handler blocks its thread.
 */
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import { partitionsText } from '../../planner/partition-count.ts'
import type { Plan } from '../../planner/plan.ts'
import { formatByteRate, formatBytes, formatDuration } from '../../planner/units.ts'
import { judgeBottleneck } from '../../planner/verdict.ts'
import {
  judgeVerification,
  notVerified,
  type Verification,
  type VerificationRun
} from '../../planner/verification.ts'
import type { AuditResult } from '../audit.ts'
import { type BenchContext, busiestOf, partitionsOf, usageOf } from '../bench-run.ts'
import type { AuditCommand, ConsumeCommand } from '../consume-thread.ts'
import { HANDLER_HEAP_MB, HandlerGuard } from '../handler/handler-guard.ts'
import { handlerSource } from '../handler/handler-module.ts'
import type { LoadCommand, LoaderReport } from '../load-generator-thread.ts'
import { type PartitionShares, type Usage, UsageMeter } from '../machine-usage.ts'
import { type PairedSample, pacedRates } from '../paced-rates.ts'
import { pause, sampleRun } from '../run-series.ts'
import { ThreadGroup } from '../thread-group.ts'
import { CONSUMER_ENTRY } from './measure-consumer.ts'
import { busyShare, type ProducerBench } from './measure-producer.ts'
import { VERIFY_RUNS, verificationTopic } from './plan-settings.ts'
import { weightedCycle } from './weighted-cycle.ts'
import { auditCommands, auditTotal } from './written-records.ts'

/** The verification, and the run it rests on where one was made. */
export interface VerifiedPlan {
  readonly verification: Verification
  readonly run: VerificationRun | null
  readonly seconds: number | null
  readonly audit: AuditResult | null
}

const WINDOWS = 20
/** Every thread's first batches are several times slower than all later ones. */
const WARM_BATCHES = 100
/** A slow handler does not get through so many: then this time must do. */
const WARM_MS_MAX = 3000
const WARM_LOOK_MS = 20
const SECONDS_MIN = 1

/** Seconds of a run at the rate that stays below the byte limit. */
function affordableSeconds({ settings }: BenchContext): number {
  const bytesMax = VERIFY_RUNS * settings.bytesPerRunMax
  const warmSeconds = WARM_MS_MAX / 1000
  return Math.min(settings.verifySeconds, bytesMax / settings.offeredThroughput - warmSeconds)
}

/** Why no run is made, or null. */
async function whyNot(context: BenchContext, plan: Plan): Promise<string | null> {
  const { target, settings } = context
  if (!plan.verifiability.verifiable) return plan.verifiability.sentence
  const room = await target.partitionRoom()
  if (plan.partitions > room.partitions) {
    return (
      `Verifying ${partitionsText(plan.partitions)} needs a thread and a consumer for each; there is room ` +
      `for ${partitionsText(room.partitions)} here, set by ${room.reason}.`
    )
  }
  const longestMs = (settings.process?.micros ?? 0) / 1000
  if (longestMs * WINDOWS > settings.verifySeconds * 1000) {
    return `Verifying a handler of ${formatDuration(longestMs)} a record takes longer than this run may last.`
  }
  if (affordableSeconds(context) < SECONDS_MIN) {
    return (
      `Verifying ${formatByteRate(settings.offeredThroughput)} writes more than the ` +
      `${formatBytes(VERIFY_RUNS * settings.bytesPerRunMax)} that this run may write.`
    )
  }
  return null
}

/** What a run takes could not be had: there is none, and why. @throws `cause` if it is anything else */
export function notBegun(cause: unknown, partitions: number): VerifiedPlan {
  const isTruth =
    cause instanceof HighwaterError &&
    (cause.code === 'HIGHWATER_AUDIT' || cause.code === 'HIGHWATER_INTERRUPTED')
  const isOurs = cause instanceof KafkaError || cause instanceof HighwaterError
  // Errors of the system and of Node's threads keep their text on the way out of a thread, and no more.
  const isSystems = cause instanceof Error && /\bE[A-Z]{3,}\b|\bERR_WORKER_/.test(cause.message)
  if (isTruth || !(isOurs || isSystems)) throw cause
  const reason = cause.message.replace(/\.$/, '')
  return notRun(`Verifying ${partitionsText(partitions)} could not begin: ${reason}.`)
}

function notRun(reason: string): VerifiedPlan {
  return { verification: notVerified(reason), run: null, seconds: null, audit: null }
}

interface VerificationTask {
  readonly producers: ProducerBench
  /** Of each partition in the load; null: all get the same. */
  readonly shares: readonly number[] | null
  /** Called when the load is over, and every record of it is going to be read back. */
  readonly onAudit: () => void
}

/**
 * Runs the plan, or says why not: what was measured before stands without it.
 * @throws HighwaterError HIGHWATER_AUDIT if a record of the run is lost, doubled or damaged
 */
export async function verifyPlan(
  context: BenchContext,
  plan: Plan,
  { producers, shares, onAudit }: VerificationTask
): Promise<VerifiedPlan> {
  const reason = await whyNot(context, plan)
  if (reason !== null) return notRun(reason)
  const { target, settings } = context
  const topic = verificationTopic(settings.topic)
  const { recordBytes, batchBytes, handlerModule } = settings
  const heapMb = handlerModule === null ? undefined : HANDLER_HEAP_MB
  const consumers = new ThreadGroup({
    ...context,
    entry: CONSUMER_ENTRY,
    threadsMax: plan.partitions,
    start: { recordBytes, batchBytes },
    heapMb
  })
  const cycle = shares === null ? null : weightedCycle(shares)
  const parts = { topic, partitions: plan.partitions, producers, consumers, cycle }
  const load = new VerificationLoad(context, parts)
  const guard =
    handlerModule === null
      ? null
      : new HandlerGuard({
          group: consumers,
          clock: context.clock,
          source: handlerSource(handlerModule),
          heapMb
        })
  try {
    try {
      await target.createTopic(topic, plan.partitions)
      await consumers.grow(plan.partitions)
      await guard?.load(plan.partitions)
      await load.open()
    } catch (cause) {
      return notBegun(cause, plan.partitions)
    }
    const seconds = affordableSeconds(context)
    const run = await (guard === null ? load.run(seconds) : guard.watch(() => load.run(seconds)))
    onAudit()
    const audit = await load.audit()
    return { verification: judgeVerification(run), run, seconds: affordableSeconds(context), audit }
  } finally {
    await consumers.close()
  }
}

interface VerificationParts {
  readonly topic: string
  readonly partitions: number
  readonly producers: ProducerBench
  readonly consumers: ThreadGroup
  /** Partitions in the order they get records; null: one after another. */
  readonly cycle: readonly number[] | null
}

class VerificationLoad {
  readonly #context: BenchContext
  readonly #parts: VerificationParts

  constructor(context: BenchContext, parts: VerificationParts) {
    this.#context = context
    this.#parts = parts
  }

  /** Starts the thread of every partition, by reading all there is: nothing. */
  async open(): Promise<void> {
    const { consumers } = this.#parts
    await consumers.run(
      'audit',
      this.#names().map((partition): AuditCommand => ({ partition, acknowledged: [] }))
    )
  }

  /** Load at the target rate for `seconds` after the warm-up. */
  async run(seconds: number): Promise<VerificationRun> {
    const { clock } = this.#context
    const { producers, consumers } = this.#parts
    const consuming = consumers.run('consume', this.#consumeBodies())
    const loading = producers.group.run('load', this.#loadBodies())
    try {
      await this.#warmUp()
      const before = await usageOf(this.#context, this.#names())
      const meter = new UsageMeter(clock)
      const samples = await this.#sample(seconds)
      const usage = meter.read()
      const after = await usageOf(this.#context, this.#names())
      producers.group.board.stop()
      const reports: object[] = await loading
      consumers.board.stop()
      await consuming
      const busiest = busiestOf(before, after, usage)
      return this.#judged(samples, usage, reports as LoaderReport[], busiest)
    } finally {
      producers.group.board.stop()
      consumers.board.stop()
      await Promise.allSettled([loading, consuming])
    }
  }

  /** Reads every partition back, on the consumers' threads. */
  async audit(): Promise<AuditResult> {
    const { topic, partitions, producers, consumers } = this.#parts
    const acknowledged = await producers.acknowledged(topic, partitions)
    return auditTotal(await consumers.run('audit', auditCommands(topic, acknowledged)))
  }

  #names(): TopicPartition[] {
    return partitionsOf(this.#parts.topic, this.#parts.partitions)
  }

  #consumeBodies(): ConsumeCommand[] {
    const { process, handlerModule } = this.#context.settings
    const withModule = handlerModule !== null
    return this.#names().map(partition => ({ partition, process, withModule, endOffset: null }))
  }

  #loadBodies(): LoadCommand[] {
    const { topic, partitions, producers, cycle } = this.#parts
    const { offeredThroughput, recordBytes } = this.#context.settings
    const recordsPerSecond = offeredThroughput / recordBytes / producers.loaders
    return new Array<LoadCommand>(producers.loaders).fill({ topic, partitions, recordsPerSecond, cycle })
  }

  async #warmUp(): Promise<void> {
    const { clock, signal } = this.#context
    const { producers, partitions, consumers } = this.#parts
    const loaders = producers.group.board
    const startedMs = clock.monotonic()
    const isWarm = (): boolean =>
      loaders.batchesLeast(producers.loaders) >= WARM_BATCHES &&
      consumers.board.batchesLeast(partitions) >= WARM_BATCHES
    while (!isWarm() && clock.monotonic() - startedMs < WARM_MS_MAX) {
      if (loaders.isStopped || consumers.board.isStopped) return
      await pause(clock, WARM_LOOK_MS, signal)
    }
  }

  async #sample(seconds: number): Promise<PairedSample[]> {
    const { clock, signal } = this.#context
    const loaders = this.#parts.producers.group.board
    const consumers = this.#parts.consumers.board
    const offered: number[] = []
    const windowMs = (seconds * 1000) / WINDOWS
    const samples = await sampleRun({
      clock,
      signal,
      windowMs,
      read: () => {
        offered.push(loaders.offered())
        return consumers.finished()
      },
      isOver: elapsedMs =>
        elapsedMs > seconds * 1000 - windowMs / 2 || loaders.isStopped || consumers.isStopped
    })
    return samples.map((sample, index) => ({ ...sample, offered: offered[index] ?? 0 }))
  }

  #judged(
    samples: readonly PairedSample[],
    usage: Usage,
    reports: readonly LoaderReport[],
    busiest: PartitionShares
  ): VerificationRun {
    const { recordBytes, offeredThroughput: targetThroughput } = this.#context.settings
    const { offeredRate, achievedRate, lagSlope } = pacedRates(samples, recordBytes)
    const verdict = judgeBottleneck({
      throughput: achievedRate,
      loaderBusy: Math.max(...reports.map(busyShare)),
      producerDelayOverInterval: Math.max(...reports.map(report => report.delayOverInterval ?? 0)),
      partitionThreadBusy: busiest.busy,
      diskWait: busiest.diskWait,
      allCoresBusy: usage.coresBusy,
      lagSlope
    })
    const { partitions } = this.#parts
    return { partitions, targetThroughput, offeredRate, achievedRate, lagSlope, verdict }
  }
}
