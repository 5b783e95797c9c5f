/**
 * Whether the recommended count holds: that many partitions, each with a consumer and its handler, under the
 * target rate in an open loop. Or the sentence why this machine cannot tell.
 *
 * Thread: the harness's. Every partition has a consumer thread of its own, since a handler blocks its thread.
 */
import type { Plan } from '../planner/plan.ts'
import { slopeOf } from '../planner/trend.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration } from '../planner/units.ts'
import { judgeBottleneck } from '../planner/verdict.ts'
import {
  judgeVerification,
  notVerified,
  type Verification,
  type VerificationRun
} from '../planner/verification.ts'
import type { AuditResult } from './audit.ts'
import type { BenchContext } from './bench-run.ts'
import type { AuditCommand, ConsumeCommand } from './consume-thread.ts'
import type { LoadCommand, LoaderReport } from './load-generator-thread.ts'
import { type Usage, UsageMeter } from './machine-usage.ts'
import { CONSUMER_ENTRY } from './measure-consumer.ts'
import { busyShare, type ProducerBench } from './measure-producer.ts'
import { verificationTopic } from './plan-settings.ts'
import { pause, rateBetween, type Sample, sampleRun } from './run-series.ts'
import { ThreadGroup } from './thread-group.ts'

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
/** The verification may write so many times what a run may. */
const BYTES_SHARE = 4

/** What the two groups of threads counted up to a moment. */
interface PairedSample extends Sample {
  readonly offered: number
}

/** Seconds of a run at the rate that stays below the byte limit. */
function affordableSeconds({ settings }: BenchContext): number {
  const bytesMax = BYTES_SHARE * settings.bytesPerRunMax
  const warmSeconds = WARM_MS_MAX / 1000
  return Math.min(settings.verifySeconds, bytesMax / settings.targetThroughput - warmSeconds)
}

/** Why no run is made, or null. */
function whyNot(context: BenchContext, plan: Plan): string | null {
  const { target, settings } = context
  if (!plan.verifiability.verifiable) return plan.verifiability.sentence
  if (plan.partitions > target.partitionsMax) {
    return (
      `Verifying ${formatCount(plan.partitions)} partitions needs a thread and a consumer for each; ` +
      `${formatCount(target.partitionsMax)} are run here at most.`
    )
  }
  const longestMs = (settings.process?.micros ?? 0) / 1000
  if (longestMs * WINDOWS > settings.verifySeconds * 1000) {
    return `Verifying a handler of ${formatDuration(longestMs)} a record takes longer than this run may last.`
  }
  if (affordableSeconds(context) < SECONDS_MIN) {
    return (
      `Verifying ${formatByteRate(settings.targetThroughput)} writes more than the ` +
      `${formatBytes(BYTES_SHARE * settings.bytesPerRunMax)} that this run may write.`
    )
  }
  return null
}

/**
 * Runs the plan, or says why not.
 * @throws HighwaterError HIGHWATER_AUDIT if a record of the run is lost, doubled or damaged
 */
