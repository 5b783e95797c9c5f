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
import type { Log } from '../log/log.ts'

export class LogPublication {
  readonly #control: ControlBlock
  readonly #segments: SegmentTable
  readonly #view: LogView = emptyLogView()

  constructor(control: ControlBlock, segments: SegmentTable, leaderEpoch: number) {
    this.#control = control
    this.#segments = segments
    this.#view.leaderEpoch = leaderEpoch
  }

  /** Generation the next views carry; even, for nothing is truncated here. */
  set truncationGeneration(generation: number) {
    this.#view.truncationGeneration = generation
  }

  /** Enters every segment of a log that was opened cold; nobody reads the table yet. */
  listSegments(log: Log): void {
    const first = log.activeOrdinal - log.sealedSegments.length
    log.sealedSegments.forEach(({ baseOffset, sealedBytes, maxTimestamp }, i) => {
      this.#segments.append(first + i, baseOffset, maxTimestamp)
      this.#segments.seal(first + i, sealedBytes, maxTimestamp)
    })
    this.listActive(log)
  }

  /**
   * Enters the active segment: after a warm start it may stand there as sealed by a roll that was not
   * published.
   */
  listActive(log: Log): void {
    this.#segments.append(log.activeOrdinal, log.activeBaseOffset, -1)
  }

  /** Enters the new active segment, after a roll. */
  listRoll(log: Log): void {
    const sealed = log.sealedSegments.at(-1)
    invariant(sealed !== undefined, 'a roll leaves a sealed segment')
    this.#segments.seal(log.activeOrdinal - 1, sealed.sealedBytes, sealed.maxTimestamp)
    this.listActive(log)
  }

  /** Publishes where the log ends now. */
  publish(log: Log): void {
    const view = this.#view
    const { logEndOffset, appendedBytes, activeOrdinal, activePosition } = log
    view.logStartOffset = log.logStartOffset
    view.logEndOffset = logEndOffset
    view.highWatermark = logEndOffset
    view.lastStableOffset = logEndOffset
    view.leoBytes = appendedBytes
    view.hwBytes = appendedBytes
    view.lsoBytes = appendedBytes
    view.leoSegment = activeOrdinal
    view.leoPosition = activePosition
    view.hwSegment = activeOrdinal
    view.hwPosition = activePosition
    view.lsoSegment = activeOrdinal
    view.lsoPosition = activePosition
    view.segmentCount = log.sealedSegments.length + 1
    view.segmentFirst = activeOrdinal + 1 - view.segmentCount
    view.indexEntries = log.indexEntriesOnDisk
    this.#control.publish(view)
  }
}
