/**
 * Which partition threads may start now: only so many at a time, the others in the order they asked. A thread
 * that starts needs a core for its whole start; more of them at once would all take longer than one may.
 *
 * Thread: the broker.
 */
export class StartQueue {
  readonly #startingMax: number
  readonly #waiting: (() => void)[] = []
  #starting = 0

  constructor(startingMax: number) {
    this.#startingMax = startingMax
  }

  /** Calls `start`, now or in its turn. Each call of it is followed by one of `finished`. */
  ask(start: () => void): void {
    this.#waiting.push(start)
    this.#startNext()
  }

  /** Calls `start` now, whoever waits: of a partition that served before, clients are waiting. */
  startNow(start: () => void): void {
    this.#starting++
    start()
  }

  /** Its turn has not come, and is to come no more. @returns false if it has come */
  withdraw(start: () => void): boolean {
    const at = this.#waiting.indexOf(start)
    if (at >= 0) this.#waiting.splice(at, 1)
    return at >= 0
  }

  /** A start that was called has come to its end, good or bad. */
  finished(): void {
    this.#starting--
    this.#startNext()
  }

  #startNext(): void {
    while (this.#starting < this.#startingMax) {
      const start = this.#waiting.shift()
      if (start === undefined) return
      this.#starting++
      start()
    }
  }
}
