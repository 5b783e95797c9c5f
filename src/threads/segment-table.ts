/**
 * Segment table of a partition: append-only, one entry of 64 bytes per segment that ever lived.
 *
 *   words 0-1 baseOffset · 2 fileGeneration · 3 sealedBytes, -1 while active · 4-5 maxTimestamp · 6-15 zero
 *
 * Writer: the host. An entry is complete before a view with its `segmentCount` is published; `sealedBytes` is
 * stored before the view that moves the log end to the next segment. Grows with the log, 64 MiB reserved.
 */
import { highHalf, joinHalves, lowHalf } from '../base/int64.ts'
import type { Words } from './words.ts'

const ENTRY_WORDS = 16
export const SEGMENT_ENTRY_BYTES = ENTRY_WORDS * 4
export const SEGMENT_TABLE_BYTES_MAX = 64 * 2 ** 20

export class SegmentTable {
  readonly #words: Words
  readonly #grow: (bytes: number) => void

  /** @param grow makes the memory at least so long; the host's only */
  constructor(words: Words, grow: (bytes: number) => void = () => {}) {
    this.#words = words
    this.#grow = grow
  }

  /**
   * Host: writes the entry of a new active segment.
   * @param fileGeneration tells its files from those of an earlier segment with the same base
   */
  append(ordinal: number, baseOffset: number, maxTimestamp: number, fileGeneration: number): void {
    this.#grow((ordinal + 1) * SEGMENT_ENTRY_BYTES)
    const at = ordinal * ENTRY_WORDS
    this.#words.store(at, lowHalf(baseOffset))
    this.#words.store(at + 1, highHalf(baseOffset))
    this.#words.store(at + 2, fileGeneration)
    this.#words.store(at + 3, -1)
    this.storeMaxTimestamp(ordinal, maxTimestamp)
  }

  /** Host: the segment takes no more bytes. */
  seal(ordinal: number, bytes: number, maxTimestamp: number): void {
    this.storeMaxTimestamp(ordinal, maxTimestamp)
    this.#words.store(ordinal * ENTRY_WORDS + 3, bytes)
  }

  /** Host: takes a seal back: after a truncation, or a roll that was never published. */
  reopen(ordinal: number): void {
    this.#words.store(ordinal * ENTRY_WORDS + 3, -1)
  }

  storeMaxTimestamp(ordinal: number, maxTimestamp: number): void {
    this.#words.store(ordinal * ENTRY_WORDS + 4, lowHalf(maxTimestamp))
    this.#words.store(ordinal * ENTRY_WORDS + 5, highHalf(maxTimestamp))
  }

  baseOffset(ordinal: number): number {
    return joinHalves(this.#words.load(ordinal * ENTRY_WORDS), this.#words.load(ordinal * ENTRY_WORDS + 1))
  }

  fileGeneration(ordinal: number): number {
    return this.#words.load(ordinal * ENTRY_WORDS + 2)
  }

  /** Bytes of a closed segment's .log, -1 while it is the active one. */
  sealedBytes(ordinal: number): number {
    return this.#words.load(ordinal * ENTRY_WORDS + 3)
  }

  maxTimestamp(ordinal: number): number {
    return joinHalves(
      this.#words.load(ordinal * ENTRY_WORDS + 4),
      this.#words.load(ordinal * ENTRY_WORDS + 5)
    )
  }
}
