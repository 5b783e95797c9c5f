/**
 * Histograms in shared memory: a thread counts its latencies in its own, the harness reads all of them while
 * that goes on, and keeps the difference to what it read before.
 *
 *   word 0         published   the thread   latencies counted so far, wraps
 *   word 32 + i    count[i]    the thread   of cell i of `histogram.ts`, wraps        23,584 words each
 *
 * Thread: one histogram has one writing thread; the harness only reads. Counts never start again: a word may
 * wrap, since only differences are used, and between two reads no cell gets 2^32 latencies.
 */
import { invariant } from '../../base/invariant.ts'
import { allocateWords } from '../../threads/shared-memory.ts'
import { AtomicWords, type Words } from '../../threads/words.ts'
import { COUNTS_LENGTH, cellOf, Histogram } from './histogram.ts'

const COUNTS_AT = 32
const HISTOGRAM_WORDS = COUNTS_AT + COUNTS_LENGTH

/** The thread's side. */
export class LatencyCounts {
  readonly #words: Words
  #published: number

  /** Goes on where the writer before it stopped, on the same thread. */
  constructor(words: Words) {
    this.#words = words
    this.#published = words.load(0)
  }

  /** Nothing is allocated. */
  record(micros: number): void {
    const at = COUNTS_AT + cellOf(micros)
    this.#words.set(at, this.#words.get(at) + 1)
    this.#published = (this.#published + 1) | 0
  }

  /** Makes visible what was recorded: once for many. */
  publish(): void {
    this.#words.store(0, this.#published)
  }
}

/** The harness's side of one histogram. */
export class LatencyReader {
  readonly #words: Words
  readonly #seen = new Int32Array(COUNTS_LENGTH)
  #published = 0

  constructor(words: Words) {
    this.#words = words
  }

  /** What was recorded since the call before. */
  take(): Histogram {
    const taken = new Histogram()
    const published = this.#words.load(0)
    if (published === this.#published) return taken
    this.#published = published
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      const count = this.#words.load(COUNTS_AT + index)
      const before = this.#seen[index]!
      if (count === before) continue
      taken.addTo(index, (count - before) >>> 0)
      this.#seen[index] = count
    }
    return taken
  }
}

/** What a thread counts: from a record's due time, from when it was sent, and how late that was. */
const LATENCY_KINDS = ['scheduled', 'sent', 'slip'] as const
type LatencyKind = (typeof LATENCY_KINDS)[number]

/** Histograms of so many threads, one of each kind. */
export class HistogramBoard {
  /** Passes to the threads. */
  readonly buffer: SharedArrayBuffer
  readonly #readers: readonly LatencyReader[][]

  constructor(rows: number) {
    this.buffer = allocateWords(rows * LATENCY_KINDS.length * HISTOGRAM_WORDS * 4)
    this.#readers = Array.from({ length: rows }, (_, row) =>
      LATENCY_KINDS.map(kind => new LatencyReader(wordsOf(this.buffer, row, kind)))
    )
  }

  /** What all threads recorded since the call before. */
  take(kind: LatencyKind): Histogram {
    const sum = new Histogram()
    for (const kinds of this.#readers) {
      const taken = kinds[LATENCY_KINDS.indexOf(kind)]?.take()
      if (taken !== undefined && taken.total > 0) sum.add(taken)
    }
    return sum
  }
}

/** A thread's own histogram of a board. */
export function latencyCounts(buffer: SharedArrayBuffer, row: number, kind: LatencyKind): LatencyCounts {
  return new LatencyCounts(wordsOf(buffer, row, kind))
}

function wordsOf(buffer: SharedArrayBuffer, row: number, kind: LatencyKind): Words {
  const at = (row * LATENCY_KINDS.length + LATENCY_KINDS.indexOf(kind)) * HISTOGRAM_WORDS * 4
  invariant(at + HISTOGRAM_WORDS * 4 <= buffer.byteLength, 'a board has a row for its thread', { row })
  return new AtomicWords(buffer, at, HISTOGRAM_WORDS)
}
