/**
 * Which partition threads may start now: only so many at a time, the others in the order they asked. A thread
 * that starts needs a core for its whole start; more of them at once would all take longer than one may, and
 * take the cores from those that serve.
 *
 * Thread: the broker.
 */
export class StartQueue {
  readonly #firstMax: number
  readonly #againMax: number
  readonly #first: (() => void)[] = []
  readonly #again: (() => void)[] = []
  #starting = 0

  /** @param firstMax first starts at a time; @param againMax starts at a time where one comes back */
  constructor(firstMax: number, againMax: number) {
    this.#firstMax = firstMax
    this.#againMax = againMax
  }

  /** Calls `start`, now or in its turn. Each call of it is followed by one of `finished`. */
  ask(start: () => void): void {
    this.#first.push(start)
    this.#startNext()
  }

  /** As `ask`, before all that start for the first time: of a partition that served, clients are waiting. */
  askAgain(start: () => void): void {
    this.#again.push(start)
    this.#startNext()
  }

  /** Its turn has not come, and is to come no more. @returns false if it has come */
  withdraw(start: () => void): boolean {
    for (const waiting of [this.#first, this.#again]) {
      const at = waiting.indexOf(start)
      if (at < 0) continue
      waiting.splice(at, 1)
      return true
    }
    return false
  }

  /** A start that was called has come to its end, good or bad. */
  finished(): void {
    this.#starting--
    this.#startNext()
  }

  #startNext(): void {
    for (;;) {
      const start = this.#turn()
      if (start === undefined) return
      this.#starting++
      start()
    }
  }

  #turn(): (() => void) | undefined {
    if (this.#again.length > 0) return this.#starting < this.#againMax ? this.#again.shift() : undefined
    return this.#starting < this.#firstMax ? this.#first.shift() : undefined
  }
}
