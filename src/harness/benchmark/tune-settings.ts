/**
 * How settings are tuned: the grid, the load each cell is measured with, and the lengths that follow.
 */
import type { LoadRate } from '../../planner/units.ts'
import type { BenchPlan, BenchSettings } from './bench-settings.ts'
import { type GivenConfig, type LoadOptions, loadSettings, refuse, wholeNumber } from './load-settings.ts'

export interface TuneOptions extends LoadOptions {
  /** What latencies are measured with; 20,000 records a second by default. */
  readonly rate?: LoadRate | undefined
  /** Values of `batch.size`. */
  readonly batchSizes?: readonly number[] | undefined
  /** Values of `linger.ms`. */
  readonly lingers?: readonly number[] | undefined
  readonly runs?: number | undefined
  /** Length of a run at the rate. */
  readonly seconds?: number | undefined
}

export interface TuneCellSettings {
  readonly batchSize: number
  readonly lingerMs: number
}

export interface TuneSettings {
  readonly cells: readonly TuneCellSettings[]
  /** Of all loaders. */
  readonly recordsPerSecond: number
  readonly runs: number
  readonly seconds: number
  readonly saturationSeconds: number
}

export interface TunePlan {
  readonly settings: TuneSettings
  /** Of the first cell; `cellPlan` makes those of the others. */
  readonly base: BenchPlan
}

const BATCH_SIZES = [16_384, 65_536, 262_144]
const LINGERS = [0, 5, 20]
const VALUES_MAX = 8
const RATE = 20_000
const SECONDS: readonly [number, number] = [0.2, 600]
const SATURATION_SECONDS_MAX = 0.5
const LEAD_MS = 250
const INTERVAL_MS = 1000
/** What one run at saturation may write. */
const SATURATION_BYTES = 64 * 2 ** 20
const PARTITIONS = 4
const KEYS = { kind: 'uniform', keys: 10_000 } as const

/** @throws HighwaterError HIGHWATER_CONFIG */
export function tuneSettings(options: TuneOptions): TunePlan {
  const fixed = ['batch.size', 'linger.ms'].find(name => options.config?.[name] !== undefined)
  if (fixed !== undefined) {
    refuse(`tune tries values of ${fixed} itself: give them with --batch-sizes and --lingers.`)
  }
  const batchSizes = values('--batch-sizes', options.batchSizes ?? BATCH_SIZES)
  const lingers = values('--lingers', options.lingers ?? LINGERS)
  const partitions = options.partitions ?? PARTITIONS
  const keys = options.keys ?? KEYS
  if (keys.kind === 'none' && partitions > 1) {
    refuse('tune predicts batches of records with keys: give --keys, or --partitions 1.')
  }
  const cells = batchSizes.flatMap(batchSize => lingers.map(lingerMs => ({ batchSize, lingerMs })))
  const seconds = options.seconds ?? 1
  const [least, most] = SECONDS
  if (!(seconds >= least && seconds <= most)) {
    refuse(`The seconds of a run must lie between ${least} and ${most}, not at ${seconds}.`)
  }
  const runs = wholeNumber('The number of runs', options.runs ?? 3, [1, 100])
  const load = loadSettings(
    { ...options, partitions, keys, config: cellConfig(options.config ?? {}, cells[0]) },
    'highwater-tune'
  )
  for (const cell of cells) loadSettings({ config: cellConfig(options.config ?? {}, cell) }, load.topic)
  const rate = options.rate ?? { unit: 'records', perSecond: RATE }
  const recordsPerSecond = rate.unit === 'records' ? rate.perSecond : rate.perSecond / load.meanRecordBytes
  const saturationSeconds = Math.min(SATURATION_SECONDS_MAX, seconds)
  const settings = { cells, recordsPerSecond, runs, seconds, saturationSeconds }
  return { settings, base: { load, settings: runSettings(seconds, recordsPerSecond) } }
}

function values(flag: string, given: readonly number[]): readonly number[] {
  if (given.length >= 1 && given.length <= VALUES_MAX && new Set(given).size === given.length) return given
  return refuse(`${flag} needs 1 to ${VALUES_MAX} different values, separated by commas.`)
}

function cellConfig(config: GivenConfig, cell: TuneCellSettings | undefined): GivenConfig {
  if (cell === undefined) return config
  return { ...config, 'batch.size': String(cell.batchSize), 'linger.ms': String(cell.lingerMs) }
}

function runSettings(seconds: number, recordsPerSecond: number | null): BenchSettings {
  return {
    workload: 'produce',
    mode: recordsPerSecond === null ? 'saturation' : 'open-loop',
    recordsPerSecond,
    arrivals: 'poisson',
    partition: null,
    runs: 1,
    seconds,
    records: null,
    consumers: 0,
    process: null,
    api: 'forEach',
    consumerConfig: {},
    stall: null,
    leadMs: LEAD_MS,
    intervalMs: INTERVAL_MS,
    bytesPerRunMax: SATURATION_BYTES
  }
}

/** What a cell is measured by: first as fast as it goes, then at the rate. */
export interface CellPlans {
  readonly saturation: BenchPlan
  readonly paced: BenchPlan
}

export function cellPlans({ settings, base }: TunePlan, cell: TuneCellSettings): CellPlans {
  const config = cellConfig(base.load.config, cell)
  const load = { ...base.load, config, batchBytes: cell.batchSize, lingerMs: cell.lingerMs }
  return {
    saturation: { load, settings: { ...runSettings(settings.saturationSeconds, null), leadMs: LEAD_MS / 2 } },
    paced: { load, settings: runSettings(settings.seconds, settings.recordsPerSecond) }
  }
}
