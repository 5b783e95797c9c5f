/**
 * Counts unsettled batches by generation: a flush ends a generation and waits until it and all before are
 * settled.
 *
 * Thread: the caller's. Kafka: IncompleteBatches.
 */
export class FlushGenerations {
  #current = 0
  readonly #unsettled = new Map<number, number>()

  /** The generation a batch that is opened now belongs to. */
  get current(): number {
    return this.#current
  }

  get isAllSettled(): boolean {
    return this.#unsettled.size === 0
  }

  opened(generation: number, batches: number): void {
    this.#unsettled.set(generation, (this.#unsettled.get(generation) ?? 0) + batches)
  }

  settled(generation: number): void {
    const left = (this.#unsettled.get(generation) ?? 0) - 1
    if (left <= 0) this.#unsettled.delete(generation)
    else this.#unsettled.set(generation, left)
  }

  /** Ends the current generation. @returns its number */
  end(): number {
    this.#current += 1
    return this.#current - 1
  }

  isSettledThrough(generation: number): boolean {
    for (const unsettled of this.#unsettled.keys()) if (unsettled <= generation) return false
    return true
  }
}
