/**
 * Ring of slot numbers from one caller to one host, and the position of completion coming back.
 *
 *   word 0    submitted          sender   entries before it are published
 *   word 1    closed             sender   1: no more will come, stored after the last `submitted`
 *   word 32   completed          host     entries before it are finished: answer written, slot released
 *   word 64   entry[capacity]    sender   slot numbers
 *
 * Positions wrap at 2^32; only `(a - b) | 0` is used. Never full: the sender holds at most `max.in.flight`
 * batches per partition in flight, and the capacity is at least that.
 *
 * Thread: RingSender belongs to the caller, RingHost to the partition thread. After a host's confirmed end a
 * new RingHost takes over at `completed`.
 */
import { invariant } from '../base/invariant.ts'
import type { Words } from './words.ts'

const SUBMITTED = 0
const CLOSED = 1
const COMPLETED = 32
const ENTRIES = 64

/** @param capacity entries, a power of two up to 2^20 */
export function ringBytes(capacity: number): number {
  return (ENTRIES + capacity) * 4
}

/** Smallest permitted capacity for so many batches in flight. */
export function ringCapacity(inFlightMax: number): number {
  let capacity = 8
  while (capacity < inFlightMax) capacity *= 2
  invariant(capacity <= 2 ** 20, 'a ring has at most 2^20 entries', { inFlightMax })
  return capacity
}

export class RingSender {
  readonly #words: Words
  readonly #mask: number
  #submitted: number
  #published: number
  #reaped: number

  /** @param start position both sides begin at; tests put it next to the wrap */
  constructor(words: Words, capacity: number, start = 0) {
    this.#words = words
    this.#mask = capacity - 1
    this.#submitted = start
    this.#published = start
    this.#reaped = start
  }

  /** Batches pushed and not yet reaped. */
  get inFlight(): number {
    return (this.#submitted - this.#reaped) | 0
  }

  /** Puts a slot into the next entry, unseen until `publish`. */
  push(slot: number): void {
    invariant(this.inFlight <= this.#mask, 'a ring is never full', { inFlight: this.inFlight })
    this.#words.set(ENTRIES + (this.#submitted & this.#mask), slot)
    this.#submitted = (this.#submitted + 1) | 0
  }

  /** Publishes every pushed entry with one store. False if there was none. */
  publish(): boolean {
    if (this.#published === this.#submitted) return false
    this.#published = this.#submitted
    this.#words.store(SUBMITTED, this.#submitted)
    return true
  }

  /** True if a completion waits to be reaped. */
  get hasCompleted(): boolean {
    return this.#words.load(COMPLETED) !== this.#reaped
  }

  /**
   * Next completed slot in ring order, or -1. Its answer is in the slot table; the slot is the sender's
   * again.
   */
  reap(): number {
    if (this.#words.load(COMPLETED) === this.#reaped) return -1
    const slot = this.#words.get(ENTRIES + (this.#reaped & this.#mask))
    this.#reaped = (this.#reaped + 1) | 0
    return slot
  }

  /** Says that nothing more will come. */
  close(): void {
    this.#words.store(CLOSED, 1)
  }
}

export class RingHost {
  readonly #words: Words
  readonly #mask: number
  #completed: number

  /** Takes over at the completed position, after the confirmed end of the host before it. */
  constructor(words: Words, capacity: number) {
    this.#words = words
    this.#mask = capacity - 1
    this.#completed = words.load(COMPLETED)
  }

  /** Entries published and not completed. */
  available(): number {
    return (this.#words.load(SUBMITTED) - this.#completed) | 0
  }

  /** Slot of the `index`-th uncompleted entry, counted from 0. */
  slotAt(index: number): number {
    return this.#words.get(ENTRIES + ((this.#completed + index) & this.#mask))
  }

  /** Completion, release and acknowledgement of the first `count` entries, in one store. */
  complete(count: number): void {
    this.#completed = (this.#completed + count) | 0
    this.#words.store(COMPLETED, this.#completed)
  }

  /** True when the sender closed the ring and everything in it is completed. */
  get isDrained(): boolean {
    return this.#words.load(CLOSED) === 1 && this.available() === 0
  }
}

/** Whether something was submitted and is not completed; asked by one who has neither role. */
export function hasEntries(words: Words): boolean {
  return words.load(SUBMITTED) !== words.load(COMPLETED)
}

/** Puts both positions of a fresh ring at `start`; before any other thread has it. */
export function startRingAt(words: Words, start: number): void {
  words.set(SUBMITTED, start)
  words.set(COMPLETED, start)
}
