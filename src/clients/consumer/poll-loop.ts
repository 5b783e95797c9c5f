/**
 * What `poll` and `forEach` have in common: they look for records, and wait for more, until something was
 * found or the time is up.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/ClassicKafkaConsumer.poll.
 */
import type { Clock } from '../../base/clock.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { Fetcher } from './fetcher.ts'
import type { SubscriptionState } from './subscription-state.ts'
import type { Wakeup } from './wakeup.ts'

/** How records are looked for. */
export interface Search {
  readonly isBlocking: boolean
  /** @returns how many were found */
  readonly attempt: (fetcher: Fetcher, partitions: readonly AssignedPartition[]) => Promise<number>
  /** Whether there is something to give without a fetch. */
  readonly hasSome: (partitions: readonly AssignedPartition[]) => boolean
}

interface PollLoopOptions {
  readonly state: SubscriptionState
  readonly wakeup: Wakeup
  readonly clock: Clock
}

/** After so long without a pause a call lets the event loop go round once. */
const BREATHE_MS = 10
/** No timer waits longer; one that is set to more fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export class PollLoop {
  readonly #state: SubscriptionState
  readonly #wakeup: Wakeup
  readonly #clock: Clock
  #breathedAt = 0
  #isClosed = false

  constructor({ state, wakeup, clock }: PollLoopOptions) {
    this.#state = state
    this.#wakeup = wakeup
    this.#clock = clock
  }

  /** Ends the search that goes on; it finds nothing more. */
  close(): void {
    this.#isClosed = true
    this.#wakeup.interrupt()
  }

  /**
   * @returns how many were found
   * @throws what `attempt` throws, and why a partition cannot be read; HighwaterError HIGHWATER_WAKEUP
   */
  async run(fetcher: Fetcher, search: Search, deadline: number): Promise<number> {
    if (!search.isBlocking) await this.#breathe()
    for (;;) {
      this.#wakeup.check()
      if (this.#isClosed || this.#state.isAtEnd) return 0
      const active = this.#state.active()
      const found = await this.#round(fetcher, search, active, deadline)
      if (found > 0 || this.#isClosed) return found
      const now = this.#clock.monotonic()
      if (now >= deadline) return nothingUnless(active)
      const wakeAt = retryTime(active, deadline)
      const waitMs = Math.min(wakeAt - now, TIMER_MS_MAX)
      if (waitMs > 0) await fetcher.wait(active, waitMs, search.isBlocking)
    }
  }

  async #round(
    fetcher: Fetcher,
    search: Search,
    active: readonly AssignedPartition[],
    deadline: number
  ): Promise<number> {
    for (const partition of active) if (!partition.isReady) await fetcher.prepare(partition)
    const until = retryTime(active, deadline)
    const isWorthwhile =
      search.hasSome(active) || (await fetcher.awaitMinBytes(active, until, search.isBlocking))
    if (!isWorthwhile || this.#isClosed) return 0
    return await search.attempt(fetcher, this.#state.round(active))
  }

  /** A loop of calls that find something each time would shut out timers and sockets of its thread. */
  async #breathe(): Promise<void> {
    const now = this.#clock.monotonic()
    if (now - this.#breathedAt < BREATHE_MS) return
    this.#breathedAt = now
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** When a partition that is not ready is to be asked for again, `deadline` at the latest. */
function retryTime(partitions: readonly AssignedPartition[], deadline: number): number {
  let least = deadline
  for (const { isReady, retryAt } of partitions) if (!isReady && retryAt < least) least = retryAt
  return least
}

/** @throws why a partition could not be read, if one could not; else nothing was there */
function nothingUnless(partitions: readonly AssignedPartition[]): 0 {
  for (const { isReady, failure } of partitions) if (!isReady && failure !== null) throw failure
  return 0
}
