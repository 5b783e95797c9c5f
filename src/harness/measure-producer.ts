/**
 * Tp: what producers reach on one partition, with as many of them as it takes. Saturation: as fast as it
 * goes.
 *
 * Thread: the harness's.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { threadEntry } from '../threads/worker-entry.ts'
import { type BenchContext, meteredRun, sampledBytes, sampleLength, seriesOf } from './bench-run.ts'
import type { LoadCommand, LoaderData, LoaderReport } from './load-generator-thread.ts'
import type { BenchRun } from './measured-point.ts'
import { ThreadGroup } from './thread-group.ts'

/** What so many loaders reached in a short run. */
export interface LoaderTrial {
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

export class ProducerBench {
  readonly group: ThreadGroup
  readonly #context: BenchContext
  readonly #loadersMax: number
  #loaders = 1

  constructor(context: BenchContext) {
    const { settings, cores } = context
    const { recordBytes, batchBytes, bufferBytes, lingerMs } = settings
    const start: LoaderData = { recordBytes, batchBytes, bufferBytes, lingerMs }
    this.#context = context
    this.#loadersMax = Math.min(cores, LOADERS_MAX)
    this.group = new ThreadGroup({
      ...context,
      entry: threadEntry(import.meta.url, './load-generator-thread.ts'),
      threadsMax: this.#loadersMax,
      start
    })
  }

  /** How many loaders the runs use. */
  get loaders(): number {
    return this.#loaders
  }

  /** Finds how many loaders it takes; the short runs also warm the engine. */
  async chooseLoaders(): Promise<readonly LoaderTrial[]> {
    await this.group.grow(1)
    const first = await this.#trial(1)
    const trials: [LoaderTrial, ...LoaderTrial[]] = [first]
    for (let next = nextTrial(trials, this.#loadersMax); next !== null; ) {
      await this.group.grow(next)
      trials.push(await this.#trial(next))
      next = nextTrial(trials, this.#loadersMax)
    }
    const chosen = chosenTrial(trials)
    this.#loaders = chosen.loaders
    return trials
  }

  /** One run at saturation. */
  run(seconds: number): Promise<BenchRun> {
    return this.#saturate(this.#loaders, seconds)
  }

  /** Records acknowledged so far, by partition and loader. */
  async acknowledged(topic: string, partitions: number): Promise<number[][]> {
    const bodies = Array.from({ length: this.group.size }, () => ({ topic }))
    const replies = await this.group.run('sent', bodies)
    const byLoader = replies.map(reply => reply['sent'] as readonly number[])
    return Array.from({ length: partitions }, (_, partition) => byLoader.map(sent => sent[partition] ?? 0))
  }

  async #trial(loaders: number): Promise<LoaderTrial> {
    const { secondsPerRun } = this.#context.settings
    const { series } = await this.#saturate(loaders, Math.min(TRIAL_SECONDS_MAX, secondsPerRun))
    return { loaders, bytesPerSecond: series.bytesPerSecond }
  }

  async #saturate(loaders: number, seconds: number): Promise<BenchRun> {
    const context = this.#context
    const { recordBytes, bytesPerRunMax, topic } = context.settings
    const sampleMs = sampleLength(seconds)
    const body: LoadCommand = { topic, partitions: 1, recordsPerSecond: null }
    const { samples, usage, partition, reports } = await meteredRun<LoaderReport>(context, {
      group: this.group,
      command: 'load',
      bodies: new Array<LoadCommand>(loaders).fill(body),
      sampleMs,
      seconds,
      bytesMax: bytesPerRunMax
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
      bytesPerCpuSecond: partition.cpuMs === null ? null : bytes / (partition.cpuMs / 1000)
    }
  }
}

/** How busy a loader was; where its CPU time is not known, all that it did not wait for room. */
export function busyShare({ cpuMs, waitedMs, elapsedMs }: LoaderReport): number {
  const busyMs = cpuMs ?? elapsedMs - waitedMs
  return Math.min(1, busyMs / elapsedMs)
}
