/**
 * Leader epochs, host incarnations and producer epochs never go down: in what is published, and in the log.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

export const epochsNeverFall: InvariantFactory = (world, report): Invariant => {
  const incarnations = world.partitions.map(() => 0)
  const leaderEpochs = world.partitions.map(() => -1)
  const producerEpochs = world.partitions.map(() => new Map<number, number>())
  return {
    published({ partition, before, after }) {
      const { index, control } = partition.simulated
      if (before !== null && after.leaderEpoch < before.leaderEpoch) {
        report(
          `partition ${index}: the view fell from leader epoch ${before.leaderEpoch} to ${after.leaderEpoch}`
        )
      }
      const known = incarnations[index]!
      if (control.hostIncarnation < known) report(`partition ${index}: host incarnation fell below ${known}`)
      incarnations[index] = control.hostIncarnation
    },
    batch({ partition, leaderEpoch, producerId, producerEpoch, baseOffset }) {
      const known = leaderEpochs[partition]!
      if (leaderEpoch < known) {
        report(`partition ${partition}: leader epoch ${leaderEpoch} at ${baseOffset} follows ${known}`)
      }
      leaderEpochs[partition] = leaderEpoch
      if (producerId < 0) return
      const epoch = producerEpochs[partition]!.get(producerId) ?? 0
      if (producerEpoch < epoch) {
        report(`partition ${partition}: epoch ${producerEpoch} of producer ${producerId} follows ${epoch}`)
      }
      producerEpochs[partition]!.set(producerId, producerEpoch)
    }
  }
}
