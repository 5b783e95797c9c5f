/**
 * What a log is given when it is opened: its place, its limits, and the roads to disk and time.
 *
 * Kafka: storage/internals/log/LogConfig; the names are those of its settings, units last.
 */
import type { Clock } from '../../base/clock.ts'
import type { Storage } from './storage.ts'

export interface LogSettings {
  /** segment.bytes: a `.log` never grows beyond it. */
  readonly segmentBytes: number
  /** segment.ms: span of record time in one segment. */
  readonly segmentMs: number
  /** segment.index.bytes: bound of each index file; a full index rolls the segment. */
  readonly segmentIndexBytes: number
  /** index.interval.bytes: bytes of `.log` between two index entries. */
  readonly indexIntervalBytes: number
}

/** CRC-32C of `bytes` from `from` up to `to`, unsigned. */
export type CrcFunction = (bytes: Uint8Array, from: number, to: number) => number

export interface LogOptions {
  readonly storage: Storage
  readonly clock: Clock
  /** Absolute path of the partition's own directory. */
  readonly directory: string
  readonly settings: LogSettings
  readonly crc: CrcFunction
  /** Where an empty log begins: its first segment is named by it. 0 if absent. */
  readonly initialOffset?: number
  /** 22 characters of base64url; written before the first data, and compared when the log is opened again. */
  readonly topicId?: string
  /** Whether the index files of the active segment are held open, as its `.log` is; true if absent. */
  readonly keepsIndexesOpen?: boolean
}
