/**
 * Opens the log of a partition whose thread died while the process lives on. The last publication of the log
 * view says where the log ends; what lies below it is whole, what lies above was seen by nobody and is
 * removed.
 *
 * Thread: the new partition thread, after the confirmed end of the old one. Steps 3 to 5 of the warm
 * recovery.
 */
import { invariant } from '../../base/invariant.ts'
import { logFilePath, SUFFIX } from './log-file-names.ts'
import {
  findSegments,
  type LoadedLog,
  loadEpochs,
  logCorrupt,
  openSegment,
  removeLeftovers,
  replayFrom
} from './log-loader.ts'
import { removeSegmentFiles } from './log-segment.ts'
import type { LogOptions } from './log-settings.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { recover } from './recovery.ts'
import { sealedSegments } from './sealed-segment.ts'

export interface PublishedLog {
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly activeBaseOffset: number
  /** Bytes of the active `.log` that were published. */
  readonly activePosition: number
  /** Of the live segments up to the one that holds the end, ascending; that one is the active one. */
  readonly segmentBaseOffsets: readonly number[]
  /** Ordinal of the first of them in the segment table. 0 if absent. */
  readonly firstSegmentOrdinal?: number
  /** `leoBytes` of the view: the count goes on from there. 0 if absent. */
  readonly appendedBytes?: number
}

/** @throws HighwaterError HIGHWATER_LOG_CORRUPT if published bytes are missing or damaged */
export function loadWarm(options: LogOptions, published: PublishedLog): LoadedLog {
  const { logStartOffset, logEndOffset, activeBaseOffset, activePosition, segmentBaseOffsets } = published
  invariant(segmentBaseOffsets.at(-1) === activeBaseOffset, 'the last live segment is the active one')
  const snapshots = new ProducerSnapshots(options)
  // Before the batches they tell of: a cold start takes a snapshot without its segment for a promise.
  snapshots.removeAbove(logEndOffset)
  const bases = findSegments(options)
  for (const base of bases.toReversed()) {
    if (base >= logEndOffset && !segmentBaseOffsets.includes(base)) removeSegmentFiles(options, base)
  }
  removeLeftovers(options, bases)
  checkPublishedFiles(options, published)
  const epochs = loadEpochs(options)
  epochs.truncateFromEnd(logEndOffset)
  const replay = replayFrom(snapshots.newest(logEndOffset), epochs, null)
  const { producerState, producersFrom } = replay
  const sealed = sealedSegments(options, segmentBaseOffsets)
  sealed.forEach(({ baseOffset, sealedBytes }, i) => {
    // Only if the snapshot at a later base is missing or damaged: its producers are read again.
    if ((segmentBaseOffsets[i + 1] ?? 0) <= producersFrom) return
    openSegment(options, baseOffset, segment => {
      recover(segment, producersFrom, sealedBytes, replay)
    }).close()
  })
  const active = openSegment(options, activeBaseOffset, segment => {
    recover(segment, producersFrom, activePosition, replay)
    if (segment.nextOffset !== logEndOffset) {
      const found = `segment ${activeBaseOffset} ends at ${segment.nextOffset} there`
      throw logCorrupt(options, `published the end ${logEndOffset} at ${activePosition}, but ${found}`)
    }
    segment.settleFiles()
  })
  const entry = active.offsetIndex.floor(producersFrom)
  const bytesSinceSnapshot = activePosition - (entry < 0 ? 0 : active.offsetIndex.positionAt(entry))
  // What the dead thread had flushed it took with it.
  const recoveryPoint = logStartOffset
  return {
    logStartOffset,
    sealed,
    active,
    producerState,
    snapshots,
    epochs,
    bytesSinceSnapshot,
    recoveryPoint
  }
}

function checkPublishedFiles(options: LogOptions, published: PublishedLog): void {
  for (const base of published.segmentBaseOffsets) {
    const path = logFilePath(options.directory, base, SUFFIX.log)
    if (!options.storage.exists(path)) throw logCorrupt(options, `published ${path}, but it is gone`)
    const sizeBytes = options.storage.sizeOf(path)
    if (base === published.activeBaseOffset && sizeBytes < published.activePosition) {
      const fact = `published ${published.activePosition} bytes of ${path}, but it has ${sizeBytes}`
      throw logCorrupt(options, fact)
    }
  }
}
