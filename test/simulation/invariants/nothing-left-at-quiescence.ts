/**
 * When nobody sends any more and every answer has come, nothing is held but what the living hold all the
 * time: no slot, no ring entry, no batch, no file, no tail block, no memory of a caller that has died.
 */
import { REGION_UNIT_BYTES } from '../../../src/threads/arena.ts'
import type { SimulatedPartition } from '../simulated-partition.ts'
import type { SimulatedProducer } from '../simulated-producer.ts'
import type { Invariant, InvariantFactory, Report } from './invariant.ts'

/** `.log`, `.index` and `.timeindex` of the active segment. */
const HANDLES_OF_A_LOG = 3

export const nothingLeftAtQuiescence: InvariantFactory = (world, report): Invariant => {
  const alive = (): SimulatedProducer[] => world.producers.filter(producer => !producer.isDead)
  // What partitions were lent for good; of what is lent at the start the rest is the callers'.
  const ofPartitions = world.held.lentBytes - regionBytes(alive())
  return {
    ended() {
      for (const { index, busySlots, sender } of alive()) {
        if (busySlots > 0) report(`producer ${index} holds ${busySlots} slots`)
        if (sender.inFlightCount > 0)
          report(`producer ${index} has ${sender.inFlightCount} batches in flight`)
      }
      for (const { simulated } of world.partitions) checkPartition(simulated, alive().length, report)
      const { lentBytes, leases, readerHandles } = world.held
      const expected = ofPartitions + regionBytes(alive())
      if (lentBytes !== expected)
        report(`${lentBytes} bytes of the arena are lent, and should be ${expected}`)
      if (leases > 0) report(`${leases} readers hold a tail block`)
      if (readerHandles > 0) report(`readers have ${readerHandles} files open`)
    }
  }
}

/** What the arena lends for the slots of these producers. */
function regionBytes(producers: readonly SimulatedProducer[]): number {
  const units = producers.map(({ accumulator: { pool } }) =>
    Math.ceil((pool.slotCount * pool.slotBytes) / REGION_UNIT_BYTES)
  )
  return REGION_UNIT_BYTES * units.reduce((sum, count) => sum + count, 0)
}

function checkPartition(partition: SimulatedPartition, callers: number, report: Report): void {
  const { index, state, disk, rings } = partition
  if (state !== 'online') report(`partition ${index} is ${state}`)
  if (disk.openHandles !== HANDLES_OF_A_LOG) report(`partition ${index} has ${disk.openHandles} files open`)
  if (rings.size !== callers) report(`partition ${index} has ${rings.size} rings for ${callers} callers`)
}
