/**
 * When nobody sends any more and every answer has come, nothing is held: no slot, no ring entry, no batch, no file.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

/** `.log`, `.index` and `.timeindex` of the active segment. */
const HANDLES_OF_A_LOG = 3

export const nothingLeftAtQuiescence: InvariantFactory = (world, report): Invariant => ({
  ended() {
    for (const { index, isDead, busySlots, sender } of world.producers) {
      if (isDead) continue
      if (busySlots > 0) report(`producer ${index} holds ${busySlots} slots`)
      if (sender.inFlightCount > 0) report(`producer ${index} has ${sender.inFlightCount} batches in flight`)
    }
    for (const { simulated } of world.partitions) {
      const { index, state, disk, rings } = simulated
      if (state !== 'online') report(`partition ${index} is ${state}`)
      if (disk.openHandles !== HANDLES_OF_A_LOG) report(`partition ${index} has ${disk.openHandles} files open`)
      const alive = world.producers.filter(producer => !producer.isDead).length
      if (rings.size !== alive) report(`partition ${index} has ${rings.size} rings for ${alive} callers`)
    }
  }
})
