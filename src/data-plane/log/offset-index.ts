/**
 * Offset index of one segment: last offset of a batch to the position where that batch starts in the `.log`.
 *
 *   0               4               8
 *   +---------------+---------------+
 *   | offset - base | position      |   big-endian int32 each, ascending; one entry per index.interval.bytes
 *   +---------------+---------------+
 *
 * Thread: the partition thread. Kafka: storage/internals/log/OffsetIndex.
 * Not checksummed: it is a hint, made again from the `.log` whenever it is in doubt.
 */
import { invariant } from '../../base/invariant.ts'
import { IndexEntries } from './index-entries.ts'

export const OFFSET_ENTRY_BYTES = 8
const POSITION_FIELD = 4

/** Place of the greatest entry whose relative offset is at most `relativeOffset`, or -1. Binary search. */
export function floorOffsetEntry(view: DataView, count: number, relativeOffset: number): number {
  let low = 0
  let high = count - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (view.getInt32(middle * OFFSET_ENTRY_BYTES) <= relativeOffset) low = middle + 1
    else high = middle - 1
  }
  return high
}

export function relativeOffsetOf(view: DataView, entry: number): number {
  return view.getInt32(entry * OFFSET_ENTRY_BYTES)
}

export function positionOf(view: DataView, entry: number): number {
  return view.getInt32(entry * OFFSET_ENTRY_BYTES + POSITION_FIELD)
}

export class OffsetIndex {
  readonly entries: IndexEntries
  readonly #baseOffset: number

  constructor(baseOffset: number, bytesMax: number) {
    this.#baseOffset = baseOffset
    this.entries = new IndexEntries(OFFSET_ENTRY_BYTES, bytesMax)
  }

  get isFull(): boolean {
    return this.entries.count >= this.entries.countMax
  }

  /** @param offset last offset of the batch that starts at `position`. */
  append(offset: number, position: number): void {
    const last = this.entries.count - 1
    invariant(
      last < 0 || (offset > this.offsetAt(last) && position > this.positionAt(last)),
      'entries of an offset index ascend',
      () => ({ offset, position, lastOffset: this.offsetAt(last), lastPosition: this.positionAt(last) })
    )
    const at = this.entries.claim()
    this.entries.view.setInt32(at, offset - this.#baseOffset)
    this.entries.view.setInt32(at + POSITION_FIELD, position)
  }

  /**
   * The greatest entry with an offset of at most `offset`, or -1: then the segment is read from its start.
   */
  floor(offset: number): number {
    return floorOffsetEntry(this.entries.view, this.entries.count, offset - this.#baseOffset)
  }

  offsetAt(entry: number): number {
    return this.#baseOffset + relativeOffsetOf(this.entries.view, entry)
  }

  positionAt(entry: number): number {
    return positionOf(this.entries.view, entry)
  }

  /** Whether offsets and positions ascend from the base: what a file from disk must show to be believed. */
  isOrdered(): boolean {
    let lastRelative = -1
    let lastPosition = -1
    for (let entry = 0; entry < this.entries.count; entry++) {
      const relative = relativeOffsetOf(this.entries.view, entry)
      const position = this.positionAt(entry)
      if (relative <= lastRelative || position <= lastPosition) return false
      lastRelative = relative
      lastPosition = position
    }
    return true
  }
}
