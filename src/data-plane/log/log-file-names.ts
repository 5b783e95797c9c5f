/**
 * Every name of a partition directory: twenty digits of the base offset and a suffix, and two text files.
 *
 *   00000000000077106001.log  .index  .timeindex  .txnindex     one segment
 *   00000000000077106001.snapshot  .warmsnapshot                producers below that offset
 *   leader-epoch-checkpoint   partition.metadata
 *
 * Kafka: storage/internals/log/LogFileUtils, UnifiedLog.
 */
import { join } from 'node:path'
import { HighwaterError } from '../../base/local-errors.ts'

export const SUFFIX = {
  log: '.log',
  offsetIndex: '.index',
  timeIndex: '.timeindex',
  transactionIndex: '.txnindex',
  snapshot: '.snapshot',
  /** Ours, not Kafka's, which ignores it. */
  warmSnapshot: '.warmsnapshot',
  /** Being written; a crash leaves it, nobody reads it. */
  temporary: '.tmp'
} as const

/** Files that exist only beside a `.log` of the same base offset. */
export const INDEX_SUFFIXES: readonly string[] = [
  SUFFIX.offsetIndex,
  SUFFIX.timeIndex,
  SUFFIX.transactionIndex
]

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint'
export const PARTITION_METADATA = 'partition.metadata'

const OFFSET_DIGITS = 20
const NAME = /^(\d{20})(\.[a-z]+)$/

export function logFilePath(directory: string, offset: number, suffix: string): string {
  return join(directory, String(offset).padStart(OFFSET_DIGITS, '0') + suffix)
}

/**
 * Offset and suffix of a name made by `logFilePath`; null for every other name.
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT if the offset is above 2^53: it would be read as another one.
 */
export function parseLogFileName(name: string): { offset: number; suffix: string } | null {
  const match = NAME.exec(name)
  if (match === null) return null
  const offset = Number(match[1])
  if (!Number.isSafeInteger(offset)) {
    const text = `the file name ${name} holds an offset above 2^53 - 1, which this engine cannot keep exactly`
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
  }
  return { offset, suffix: match[2] ?? '' }
}
