/**
 * Who waits for a producer: for all that was sent to be settled (`flush`), or for room to send more
 * (`ready`).
 *
 * Thread: the caller's.
 */
import type { FlushGenerations } from './flush-generations.ts'
import { notReady } from './producer-errors.ts'
import type { SendQueue } from './send-queue.ts'

interface FlushWaiter {
  /** Records of the queue that must have left it first. */
  readonly queued: number
  /** The generation of batches to wait for; null until those records are in batches. */
  generation: number | null
  readonly wake: () => void
}

interface RoomWaiter {
  readonly deadline: number
  readonly wake: (fault: Error | null) => void
}

export class ProducerWaiters {
  readonly #queue: SendQueue
  readonly #generations: FlushGenerations
  #flushes: FlushWaiter[] = []
  #forRoom: RoomWaiter[] = []

  constructor(queue: SendQueue, generations: FlushGenerations) {
    this.#queue = queue
    this.#generations = generations
  }

  get isFlushing(): boolean {
    return this.#flushes.length > 0
  }

  get isRoomWanted(): boolean {
    return this.#forRoom.length > 0
  }

  /** When the first who waits for room gives up. */
  get nextDeadline(): number {
    return this.#forRoom.reduce((least, { deadline }) => Math.min(least, deadline), Number.POSITIVE_INFINITY)
  }

  /** Calls `wake` once every record sent so far is settled; `settle` looks. */
  flush(wake: () => void): void {
    this.#flushes.push({ queued: this.#queue.addedCount, generation: null, wake })
  }

  /** Calls `wake` with null once there is room, or with an error after the deadline. */
  waitForRoom(deadline: number, wake: (fault: Error | null) => void): void {
    this.#forRoom.push({ deadline, wake })
  }

  settleFlushes(): void {
    if (this.#flushes.length === 0) return
    this.#flushes = this.#flushes.filter(flush => {
      if (this.#queue.hasLeft(flush.queued)) flush.generation ??= this.#generations.end()
      if (flush.generation === null || !this.#generations.isSettledThrough(flush.generation)) return true
      flush.wake()
      return false
    })
  }

  /** @param waitMs the setting the deadlines come from, for the error */
  settleRoom(hasRoom: boolean, now: number, waitMs: number): void {
    if (hasRoom) this.endAll(null)
    else {
      this.#forRoom = this.#forRoom.filter(({ deadline, wake }) => {
        if (deadline > now) return true
        wake(notReady(waitMs))
        return false
      })
    }
  }

  /** Wakes all who wait for room, with an error if there will be none. */
  endAll(fault: Error | null): void {
    for (const { wake } of this.#forRoom.splice(0)) wake(fault)
  }
}
