/**
 * How fast a partition may append: the throttle of `engine.partition.pace`, a token bucket that may go into
 * debt. A pass appends what it appends; the next one begins when that is paid for at the pace.
 *
 *   bytes appended by time t  ≤  pace × (t + 0.1 s) + one batch      at any t, from any start
 *   a partition that is never without work appends exactly pace × t, give or take one pass
 *
 * What counts is the bytes of record batches as they lie in the log, headers included; refused batches and
 * duplicates are free. The bucket starts empty, and saves up a tenth of a second at most: a thread that was
 * late makes that up, one that was idle does not burst. Reading is not paced.
 *
 * Thread: the partition thread. Pure but for the clock.
 */
import type { Clock } from '../../base/clock.ts'

/** What may be saved up. */
const BURST_MS = 100
/** What a pass may take: short, so that the pace can be seen in a fraction of a second. */
const PASS_MS = 10

export class PartitionPace {
  readonly #clock: Clock
  readonly #bytesPerMs: number
  /** When what was appended is paid for. */
  #paidAt: number
  #pacedMs = 0

  /** @param bytesPerSecond above 0 */
  constructor(bytesPerSecond: number, clock: Clock) {
    this.#clock = clock
    this.#bytesPerMs = bytesPerSecond / 1000
    this.#paidAt = clock.monotonic()
  }

  /** Bytes a pass may take, but for its first batch. */
  get passBytesMax(): number {
    return Math.ceil(this.#bytesPerMs * PASS_MS)
  }

  /** Milliseconds until the next pass may begin; 0: now. */
  waitMs(): number {
    return Math.max(0, this.#paidAt - this.#clock.monotonic())
  }

  /** A pass has appended so many bytes. */
  appended(bytes: number): void {
    this.#paidAt = Math.max(this.#paidAt, this.#clock.monotonic() - BURST_MS) + bytes / this.#bytesPerMs
  }

  /** Milliseconds in which work was there and waited for nothing but the pace. */
  get pacedMs(): number {
    return this.#pacedMs
  }

  /** A sleep that the pace asked for has taken so long. */
  slept(ms: number): void {
    this.#pacedMs += ms
  }
}
