/**
 * No reader is given a record at or above the high watermark of the view it sampled, nor one nobody
 * published.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

export const noReadAboveHighWatermark: InvariantFactory = (world, report): Invariant => ({
  read({ reader, partition, offset, highWatermark }) {
    const published = world.partitions[partition]?.contents.endOffset ?? 0
    if (offset < highWatermark && offset < published) return
    const limit = `the high watermark was ${highWatermark} and ${published} the published end`
    report(`reader ${reader} was given offset ${offset} of partition ${partition}, but ${limit}`)
  }
})
