/**
 * Bells: how one thread wakes another without a message. One row of 128 bytes per thread that may sleep.
 *
 *   word 0    bell      any      added to by ringers; no decision rests on it
 *   word 16   parked    sleeper  1 from before the last check until it is awake
 *   word 17   dead      broker   1 from the confirmed end on: nobody may ring any more
 *
 * Sleep: parked = 1 · seen = load(bell) · check every reason to be awake · wait(bell, seen) · parked = 0.
 * `seen` before the check is what makes a lost wake-up impossible: a ringer that came after the check has
 * changed the bell. Ring, after the payload is published: if parked and not dead, add 1 and notify.
 *
 * Thread: any. The broker stores `dead` at once on a port's `close`: on Node 20 a notify between a worker's
 * `close` and its `exit` can crash the process.
 */
import type { Words } from './words.ts'

const ROW_WORDS = 32
const PARKED = 16
const DEAD = 17

export const BELL_ROWS = 256
export const BELLS_BYTES = BELL_ROWS * ROW_WORDS * 4

export class Bells {
  readonly #words: Words

  constructor(words: Words) {
    this.#words = words
  }

  /** Wakes the sleeper of a row if it sleeps. Publish the reason first. */
  ring(row: number): void {
    const at = row * ROW_WORDS
    if (this.#words.load(at + PARKED) !== 1 || this.#words.load(at + DEAD) === 1) return
    this.#words.add(at, 1)
    this.#words.notify(at)
  }

  /** Sleeper: ends an asynchronous sleep of its own thread, also on a row that is given back. */
  ringOwn(row: number): void {
    this.#words.add(row * ROW_WORDS, 1)
    this.#words.notify(row * ROW_WORDS)
  }

  /**
   * Blocks until rung, `timeoutMs` have passed or `mustWake` is true. Not on a thread that has an event loop
   * to run.
   */
  sleep(row: number, mustWake: () => boolean, timeoutMs: number): void {
    const words = this.#words
    const at = row * ROW_WORDS
    words.store(at + PARKED, 1)
    const seen = words.load(at)
    if (!mustWake()) words.wait(at, seen, timeoutMs)
    words.store(at + PARKED, 0)
  }

  /** As `sleep`, without blocking. The caller holds a ref'd handle: a pending wait keeps no process alive. */
  async sleepAsync(row: number, mustWake: () => boolean, timeoutMs: number): Promise<void> {
    const words = this.#words
    const at = row * ROW_WORDS
    words.store(at + PARKED, 1)
    const seen = words.load(at)
    if (!mustWake()) await words.waitAsync(at, seen, timeoutMs)
    words.store(at + PARKED, 0)
  }

  /** Broker: the sleeper has ended. */
  markDead(row: number): void {
    this.#words.store(row * ROW_WORDS + DEAD, 1)
  }

  /** Broker: the row has a new sleeper, which does not run yet. */
  revive(row: number): void {
    this.#words.store(row * ROW_WORDS + PARKED, 0)
    this.#words.store(row * ROW_WORDS + DEAD, 0)
  }
}
