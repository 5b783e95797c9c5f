/**
 * Which partition a record without a key goes to: always the same, until a new batch must be opened for it.
 *
 * Thread: the caller's. Kafka: KIP-480.
 */
import type { Random } from '../../base/random.ts'

/** The partition that records without a key go to now. */
export class StickyPartition {
  readonly #random: Random
  #available: readonly number[] = []
  #current = -1

  constructor(random: Random) {
    this.#random = random
  }

  /** The present one, -1 before `setAvailable`. */
  get current(): number {
    return this.#current
  }

  /** @param available partitions with a leader, or all if none has one; at least one */
  setAvailable(available: readonly number[]): void {
    this.#available = available
    if (!available.includes(this.#current))
      this.#current = available[this.#random.below(available.length)] ?? -1
  }

  /** Moves on, to any other one at random. */
  next(): number {
    const available = this.#available
    const at = available.indexOf(this.#current)
    if (at < 0 || available.length === 1) return this.#current
    const step = 1 + this.#random.below(available.length - 1)
    this.#current = available[(at + step) % available.length] ?? this.#current
    return this.#current
  }
}
