/**
 * Offsets of a log follow each other without a gap, and batches without a byte between, from its start on.
 */
import type { PublishedBatch } from '../history.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'

export const offsetsDense: InvariantFactory = (world, report): Invariant => {
  const last: (PublishedBatch | null)[] = world.partitions.map(() => null)
  return {
    batch(batch) {
      const before = last[batch.partition] ?? null
      last[batch.partition] = batch
      const expected =
        before === null ? world.partitions[batch.partition]?.contents.startOffset : before.lastOffset + 1
      const say = (text: string): void => report(`partition ${batch.partition}: ${text}`)
      if (batch.baseOffset !== expected) say(`offset ${batch.baseOffset} stands where ${expected} follows`)
      const isSameSegment = before !== null && before.segmentBase === batch.segmentBase
      const position = isSameSegment ? before.position + before.sizeBytes : 0
      if (batch.position !== position) say(`a batch begins at ${batch.position}, not ${position}`)
      if (position === 0 && batch.segmentBase !== batch.baseOffset) {
        say(`segment ${batch.segmentBase} begins with offset ${batch.baseOffset}`)
      }
    }
  }
}
