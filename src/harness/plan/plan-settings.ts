/**
 * How a plan is measured: what the caller asks for, and the lengths and sizes that follow from it.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { topicNameFault } from '../../base/topic-partition.ts'
import type { Outage } from '../../planner/consumer-queue.ts'
import { heldOutPoint, pointsToMeasure } from '../../planner/measurement-order.ts'
import { DEFAULT_PROFILE, type Profile, profileNamed } from '../../planner/profiles.ts'
import { formatBytes, type ProcessCost } from '../../planner/units.ts'
import { STAMP_BYTES } from '../record-stamp.ts'

export interface PlanOptions {
  /** Tt: bytes per second of records (key and value). */
  readonly targetThroughput: number
  /** Bytes of a record's value; 1,000 by default. */
  readonly recordBytes?: number | undefined
  /** Mean bytes of the user's own records, which are sent instead. */
  readonly sampleBytes?: number | undefined
  /** What a record costs its consumer; null, the default: nothing. */
  readonly process?: ProcessCost | null | undefined
  /** Path of a module with the consumer's handler, instead of `process`. */
  readonly handlerModule?: string | undefined
  /** Peak over `targetThroughput`; 1, the default: that is the peak already. */
  readonly peakFactor?: number | undefined
  /** How much more a year, as a share, and for how many years; none by default. */
  readonly growth?: Growth | null | undefined
  /** u: share of what a partition was measured to carry that producers and brokers may use; 1 by default. */
  readonly utilisation?: number | undefined
  /** Mean milliseconds a record may wait for its handler. */
  readonly lagSloMs?: number | null | undefined
  /** Consumers that stood still so long have caught up after so long. */
  readonly outage?: Outage | null | undefined
  /** How long records are kept, and by how many brokers of how many; for the costs of a cluster. */
  readonly retentionMs?: number | null | undefined
  readonly replicationFactor?: number | undefined
  readonly brokers?: number | undefined
  /** Consumer groups that read the topic, each all of it; 1 by default. For the costs of a cluster. */
  readonly groups?: number | undefined
  /** Limits and constants of clusters; those of Apache Kafka by default. */
  readonly profile?: Profile | undefined
  /** Counts to measure, ascending from 1; chosen by the cores by default. */
  readonly points?: readonly number[] | undefined
  /** Cores of what is measured: at least four partitions for each are looked at. */
  readonly cores?: number | undefined
  /** Seed of all that is drawn: the order of the runs, the bootstrap; 1 by default. */
  readonly seed?: number | undefined
  /** Seconds that all of it may take. */
  readonly budgetSeconds?: number | null | undefined
  /** Topic that is made for the measurement. */
  readonly topic?: string | undefined
  /**
   * Fewer and shorter runs, for a first look: 3 of 1 s, not 5 of 5 s. Without `runs` and `seconds`, what
   * cannot tell is measured again, longer, if all of it is over after 75 s by then.
   */
  readonly short?: boolean | undefined
  /** Runs of each measurement, at least 3. */
  readonly runs?: number | undefined
  /** Length of a run. */
  readonly seconds?: number | undefined
}

interface Growth {
  readonly share: number
  readonly years: number
}

export interface PlanSettings {
  readonly targetThroughput: number
  /** The target with its peak and its growth: what is planned for, and offered in the verification. */
  readonly offeredThroughput: number
  readonly peakFactor: number
  readonly growth: Growth | null
  /** u, above 0 and at most 1: producers and brokers are planned for the offered rate over it. */
  readonly utilisation: number
  readonly lagSloMs: number | null
  readonly outage: Outage | null
  readonly retentionMs: number | null
  readonly replicationFactor: number
  readonly brokers: number
  /** Consumer groups that read all of it. */
  readonly groups: number
  readonly profile: Profile
  readonly handlerModule: string | null
  readonly seed: number
  readonly budgetSeconds: number | null
  /** Counts of partitions that are measured and fitted, ascending from 1. */
  readonly counts: readonly number[]
  /** The count that is predicted before it is measured; null: none. */
  readonly heldOutCount: number | null
  /** Counts whose cost is looked at, ascending. */
  readonly costCounts: readonly number[]
  readonly recordBytes: number
  readonly process: ProcessCost | null
  readonly topic: string
  readonly short: boolean
  readonly runs: number
  readonly secondsPerRun: number
  /** While all of it takes no more, what cannot tell is measured again; null: never. */
  readonly patienceSeconds: number | null
  readonly verifySeconds: number
  /** A run ends when it has written so much, whatever the time. */
  readonly bytesPerRunMax: number
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly lingerMs: number
}

