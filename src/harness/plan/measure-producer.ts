/**
 * What producers reach on so many partitions, with as many of them as it takes; on one it is Tp.
 * Saturation: as fast as it goes.
 *
 * Thread: the harness's.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { mean } from '../../planner/statistics.ts'
import { threadEntry } from '../../threads/worker-entry.ts'
import type { AuditResult } from '../audit.ts'
import {
  type BenchContext,
  meteredRun,
  partitionsOf,
  sampledBytes,
  sampleLength,
  seriesOf
} from '../bench-run.ts'
import type { LoadCommand, LoaderData, LoaderReport, TopicCommand } from '../load-generator-thread.ts'
import { ThreadGroup } from '../thread-group.ts'
import type { BenchRun } from './measured-point.ts'
import type { PlanSettings } from './plan-settings.ts'
import { WrittenRecords } from './written-records.ts'

/** What so many loaders reached in a short run. */
export interface LoaderTrial {
  readonly partitions: number
  readonly loaders: number
  readonly bytesPerSecond: number
}

/** A loader more is worth it from this gain on. */
const GAIN_MIN = 1.05
/** First turns show when more loaders bring nothing; the choice is by the mean of both. */
const TRIAL_TURNS = 2
const TRIAL_SECONDS_MAX = 1
/** One and two loaders, on one partition and on the most. */
const TRIALS_USUAL = 4
const LOADERS_MAX = 8

/**
 * What a partition takes at least until the code of its thread is compiled to the end: on two cores 16
 * partitions got from 120 MB/s to 330 MB/s within 2 GB.
 */
const WARM_BATCHES = 5000
/** So long for each partition at most; runs that are short are in haste. */
const WARM_SECONDS_EACH = 1
const WARM_SHARE = 0.3
const WARM_LOOK_SECONDS = 0.3
const WARM_LOOKS_SECONDS = 1
/** In less a thread that waits for its turn looks like one that does nothing. */
const WARM_LOOK_LEAST_SECONDS = 0.15
/** So many looks that bring no gain show that there is none to come. */
const WARM_LOOKS = 2
/** Where this process leaves more of the cores idle, it is not its code that it is slow by. */
const WARM_CORES_MIN = 0.5

/** The number of loaders to try next, twice as many each time; null when the last ones brought nothing. */
export function nextTrial(trials: readonly LoaderTrial[], loadersMax: number): number | null {
  const last = trials[trials.length - 1]
  if (last === undefined) return 1
  const before = trials[trials.length - 2]
  if (before !== undefined && last.bytesPerSecond < GAIN_MIN * before.bytesPerSecond) return null
  return last.loaders * 2 > loadersMax ? null : last.loaders * 2
}

/** The fewest loaders that reach what more of them do. */
export function chosenTrial(trials: readonly [LoaderTrial, ...LoaderTrial[]]): LoaderTrial {
  let chosen = trials[0]
  for (const trial of trials) {
    if (trial.bytesPerSecond >= GAIN_MIN * chosen.bytesPerSecond) chosen = trial
  }
  return chosen
}

/** Whether the last looks at a rate have gained nothing on those before. */
export function hasLevelled(rates: readonly number[]): boolean {
  const before = rates.slice(0, -WARM_LOOKS)
  return before.length > 0 && Math.max(...rates.slice(-WARM_LOOKS)) < GAIN_MIN * Math.max(...before)
}

/** How long so many partitions are warmed before they are measured, at most. */
export function warmSeconds({ secondsPerRun }: PlanSettings, partitions: number): number {
  return partitions * Math.min(WARM_SECONDS_EACH, WARM_SHARE * secondsPerRun)
}

/** How long the runs take by which the loaders are found, as a rule. */
export function trialSeconds(settings: PlanSettings): number {
  return TRIALS_USUAL * TRIAL_TURNS * trialLength(settings)
}

/** Of one trial. */
function trialLength({ secondsPerRun }: PlanSettings): number {
  return Math.min(TRIAL_SECONDS_MAX, secondsPerRun / TRIAL_TURNS)
}

