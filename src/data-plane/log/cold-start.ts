/**
 * Opens the log of a partition from its files alone.
 *
 * After a close, the `.snapshot` of that close stands at the end and both indexes are complete; then only what
 * lies behind the last index entry is read and checked. After anything else every checksum is computed from the
 * last snapshot that stands at a segment's base, the log is cut at the first batch that is not whole, and later
 * segments are removed. Older segments are believed: nothing on disk says yet how far the log was flushed, so a
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
import { sealedSegment } from './sealed-segment.ts'

/** @throws HighwaterError HIGHWATER_LOG_CORRUPT if a text file is damaged or the directory is another topic's */
export function loadCold(options: LogOptions): LoadedLog {
  options.storage.makeDirectory(options.directory)
  if (options.topicId !== undefined) claimTopicId(options.storage, options.directory, options.topicId)
  const bases = findSegments(options)
  const snapshots = new ProducerSnapshots(options)
  if (bases.length === 0) return createEmpty(options, snapshots)
  return loadClosed(options, bases, snapshots) ?? recoverUnclosed(options, bases, snapshots)
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
    bytesSinceSnapshot: 0
  }
}

/** The log as its close left it; null, with no file changed, if anything is not as a close leaves it. */
function loadClosed(
  options: LogOptions,
  bases: readonly number[],
  snapshots: ProducerSnapshots
): LoadedLog | null {
  const activeBase = bases.at(-1) ?? 0
  const stored = snapshots.newest(Number.MAX_SAFE_INTEGER)
  if (stored === null || stored.offset < activeBase) return null
  const epochs = loadEpochs(options)
  const replay = replayFrom(stored, epochs, options.crc)
  let asClosed = false
  const active = openSegment(options, activeBase, segment => {
    asClosed = endsAsClosed(segment, stored.offset, replay)
    if (!asClosed) return
    segment.settleFiles()
    epochs.truncateFromEnd(segment.nextOffset)
  })
  if (!asClosed) {
    active.close()
    return null
  }
  return closingOnError(active, () => ({
    logStartOffset: bases[0] ?? activeBase,
    sealed: bases.slice(0, -1).map(base => sealedSegment(options, base)),
    active,
    producerState: stored.state,
    snapshots,
    epochs,
    bytesSinceSnapshot: 0
  }))
}

/**
 * Whether the segment ends at its snapshot, whole, with every index entry and the last time entry on disk. A
 * snapshot taken in passing may stand at the end as well; the time entry of a close tells the two apart.
 */
function endsAsClosed(segment: LogSegment, snapshotOffset: number, replay: Replay): boolean {
  const indexEntries = segment.offsetIndex.entries.count
  const finalTimestamp = segment.timeIndex.lastTimestamp
  // Two cheap looks first: an unclosed segment is read once, not twice.
  if (segment.offsetIndex.floor(snapshotOffset) !== indexEntries - 1) return false
  if ((segment.file.size() === 0) !== (snapshotOffset === segment.baseOffset)) return false
  return (
    recover(segment, snapshotOffset, null, replay) === null &&
    segment.nextOffset === snapshotOffset &&
    segment.offsetIndex.entries.count === indexEntries &&
    segment.maxTimestamp === finalTimestamp
  )
}

function recoverUnclosed(
  options: LogOptions,
  bases: readonly number[],
  snapshots: ProducerSnapshots
): LoadedLog {
  const epochs = loadEpochs(options)
  const replay = replayFrom(newestAtBase(bases, snapshots), epochs, options.crc)
  const { producerState, producersFrom } = replay
  const active = checkSegments(
    options,
    bases.filter(base => base >= producersFrom),
    replay,
    snapshots
  )
  return closingOnError(active, () => {
    for (const base of [...bases].reverse()) {
      if (base > active.baseOffset) removeSegmentFiles(options, base)
    }
    const kept = bases.filter(base => base <= active.baseOffset)
    removeStraySnapshots(snapshots, kept, active.nextOffset)
    snapshots.write(active.nextOffset, producerState, true)
    epochs.truncateFromEnd(active.nextOffset)
    return {
      logStartOffset: bases[0] ?? 0,
      sealed: kept.slice(0, -1).map(base => sealedSegment(options, base)),
      active,
      producerState,
      snapshots,
      epochs,
      bytesSinceSnapshot: 0
    }
  })
}

/** Reads the segments one after another as long as each is whole and the next begins where it ends. */
function checkSegments(
  options: LogOptions,
  bases: readonly number[],
  replay: Replay,
  snapshots: ProducerSnapshots
): LogSegment {
  for (const [i, base] of bases.entries()) {
    let continues = false
    const segment = openSegment(options, base, opened => {
      const fault = recover(opened, base - 1, null, replay)
      opened.settleFiles()
      // What was read may be in memory only: it must not be served before it would survive a power cut.
      opened.flush(false)
      continues = fault === null && bases[i + 1] === opened.nextOffset
      if (!continues) return
      opened.seal()
      snapshots.write(opened.nextOffset, replay.producerState, false)
    })
    if (!continues) return segment
    segment.close()
  }
  invariant(false, 'the last segment is followed by none')
}

function newestAtBase(bases: readonly number[], snapshots: ProducerSnapshots): StoredState | null {
  for (const base of [...bases].reverse()) {
    if (!snapshots.offsets.includes(base)) continue
    const found = snapshots.newest(base)
    if (found?.offset === base) return found
  }
  return null
}

/** Removes snapshots that stand at no base: those of a longer log, and those taken in passing. */
function removeStraySnapshots(snapshots: ProducerSnapshots, bases: readonly number[], end: number): void {
  snapshots.removeAbove(end)
  for (const offset of snapshots.offsets) {
    if (!bases.includes(offset)) snapshots.remove(offset)
  }
}