const RUNS_MIN = 3
const RUNS_MAX = 100
const SECONDS_MIN = 0.2
const SECONDS_MAX = 3600
/** A first look is to end within 90 s; what it still has to do takes longer where the machine is busy. */
const PATIENCE_SECONDS = 75
const MIB = 2 ** 20
/** Partitions are threads here: more of them than this show the machine's scheduler. */
const COUNT_MAX = 64
const POINT_MAX = 1000
const COST_COUNTS = [4, 16, 48]
const COST_COUNTS_FEW = [1, 2, 4]
const COST_REACH = 3
const COST_POINTS_MIN = 3
const COST_COUNTS_SHORT = [2, 6, 16]
/** What all saturation runs together may write, which takes time to read back; less in a first look. */
const PLAN_BYTES = 24 * 1024 * MIB
const PLAN_BYTES_SHORT = 6 * 1024 * MIB
const RUN_BYTES_MIN = 128 * MIB
/**
 * Batches of a run are below segment.bytes, so that none begins a second segment. A file that was emptied is
 * put on the disk when it is closed (ext4, auto_da_alloc), and the partition thread that rolls stood still
 * for 0.7 s.
 */
const RUN_BATCH_BYTES_MAX = 900 * MIB
/** What a batch has around each of its records, at most. */
const RECORD_OVERHEAD = 16
/** The verification may write so many times what a run may. */
export const VERIFY_RUNS = 4
/**
 * Runs whose records lie on the disk at one time, at most: a run's are given back once they are read
 * back, all but those on one partition, which consumers read; the verification begins with an empty
 * disk.
 */
export const RUNS_ON_DISK = VERIFY_RUNS + 1
/** Kafka's default max.request.size, less what a batch of one record has around it. */
const RECORD_BYTES_MAX = MIB - 100

function refuse(message: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', message)
}

