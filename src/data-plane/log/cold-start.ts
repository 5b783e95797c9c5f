/**
 * Opens the log of a partition from its files alone.
 *
 * It begins at the newest snapshot. One at the base of a segment says nothing of the disk; one above the
 * newest base was written by a close or a recovery when everything below was durable. From there on every
 * checksum is computed, the log is cut at the first batch that is not whole, later segments are removed, and
 * what is kept is flushed. So a log that was closed is opened by reading its last index interval.
 *
 *   segment ─▶ segment ─▶ snapshot ─ read and checked ─▶ end
 *   below the snapshot each segment must end where the next one begins, and the last must reach it
 *
 * What lies below the snapshot is never cut: if something is missing there, the log is refused. Damage inside
 * a segment is met by its readers. Without snapshots everything is read, and cut where it is not whole.
 *
 * Thread: the partition thread, before it serves. Kafka: storage/internals/log/LogLoader.
 */
import { join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { INDEX_SUFFIXES, logFilePath, parseLogFileName, SUFFIX } from './log-file-names.ts'
import {
  closingOnError,
  findSegments,
  type LoadedLog,
  loadEpochs,
  logCorrupt,
  openSegment,
  removeLeftovers,
  replayFrom
} from './log-loader.ts'
import { LogSegment, removeSegmentFiles } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import { claimTopicId } from './partition-metadata.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import { type Replay, recover } from './recovery.ts'
import { flushSealed, sealedSegments } from './sealed-segment.ts'

/**
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT if records are missing, a text file is damaged, or the
 * directory is another topic's
 */
export function loadCold(options: LogOptions): LoadedLog {
  options.storage.makeDirectory(options.directory)
  if (options.topicId !== undefined) claimTopicId(options.storage, options.directory, options.topicId)
  const bases = findSegments(options)
  const snapshots = new ProducerSnapshots(options)
  checkBeginning(options, bases, snapshots)
  snapshots.removeTakenInPassing()
  if (bases.length > 0) return loadFrom(options, bases, snapshots)
  removeLeftovers(options, bases)
  return createEmpty(options, snapshots)
}

/** The files of a first segment outlive its `.log` only by somebody else's hand. */
function checkBeginning(options: LogOptions, bases: readonly number[], snapshots: ProducerSnapshots): void {
  const { storage, directory, initialOffset = 0 } = options
  const lost = storage.list(directory).find(name => {
    const parsed = parseLogFileName(name)
    if (parsed === null || !INDEX_SUFFIXES.includes(parsed.suffix)) return false
    return parsed.offset < (bases[0] ?? Number.POSITIVE_INFINITY) && storage.sizeOf(join(directory, name)) > 0
  })
  if (lost !== undefined) throw lostBeginning(options, lost)
  if (bases.length === 0 && snapshots.newestOffset > initialOffset) {
    throw lostBeginning(options, `a snapshot at offset ${snapshots.newestOffset}`)
  }
}

function lostBeginning(options: LogOptions, found: string): HighwaterError {
  const cure = 'restore the .log, or remove what is left of it to go on without its records'
  return logCorrupt(options, `has ${found}, but the .log with these records is gone; ${cure}`)
}

function createEmpty(options: LogOptions, snapshots: ProducerSnapshots): LoadedLog {
  const initialOffset = options.initialOffset ?? 0
  snapshots.removeAbove(-1)
  const epochs = loadEpochs(options)
  epochs.truncateFromEnd(initialOffset)
  return {
    logStartOffset: initialOffset,
    sealed: [],
    active: LogSegment.create(options, initialOffset),
    producerState: new ProducerState(),
    snapshots,
    epochs,
    bytesSinceSnapshot: 0,
    recoveryPoint: initialOffset
  }
}

/**
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT, with nothing cut, if something below the snapshot is missing
 */
function loadFrom(options: LogOptions, bases: readonly number[], snapshots: ProducerSnapshots): LoadedLog {
  const firstBase = bases[0] ?? 0
  const start = snapshots.newest(Number.MAX_SAFE_INTEGER)
  const from = start?.offset ?? firstBase
  const epochs = loadEpochs(options)
  const replay = replayFrom(start, epochs, options.crc)
  const below = bases.filter((_, i) => (bases[i + 1] ?? Number.POSITIVE_INFINITY) <= from)
  const unchecked = bases.slice(below.length)
  const sealedBelow = sealedSegments(options, bases.slice(0, below.length + 1))
  removeLeftovers(options, bases)
  const { active, isCut } = readSegments({ options, unchecked, from, snapshots }, replay)
  return closingOnError(active, () => {
    const wasClosed = !isCut && active.nextOffset === from && from > active.baseOffset
    epochs.truncateFromEnd(active.nextOffset)
    const kept = bases.filter(base => base <= active.baseOffset)
    if (!wasClosed) makeDurable(options, bases, active)
    const sealed = [...sealedBelow, ...sealedSegments(options, kept.slice(below.length))]
    if (!wasClosed) {
      snapshots.removeStray(kept)
      // An empty segment has its snapshot from the roll, and an empty log needs none.
      if (active.position > 0) snapshots.writeAtEnd(active.nextOffset, replay.producerState)
    }
    return {
      logStartOffset: firstBase,
      sealed,
      active,
      producerState: replay.producerState,
      snapshots,
      epochs,
      bytesSinceSnapshot: 0,
      recoveryPoint: active.nextOffset
    }
  })
}

interface Reading {
  readonly options: LogOptions
  readonly unchecked: readonly number[]
  readonly from: number
  readonly snapshots: ProducerSnapshots
}

interface ReadEnd {
  readonly active: LogSegment
  /** Whether bytes or segments behind it are not part of the log. */
  readonly isCut: boolean
}

/** Reads segments one after another as long as each is whole and the next begins where it ends. */
function readSegments({ options, unchecked, from, snapshots }: Reading, replay: Replay): ReadEnd {
  for (const [i, base] of unchecked.entries()) {
    let fault: string | null = null
    let isContinued = false
    const segment = openSegment(options, base, opened => {
      fault = recover(opened, Math.max(from, base), null, replay)
      if (opened.nextOffset < from) throw tooShort(options, opened, from, fault)
      opened.settleFiles()
      isContinued = fault === null && unchecked[i + 1] === opened.nextOffset
      if (!isContinued) return
      opened.seal()
      snapshots.writeAtBase(opened.nextOffset, replay.producerState)
    })
    if (!isContinued) return { active: segment, isCut: fault !== null || i + 1 < unchecked.length }
    segment.close()
  }
  invariant(false, 'the last segment is followed by none')
}

function tooShort(
  { directory }: LogOptions,
  { baseOffset, nextOffset }: LogSegment,
  from: number,
  fault: string | null
): HighwaterError {
  const path = logFilePath(directory, baseOffset, SUFFIX.log)
  const found = `it ends at ${nextOffset}${fault === null ? '' : `: ${fault}`}`
  const cure = 'restore its files, or remove all .snapshot files beside it to have the log cut there'
  const text =
    `${path} was durable up to offset ${from} when a snapshot was written there, ` + `but ${found}; ${cure}`
  return new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
}

/**
 * Removes the segments behind the active one and flushes the others: what was read may be in memory only, and
 * must not be served before it would survive a power cut.
 */
function makeDurable(options: LogOptions, bases: readonly number[], active: LogSegment): void {
  for (const base of [...bases].reverse()) {
    if (base > active.baseOffset) removeSegmentFiles(options, base)
    if (base < active.baseOffset) flushSealed(options, base)
  }
  active.flush(false)
}
