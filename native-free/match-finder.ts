/**
 * Finds what repeats in a block of at most 64 KiB: the search that LZ4 and Snappy have in common. Each format
 * writes the matches in its own way.
 *
 *   literalsAt          matchAt            end                  literals: bytes that repeat nothing
 *       │  literals        │     match      │                   match: equal to the bytes `distance` before
 *
 * Both finders use the margins of LZ4, which Snappy does not need and hardly feels: the last 5 bytes are
 * literals, and no match starts in the last 12.
 *
 * Thread: one finder per thread; its tables are reused for block after block.
 * Kafka: lz4-java and snappy-java, whose searches differ; what is found may differ, what it unfolds to not.
 */

export const BLOCK_BYTES_MAX = 65536
const MATCH_MIN = 4
const LITERALS_AT_END = 5
const NO_MATCH_IN_LAST = 12

const HASH_BITS = 13
/** Knuth's multiplier: the upper bits of the product depend on all bits of the word. */
const HASH_FACTOR = 2654435761
/** So many misses, and the search looks at every second byte, later at every third, and so on. */
const MISSES_PER_STEP = 64

export interface MatchFinder {
  /** Behind the last match: where the literals at the end start. */
  readonly literalsAt: number
  readonly matchAt: number
  readonly matchLength: number
  readonly distance: number
  /** Starts with a block, the bytes of `source` from `from` up to `to`. */
  start(source: Uint8Array, from: number, to: number): void
  /** Moves to the next match; false if there is none. */
  next(): boolean
}

/** The block and the match found last, as both finders keep it. */
class FoundMatch {
  literalsAt = 0
  matchAt = 0
  matchLength = 0
  distance = 0
  protected source: Uint8Array = new Uint8Array(0)
  protected view: DataView = new DataView(new ArrayBuffer(0))
  protected from = 0
  /** No match reaches behind this. */
  protected matchEnd = 0
  /** No match starts behind this. */
  protected lastStart = 0

  protected begin(source: Uint8Array, from: number, to: number): void {
    if (source !== this.source) {
      this.source = source
      this.view = new DataView(source.buffer, source.byteOffset, source.byteLength)
    }
    this.from = from
    this.literalsAt = from
    this.matchAt = from
    this.matchLength = 0
    this.matchEnd = to - LITERALS_AT_END
    this.lastStart = to - NO_MATCH_IN_LAST
  }

  /** Bytes from `at` on that equal those from `earlier` on, of which the first 4 are known to. */
  protected lengthOf(earlier: number, at: number): number {
    const { source, view, matchEnd } = this
    let left = earlier + MATCH_MIN
    let right = at + MATCH_MIN
    while (right + 4 <= matchEnd && view.getInt32(left) === view.getInt32(right)) {
      left += 4
      right += 4
    }
    while (right < matchEnd && source[left] === source[right]) {
      left += 1
      right += 1
    }
    return right - at
  }

  /** Takes the match, and the bytes before it that are equal too. */
  protected found(earlier: number, at: number, length: number): void {
    const { source, literalsAt, from } = this
    let left = earlier
    let right = at
    while (right > literalsAt && left > from && source[left - 1] === source[right - 1]) {
      left -= 1
      right -= 1
    }
    this.matchAt = right
    this.matchLength = length + at - right
    this.distance = right - left
  }
}

/** Looks at one earlier place, the last with the same hash, and takes what it finds there. */
export class QuickMatchFinder extends FoundMatch implements MatchFinder {
  /** By hash: the last position with it, counted from the start of the block. */
  readonly #last = new Uint16Array(1 << HASH_BITS)

  start(source: Uint8Array, from: number, to: number): void {
    this.begin(source, from, to)
    this.#last.fill(0)
  }

  next(): boolean {
    const { view, from, lastStart } = this
    const last = this.#last
    this.literalsAt = this.matchAt + this.matchLength
    if (this.matchLength > 0) this.#enter(this.literalsAt - 2)
    // Position 0 of an empty table is the start of the block: no match for itself.
    let at = Math.max(this.literalsAt, from + 1)
    let misses = MISSES_PER_STEP
    while (at <= lastStart) {
      const word = view.getInt32(at, true)
      const hash = hashOf(word)
      const earlier = from + last[hash]!
      last[hash] = at - from
      if (view.getInt32(earlier, true) === word) {
        this.found(earlier, at, this.lengthOf(earlier, at))
        return true
      }
      at += Math.floor(misses / MISSES_PER_STEP)
      misses += 1
    }
    return false
  }

  #enter(at: number): void {
    this.#last[hashOf(this.view.getInt32(at, true))] = at - this.from
  }
}

/** Looks at many earlier places and takes the longest match, unless one byte later there is a longer one. */
export class ThoroughMatchFinder extends FoundMatch implements MatchFinder {
  readonly #attemptsMax: number
  /** By hash: one more than the last position with it, 0 for none. */
  readonly #last = new Uint32Array(1 << HASH_BITS)
  /** By position: one more than the position before it with the same hash, 0 for none. */
  readonly #before = new Uint32Array(BLOCK_BYTES_MAX)
  #entered = 0
  #bestAt = 0
  #bestLength = 0

  /** @param attemptsMax earlier places to look at, for each byte */
  constructor(attemptsMax: number) {
    super()
    this.#attemptsMax = attemptsMax
  }

  start(source: Uint8Array, from: number, to: number): void {
    this.begin(source, from, to)
    this.#last.fill(0)
    this.#entered = from
  }

  next(): boolean {
    this.literalsAt = this.matchAt + this.matchLength
    for (let at = this.literalsAt; at <= this.lastStart; at++) {
      if (!this.#search(at)) continue
      let start = at
      let earlier = this.#bestAt
      let length = this.#bestLength
      while (start < this.lastStart && this.#search(start + 1) && this.#bestLength > length) {
        start += 1
        earlier = this.#bestAt
        length = this.#bestLength
      }
      this.found(earlier, start, length)
      return true
    }
    return false
  }

  /** The longest match for `at`, in `#bestAt` and `#bestLength`. */
  #search(at: number): boolean {
    this.#enterUpTo(at)
    const { source, view, from } = this
    const word = view.getInt32(at, true)
    this.#bestLength = 0
    let entry = this.#last[hashOf(word)]!
    for (let attempts = this.#attemptsMax; entry > 0 && attempts > 0; attempts--) {
      const earlier = from + entry - 1
      // The byte that would make it longer than the best is the one most likely to differ.
      const isCandidate = source[earlier + this.#bestLength] === source[at + this.#bestLength]
      if (isCandidate && view.getInt32(earlier, true) === word) {
        const length = this.lengthOf(earlier, at)
        if (length > this.#bestLength) {
          this.#bestAt = earlier
          this.#bestLength = length
        }
      }
      entry = this.#before[entry - 1]!
    }
    return this.#bestLength > 0
  }

  /** Enters every position before `at`. */
  #enterUpTo(at: number): void {
    const { view, from } = this
    for (let position = this.#entered; position < at; position++) {
      const hash = hashOf(view.getInt32(position, true))
      this.#before[position - from] = this.#last[hash]!
      this.#last[hash] = position - from + 1
    }
    if (at > this.#entered) this.#entered = at
  }
}

function hashOf(word: number): number {
  return Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS)
}
