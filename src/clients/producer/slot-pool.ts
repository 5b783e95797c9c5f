/**
 * Who may write into a slot: the private list of slot states and of free slots of one producer.
 *
 *   FREE       a batch opens: OPEN
 *   OPEN       full, or drained: CLOSED
 *   CLOSED     submitted: IN_FLIGHT · failed or expired before submission, or not needed for it: FREE
 *   IN_FLIGHT  completed for good: FREE · to be sent again: CLOSED · expired: EXPIRED
 *   EXPIRED    completed: FREE
 *
 * From IN_FLIGHT and EXPIRED a slot becomes free by `completed` of its ring and by nothing else: a timer that
 * freed it would let the next batch overwrite bytes that are still being read, and send them under a foreign
 * topic.
 *
 * Thread: the caller's. Kafka: clients/producer/internals/BufferPool, without its fault of CVE-2026-35554.
 */
import { invariant } from '../../base/invariant.ts'

export const SLOT_FREE = 0
export const SLOT_OPEN = 1
export const SLOT_CLOSED = 2
export const SLOT_IN_FLIGHT = 3
export const SLOT_EXPIRED = 4
const STATE_COUNT = 5

type BusySlotState = typeof SLOT_OPEN | typeof SLOT_CLOSED | typeof SLOT_IN_FLIGHT | typeof SLOT_EXPIRED

const STATE_NAMES = ['FREE', 'OPEN', 'CLOSED', 'IN_FLIGHT', 'EXPIRED'] as const

/** Bit `to` of entry `from` is set where the state may change so. */
const PERMITTED: readonly number[] = [
  1 << SLOT_OPEN,
  1 << SLOT_CLOSED,
  (1 << SLOT_IN_FLIGHT) | (1 << SLOT_FREE),
  (1 << SLOT_FREE) | (1 << SLOT_CLOSED) | (1 << SLOT_EXPIRED),
  1 << SLOT_FREE
]

export class SlotPool {
  readonly slotCount: number
  readonly slotBytes: number
  readonly #states: Uint8Array
  /** Slots of the run that starts here, 0 elsewhere. */
  readonly #runs: Int32Array
  /** Stack of slots that were free when pushed; one that a run took since is passed over. */
  readonly #stack: Int32Array
  readonly #isStacked: Uint8Array
  #stackSize = 0
  readonly #counts = new Int32Array(STATE_COUNT)

  constructor(slotCount: number, slotBytes: number) {
    this.slotCount = slotCount
    this.slotBytes = slotBytes
    this.#states = new Uint8Array(slotCount)
    this.#runs = new Int32Array(slotCount)
    this.#stack = new Int32Array(slotCount)
    this.#isStacked = new Uint8Array(slotCount)
    for (let slot = slotCount - 1; slot >= 0; slot--) this.#push(slot)
    this.#counts[SLOT_FREE] = slotCount
  }

  get freeCount(): number {
    return this.#counts[SLOT_FREE]!
  }

  countOf(state: number): number {
    return this.#counts[state]!
  }

  stateOf(slot: number): number {
    return this.#states[slot]!
  }

  /** Takes `run` neighbouring slots, which are OPEN then. @returns the first, or -1 if there are none */
  tryTake(run: number): number {
    if (run > this.#counts[SLOT_FREE]!) return -1
    const slot = run === 1 ? this.#pop() : this.#findRun(run)
    if (slot < 0) return -1
    this.#runs[slot] = run
    this.#set(slot, run, SLOT_FREE, SLOT_OPEN)
    return slot
  }

  /** Moves a run, named by its first slot, from one busy state to the next. */
  move(slot: number, from: BusySlotState, to: BusySlotState): void {
    this.#set(slot, this.#runs[slot]!, from, to)
  }

  /**
   * Makes the run of an OPEN batch `run` slots long: where it lies, or elsewhere.
   * @returns its first slot, or -1 if there is no room and nothing has changed
   */
  grow(slot: number, run: number): number {
    const former = this.#runs[slot]!
    const added = run - former
    if (added > this.#counts[SLOT_FREE]!) return -1
    if (this.#isFree(slot + former, added)) {
      this.#runs[slot] = run
      this.#set(slot + former, added, SLOT_FREE, SLOT_OPEN)
      return slot
    }
    const moved = this.tryTake(run)
    if (moved < 0) return -1
    this.move(slot, SLOT_OPEN, SLOT_CLOSED)
    this.free(slot, SLOT_CLOSED)
    return moved
  }

  /** Gives the end of the run of a CLOSED batch back, which needs no more than `run` slots. */
  shrink(slot: number, run: number): void {
    const former = this.#runs[slot]!
    if (run >= former) return
    this.#runs[slot] = run
    this.#release(slot + run, former - run, SLOT_CLOSED)
  }

  /** Gives a run back; `from` says which of the permitted ways it is. */
  free(slot: number, from: BusySlotState): void {
    const run = this.#runs[slot]!
    this.#release(slot, run, from)
    this.#runs[slot] = 0
  }

  #release(slot: number, run: number, from: BusySlotState): void {
    this.#set(slot, run, from, SLOT_FREE)
    for (let at = slot; at < slot + run; at++) if (this.#isStacked[at] === 0) this.#push(at)
  }

  #isFree(slot: number, count: number): boolean {
    if (slot + count > this.slotCount) return false
    for (let at = slot; at < slot + count; at++) if (this.#states[at] !== SLOT_FREE) return false
    return true
  }

  #set(slot: number, run: number, from: number, to: number): void {
    const state = this.#states[slot]
    invariant(
      state === from && run > 0 && (PERMITTED[from]! & (1 << to)) !== 0,
      'a slot changes state',
      () => ({
        slot,
        run,
        state: STATE_NAMES[state ?? 0],
        from: STATE_NAMES[from],
        to: STATE_NAMES[to]
      })
    )
    for (let at = slot; at < slot + run; at++) this.#states[at] = to
    this.#counts[from] = this.#counts[from]! - run
    this.#counts[to] = this.#counts[to]! + run
  }

  #push(slot: number): void {
    this.#stack[this.#stackSize] = slot
    this.#stackSize += 1
    this.#isStacked[slot] = 1
  }

  /** The slot freed last, whose memory is most likely still in a cache. */
  #pop(): number {
    while (this.#stackSize > 0) {
      this.#stackSize -= 1
      const slot = this.#stack[this.#stackSize]!
      this.#isStacked[slot] = 0
      if (this.#states[slot] === SLOT_FREE) return slot
    }
    return -1
  }

  /** From the far end, where single slots are taken last. */
  #findRun(run: number): number {
    let found = 0
    for (let slot = this.slotCount - 1; slot >= 0; slot--) {
      found = this.#states[slot] === SLOT_FREE ? found + 1 : 0
      if (found === run) return slot
    }
    return -1
  }
}
