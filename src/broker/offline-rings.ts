/**
 * Answers every batch of an offline partition, so that its producers are not left waiting:
 * KAFKA_STORAGE_ERROR, but for a batch that the dead thread had published and not answered. That one is in
 * the log, so it has its offset.
 *
 * Thread: the broker, which has the host's role after the confirmed end of the partition thread.
 */
import { ERROR_CODES } from '../base/error-codes.ts'
import { InvariantError } from '../base/invariant.ts'
import { type HostRing, type HostRingDescription, hostRing } from '../data-plane/partition/host-ring.ts'
import type { Bells } from '../threads/bells.ts'
import type { ControlBlock } from '../threads/control-block.ts'
import { emptyLogView } from '../threads/log-view.ts'
import { APPEND_TIME_BIT, attributesAt, maxTimestampAt } from '../wire/record/record-batch.ts'

export class OfflineRings {
  readonly #bells: Bells
  readonly #control: ControlBlock
  readonly #payloads: DataView
  readonly #view = emptyLogView()
  readonly #rings = new Map<number, HostRing>()

  /** @param payloads the arena, in which the stamped batches still lie */
  constructor(bells: Bells, control: ControlBlock, payloads: DataView) {
    this.#bells = bells
    this.#control = control
    this.#payloads = payloads
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
    if (!this.#sampleView()) Object.assign(this.#view, emptyLogView())
    for (const ring of this.#rings.values()) {
      this.#answerAll(ring)
      if (!ring.ring.isDrained) continue
      this.#rings.delete(ring.id)
      drained.push(ring.id)
    }
    return drained
  }

  /**
   * Nobody writes the view now, so the first sample is accepted. But a thread may have died of the very
   * offsets that it published, and the broker must not die of them too: without a view no batch is known to
   * be in the log.
   */
  #sampleView(): boolean {
    try {
      return this.#control.sample(this.#view) !== null
    } catch (error) {
      if (error instanceof InvariantError) return false
      throw error
    }
  }

  /** The time the dead thread stamped, or -1 with CreateTime. */
  #appendTime({ region, slotBytes }: HostRing, slot: number): number {
    const at = region + slot * slotBytes
    const isStamped = (attributesAt(this.#payloads, at) & APPEND_TIME_BIT) !== 0
    return isStamped ? maxTimestampAt(this.#payloads, at) : -1
  }

  #answerAll(host: HostRing): void {
    const { ring, slots, bellRow } = host
    const available = ring.available()
    if (available === 0) return
    for (let i = 0; i < available; i++) {
      const slot = ring.slotAt(i)
      const base = slots.assignedBase(slot)
      if (base !== null && base < this.#view.logEndOffset) {
        slots.answer(slot, 0, base, this.#appendTime(host, slot))
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
