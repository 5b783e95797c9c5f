/**
 * What is due in a simulation, earliest first; of what is due at the same time, what was added first.
 *
 * A binary heap in typed arrays: an event is a time, a kind and the number of what it concerns.
 */
import { invariant } from '../../../base/invariant.ts'

const CAPACITY_FIRST = 256

export class EventQueue {
  /** Of the event taken last. */
  kind = 0
  subject = 0
  #times = new Float64Array(CAPACITY_FIRST)
  /** Order of being added; exact up to 2^53. */
  #orders = new Float64Array(CAPACITY_FIRST)
  #kinds = new Int32Array(CAPACITY_FIRST)
  #subjects = new Int32Array(CAPACITY_FIRST)
  #length = 0
  #added = 0

  /** When the next event is due; Infinity without one. */
  get nextMs(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!
  }

  add(atMs: number, kind: number, subject: number): void {
    if (this.#length === this.#times.length) this.#grow()
    const order = this.#added++
    let at = this.#length++
    while (at > 0) {
      const parent = (at - 1) >> 1
      // Never equal in both: a new event has the greatest order.
      if (this.#times[parent]! <= atMs) break
      this.#move(parent, at)
      at = parent
    }
    this.#times[at] = atMs
    this.#orders[at] = order
    this.#kinds[at] = kind
    this.#subjects[at] = subject
  }

  /** Takes the next event into `kind` and `subject`; returns when it is due. */
  take(): number {
    invariant(this.#length > 0, 'only an event that was added can be taken')
    const takenMs = this.#times[0]!
    this.kind = this.#kinds[0]!
    this.subject = this.#subjects[0]!
    const last = --this.#length
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= last) break
      if (child + 1 < last && this.#isBefore(child + 1, child)) child++
      if (this.#isBefore(last, child)) break
      this.#move(child, at)
      at = child
    }
    this.#move(last, at)
    return takenMs
  }

  #isBefore(one: number, other: number): boolean {
    const difference = this.#times[one]! - this.#times[other]!
    return difference < 0 || (difference === 0 && this.#orders[one]! < this.#orders[other]!)
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!
    this.#orders[to] = this.#orders[from]!
    this.#kinds[to] = this.#kinds[from]!
    this.#subjects[to] = this.#subjects[from]!
  }

  #grow(): void {
    const capacity = 2 * this.#times.length
    const times = this.#times
    const orders = this.#orders
    const kinds = this.#kinds
    const subjects = this.#subjects
    this.#times = new Float64Array(capacity)
    this.#orders = new Float64Array(capacity)
    this.#kinds = new Int32Array(capacity)
    this.#subjects = new Int32Array(capacity)
    this.#times.set(times)
    this.#orders.set(orders)
    this.#kinds.set(kinds)
    this.#subjects.set(subjects)
  }
}
