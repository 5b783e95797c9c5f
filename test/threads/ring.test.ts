import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { RingHost, RingSender, ringBytes, ringCapacity, startRingAt } from '../../src/threads/ring.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

interface RingPair {
  readonly words: Int32Array
  readonly shared: AtomicWords
  readonly sender: RingSender
  readonly host: RingHost
}

function ringPair(capacity: number, start = 0): RingPair {
  const buffer = allocateWords(ringBytes(capacity))
  const shared = new AtomicWords(buffer)
  startRingAt(shared, start)
  return {
    words: new Int32Array(buffer),
    shared,
    sender: new RingSender(shared, capacity, start),
    host: new RingHost(shared, capacity)
  }
}

describe('a ring', () => {
  test('keeps its words where the layout puts them', () => {
    const { words, sender, host } = ringPair(8)
    sender.push(5)
    sender.push(6)
    sender.publish()
    host.complete(1)
    sender.close()
    expect(words.byteLength).toBe(256 + 4 * 8)
    expect([words[0], words[1], words[32], words[64], words[65]]).toEqual([2, 1, 1, 5, 6])
  })

  test('has the capacity of the next power of two, at least 8', () => {
    expect([1, 8, 9, 1_000, 2 ** 20].map(ringCapacity)).toEqual([8, 8, 16, 1_024, 2 ** 20])
    expect(() => ringCapacity(2 ** 20 + 1)).toThrow(InvariantError)
  })

  test('shows a host nothing before publish', () => {
    const { sender, host } = ringPair(8)
    sender.push(3)
    expect(host.available()).toBe(0)
    expect(sender.publish()).toBe(true)
    expect([host.available(), host.slotAt(0)]).toEqual([1, 3])
  })

  test('publishes nothing twice', () => {
    const { sender } = ringPair(8)
    expect(sender.publish()).toBe(false)
    sender.push(3)
    sender.publish()
    expect(sender.publish()).toBe(false)
  })

  test('gives a slot back only when its host completed it', () => {
    const { sender, host } = ringPair(8)
    sender.push(3)
    sender.push(4)
    sender.publish()
    expect([sender.hasCompleted, sender.reap()]).toEqual([false, -1])
    host.complete(1)
    expect([sender.hasCompleted, sender.reap(), sender.reap(), sender.inFlight]).toEqual([true, 3, -1, 1])
  })

  test('refuses an entry more than its capacity: that is a bug of the sender', () => {
    const { sender } = ringPair(2)
    sender.push(0)
    sender.push(1)
    expect(() => sender.push(2)).toThrow(InvariantError)
  })

  test('is drained once it is closed and everything in it is completed', () => {
    const { sender, host } = ringPair(8)
    sender.push(1)
    sender.publish()
    expect(host.isDrained).toBe(false)
    sender.close()
    expect(host.isDrained).toBe(false)
    host.complete(1)
    expect(host.isDrained).toBe(true)
  })

  test('a new host takes over behind the last completion', () => {
    const { shared, sender, host } = ringPair(8)
    for (const slot of [4, 5, 6]) sender.push(slot)
    sender.publish()
    host.complete(1)
    const successor = new RingHost(shared, 8)
    expect([successor.available(), successor.slotAt(0), successor.slotAt(1)]).toEqual([2, 5, 6])
  })
})

/**
 * One step of both sides: push and publish so many, complete so many, reap so many, each as far as there is
 * room.
 */
interface Turn {
  readonly push: number
  readonly complete: number
  readonly reap: number
}

function turns(capacity: number): fc.Arbitrary<Turn[]> {
  const count = fc.integer({ min: 0, max: capacity })
  const turn = fc.record({ push: count, complete: count, reap: count })
  return fc.array(turn, { minLength: 1, maxLength: 120, size: 'max' })
}

/** A ring and two plain queues side by side: every slot number must come out of both alike. */
class RingBesideQueue {
  readonly #capacity: number
  readonly #ring: RingPair
  readonly #published: number[] = []
  readonly #completed: number[] = []
  #nextSlot = 0
  operations = 0
  differences = 0

  constructor(capacity: number, start: number) {
    this.#capacity = capacity
    this.#ring = ringPair(capacity, start | 0)
  }

  #same(actual: number | boolean, expected: number | boolean | undefined): void {
    this.operations++
    if (actual !== expected) this.differences++
  }

  take(turn: Turn): void {
    this.#push(turn.push)
    this.#complete(turn.complete)
    this.#reap(turn.reap)
  }

  #push(count: number): void {
    const { sender, host } = this.#ring
    const room = this.#capacity - this.#published.length - this.#completed.length
    for (let n = Math.min(count, room); n > 0; n--) {
      sender.push(this.#nextSlot)
      this.#published.push(this.#nextSlot++)
      this.operations++
    }
    sender.publish()
    this.#same(host.available(), this.#published.length)
  }

  #complete(count: number): void {
    const { sender, host } = this.#ring
    const finished = this.#published.splice(0, count)
    for (const [index, slot] of finished.entries()) this.#same(host.slotAt(index), slot)
    host.complete(finished.length)
    this.#completed.push(...finished)
    this.#same(sender.hasCompleted, this.#completed.length > 0)
  }

  #reap(count: number): void {
    const { sender } = this.#ring
    for (let n = count; n > 0; n--) this.#same(sender.reap(), this.#completed.shift() ?? -1)
    this.#same(sender.inFlight, this.#published.length + this.#completed.length)
  }
}

function compare(capacity: number, start: number, plan: readonly Turn[]): RingBesideQueue {
  const both = new RingBesideQueue(capacity, start)
  for (const turn of plan) both.take(turn)
  return both
}

describe('a ring beside a plain queue (R3)', () => {
  test('agrees for groups of 1 to all entries, of every capacity, at every residue', () => {
    let operations = 0
    const capacityAndPlan = fc
      .constantFrom(1, 2, 4, 8, 64)
      .chain(capacity => fc.tuple(fc.constant(capacity), turns(capacity)))
    fc.assert(
      fc.property(capacityAndPlan, fc.nat(128), ([capacity, plan], start) => {
        const both = compare(capacity, start, plan)
        operations += both.operations
        expect(both.differences).toBe(0)
      }),
      { numRuns: 1_000 }
    )
    expect(operations).toBeGreaterThan(1_000_000)
  })
})

describe('positions next to the wrap (R4)', () => {
  test.each([
    ['2^31', 2 ** 31],
    ['2^32', 2 ** 32]
  ])('agree with the queue from %s - k on', (_name, wrap) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), turns(8), (k, plan) => {
        expect(compare(8, wrap - k, plan).differences).toBe(0)
      }),
      { numRuns: 500 }
    )
  })

  test.each([
    ['2^31', 2 ** 31],
    ['2^32', 2 ** 32]
  ])('carry 100,000 entries from %s - 50,000 on without a fault', (_name, wrap) => {
    const group: Turn = { push: 5, complete: 5, reap: 5 }
    const both = compare(8, wrap - 50_000, Array<Turn>(20_000).fill(group))
    expect(both.differences).toBe(0)
    expect(both.operations).toBeGreaterThan(300_000)
  })
})
