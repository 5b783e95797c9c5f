/**
 * Answers every batch of an offline partition, so that its producers are not left waiting:
 * KAFKA_STORAGE_ERROR, but for a batch that the dead thread had published and not answered. That one is in
 * the log, so it has its offset.
 *
 * Thread: the broker, which has the host's role after the confirmed end of the partition thread.
 */
import { ERROR_CODES } from '../base/error-codes.ts'
import { invariant } from '../base/invariant.ts'
import { type HostRing, type HostRingDescription, hostRing } from '../data-plane/partition/host-ring.ts'
import type { Bells } from '../threads/bells.ts'
import type { ControlBlock } from '../threads/control-block.ts'
import { emptyLogView } from '../threads/log-view.ts'

export class OfflineRings {
  readonly #bells: Bells
  readonly #control: ControlBlock
  readonly #view = emptyLogView()
  readonly #rings = new Map<number, HostRing>()

  constructor(bells: Bells, control: ControlBlock) {
    this.#bells = bells
    this.#control = control
  }

  add(description: HostRingDescription): void {
    this.#rings.set(description.id, hostRing(description))
  }

  get isEmpty(): boolean {
    return this.#rings.size === 0
  }

  /** Answers what was submitted since the last call. @returns ids of rings that are closed and empty */
  answer(): number[] {
    const drained: number[] = []
    // Nobody writes the view now: the first sample is accepted.
    invariant(this.#control.sample(this.#view) !== null, 'a view without a writer can be read')
    for (const ring of this.#rings.values()) {
      this.#answerAll(ring)
      if (!ring.ring.isDrained) continue
      this.#rings.delete(ring.id)
      drained.push(ring.id)
    }
    return drained
  }

  #answerAll({ ring, slots, bellRow }: HostRing): void {
    const available = ring.available()
    if (available === 0) return
    for (let i = 0; i < available; i++) {
      const slot = ring.slotAt(i)
      const base = slots.assignedBase(slot)
      if (base !== null && base < this.#view.logEndOffset) {
        slots.answer(slot, 0, base, -1)
      } else {
        slots.unassign(slot)
        slots.answer(slot, ERROR_CODES.KAFKA_STORAGE_ERROR.code, -1, -1)
      }
      slots.answerLogStart(slot, this.#view.logStartOffset)
    }
    ring.complete(available)
    this.#bells.ring(bellRow)
  }
}
