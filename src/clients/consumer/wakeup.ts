/**
 * How a wait of a consumer is ended from outside: by `wakeup()`, which makes it throw, or by `close()`.
 *
 * A wakeup that finds nobody waiting is kept for the next call.
 *
 * Thread: the consumer's, between two turns of its event loop. Kafka: internals/ConsumerNetworkClient.wakeup.
 */
import type { Clock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'

export class Wakeup {
  readonly #clock: Clock
  #isRequested = false
  readonly #interrupts = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** It is not told yet. */
  get isRequested(): boolean {
    return this.#isRequested
  }

  request(): void {
    this.#isRequested = true
    this.interrupt()
  }

  /** Ends the waits that are going on. */
  interrupt(): void {
    for (const interrupt of this.#interrupts) interrupt()
  }

  /** @throws HighwaterError HIGHWATER_WAKEUP once for each time it was requested */
  check(): void {
    if (!this.#isRequested) return
    this.#isRequested = false
    throw new HighwaterError(
      'HIGHWATER_WAKEUP',
      'wakeup() ended the call; nothing was read, nothing is lost.'
    )
  }

  /** Waits at most `timeoutMs` for `waiting`. @returns true if that is what ended the wait */
  async during(waiting: Promise<void>, timeoutMs: number): Promise<boolean> {
    if (this.#isRequested) return false
    let leave = (): void => {}
    try {
      return await new Promise<boolean>((resolve, reject) => {
        const interrupt = (): void => resolve(false)
        const cancel = this.#clock.after(timeoutMs, interrupt)
        this.#interrupts.add(interrupt)
        leave = () => {
          cancel()
          this.#interrupts.delete(interrupt)
        }
        waiting.then(() => resolve(true), reject)
      })
    } finally {
      leave()
    }
  }

  async pause(delayMs: number): Promise<void> {
    await this.during(new Promise(() => {}), delayMs)
  }
}
