/**
 * Keeps the event loop of a caller alive while somebody waits: a pending Atomics.waitAsync alone does not.
 *
 * Thread: the caller.
 */
import type { CommandPort } from '../threads/command-port.ts'

export class KeepAlive {
  readonly #port: CommandPort
  #waiting = 0

  constructor(port: CommandPort) {
    this.#port = port
  }

  async during<T>(wait: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#port.ref()
    try {
      return await wait
    } finally {
      if (--this.#waiting === 0) this.#port.unref()
    }
  }
}