interface SaturationRun {
  readonly partitions: number
  readonly loaders: number
  readonly seconds: number
}

/** The topic that is measured with so many partitions. */
export function countTopic(topic: string, partitions: number): string {
  return partitions === 1 ? topic : `${topic}-${partitions}`
}

export class ProducerBench {
  readonly group: ThreadGroup
  readonly #context: BenchContext
  readonly #loadersMax: number
  readonly #written: WrittenRecords
  #loaders = 1

  constructor(context: BenchContext) {
    const { settings, cores, sample } = context
    const { recordBytes, batchBytes, bufferBytes, lingerMs } = settings
    const start: LoaderData = { recordBytes, batchBytes, bufferBytes, lingerMs, sample }
    this.#context = context
    this.#loadersMax = Math.min(cores, LOADERS_MAX)
    this.#written = new WrittenRecords(context)
    this.group = new ThreadGroup({
      ...context,
      entry: threadEntry(import.meta.url, '../load-generator-thread.ts'),
      threadsMax: this.#loadersMax,
      start
    })
  }

  /** How many loaders the runs use. */
  get loaders(): number {
    return this.#loaders
  }

  /** Starts so many loaders, as another bench has found it takes. */
  async startWith(loaders: number): Promise<void> {
    await this.group.grow(loaders)
    this.#loaders = loaders
  }

