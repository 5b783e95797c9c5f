/**
 * What producers reach on so many partitions, with as many of them as it takes; on one it is Tp. Saturation:
 * as fast as it goes.
 *
 * Thread: the harness's.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { threadEntry } from '../../threads/worker-entry.ts'
import {
  type BenchContext,
  meteredRun,
  partitionsOf,
  sampledBytes,
  sampleLength,
  seriesOf
} from '../bench-run.ts'
import type { LoadCommand, LoaderData, LoaderReport } from '../load-generator-thread.ts'
import { ThreadGroup } from '../thread-group.ts'
import type { BenchRun } from './measured-point.ts'

/** What so many loaders reached in a short run. */
export interface LoaderTrial {
  readonly partitions: number
  readonly loaders: number
  readonly bytesPerSecond: number
}

/** A loader more is worth it from this gain on. */
const GAIN_MIN = 1.05
const TRIAL_SECONDS_MAX = 1
const LOADERS_MAX = 8

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
  #loaders = 1

  constructor(context: BenchContext) {
    const { settings, cores, sample } = context
    const { recordBytes, batchBytes, bufferBytes, lingerMs } = settings
    const start: LoaderData = { recordBytes, batchBytes, bufferBytes, lingerMs, sample }
    this.#context = context
    this.#loadersMax = Math.min(cores, LOADERS_MAX)
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

  /**
   * Finds how many loaders it takes on the first count and goes on from there on the next, as all are
   * measured with the same; the short runs also warm the engine.
   */
  async chooseLoaders(counts: readonly number[]): Promise<readonly LoaderTrial[]> {
    const all: LoaderTrial[] = []
    for (const partitions of counts) {
      await this.group.grow(this.#loaders)
      const trials: [LoaderTrial, ...LoaderTrial[]] = [await this.#trial(partitions, this.#loaders)]
      for (let next = nextTrial(trials, this.#loadersMax); next !== null; ) {
        await this.group.grow(next)
        trials.push(await this.#trial(partitions, next))
        next = nextTrial(trials, this.#loadersMax)
      }
      this.#loaders = chosenTrial(trials).loaders
      all.push(...trials)
    }
    return all
  }

  /** One run at saturation, evenly over the partitions of `countTopic`. */
  run(partitions: number, seconds: number): Promise<BenchRun> {
    return this.#saturate({ partitions, loaders: this.#loaders, seconds })
  }

  /** Records acknowledged so far, by partition and loader. */
  async acknowledged(topic: string, partitions: number): Promise<number[][]> {
    const bodies = Array.from({ length: this.group.size }, () => ({ topic }))
    const replies = await this.group.run('sent', bodies)
    const byLoader = replies.map(reply => reply['sent'] as readonly number[])
    return Array.from({ length: partitions }, (_, partition) => byLoader.map(sent => sent[partition] ?? 0))
  }

  async #trial(partitions: number, loaders: number): Promise<LoaderTrial> {
    const seconds = Math.min(TRIAL_SECONDS_MAX, this.#context.settings.secondsPerRun)
    const { series } = await this.#saturate({ partitions, loaders, seconds })
    return { partitions, loaders, bytesPerSecond: series.bytesPerSecond }
  }

  async #saturate({ partitions, loaders, seconds }: SaturationRun): Promise<BenchRun> {
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
