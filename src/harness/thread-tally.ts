/**
 * What the threads of a measurement count while they run, in shared words, so that the harness samples them
 * all at one moment without a message.
 *
 *   word 0              stop       harness      1: come to an end
 *   word 32 (1 + row)   finished   the thread   records acknowledged or handled in this run
 *               + 1     offered    the thread   records sent, or due while the engine had no room for them
 *               + 2     batches    the thread   batches finished in this run
 *
 * Thread: one row per thread, 128 bytes apart; a thread writes its own row only. Counts start again with each
 * run.
 */
import { invariant } from '../base/invariant.ts'
import { allocateWords } from '../threads/shared-memory.ts'
import { AtomicWords, type Words } from '../threads/words.ts'

const ROW_WORDS = 32
const OFFERED = 1
const BATCHES = 2

/** The harness's side: the sums, and the word that ends a run. */
export class TallyBoard {
  /** Passes to the threads. */
  readonly buffer: SharedArrayBuffer
  readonly #rows: number
  readonly #words: Words

  constructor(rows: number) {
    this.#rows = rows
    this.buffer = allocateWords((1 + rows) * ROW_WORDS * 4)
    this.#words = new AtomicWords(this.buffer)
  }

  /** Before a run, while no thread of the board runs. */
  reset(): void {
    for (let row = 0; row < this.#rows; row++) {
      const at = (1 + row) * ROW_WORDS
      for (let word = 0; word <= BATCHES; word++) this.#words.store(at + word, 0)
    }
    this.#words.store(0, 0)
  }

  stop(): void {
    this.#words.store(0, 1)
  }

  get isStopped(): boolean {
    return this.#words.load(0) === 1
  }

  /** Records finished by all threads together. */
  finished(): number {
    return this.#sum(0)
  }

  offered(): number {
    return this.#sum(OFFERED)
  }

  /** Records finished by one thread. */
  finishedBy(row: number): number {
    return this.#words.load((1 + row) * ROW_WORDS)
  }

  /** Records that one thread has sent or, with a handler, begun to handle. */
  offeredBy(row: number): number {
    return this.#words.load((1 + row) * ROW_WORDS + OFFERED)
  }

  /** The fewest batches that any of the first `rows` threads has finished. */
  batchesLeast(rows: number): number {
    let least = Number.MAX_SAFE_INTEGER
    for (let row = 0; row < rows; row++) {
      least = Math.min(least, this.#words.load((1 + row) * ROW_WORDS + BATCHES))
    }
    return least
  }

  #sum(word: number): number {
    let sum = 0
    for (let row = 0; row < this.#rows; row++) sum += this.#words.load((1 + row) * ROW_WORDS + word)
    return sum
  }
}

/** A thread's side: its own row. */
export class ThreadTally {
  readonly #words: Words
  readonly #at: number

  constructor(buffer: SharedArrayBuffer, row: number) {
    this.#words = new AtomicWords(buffer)
    this.#at = (1 + row) * ROW_WORDS
    invariant(buffer.byteLength >= (this.#at + ROW_WORDS) * 4, 'a tally has a row for its thread', { row })
  }

  get isStopped(): boolean {
    return this.#words.load(0) === 1
  }

  publish(finished: number, offered: number, batches: number): void {
    this.#words.set(this.#at + OFFERED, offered)
    this.#words.set(this.#at + BATCHES, batches)
    this.#words.store(this.#at, finished)
  }
}
