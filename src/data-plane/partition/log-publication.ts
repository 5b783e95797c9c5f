/**
 * Tells readers about a log: its segments in the segment table, its ends in the log view of the control
 * block. Every word of a segment is stored before the view that makes it visible.
 *
 * Thread: the partition thread. While there are no followers and no transactions the last stable offset, the
 * high watermark and the log end offset are one.
 */
import { invariant } from '../../base/invariant.ts'
import type { ControlBlock } from '../../threads/control-block.ts'
import { emptyLogView, type LogView } from '../../threads/log-view.ts'
import type { SegmentTable } from '../../threads/segment-table.ts'
import type { Log, LogEnd } from '../log/log.ts'

export class LogPublication {
  readonly #control: ControlBlock
  readonly #segments: SegmentTable
  readonly #view: LogView = emptyLogView()

  constructor(control: ControlBlock, segments: SegmentTable, leaderEpoch: number) {
    this.#control = control
    this.#segments = segments
    this.#view.leaderEpoch = leaderEpoch
  }

  /** Generation the next views carry: of a stable log, even. */
  set truncationGeneration(generation: number) {
    this.#view.truncationGeneration = generation
  }

  /** Enters every segment of a log that was opened cold; nobody reads the table yet. */
  listSegments(log: Log): void {
    const first = log.activeOrdinal - log.sealedSegments.length
    log.sealedSegments.forEach(({ baseOffset, sealedBytes, maxTimestamp }, i) => {
      this.#segments.append(first + i, baseOffset, maxTimestamp, this.#fileGeneration)
      this.#segments.seal(first + i, sealedBytes, maxTimestamp)
    })
    this.#listActive(log)
  }

  #listActive(log: Log): void {
    this.#segments.append(log.activeOrdinal, log.activeBaseOffset, -1, this.#fileGeneration)
  }

  /**
   * No two segments with one base have the same: a base is used again only after a truncation. So a reader's
   * handle of a removed file is never taken for the new one.
   */
  get #fileGeneration(): number {
    return this.#view.truncationGeneration >>> 1
  }

  /** The active segment, which stands in the table already, perhaps as sealed. */
  reopenActive(log: Log): void {
    this.#segments.reopen(log.activeOrdinal)
  }

  /** Enters the new active segment, after a roll. */
  listRoll(log: Log): void {
    const sealed = log.sealedSegments.at(-1)
    invariant(sealed !== undefined, 'a roll leaves a sealed segment')
    this.#segments.seal(log.activeOrdinal - 1, sealed.sealedBytes, sealed.maxTimestamp)
    this.#listActive(log)
  }

  /** Publishes where the log will end, with an odd generation: from now on readers believe nothing. */
  announceEnd(log: Log, end: LogEnd): void {
    const view = this.#view
    view.truncationGeneration = (view.truncationGeneration + 1) | 0
    this.#setEnd(log, end)
    view.indexEntries = 0
    this.#control.publish(view)
  }

  /** The log ends where it was announced: readers go on. */
  confirmEnd(log: Log): void {
    this.reopenActive(log)
    this.#view.truncationGeneration = (this.#view.truncationGeneration + 1) | 0
    this.publish(log)
  }

  /** Publishes where the log ends now. */
  publish(log: Log): void {
    const { logEndOffset, activeOrdinal: ordinal, activePosition: position } = log
    this.#setEnd(log, { logEndOffset, ordinal, position })
    this.#view.indexEntries = log.indexEntriesOnDisk
    this.#control.publish(this.#view)
  }

  #setEnd(log: Log, { logEndOffset, ordinal, position }: LogEnd): void {
    const view = this.#view
    const { appendedBytes } = log
    view.logStartOffset = Math.min(log.logStartOffset, logEndOffset)
    view.logEndOffset = logEndOffset
    view.highWatermark = logEndOffset
    view.lastStableOffset = logEndOffset
    view.leoBytes = appendedBytes
    view.hwBytes = appendedBytes
    view.lsoBytes = appendedBytes
    view.leoSegment = ordinal
    view.leoPosition = position
    view.hwSegment = ordinal
    view.hwPosition = position
    view.lsoSegment = ordinal
    view.lsoPosition = position
    view.segmentFirst = log.activeOrdinal - log.sealedSegments.length
    view.segmentCount = ordinal + 1 - view.segmentFirst
  }
}
