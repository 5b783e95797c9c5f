/**
 * How a plan is measured: what the caller asks for, and the lengths and sizes that follow from it.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { topicNameFault } from '../base/topic-partition.ts'
import { formatBytes, type ProcessCost } from '../planner/units.ts'
import { STAMP_BYTES } from './record-stamp.ts'

export interface PlanOptions {
  /** Tt: bytes per second of records (key and value). */
  readonly targetThroughput: number
  /** Bytes of a record's value; 1,000 by default. */
  readonly recordBytes?: number | undefined
  /** What a record costs its consumer; null, the default: nothing. */
  readonly process?: ProcessCost | null | undefined
  /** Topic that is made for the measurement. */
  readonly topic?: string | undefined
  /**
   * Fewer and shorter runs, for a first look: 3 of 3 s, not 5 of 5 s. Without `runs` and `seconds`, what
   * cannot tell is measured again, longer, within 90 s in all.
   */
  readonly short?: boolean | undefined
  /** Runs of each measurement, at least 3. */
  readonly runs?: number | undefined
  /** Length of a run. */
  readonly seconds?: number | undefined
}

export interface PlanSettings {
  readonly targetThroughput: number
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
/** A first look takes no longer, unless the machine is much slower than it seemed. */
const PATIENCE_SECONDS = 90
const MIB = 2 ** 20
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
  const short = options.short ?? false
  const recordBytes = options.recordBytes ?? 1000
  if (recordBytes < STAMP_BYTES) {
    return refuse(
      `The record size ${formatBytes(recordBytes)} is below ${STAMP_BYTES} B, which the audit needs ` +
        `to know a record by.`
    )
  }
  if (recordBytes > RECORD_BYTES_MAX) {
    return refuse(
      `The record size ${formatBytes(recordBytes)} is above ${RECORD_BYTES_MAX} B, what fits into ` +
        `max.request.size.`
    )
  }
  const topic = options.topic ?? 'highwater-plan'
  // The verification's topic has a longer name.
  const fault = topicNameFault(topic) ?? topicNameFault(verificationTopic(topic))
  if (fault !== null) return refuse(`The topic cannot be made: ${fault}.`)
  const runs = options.runs ?? (short ? 3 : 5)
  if (!Number.isInteger(runs) || runs < RUNS_MIN || runs > RUNS_MAX) {
    return refuse(`The number of runs must be a whole number from ${RUNS_MIN} to ${RUNS_MAX}, not ${runs}.`)
  }
  const seconds = options.seconds ?? (short ? 3 : 5)
  if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
    return refuse(
      `The seconds of a run must lie between ${SECONDS_MIN} and ${SECONDS_MAX}, not at ${seconds}.`
    )
  }
  return {
    targetThroughput,
    recordBytes,
    process: options.process ?? null,
    topic,
    short,
    runs,
    secondsPerRun: seconds,
    patienceSeconds:
      short && options.runs === undefined && options.seconds === undefined ? PATIENCE_SECONDS : null,
    verifySeconds: Math.max(2 * seconds, 3),
    bytesPerRunMax: 1024 * MIB,
    batchBytes: 16384,
    // Enough to keep every batch in flight; Kafka's 32 MiB would fill and drain in waves of its own.
    bufferBytes: 4 * MIB,
    lingerMs: 5
  }
}

/** The topic with the recommended number of partitions. */
export function verificationTopic(topic: string): string {
  return `${topic}-verification`
}
