/**
 * Which thread serves which partition: each its own as long as there are fewer than may be, and then the one
 * with the fewest. It is decided at the first use of a partition, and kept.
 *
 * Thread: the broker.
 */
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { Engine } from './engine.ts'
import { HostThread } from './host-thread.ts'

export class HostThreads {
  readonly #engine: Engine
  readonly #entry: URL
  readonly #threadsMax: number
  readonly #threads: HostThread[] = []

  /** @param entry where the compiled partition thread lies */
  constructor(engine: Engine, entry: URL, threadsMax: number) {
    this.#engine = engine
    this.#entry = entry
    this.#threadsMax = threadsMax
  }

  /** The thread of a partition that is used for the first time; it is not started by this. */
  place(): HostThread {
    const thread = this.#threads.length < this.#threadsMax ? this.#another() : this.#emptiest()
    thread.place()
    return thread
  }

  /** Where clients have all the bells, partitions share threads sooner. */
  #another(): HostThread {
    try {
      const thread = new HostThread(this.#engine, this.#entry)
      this.#threads.push(thread)
      return thread
    } catch (error) {
      const isShort = error instanceof HighwaterError && error.code === 'HIGHWATER_RESOURCES'
      if (!isShort || this.#threads.length === 0) throw error
      return this.#emptiest()
    }
  }

  /** Looks after every thread. */
  tick(): void {
    for (const thread of this.#threads) thread.tick()
  }

  /** The confirmed end of all that run. */
  async ended(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.ended()))
  }

  #emptiest(): HostThread {
    const [first, ...others] = this.#threads
    invariant(first !== undefined, 'a cluster may have at least one partition thread')
    return others.reduce((least, thread) => (thread.placed < least.placed ? thread : least), first)
  }
}
