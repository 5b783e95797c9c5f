/**
 * Slots are neither lost nor doubled: those of all states are all there are, one in a ring is in flight or expired
 * and stands there once, and every record is told its outcome at most once.
 */
import { invariant } from '../../../src/base/invariant.ts'
import {
  SLOT_CLOSED,
  SLOT_EXPIRED,
  SLOT_FREE,
  SLOT_IN_FLIGHT,
  SLOT_OPEN
} from '../../../src/clients/producer/slot-pool.ts'
import { RingHost } from '../../../src/threads/ring.ts'
import { AtomicWords } from '../../../src/threads/words.ts'
import type { LanePartition } from '../simulated-lane.ts'
import type { SimulatedProducer } from '../simulated-producer.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'

const STATES = [SLOT_FREE, SLOT_OPEN, SLOT_CLOSED, SLOT_IN_FLIGHT, SLOT_EXPIRED]

export const ringConservesSlots: InvariantFactory = (world, report): Invariant => {
  const checkRing = (producer: SimulatedProducer, lane: LanePartition, seen: Set<number>): void => {
    const { pool } = producer.accumulator
    const { ring: words, capacity } = lane.description
    // A look at the words of the host's side, without its role.
    const ring = new RingHost(new AtomicWords(words), capacity)
    const available = ring.available()
    if (available < 0 || available > capacity) report(`a ring of ${capacity} says it holds ${available}`)
    for (let i = 0; i < Math.min(available, capacity); i++) {
      const slot = ring.slotAt(i)
      const state = pool.stateOf(slot)
      if (seen.has(slot)) report(`slot ${slot} of producer ${producer.index} stands in rings twice`)
      seen.add(slot)
      if (state !== SLOT_IN_FLIGHT && state !== SLOT_EXPIRED && !producer.isDead) {
        report(`slot ${slot} of producer ${producer.index} is in a ring and in state ${state}`)
      }
    }
  }
  return {
    settled(record) {
      if (record.settlements > 1) report(`record ${record.id} was settled ${record.settlements} times`)
    },
    stepped() {
      for (const producer of world.producers) {
        const { pool } = producer.accumulator
        let sum = 0
        for (const state of STATES) sum += pool.countOf(state)
        if (sum !== pool.slotCount) report(`${sum} slots of ${pool.slotCount} are in some state`)
        const seen = new Set<number>()
        for (const lane of producer.lane.partitions) checkRing(producer, lane, seen)
      }
    },
    ended() {
      const counts = { acknowledged: 0, refused: 0, unknown: 0, pending: 0 }
      for (const record of world.history.records) counts[record.outcome]++
      const told = counts.acknowledged + counts.refused + counts.unknown
      invariant(told + counts.pending === world.history.records.length, 'every record has an outcome')
      if (counts.pending > 0) report(`${counts.pending} records were never told their outcome`)
    }
  }
}
