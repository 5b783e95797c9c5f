/**
 * Opens the log of a partition from its files alone.
 *
 * It begins at the newest snapshot. One at the base of a segment says nothing of the disk; one above the
 * newest base was written by a close or a recovery when everything below was durable. From there on every
 * checksum is computed, the log is cut at the first batch that is not whole, later segments are removed, and
 * what is kept is flushed. So a log that was closed is opened by reading its last index interval. What lies
 * below the snapshot is not checked: nothing on disk says yet how far rolled segments were flushed, so a
 * power cut may have torn them, and their readers meet that.
 *
 * Thread: the partition thread, before it serves. Kafka: storage/internals/log/LogLoader.
 */
import { invariant } from '../../base/invariant.ts'
import {
  closingOnError,
  findSegments,
  type LoadedLog,
  loadEpochs,
  openSegment,
  replayFrom
} from './log-loader.ts'
import { LogSegment, removeSegmentFiles } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import { claimTopicId } from './partition-metadata.ts'
import { ProducerSnapshots, type StoredState } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import { type Replay, recover } from './recovery.ts'
import { flushSealed, sealedSegment } from './sealed-segment.ts'

/**
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT if a text file is damaged or the directory is another topic's
 */
export function loadCold(options: LogOptions): LoadedLog {
  options.storage.makeDirectory(options.directory)
  if (options.topicId !== undefined) claimTopicId(options.storage, options.directory, options.topicId)
  const bases = findSegments(options)
  const snapshots = new ProducerSnapshots(options)
  snapshots.removeTakenInPassing()
  if (bases.length === 0) return createEmpty(options, snapshots)
  let start = snapshots.newest(Number.MAX_SAFE_INTEGER)
  for (;;) {
    const loaded = loadFrom(options, bases, start, snapshots)
    if (loaded !== null) return loaded
    invariant(start !== null, 'a log without a snapshot is read from its first batch')
    start = snapshots.newest(start.offset - 1)
  }
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
 * Reads the log from a snapshot on. Null, with no segment changed, if the log does not reach this snapshot.
 */
function loadFrom(
  options: LogOptions,
  bases: readonly number[],
  start: StoredState | null,
  snapshots: ProducerSnapshots
): LoadedLog | null {
  const firstBase = bases[0] ?? 0
  const from = start?.offset ?? firstBase
  const epochs = loadEpochs(options)
  const replay = replayFrom(start, epochs, options.crc)
  const unchecked = bases.filter((_, i) => (bases[i + 1] ?? Number.POSITIVE_INFINITY) > from)
  const end = readSegments({ options, unchecked, from, snapshots }, replay)
  if (end === null) return null
  const { active, isCut } = end
  return closingOnError(active, () => {
    const wasClosed = !isCut && active.nextOffset === from && from > active.baseOffset
    epochs.truncateFromEnd(active.nextOffset)
    const kept = bases.filter(base => base <= active.baseOffset)
    if (!wasClosed) makeDurable(options, bases, active)
    const sealed = kept.slice(0, -1).map(base => sealedSegment(options, base))
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
function readSegments({ options, unchecked, from, snapshots }: Reading, replay: Replay): ReadEnd | null {
  for (const [i, base] of unchecked.entries()) {
    let fault: string | null = null
    let isContinued = false
    const segment = openSegment(options, base, opened => {
      fault = recover(opened, Math.max(from, base), null, replay)
      if (opened.nextOffset < from) return
      opened.settleFiles()
      isContinued = fault === null && unchecked[i + 1] === opened.nextOffset
      if (!isContinued) return
      opened.seal()
      snapshots.writeAtBase(opened.nextOffset, replay.producerState)
    })
    const isCut = fault !== null || i + 1 < unchecked.length
    if (!isContinued && segment.nextOffset >= from) return { active: segment, isCut }
    segment.close()
    if (!isContinued) return null
  }
  invariant(false, 'the last segment is followed by none')
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
