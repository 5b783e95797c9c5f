/**
 * Batches in the hands of brokers, found by their slot, and the time the oldest of them runs out of patience.
 *
 * Thread: the caller's. Kafka: Sender.inFlightBatches, NetworkClient's InFlightRequests.
 */
import { invariant } from '../../base/invariant.ts'
import type { PartitionQueue, ProducerNode } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** A request is answered once all its batches are. */
export interface InFlightRequest {
  readonly node: ProducerNode
  /** Monotonic time. */
  readonly sentAt: number
  recordCount: number
  unanswered: number
}

export interface InFlightBatch {
  readonly batch: ProducerBatch
  readonly queue: PartitionQueue
  readonly request: InFlightRequest
}

export class InFlightBatches {
  readonly #bySlot = new Map<number, InFlightBatch>()

  get count(): number {
    return this.#bySlot.size
  }

  add(entry: InFlightBatch): void {
    invariant(!this.#bySlot.has(entry.batch.slot), 'a slot is in flight once', () => ({
      slot: entry.batch.slot
    }))
    this.#bySlot.set(entry.batch.slot, entry)
    entry.queue.inFlight += 1
  }

  /** Takes out the batch whose answer came; its request may be complete with it. */
  remove(slot: number): InFlightBatch {
    const entry = this.#bySlot.get(slot)
    invariant(entry !== undefined, 'only a slot in flight is completed', () => ({ slot }))
    this.#bySlot.delete(slot)
    entry.queue.inFlight -= 1
    entry.request.unanswered -= 1
    if (entry.request.unanswered === 0) entry.request.node.inFlight -= 1
    return entry
  }

  /** Those whose records were not told yet and that `isWanted` picks, in the order they were sent. */
  unsettled(isWanted: (batch: ProducerBatch) => boolean): InFlightBatch[] {
    return [...this.#bySlot.values()].filter(({ batch }) => !batch.outcome.isSettled && isWanted(batch))
  }

  /** When the oldest batch that waits for its answer was opened; infinite if there is none. */
  oldestCreatedAt(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const { batch } of this.#bySlot.values()) {
      if (!batch.outcome.isSettled && batch.createdAt < oldest) oldest = batch.createdAt
    }
    return oldest
  }
}