export async function verifyPlan(
  context: BenchContext,
  plan: Plan,
  producers: ProducerBench
): Promise<VerifiedPlan> {
  const reason = whyNot(context, plan)
  if (reason !== null) {
    return { verification: notVerified(reason), run: null, seconds: null, audit: null }
  }
  const { target, settings } = context
  const topic = verificationTopic(settings.topic)
  await target.createTopic(topic, plan.partitions)
  const { recordBytes, batchBytes } = settings
  const consumers = new ThreadGroup({
    ...context,
    entry: CONSUMER_ENTRY,
    threadsMax: plan.partitions,
    start: { recordBytes, batchBytes }
  })
  try {
    await consumers.grow(plan.partitions)
    const load = new VerificationLoad(context, { topic, partitions: plan.partitions, producers, consumers })
    const run = await load.run(affordableSeconds(context))
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
}

class VerificationLoad {
  readonly #context: BenchContext
  readonly #parts: VerificationParts

  constructor(context: BenchContext, parts: VerificationParts) {
    this.#context = context
    this.#parts = parts
  }

  /** Load at the target rate for `seconds` after the warm-up. */
  async run(seconds: number): Promise<VerificationRun> {
    const { clock } = this.#context
    const { producers, consumers } = this.#parts
    const consuming = consumers.run('consume', this.#consumeBodies())
    const loading = producers.group.run('load', this.#loadBodies())
    try {
      await this.#warmUp()
      const cpuBefore = await this.#partitionCpuMs()
      const meter = new UsageMeter(clock)
      const samples = await this.#sample(seconds)
      const usage = meter.read()
      const cpuAfter = await this.#partitionCpuMs()
      producers.group.board.stop()
      const reports: object[] = await loading
      consumers.board.stop()
      await consuming
      const busiest = busiestShare(cpuBefore, cpuAfter, usage)
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
    const bodies = acknowledged.map(
      (byLoader, partition): AuditCommand => ({ partition: { topic, partition }, acknowledged: byLoader })
    )
    let records = 0
    let bytes = 0
    for (const result of await consumers.run('audit', bodies)) {
      records += Number(result['records'])
      bytes += Number(result['bytes'])
    }
    return { records, bytes }
  }

  #consumeBodies(): ConsumeCommand[] {
    const { topic, partitions } = this.#parts
    const { process } = this.#context.settings
    return Array.from({ length: partitions }, (_, partition) => ({
      partition: { topic, partition },
      process,
      endOffset: null
    }))
  }

  #loadBodies(): LoadCommand[] {
    const { topic, partitions, producers } = this.#parts
    const { targetThroughput, recordBytes } = this.#context.settings
    const recordsPerSecond = targetThroughput / recordBytes / producers.loaders
    return new Array<LoadCommand>(producers.loaders).fill({ topic, partitions, recordsPerSecond })
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

  /** CPU milliseconds of each partition's thread. */
  async #partitionCpuMs(): Promise<(number | null)[]> {
    const { topic, partitions } = this.#parts
    const usages = Array.from({ length: partitions }, (_, partition) =>
      this.#context.target.partitionUsage({ topic, partition })
    )
    return (await Promise.all(usages)).map(usage => usage.cpuMs)
  }

  #judged(
    samples: readonly PairedSample[],
    usage: Usage,
    reports: readonly LoaderReport[],
    partitionBusy: number | null
  ): VerificationRun {
    const { recordBytes, targetThroughput } = this.#context.settings
    const first = samples[0]!
    const last = samples[samples.length - 1]!
    const offeredOf = ({ atMs, offered }: PairedSample): Sample => ({ atMs, records: offered })
    const offeredRate = rateBetween(offeredOf(first), offeredOf(last), recordBytes)
    const achievedRate = rateBetween(first, last, recordBytes)
    const backlog = samples.map(({ offered, records }) => (offered - records) * recordBytes)
    const windowSeconds = (last.atMs - first.atMs) / 1000 / (samples.length - 1)
    const lagSlope = slopeOf(backlog) / windowSeconds
    const verdict = judgeBottleneck({
      throughput: achievedRate,
      loaderBusy: Math.max(...reports.map(busyShare)),
      producerDelayOverInterval: Math.max(...reports.map(report => report.delayOverInterval ?? 0)),
      partitionThreadBusy: partitionBusy,
      diskWait: null,
      allCoresBusy: usage.coresBusy,
      lagSlope
    })
    const { partitions } = this.#parts
    return { partitions, targetThroughput, offeredRate, achievedRate, lagSlope, verdict }
  }
}

/** The busiest partition thread, 0 to 1; null where the system does not tell. */
function busiestShare(
  before: readonly (number | null)[],
  after: readonly (number | null)[],
  { elapsedSeconds }: Usage
): number | null {
  let busiest = 0
  for (const [index, end] of after.entries()) {
    const start = before[index] ?? null
    if (start === null || end === null) return null
    busiest = Math.max(busiest, (end - start) / 1000 / elapsedSeconds)
  }
  return busiest
}