/**
 * Settings of a plan, with defaults.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function planSettings(options: PlanOptions): PlanSettings {
  const { targetThroughput } = options
  // Callers of the library are not all checked by a compiler.
  if (!(Number.isFinite(targetThroughput) && targetThroughput > 0)) {
    return refuse(`A plan needs targetThroughput, bytes per second above 0, not ${targetThroughput}.`)
  }
  const recordBytes = options.sampleBytes ?? checkedRecordBytes(options.recordBytes ?? 1000)
  const topic = checkedTopic(options.topic ?? 'highwater-plan')
  const { short, runs, seconds } = lengthsOf(options)
  const demand = demandOf(options)
  const counts =
    options.points === undefined
      ? pointsToMeasure({ cores: options.cores ?? 1, partitionsMax: COUNT_MAX })
      : checkedPoints(options.points)
  const heldOutCount = heldOutPoint(counts)
  return {
    targetThroughput,
    ...demand,
    recordBytes,
    process: options.process ?? null,
    handlerModule: options.handlerModule ?? null,
    topic,
    short,
    runs,
    secondsPerRun: seconds,
    patienceSeconds:
      short && options.runs === undefined && options.seconds === undefined ? PATIENCE_SECONDS : null,
    verifySeconds: Math.max(2 * seconds, 3),
    seed: wholeNumber('the seed', options.seed ?? 1, 0, 2 ** 31 - 1),
    budgetSeconds: options.budgetSeconds ?? null,
    counts,
    heldOutCount,
    costCounts: costCounts(short ? COST_COUNTS_SHORT : COST_COUNTS, counts),
    bytesPerRunMax: Math.max(
      RUN_BYTES_MIN,
      Math.min(
        Math.floor((RUN_BATCH_BYTES_MAX * recordBytes) / (recordBytes + RECORD_OVERHEAD)),
        Math.floor((short ? PLAN_BYTES_SHORT : PLAN_BYTES) / (runs * (counts.length + 1)))
      )
    ),
    batchBytes: 16384,
    // Enough to keep every batch in flight; Kafka's 32 MiB would fill and drain in waves of its own.
    bufferBytes: 4 * MIB,
    lingerMs: 5
  }
}

function checkedRecordBytes(recordBytes: number): number {
  const size = formatBytes(recordBytes)
  if (recordBytes < STAMP_BYTES) {
    return refuse(
      `The record size ${size} is below ${STAMP_BYTES} B, which the audit needs to know a record by.`
    )
  }
  if (recordBytes > RECORD_BYTES_MAX) {
    return refuse(`The record size ${size} is above ${RECORD_BYTES_MAX} B, what fits into max.request.size.`)
  }
  return recordBytes
}

function checkedTopic(topic: string): string {
  // Those of more partitions and of the verification have longer names.
  const fault = topicNameFault(topic) ?? topicNameFault(verificationTopic(topic))
  return fault === null ? topic : refuse(`The topic cannot be made: ${fault}.`)
}

interface Lengths {
  readonly short: boolean
  readonly runs: number
  readonly seconds: number
}

function lengthsOf(options: PlanOptions): Lengths {
  const short = options.short ?? false
  const runs = options.runs ?? (short ? 3 : 5)
  if (!Number.isInteger(runs) || runs < RUNS_MIN || runs > RUNS_MAX) {
    return refuse(`The number of runs must be a whole number from ${RUNS_MIN} to ${RUNS_MAX}, not ${runs}.`)
  }
  const seconds = options.seconds ?? (short ? 1 : 5)
  if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
    return refuse(
      `The seconds of a run must lie between ${SECONDS_MIN} and ${SECONDS_MAX}, not at ${seconds}.`
    )
  }
  return { short, runs, seconds }
}

type Demand = Pick<
  PlanSettings,
  | 'offeredThroughput'
  | 'peakFactor'
  | 'growth'
  | 'utilisation'
  | 'lagSloMs'
  | 'outage'
  | 'retentionMs'
  | 'replicationFactor'
  | 'brokers'
  | 'groups'
  | 'profile'
>

/** What is asked of the plan beyond the rate. */
function demandOf(options: PlanOptions): Demand {
  const peakFactor = options.peakFactor ?? 1
  if (!(peakFactor >= 1 && peakFactor <= 1000)) {
    return refuse(`The peak factor must lie between 1 and 1,000 (peak over --rate), not at ${peakFactor}.`)
  }
  const growth = options.growth ?? null
  if (growth !== null && !isGrowth(growth)) {
    return refuse(
      'The growth must be a share above -100 % a year, at most 10,000 %, and up to 100 years: 30%/2y.'
    )
  }
  for (const [name, milliseconds] of [
    ['lag', options.lagSloMs],
    ['outage', options.outage?.lengthMs],
    ['time to catch up', options.outage?.recoverMs],
    ['retention', options.retentionMs]
  ] as const) {
    if (milliseconds !== undefined && milliseconds !== null && !(milliseconds > 0)) {
      return refuse(`The ${name} must last longer than nothing, not ${milliseconds} ms.`)
    }
  }
  const replicationFactor = wholeNumber('the replication factor', options.replicationFactor ?? 1, 1, 100)
  const brokers = wholeNumber('the number of brokers', options.brokers ?? replicationFactor, 1, 10_000)
  if (replicationFactor > brokers) {
    return refuse(`A replication factor of ${replicationFactor} needs as many brokers, not ${brokers}.`)
  }
  const grown = growth === null ? 1 : (1 + growth.share) ** growth.years
  return {
    offeredThroughput: options.targetThroughput * peakFactor * grown,
    peakFactor,
    growth,
    utilisation: checkedUtilisation(options.utilisation ?? 1),
    lagSloMs: options.lagSloMs ?? null,
    outage: options.outage ?? null,
    retentionMs: options.retentionMs ?? null,
    replicationFactor,
    brokers,
    groups: wholeNumber('the number of consumer groups', options.groups ?? 1, 1, 10_000),
    profile: options.profile ?? profileNamed(DEFAULT_PROFILE)
  }
}

function checkedUtilisation(share: number): number {
  if (share > 0 && share <= 1) return share
  return refuse(`The utilisation must be above 0 and at most 1 (70 % is 0.7), not ${share}.`)
}

function isGrowth({ share, years }: Growth): boolean {
  return share > -1 && share <= 100 && years >= 0 && years <= 100
}

/** Where few partitions are of interest, many need not be started; a line needs three counts. */
function costCounts(wanted: readonly number[], counts: readonly number[]): readonly number[] {
  const most = COST_REACH * Math.max(...counts)
  const affordable = wanted.filter(count => count <= most)
  return affordable.length < COST_POINTS_MIN ? COST_COUNTS_FEW : affordable
}

function checkedPoints(points: readonly number[]): readonly number[] {
  const sorted = [...new Set(points)].toSorted((a, b) => a - b)
  const fits = sorted.every(count => Number.isInteger(count) && count >= 1 && count <= POINT_MAX)
  if (fits && sorted[0] === 1) return sorted
  return refuse(`The counts to measure must be whole numbers from 1 to ${POINT_MAX}, 1 among them: 1,2,4,16.`)
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  return refuse(
    `${name.charAt(0).toUpperCase()}${name.slice(1)} must be a whole number from ${least} to ${most}, ` +
      `not ${value}.`
  )
}

/** The topic with the recommended number of partitions. */
export function verificationTopic(topic: string): string {
  return `${topic}-verification`
}
