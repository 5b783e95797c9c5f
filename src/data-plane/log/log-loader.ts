/**
 * What a cold and a warm start share: the files of a partition directory, and the state both bring to the end
 * of the log. `recover` reads the batches; which segments, and from where, is decided by the two starts.
 *
 * Thread: the partition thread, before it serves. Kafka: storage/internals/log/LogLoader, LoadedLogOffsets.
 */
import { join } from 'node:path'
import { HighwaterError } from '../../base/local-errors.ts'
import { LeaderEpochCache } from './leader-epoch-cache.ts'
import { INDEX_SUFFIXES, parseLogFileName, SUFFIX } from './log-file-names.ts'
import { LogSegment } from './log-segment.ts'
import type { CrcFunction, LogOptions } from './log-settings.ts'
import type { ProducerSnapshots, StoredState } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import type { Replay } from './recovery.ts'
import type { SealedSegment } from './sealed-segment.ts'

export interface LoadedLog {
  readonly logStartOffset: number
  readonly sealed: SealedSegment[]
  readonly active: LogSegment
  readonly producerState: ProducerState
  readonly snapshots: ProducerSnapshots
  readonly epochs: LeaderEpochCache
  /** Bytes behind the snapshot the state came from. */
  readonly bytesSinceSnapshot: number
  /** Offset below which everything is known to be durable. */
  readonly recoveryPoint: number
}

/** Base offsets of the segments of a directory, ascending. */
export function findSegments({ storage, directory }: LogOptions): number[] {
  const bases: number[] = []
  for (const name of storage.list(directory)) {
    const parsed = parseLogFileName(name)
    if (parsed?.suffix === SUFFIX.log) bases.push(parsed.offset)
  }
  return bases.sort((a, b) => a - b)
}

/** Removes what a crash left: files half written, and indexes of segments that are gone. */
export function removeLeftovers({ storage, directory }: LogOptions, bases: readonly number[]): void {
  for (const name of storage.list(directory)) {
    const parsed = parseLogFileName(name)
    const isIndex = parsed !== null && INDEX_SUFFIXES.includes(parsed.suffix)
    const isOrphan = isIndex && !bases.includes(parsed.offset)
    if (isOrphan || name.endsWith(SUFFIX.temporary)) storage.remove(join(directory, name))
  }
}

export function loadEpochs({ storage, directory }: LogOptions): LeaderEpochCache {
  return new LeaderEpochCache(storage, directory)
}

/** A replay that begins with a stored state, or with none at offset 0. */
export function replayFrom(
  stored: StoredState | null,
  epochs: LeaderEpochCache,
  crc: CrcFunction | null
): Replay {
  return {
    producerState: stored?.state ?? new ProducerState(),
    producersFrom: stored?.offset ?? 0,
    epochs: epochs.wasOnDisk ? null : epochs,
    crc
  }
}

/** Opens a segment and prepares it; its handles are closed if that fails. */
export function openSegment(
  options: LogOptions,
  baseOffset: number,
  prepare: (segment: LogSegment) => void
): LogSegment {
  const segment = LogSegment.open(options, baseOffset)
  return closingOnError(segment, () => {
    prepare(segment)
    return segment
  })
}

export function closingOnError<T>(segment: LogSegment, action: () => T): T {
  try {
    return action()
  } catch (error) {
    segment.abandon()
    throw error
  }
}

export function logCorrupt({ directory }: LogOptions, fact: string): HighwaterError {
  return new HighwaterError('HIGHWATER_LOG_CORRUPT', `the log in ${directory} ${fact}`)
}
