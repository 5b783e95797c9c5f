/**
 * When nobody sends any more and every answer has come, nothing is held: no slot, no ring entry, no batch, no
 * file.
 */
import type { SimulatedPartition } from '../simulated-partition.ts'
import type { Invariant, InvariantFactory, Report } from './invariant.ts'

/** `.log`, `.index` and `.timeindex` of the active segment. */
const HANDLES_OF_A_LOG = 3

export const nothingLeftAtQuiescence: InvariantFactory = (world, report): Invariant => ({
  ended() {
    const alive = world.producers.filter(producer => !producer.isDead)
    for (const { index, busySlots, sender } of alive) {
      if (busySlots > 0) report(`producer ${index} holds ${busySlots} slots`)
      if (sender.inFlightCount > 0) report(`producer ${index} has ${sender.inFlightCount} batches in flight`)
    }
    for (const { simulated } of world.partitions) checkPartition(simulated, alive.length, report)
  }
})

function checkPartition(partition: SimulatedPartition, callers: number, report: Report): void {
  const { index, state, disk, rings } = partition
  if (state !== 'online') report(`partition ${index} is ${state}`)
  if (disk.openHandles !== HANDLES_OF_A_LOG) report(`partition ${index} has ${disk.openHandles} files open`)
  if (rings.size !== callers) report(`partition ${index} has ${rings.size} rings for ${callers} callers`)
}
