/**
 * A record is in the log once: nothing is resent on a ring but what was answered with an error, and what was
 * answered with an error is not in the log. The sequences of a producer and epoch follow each other without a
 * gap.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

export const idempotentOnce: InvariantFactory = (world, report): Invariant => {
  const offsets = new Map<number, number>()
  const nextSequences = world.partitions.map(() => new Map<string, number>())
  return {
    batch({ partition, producerId, producerEpoch, baseSequence, baseOffset, lastOffset }) {
      if (producerId < 0) return
      const producer = `${producerId}/${producerEpoch}`
      const expected = nextSequences[partition]!.get(producer) ?? 0
      nextSequences[partition]!.set(producer, baseSequence + (lastOffset - baseOffset) + 1)
      if (baseSequence === expected) return
      const place = `offset ${baseOffset} of partition ${partition}`
      report(`producer ${producer} has sequence ${baseSequence} at ${place} where ${expected} follows`)
    },
    record({ partition }, offset, record) {
      if (record === null) return
      const first = offsets.get(record.id)
      if (first !== undefined) {
        report(`partition ${partition}: record ${record.id} stands at ${first} and at ${offset}`)
      }
      offsets.set(record.id, offset)
    }
  }
}