  /**
   * Finds how many loaders it takes, on one partition and from there on on the most, as all counts are
   * measured with the same; what lies between needs no more. Threads that are slow for want of warmth
   * get warm first.
   */
  async prepare(counts: readonly number[]): Promise<readonly LoaderTrial[]> {
    const all: LoaderTrial[] = []
    const most = Math.max(...counts)
    for (const partitions of new Set([1, most])) {
      await this.group.grow(this.#loaders)
      const isWarmed = await this.#warm(partitions)
      const trials: [LoaderTrial, ...LoaderTrial[]] = [await this.#trial(partitions, this.#loaders)]
      for (let next = nextTrial(trials, this.#loadersMax); next !== null; ) {
        await this.group.grow(next)
        trials.push(await this.#trial(partitions, next))
        next = nextTrial(trials, this.#loadersMax)
      }
      await this.#tryAgain(trials)
      this.#loaders = chosenTrial(trials).loaders
      all.push(...trials)
      if (!isWarmed || partitions !== most) continue
      for (const between of counts) if (between > 1 && between < most) await this.#warm(between)
    }
    return all
  }

  /**
   * One run at saturation, evenly over the partitions of `countTopic`. On one partition its records
   * stay until the next run there, for consumers; others give theirs back at once.
   * @throws HighwaterError HIGHWATER_AUDIT
   */
  run(partitions: number, seconds: number): Promise<BenchRun> {
    return this.#saturate({ partitions, loaders: this.#loaders, seconds })
  }

  /** Reads back what is left of all runs. @throws HighwaterError HIGHWATER_AUDIT */
  async audit(): Promise<AuditResult> {
    await this.#giveBack(1)
    return this.#written.audited
  }

  async close(): Promise<void> {
    await this.#written.close()
    await this.group.close()
  }

  /** Records acknowledged so far, by partition and loader. */
  async acknowledged(topic: string, partitions: number): Promise<number[][]> {
    const bodies = new Array<TopicCommand>(this.group.size).fill({ topic })
    const replies = await this.group.run('sent', bodies)
    const byLoader = replies.map(reply => reply['sent'] as readonly number[])
    return Array.from({ length: partitions }, (_, partition) => byLoader.map(sent => sent[partition] ?? 0))
  }

  /**
   * Until the threads of these partitions are as fast as they get. False where a short run shows that it is
   * something else that binds.
   */
  async #warm(partitions: number): Promise<boolean> {
    const { settings, cores } = this.#context
    let bytesLeft = WARM_BATCHES * settings.batchBytes * partitions
    let secondsLeft = warmSeconds(settings, partitions)
    let seconds = Math.min(WARM_LOOK_SECONDS, settings.secondsPerRun)
    const rates: number[] = []
    while ((bytesLeft > 0 || !hasLevelled(rates)) && seconds >= WARM_LOOK_LEAST_SECONDS) {
      const load = { partitions, loaders: this.#loaders, seconds }
      const { bytes, series, processCpuSeconds } = await this.#saturate(load)
      const passedSeconds = (series.windows.length * series.windowMs) / 1000
      if (processCpuSeconds < WARM_CORES_MIN * cores * passedSeconds) return false
      rates.push(series.bytesPerSecond)
      bytesLeft -= bytes
      secondsLeft -= passedSeconds
      seconds = Math.min(WARM_LOOKS_SECONDS, secondsLeft)
    }
    return true
  }

  async #giveBack(partitions: number): Promise<void> {
    const topic = countTopic(this.#context.settings.topic, partitions)
    const acknowledged = await this.acknowledged(topic, partitions)
    if (acknowledged.every(byLoader => byLoader.every(records => records === 0))) return
    await this.#written.giveBack(topic, acknowledged)
    const bodies = new Array<TopicCommand>(this.group.size).fill({ topic })
    await this.group.run('forget', bodies)
  }

  async #trial(partitions: number, loaders: number): Promise<LoaderTrial> {
    const seconds = trialLength(this.#context.settings)
    const { series } = await this.#saturate({ partitions, loaders, seconds })
    return { partitions, loaders, bytesPerSecond: series.bytesPerSecond }
  }

  /** A second turn; each trial becomes the mean of both. */
  async #tryAgain(trials: LoaderTrial[]): Promise<void> {
    for (const [index, first] of trials.entries()) {
      const second = await this.#trial(first.partitions, first.loaders)
      trials[index] = { ...first, bytesPerSecond: mean([first.bytesPerSecond, second.bytesPerSecond]) }
    }
  }

  async #saturate(run: SaturationRun): Promise<BenchRun> {
    await this.#giveBack(run.partitions)
    const bench = await this.#load(run)
    if (run.partitions > 1) await this.#giveBack(run.partitions)
    return bench
  }

  async #load({ partitions, loaders, seconds }: SaturationRun): Promise<BenchRun> {
    const context = this.#context
    const { recordBytes, bytesPerRunMax } = context.settings
    const sampleMs = sampleLength(seconds)
    const topic = countTopic(context.settings.topic, partitions)
    const body: LoadCommand = { topic, partitions, recordsPerSecond: null }
    const { samples, usage, partition, partitionCpuMs, reports } = await meteredRun<LoaderReport>(context, {
      group: this.group,
      command: 'load',
      bodies: new Array<LoadCommand>(loaders).fill(body),
      sampleMs,
      seconds,
      bytesMax: bytesPerRunMax,
      watched: partitionsOf(topic, partitions)
    })
    const bytes = sampledBytes(samples, recordBytes)
    if (bytes === 0) {
      throw new HighwaterError(
        'HIGHWATER_TIMEOUT',
        `No record was acknowledged in ${seconds} s of full load.`
      )
    }
    return {
      series: seriesOf(samples, sampleMs, recordBytes),
      bytes,
      processCpuSeconds: usage.processCpuSeconds,
      coresBusy: usage.coresBusy,
      loaderBusy: Math.max(...reports.map(busyShare)),
      partitionBusy: partition.busy,
      diskWait: partition.diskWait,
      consumerBusy: null,
      bytesPerCpuSecond: partitionCpuMs === null ? null : bytes / (partitionCpuMs / 1000)
    }
  }
}

/** How busy a loader was; where its CPU time is not known, all that it did not wait for room. */
export function busyShare({ cpuMs, waitedMs, elapsedMs }: LoaderReport): number {
  const busyMs = cpuMs ?? elapsedMs - waitedMs
  return Math.min(1, busyMs / elapsedMs)
}
