/**
 * The log of a partition as a reader of the same process sees it: samples of the log view, the segment table,
 * and its own handles of the files. Nothing is asked of the partition thread.
 *
 * What is read while a truncation runs may be anything: it counts only if the truncation generation was even
 * before, and is the same after.
 *
 * Thread: the reader that opened it.
 */
import { invariant } from '../base/invariant.ts'
import { LogReader } from '../data-plane/log/log-reader.ts'
import type { ReadableSegment, SegmentHandles } from '../data-plane/log/segment-handles.ts'
import { ControlBlock, TAIL_TABLE_WORD } from '../threads/control-block.ts'
import type { LeaseTable } from '../threads/lease-table.ts'
import { emptyLogView, type LogView } from '../threads/log-view.ts'
import { SegmentTable } from '../threads/segment-table.ts'
import { TailReader } from '../threads/tail-blocks.ts'
import { AtomicWords, type Words } from '../threads/words.ts'

const MANY_BYTES = 2 ** 31

/** A place in a log: which record comes next, and where its batch begins. */
export interface LogPlace {
  /** -1: not known. */
  offset: number
  ordinal: number
  position: number
  truncationGeneration: number
}

/** A reader as the lease table knows it; row -1: not at all. */
interface LogReaderRow {
  readonly leases: LeaseTable
  readonly row: number
}

export class LocalLog {
  readonly reader: LogReader
  /** Null for a reader that may take no leases. */
  readonly tail: TailReader | null
  /** The sample all answers are about; filled again by `sample`. */
  readonly view: LogView = emptyLogView()
  readonly #control: ControlBlock
  readonly #segments: SegmentTable
  readonly #check: LogView = emptyLogView()

  constructor(
    words: { readonly control: SharedArrayBuffer; readonly segments: SharedArrayBuffer },
    handles: SegmentHandles,
    directory: string,
    by: LogReaderRow | null = null
  ) {
    const controlWords = new AtomicWords(words.control)
    this.#control = new ControlBlock(controlWords)
    this.#segments = new SegmentTable(new AtomicWords(words.segments))
    this.reader = new LogReader(handles, directory)
    this.tail = by === null || by.row < 0 ? null : this.#tailReader(controlWords, by)
  }

  #tailReader(words: Words, { leases, row }: LogReaderRow): TailReader {
    const { partitionId } = this.#control
    return new TailReader({ words, tableWord: TAIL_TABLE_WORD, leases, partitionId }, row)
  }

  get viewVersion(): number {
    return this.#control.viewVersion
  }

  /** Takes a sample. False if there is nothing that may be read now: ask again a little later. */
  sample(): boolean {
    return this.#control.sample(this.view) !== null && (this.view.truncationGeneration & 1) === 0
  }

  /** Whether what was read since `sample` may be believed. */
  stillHolds(): boolean {
    if (this.#control.sample(this.#check) === null) return false
    return this.#check.truncationGeneration === this.view.truncationGeneration
  }

  /** Finds the batch that holds `offset`, which is below the high watermark. */
  locate(offset: number, into: LogPlace): void {
    into.ordinal = this.segmentOf(offset)
    const entries = this.indexEntries(into.ordinal)
    into.position = this.reader.locate(this.readable(into.ordinal), offset, entries)
  }

  /**
   * Bytes between the place of `offset` and the high watermark. Where that takes a search, 2^31: there are
   * many, and a fetch will tell. `place` is remembered when `offset` is the high watermark.
   */
  bytesBehind(offset: number, place: LogPlace): number {
    if (!this.sample() || offset > this.view.highWatermark) return 0
    const { highWatermark, hwSegment, hwPosition, truncationGeneration } = this.view
    if (offset === highWatermark) {
      place.offset = offset
      place.ordinal = hwSegment
      place.position = hwPosition
      place.truncationGeneration = truncationGeneration
      return 0
    }
    const isKnown = place.offset === offset && place.truncationGeneration === truncationGeneration
    return isKnown && place.ordinal === hwSegment ? hwPosition - place.position : MANY_BYTES
  }

  armInterest(row: number, wantBytes: number): void {
    this.#control.armInterest(row, wantBytes)
  }

  disarmInterest(row: number): void {
    this.#control.disarmInterest(row)
  }

  /** Ordinal of the segment that `offset` lies in; the offset is one the view has. */
  segmentOf(offset: number): number {
    const { segmentFirst, hwSegment } = this.view
    let low = segmentFirst
    let high = hwSegment
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#segments.baseOffset(middle) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** A segment up to the high watermark. */
  readable(ordinal: number): ReadableSegment {
    const { hwSegment, hwPosition } = this.view
    const endPosition = ordinal === hwSegment ? hwPosition : this.#segments.sealedBytes(ordinal)
    invariant(endPosition >= 0, 'a segment below the last one is sealed', () => ({ ordinal, hwSegment }))
    const baseOffset = this.#segments.baseOffset(ordinal)
    return { baseOffset, generation: this.#segments.fileGeneration(ordinal), endPosition }
  }

  /** Index entries that may be used: of the active segment as many as are written, of others all. */
  indexEntries(ordinal: number): number | null {
    return ordinal === this.view.leoSegment ? this.view.indexEntries : null
  }

  /** The first record of at least that time, or null. */
  offsetForTimestamp(timestamp: number): ReturnType<LogReader['offsetForTimestamp']> {
    const { segmentFirst, leoSegment, hwSegment, logStartOffset } = this.view
    for (let ordinal = segmentFirst; ordinal <= hwSegment; ordinal++) {
      // The greatest time of the active segment is known to its host alone.
      if (ordinal !== leoSegment && this.#segments.maxTimestamp(ordinal) < timestamp) continue
      const entries = this.indexEntries(ordinal)
      const segment = this.readable(ordinal)
      const found = this.reader.offsetForTimestamp(segment, timestamp, logStartOffset, entries)
      if (found !== null) return found
    }
    return null
  }
}
