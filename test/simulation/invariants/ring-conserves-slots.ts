/**
 * Slots are neither lost nor doubled: each one that is not free has exactly one owner, a batch that waits in
 * its queue or an entry of a ring that was not reaped, in the state that goes with it. Positions of a ring
 * never go back. Every record is told its outcome once, and what was accepted is in a log or was refused.
 *
 * The owners are counted here from queues and rings; the pool is only asked for the states.
 */
import {
  SLOT_CLOSED,
  SLOT_EXPIRED,
  SLOT_FREE,
  SLOT_IN_FLIGHT,
  SLOT_OPEN
} from '../../../src/clients/producer/slot-pool.ts'
import type { LanePartition } from '../simulated-lane.ts'
import type { SimulatedProducer } from '../simulated-producer.ts'
import type { Invariant, InvariantFactory, Report, WorldState } from './invariant.ts'

/** Words of a ring, read here without anybody's role. */
const SUBMITTED = 0
const COMPLETED = 32
const ENTRIES = 64

const NOBODY = 0
const QUEUE = 1
const RING = 2

interface Positions {
  submitted: number
  completed: number
}

class SlotOwners {
  readonly #report: Report
  readonly #producer: SimulatedProducer
  readonly #owners: Uint8Array
  readonly #last = new Map<LanePartition, Positions>()

  constructor(producer: SimulatedProducer, report: Report) {
    this.#producer = producer
    this.#report = report
    this.#owners = new Uint8Array(producer.accumulator.pool.slotCount)
  }

  look(): void {
    this.#owners.fill(NOBODY)
    for (const lane of this.#producer.lane.partitions) this.#lookAtRing(lane)
    // What a dead caller thinks of its slots is of no interest to anybody.
    if (this.#producer.isDead) return
    for (const { batches } of this.#producer.queues) {
      for (const { slot, slotRun } of batches) if (slot >= 0) this.#own(slot, slotRun, QUEUE)
    }
    this.#compareStates()
  }

  #lookAtRing(lane: LanePartition): void {
    const { words, description, ring } = lane
    const { capacity } = description
    const submitted = words.load(SUBMITTED)
    const completed = words.load(COMPLETED)
    const last = this.#last.get(lane)
    if (last === undefined) this.#last.set(lane, { submitted, completed })
    else {
      if (((submitted - last.submitted) | 0) < 0 || ((completed - last.completed) | 0) < 0) {
        this.#report(`a ring of producer ${this.#producer.index} went back`)
      }
      last.submitted = submitted
      last.completed = completed
    }
    const held = (submitted - completed) | 0
    const unreaped = ring.inFlight
    if (held < 0 || held > unreaped || unreaped > capacity) {
      this.#report(`a ring of ${capacity} holds ${held} for the host, ${unreaped} for the sender`)
      return
    }
    for (let back = unreaped; back > 0; back--) {
      const slot = words.get(ENTRIES + ((submitted - back) & (capacity - 1)))
      this.#own(slot, this.#producer.lane.runOf(slot), RING)
    }
  }

  #own(slot: number, run: number, owner: number): void {
    for (let at = slot; at < slot + run; at++) {
      if (this.#owners[at] !== NOBODY) {
        this.#report(`slot ${at} of producer ${this.#producer.index} has two owners`)
      }
      this.#owners[at] = owner
    }
  }

  #compareStates(): void {
    const { pool } = this.#producer.accumulator
    for (let slot = 0; slot < pool.slotCount; slot++) {
      const owner = this.#owners[slot]
      const state = pool.stateOf(slot)
      const fits =
        (owner === NOBODY && state === SLOT_FREE) ||
        (owner === QUEUE && (state === SLOT_OPEN || state === SLOT_CLOSED)) ||
        (owner === RING && (state === SLOT_IN_FLIGHT || state === SLOT_EXPIRED))
      if (fits) continue
      const where = owner === NOBODY ? 'with nobody' : owner === QUEUE ? 'in a queue' : 'in a ring'
      this.#report(`slot ${slot} of producer ${this.#producer.index} is ${where} and in state ${state}`)
    }
  }
}

export const ringConservesSlots: InvariantFactory = (world, report): Invariant => {
  const owners = new Map<SimulatedProducer, SlotOwners>()
  const logged = new Set<number>()
  return {
    record(_batch, _offset, record) {
      if (record !== null) logged.add(record.id)
    },
    settled(record) {
      if (record.settlements > 1) report(`record ${record.id} was settled ${record.settlements} times`)
    },
    stepped() {
      for (const producer of world.producers) {
        let known = owners.get(producer)
        if (known === undefined) {
          known = new SlotOwners(producer, report)
          owners.set(producer, known)
        }
        known.look()
      }
    },
    ended() {
      checkSum(world, logged, report)
    }
  }
}

/** Accepted is logged, refused, or lost where its caller was told that nobody knows. */
function checkSum({ history }: WorldState, logged: ReadonlySet<number>, report: Report): void {
  let acknowledged = 0
  let unknownLogged = 0
  let pending = 0
  for (const { id, outcome } of history.records) {
    if (outcome === 'acknowledged') acknowledged++
    else if (outcome === 'unknown' && logged.has(id)) unknownLogged++
    else if (outcome === 'pending') pending++
  }
  if (pending > 0) report(`${pending} records were never told their outcome`)
  if (acknowledged + unknownLogged !== logged.size) {
    report(
      `${logged.size} records stand in logs: ${acknowledged} acknowledged, of ${unknownLogged} nobody knew`
    )
  }
}
