/**
 * Slots are neither lost nor doubled: those of all states are all there are, one in a ring is in flight or
 * expired and stands there once, and every record is told its outcome at most once.
 */
import { invariant } from '../../../src/base/invariant.ts'
import { SLOT_EXPIRED, SLOT_FREE, SLOT_IN_FLIGHT } from '../../../src/clients/producer/slot-pool.ts'
import type { LanePartition } from '../simulated-lane.ts'
import type { SimulatedProducer } from '../simulated-producer.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'

/** Words of a ring, read here without anybody's role. */
const SUBMITTED = 0
const COMPLETED = 32
const ENTRIES = 64

const SLOTS_MAX = 1024

export const ringConservesSlots: InvariantFactory = (world, report): Invariant => {
  // Number of the look in which a slot was last seen in a ring, so that nothing is cleared between two looks.
  const seen = new Int32Array(SLOTS_MAX)
  let look = 0
  const checkRing = (producer: SimulatedProducer, lane: LanePartition): void => {
    const { pool } = producer.accumulator
    const { words, description } = lane
    const completed = words.load(COMPLETED)
    const held = (words.load(SUBMITTED) - completed) | 0
    const { capacity } = description
    if (held < 0 || held > capacity) report(`a ring of ${capacity} says it holds ${held}`)
    for (let i = 0; i < Math.min(held, capacity); i++) {
      const slot = words.get(ENTRIES + ((completed + i) & (capacity - 1)))
      const state = pool.stateOf(slot)
      if (seen[slot] === look) report(`slot ${slot} of producer ${producer.index} stands in rings twice`)
      seen[slot] = look
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
        for (let state = SLOT_FREE; state <= SLOT_EXPIRED; state++) sum += pool.countOf(state)
        if (sum !== pool.slotCount) report(`${sum} slots of ${pool.slotCount} are in some state`)
        look++
        for (const lane of producer.lane.partitions) checkRing(producer, lane)
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
