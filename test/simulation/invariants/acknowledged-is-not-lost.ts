/**
 * A record is acknowledged only when it is published, at the offset of the acknowledgement; and it is there
 * at the end, in the files.
 */
import type { SentRecord } from '../history.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'

export const acknowledgedIsNotLost: InvariantFactory = (world, report): Invariant => {
  const check = (record: SentRecord): void => {
    if (record.outcome !== 'acknowledged') return
    const found = world.partitions[record.partition]?.contents.idAt(record.offset)
    if (found === record.id) return
    const place = `offset ${record.offset} of partition ${record.partition}`
    report(`record ${record.id} was acknowledged at ${place}, where ${found} stands`)
  }
  return {
    settled: check,
    ended() {
      for (const record of world.history.records) check(record)
    }
  }
}
