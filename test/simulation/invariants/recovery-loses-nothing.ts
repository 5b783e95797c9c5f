/**
 * A recovery brings the log back to the published end with the producers it had; a cold start over the same
 * files finds the same end, and a second one changes nothing.
 */

import { BatchFacts } from '../../../src/data-plane/log/batch-facts.ts'
import { Log } from '../../../src/data-plane/log/log.ts'
import { ProducerState } from '../../../src/data-plane/log/producer-state.ts'
import { crc32cOf } from '../../../src/wire/record/checksum.ts'
import type { MemoryStorage } from '../../support/memory-storage.ts'
import type { PublishedBatch } from '../history.ts'
import type { Invariant, InvariantFactory, PartitionState } from './invariant.ts'

export const recoveryLosesNothing: InvariantFactory = (world, report): Invariant => {
  const producers = world.partitions.map(() => new ProducerState())
  const endOfFiles = ({ simulated }: PartitionState, disk: MemoryStorage): number => {
    const log = Log.openCold(simulated.logOptions(disk))
    log.close()
    return log.logEndOffset
  }
  return {
    batch(batch) {
      producers[batch.partition]!.update(factsOf(batch))
    },
    recovered({ simulated }) {
      const recovered = simulated.host?.recoveredProducers ?? null
      const expected = producers[simulated.index]!.encode(crc32cOf)
      if (recovered === null || Buffer.compare(recovered, expected) === 0) return
      report(`partition ${simulated.index}: the recovery brought other producers than those of the log`)
    },
    ended() {
      for (const partition of world.partitions) {
        const { simulated, contents } = partition
        const disk = simulated.disk.copy()
        const first = endOfFiles(partition, disk)
        const second = endOfFiles(partition, disk)
        if (first === contents.endOffset && second === first) continue
        const ends = `a cold start ends at ${first}, a second one at ${second}`
        report(`partition ${simulated.index}: ${ends}, ${contents.endOffset} was published`)
      }
    }
  }
}

function factsOf(batch: PublishedBatch): BatchFacts {
  const facts = new BatchFacts()
  facts.baseOffset = batch.baseOffset
  facts.lastOffset = batch.lastOffset
  facts.sizeBytes = batch.sizeBytes
  facts.maxTimestamp = batch.maxTimestamp
  facts.producerId = batch.producerId
  facts.producerEpoch = batch.producerEpoch
  facts.baseSequence = batch.baseSequence
  facts.lastSequence = batch.baseSequence < 0 ? -1 : batch.baseSequence + batch.lastOffset - batch.baseOffset
  return facts
}
