/**
 * Time index of one segment: the greatest timestamp so far to the last offset of the batch that holds it.
 *
 *   0                               8              12
 *   +-------------------------------+---------------+
 *   | timestamp                     | offset - base |   int64 and int32, big-endian; timestamps ascend
 *   +-------------------------------+---------------+
 *
 * Thread: the partition thread. Kafka: storage/internals/log/TimeIndex.
 * Not checksummed: it is a hint, made again from the `.log` whenever it is in doubt.
 */

import { writeInt64 } from '../../base/int64.ts'
import { invariant } from '../../base/invariant.ts'
import { IndexEntries } from './index-entries.ts'

export const TIME_ENTRY_BYTES = 12
const OFFSET_FIELD = 8
const TWO_32 = 4294967296

/** Timestamp of an entry; one from a damaged file may be inexact, so this never throws. */
export function timestampOf(view: DataView, entry: number): number {
  const at = entry * TIME_ENTRY_BYTES
  return view.getInt32(at) * TWO_32 + view.getUint32(at + 4)
}

export function relativeTimeOffsetOf(view: DataView, entry: number): number {
  return view.getInt32(entry * TIME_ENTRY_BYTES + OFFSET_FIELD)
}

/** Place of the greatest entry with a timestamp of at most `timestamp`, or -1. Binary search. */
export function floorTimeEntry(view: DataView, count: number, timestamp: number): number {
  let low = 0
  let high = count - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (timestampOf(view, middle) <= timestamp) low = middle + 1
    else high = middle - 1
  }
  return high
}

export class TimeIndex {
  readonly entries: IndexEntries
  readonly #baseOffset: number

  constructor(baseOffset: number, bytesMax: number) {
    this.#baseOffset = baseOffset
    this.entries = new IndexEntries(TIME_ENTRY_BYTES, bytesMax)
  }

  /** One entry is kept free for the end of the segment. */
  get isFull(): boolean {
    return this.entries.count >= this.entries.countMax - 1
  }

  /** -1 if there is no entry. */
  get lastTimestamp(): number {
    return this.entries.count === 0 ? -1 : timestampOf(this.entries.view, this.entries.count - 1)
  }

  /** The base offset if there is no entry. */
  get lastOffset(): number {
    const last = this.entries.count - 1
    return last < 0 ? this.#baseOffset : this.#baseOffset + relativeTimeOffsetOf(this.entries.view, last)
  }

  /** Adds an entry if `timestamp` is greater than the last one. @param offset of the batch that holds it. */
  appendIfGreater(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return
    invariant(offset >= this.lastOffset, 'offsets of a time index never fall', {
      offset,
      lastOffset: this.lastOffset
    })
    const at = this.entries.claim()
    writeInt64(this.entries.view, at, timestamp)
    this.entries.view.setInt32(at + OFFSET_FIELD, offset - this.#baseOffset)
  }

  /** Forgets the entries of batches that end after `offset`. */
  truncateToOffset(offset: number): void {
    let count = this.entries.count
    const relative = offset - this.#baseOffset
    while (count > 0 && relativeTimeOffsetOf(this.entries.view, count - 1) > relative) count--
    this.entries.truncateTo(count)
  }

  /** Whether timestamps ascend and offsets do not fall: what a file from disk must show to be believed. */
  isOrdered(): boolean {
    let lastTimestamp = -1
    let lastRelative = 0
    for (let entry = 0; entry < this.entries.count; entry++) {
      const timestamp = timestampOf(this.entries.view, entry)
      const relative = relativeTimeOffsetOf(this.entries.view, entry)
      if (timestamp <= lastTimestamp || relative < lastRelative) return false
      if (!Number.isSafeInteger(timestamp)) return false
      lastTimestamp = timestamp
      lastRelative = relative
    }
    return true
  }
}
