/**
 * Open files and memory maps of a broker, Kafka's and ours, and whether the machine permits them.
 *
 * Kafka, measured on 4.1.0 with 427 partitions of one segment: one descriptor (.log) and two maps (.index,
 * .timeindex) for each segment of each replica, and about 240 maps of its own. So it is the maps that run out
 * first: 65 530 by default on Linux. Often quoted are two handles a partition.
 *
 * Ours: .log, .index and .timeindex of the active segment of each replica, none for older ones; four for each
 * thread of Node; a `.log` for each segment that a reader has read, at most 32 a reader; no maps.
 */
import { invariant } from '../base/invariant.ts'
import type { LimitCheck } from './limits.ts'
import { ceilQuotient } from './rounding.ts'

const KAFKA_HANDLES_PER_SEGMENT = 1
const KAFKA_MAPS_PER_SEGMENT = 2
const KAFKA_OWN_MAPS = 240

/** Source: `LogSegment`, which has these open as long as it is written to. */
const FILES_PER_REPLICA = 3
/** Two pipes, an eventfd and an epoll: what a worker of Node 20 opens on Linux. */
const HANDLES_PER_THREAD = 4
/** Source: `HANDLES_MAX` of `SegmentHandles`. */
const HANDLES_PER_READER_MAX = 32
/** `.lock` of the log directory. */
const HANDLES_PER_BROKER = 1

interface Retention {
  /** Bytes per second into one replica, above or equal to 0. */
  readonly bytesPerSecond: number
  /** retention.ms; null for no limit. */
  readonly retentionMs: number | null
  /** retention.bytes of a partition; null for no limit. */
  readonly retentionBytes: number | null
  /** segment.bytes. */
  readonly segmentBytes: number
  /** segment.ms. */
  readonly segmentMs: number
}

/**
 * Segments of one replica: by size or by age, whichever makes more of them, and the active one. Infinity
 * where nothing is ever deleted; an idle partition has its active one only.
 */
export function segmentsPerReplica(retention: Retention): number {
  const { bytesPerSecond, segmentBytes, segmentMs } = retention
  const { retentionMs, retentionBytes } = retention
  if (bytesPerSecond === 0) return 1
  const byTime = retentionMs === null ? Number.POSITIVE_INFINITY : (bytesPerSecond * retentionMs) / 1000
  const keptBytes = Math.min(byTime, retentionBytes ?? Number.POSITIVE_INFINITY)
  if (keptBytes === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (keptBytes === 0) return 1
  const keptMs = (keptBytes / bytesPerSecond) * 1000
  return Math.max(ceilQuotient(keptBytes, segmentBytes), ceilQuotient(keptMs, segmentMs)) + 1
}

export interface OpenFiles {
  readonly handles: number
  readonly maps: number
}

/** What a broker of Kafka has open. */
export function kafkaFiles(input: {
  readonly replicas: number
  readonly segmentsPerReplica: number
  readonly connections: number
}): OpenFiles {
  const segments = input.replicas * input.segmentsPerReplica
  return {
    handles: KAFKA_HANDLES_PER_SEGMENT * segments + input.connections,
    maps: KAFKA_MAPS_PER_SEGMENT * segments + KAFKA_OWN_MAPS
  }
}

/** What our engine in a process has open, beyond the `processHandles` of that process without it. */
export function engineHandles(input: {
  readonly processHandles: number
  /** Replicas that were written to or read since the start. */
  readonly replicas: number
  /** Threads of brokers, partitions, handlers and load, without the main thread. */
  readonly threads: number
  readonly brokers: number
  /** For each reader, how many segments it reads. */
  readonly segmentsRead: readonly number[]
}): number {
  const { processHandles, replicas, threads, brokers, segmentsRead } = input
  let readers = 0
  for (const segments of segmentsRead) readers += Math.min(segments, HANDLES_PER_READER_MAX)
  const own = HANDLES_PER_BROKER * brokers + HANDLES_PER_THREAD * threads
  return processHandles + own + FILES_PER_REPLICA * replicas + readers
}

/** What a machine permits one process; null where there is no limit or it is not known. */
interface FileLimits {
  /** `ulimit -n`. */
  readonly openFilesMax: number | null
  /** vm.max_map_count. */
  readonly mapsMax: number | null
  /** Where the two are from, such as `this machine`. */
  readonly source: string
  readonly date: string
}

/** `files` against the limits that are known. */
export function checkFiles(files: OpenFiles, limits: FileLimits): LimitCheck[] {
  invariant(files.handles >= 0 && files.maps >= 0, 'files are counted from 0')
  const { source, date } = limits
  const checks: LimitCheck[] = []
  const add = (name: string, unit: string, used: number, limit: number | null): void => {
    if (limit === null) return
    checks.push({ name, used, limit, unit, source, date, ok: used <= limit, beyond: 'refused' })
  }
  add('open files (ulimit -n)', 'handles', files.handles, limits.openFilesMax)
  add('memory maps (vm.max_map_count)', 'maps', files.maps, limits.mapsMax)
  return checks
}
