/**
 * How a benchmark is run: what the caller asks for, and the lengths that follow from it.
 */
import { parseConsumerConfig } from '../../config/consumer-config.ts'
import type { LoadRate, ProcessCost } from '../../planner/units.ts'
import {
  type GivenConfig,
  type LoadOptions,
  type LoadSettings,
  type LoadWithSamples,
  loadSettings,
  refuse,
  wholeNumber
} from './load-settings.ts'
import type { Stall } from './stall.ts'

const WORKLOADS = ['produce', 'consume', 'e2e'] as const
export type Workload = (typeof WORKLOADS)[number]

export interface BenchOptions extends LoadOptions {
  readonly workload: Workload
  /** What is offered; without it as fast as it goes. */
  readonly rate?: LoadRate | undefined
  /** Only this partition. */
  readonly partition?: number | undefined
  /** Length of a run. */
  readonly seconds?: number | undefined
  /** Records of a run instead of a length; for `consume` what is prepared. */
  readonly records?: number | undefined
  readonly runs?: number | undefined
  /** Threads that read. */
  readonly consumers?: number | undefined
  /** What a record costs its reader. */
  readonly process?: ProcessCost | undefined
  readonly api?: 'forEach' | 'poll' | undefined
  readonly consumerConfig?: GivenConfig | undefined
  readonly stall?: Stall | undefined
}

export interface BenchSettings {
  readonly workload: Workload
  readonly mode: 'open-loop' | 'saturation'
  /** Records per second of all loaders; null at saturation. */
  readonly recordsPerSecond: number | null
  /** How records of an open loop are spread over time. */
  readonly arrivals: 'even' | 'poisson'
  readonly partition: number | null
  readonly runs: number
  /** Null where records end a run. */
  readonly seconds: number | null
  readonly records: number | null
  readonly consumers: number
  readonly process: ProcessCost | null
  readonly api: 'forEach' | 'poll'
  readonly consumerConfig: GivenConfig
  readonly stall: Stall | null
  /** Time at the begin of a run whose records do not count. */
  readonly leadMs: number
  readonly intervalMs: number
  /** A run ends when it has written so much, whatever the time. */
  readonly bytesPerRunMax: number
}

export interface BenchPlan {
  readonly settings: BenchSettings
  readonly load: LoadWithSamples
}

const SECONDS: readonly [number, number] = [0.2, 3600]
const RUNS: readonly [number, number] = [1, 100]
const RECORDS_MAX = 2 ** 31 - 1
const CONSUMERS_MAX = 48
const LEAD_MS = 500
const INTERVAL_MS = 1000
/** What saturation reaches at least, to guess how long a number of records takes. */
const USUAL_RATE = 100_000
/** Lines of a table of intervals. */
const INTERVALS_PER_RUN = 30
const BYTES_PER_RUN_MAX = 2 ** 30
/** What `consume` prepares if nothing is said: large enough to leave every cache of a processor. */
const PREPARED_BYTES = 256 * 2 ** 20

/** @throws HighwaterError HIGHWATER_CONFIG */
export function benchSettings(options: BenchOptions): BenchPlan {
  const { workload, partition, rate, records } = options
  // Callers of the library are not all checked by a compiler.
  if (!WORKLOADS.includes(workload)) {
    refuse(`A benchmark needs a workload, one of ${WORKLOADS.join(', ')}, not ${workload}.`)
  }
  const partitions = options.partitions ?? (partition === undefined ? 1 : partition + 1)
  const load = loadSettings({ ...options, partitions }, `highwater-bench-${workload}`)
  checkFit(options, load)
  if (records !== undefined && options.seconds !== undefined && workload !== 'consume') {
    refuse('--records and --seconds both end a run: give one of them.')
  }
  const seconds = secondsOf(options)
  const recordsPerSecond = rate === undefined ? null : recordRate(rate, load)
  return {
    load,
    settings: {
      workload,
      mode: recordsPerSecond === null ? 'saturation' : 'open-loop',
      recordsPerSecond,
      arrivals: 'even',
      partition: partition ?? null,
      runs: wholeNumber('The number of runs', options.runs ?? 3, RUNS),
      seconds,
      records: recordsOf(options, load),
      consumers: consumersOf(options, load),
      process: options.process ?? null,
      api: options.api ?? 'forEach',
      consumerConfig: checkedConsumer(options.consumerConfig ?? {}),
      stall: options.stall ?? null,
      leadMs: seconds === null ? 0 : Math.min(LEAD_MS, seconds * 250),
      intervalMs: intervalOf(seconds ?? (records ?? 0) / (recordsPerSecond ?? USUAL_RATE)),
      bytesPerRunMax: BYTES_PER_RUN_MAX
    }
  }
}

/** What belongs to another workload is refused, not ignored. */
function checkFit(
  { workload, rate, partition, process, api, stall, consumers }: BenchOptions,
  load: LoadSettings
): void {
  if (partition !== undefined) wholeNumber('The partition', partition, [0, load.partitions - 1])
  if (workload === 'consume' && rate !== undefined) {
    refuse('bench consume reads as fast as it goes: use bench e2e for readers of a load with --rate.')
  }
  if (workload === 'consume' && stall !== undefined) {
    refuse('--stall withholds answers to producers: use it with bench produce or bench e2e.')
  }
  if (workload !== 'produce') return
  if (process !== undefined) refuse('--process is a cost of readers: use bench consume or bench e2e.')
  if (api !== undefined) refuse('--api is about readers: use bench consume.')
  if (consumers !== undefined) refuse('--consumers are readers: use bench consume or bench e2e.')
}

function secondsOf({ workload, seconds, records }: BenchOptions): number | null {
  if (records !== undefined && workload !== 'consume') return null
  const given = seconds ?? 3
  const [least, most] = SECONDS
  if (given >= least && given <= most) return given
  return refuse(`The seconds of a run must lie between ${least} and ${most}, not at ${given}.`)
}

function recordsOf({ workload, records }: BenchOptions, load: LoadSettings): number | null {
  if (records !== undefined) {
    const least = workload === 'consume' ? 1000 : load.loaders
    return wholeNumber('The number of records', records, [least, RECORDS_MAX])
  }
  if (workload !== 'consume') return null
  return Math.max(1000, Math.floor(PREPARED_BYTES / load.meanRecordBytes))
}

function recordRate({ unit, perSecond }: LoadRate, { meanRecordBytes }: LoadSettings): number {
  return unit === 'records' ? perSecond : perSecond / meanRecordBytes
}

function consumersOf({ workload, consumers, partition, api }: BenchOptions, load: LoadSettings): number {
  if (workload === 'produce') return 0
  if (workload === 'e2e' && api === 'poll') refuse('bench e2e reads by forEach: leave --api out.')
  const readable = partition === undefined ? load.partitions : 1
  const count = wholeNumber('The number of consumers', consumers ?? 1, [1, CONSUMERS_MAX])
  if (count <= readable) return count
  return refuse(`${count} consumers have only ${readable} of the partitions to read: the others would idle.`)
}

function checkedConsumer(config: GivenConfig): GivenConfig {
  parseConsumerConfig(config)
  return config
}

/** Whole seconds, so many that a run has no more lines than a reader looks at. */
function intervalOf(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / INTERVALS_PER_RUN)) * INTERVAL_MS
}

/** Records sent before a loader looks for room: what fits into one slot, and no more than a tick's worth. */
export function burstRecords({ batchBytes, meanRecordBytes }: LoadSettings): number {
  return Math.max(1, Math.min(64, Math.floor(batchBytes / meanRecordBytes)))
}
