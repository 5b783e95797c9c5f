/**
 * How a partition thread comes to serve: cold from the files alone, or warm after the death of the thread
 * before it, from what that one had published. Each step is a method; a death between any two is met by doing
 * all again.
 *
 *   begin ─▶ openLog ─▶ list ─▶ cutTail ─▶ sweep ─▶ publish ─▶ finish      then the passes
 *
 * Thread: the new partition thread, after the confirmed end of the old one.
 */
import { invariant } from '../../base/invariant.ts'
import { type ControlBlock, RUN_STATE_ONLINE, RUN_STATE_RECOVERING } from '../../threads/control-block.ts'
import { emptyLogView, type LogView } from '../../threads/log-view.ts'
import type { SegmentTable } from '../../threads/segment-table.ts'
import { Log } from '../log/log.ts'
import type { LogOptions } from '../log/log-settings.ts'
import type { PublishedLog } from '../log/warm-start.ts'
import type { HostRing } from './host-ring.ts'
import type { LogPublication } from './log-publication.ts'
import type { PartitionReaders } from './partition-readers.ts'

export interface PartitionRecoveryParts {
  readonly control: ControlBlock
  readonly segments: SegmentTable
  readonly publication: LogPublication
  readonly readers: PartitionReaders
  readonly options: LogOptions
}

export class PartitionRecovery {
  readonly #parts: PartitionRecoveryParts
  readonly #view: LogView = emptyLogView()
  #isWarm = false

  constructor(parts: PartitionRecoveryParts) {
    this.#parts = parts
  }

  /** Step 1. */
  begin(): void {
    this.#parts.control.storeRunState(RUN_STATE_RECOVERING)
  }

  /**
   * Steps 2 to 5: the log as it was published, or as its files have it if nothing ever was.
   * @throws HighwaterError HIGHWATER_LOG_CORRUPT, HIGHWATER_STORAGE
   */
  openLog(): Log {
    const { control, options } = this.#parts
    this.#isWarm = control.viewVersion !== 0
    if (!this.#isWarm) return Log.openCold(options)
    // Nobody writes the view but this thread: the first sample is accepted.
    invariant(control.sample(this.#view) !== null, 'a view without a writer can be read')
    return Log.openWarm(options, this.#published(this.#view))
  }

  #published(view: LogView): PublishedLog {
    const { segments } = this.#parts
    const segmentBaseOffsets: number[] = []
    for (let ordinal = view.segmentFirst; ordinal <= view.leoSegment; ordinal++) {
      segmentBaseOffsets.push(segments.baseOffset(ordinal))
    }
    return {
      logStartOffset: view.logStartOffset,
      logEndOffset: view.logEndOffset,
      activeBaseOffset: segments.baseOffset(view.leoSegment),
      activePosition: view.leoPosition,
      segmentBaseOffsets,
      firstSegmentOrdinal: view.segmentFirst,
      appendedBytes: view.leoBytes
    }
  }

  /** The segment table; a warm start finds all but the active segment in it. */
  list(log: Log): void {
    const { publication } = this.#parts
    if (this.#isWarm) publication.reopenActive(log)
    else publication.listSegments(log)
  }

  /** Step 6: bytes of tail blocks that the log does not hold. */
  cutTail(log: Log): void {
    this.#parts.readers.cutTail(log.activeOrdinal, log.activePosition)
  }

  /**
   * Step 7: takes back offsets that the log does not hold. Without it two deaths acknowledge a lost batch.
   */
  sweep(rings: readonly HostRing[], logEndOffset: number): void {
    for (const ring of rings) sweepRing(ring, logEndOffset)
  }

  /** Step 8: the same end again, of a stable log. */
  publish(log: Log): void {
    const generation = this.#view.truncationGeneration
    this.#parts.publication.truncationGeneration = generation + (generation & 1)
    this.#parts.publication.publish(log)
  }

  /** Step 10. */
  finish(): void {
    this.#parts.control.storeRunState(RUN_STATE_ONLINE)
  }
}

function sweepRing({ ring, slots }: HostRing, logEndOffset: number): void {
  const available = ring.available()
  for (let i = 0; i < available; i++) {
    const slot = ring.slotAt(i)
    const base = slots.assignedBase(slot)
    if (base !== null && base >= logEndOffset) slots.unassign(slot)
  }
}
