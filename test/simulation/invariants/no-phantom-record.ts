/**
 * Every record of a log was sent, to this partition, with these bytes; and its caller was not told that it
 * failed.
 */
import type { SentRecord } from '../history.ts'
import type { Invariant, InvariantFactory } from './invariant.ts'

export const noPhantomRecord: InvariantFactory = (world, report): Invariant => {
  const checkSettled = (record: SentRecord): void => {
    if (record.outcome !== 'refused' || !published.has(record.id)) return
    report(
      `record ${record.id} is in partition ${record.partition}, but its caller was told: ${record.error}`
    )
  }
  const published = new Set<number>()
  return {
    record({ partition }, offset, record) {
      const place = `offset ${offset} of partition ${partition}`
      if (record === null) return report(`nobody sent what stands at ${place}`)
      if (record.partition !== partition) {
        report(`record ${record.id} was sent to partition ${record.partition} and stands at ${place}`)
      }
      published.add(record.id)
      checkSettled(record)
    },
    settled: checkSettled,
    ended() {
      for (const record of world.history.records) checkSettled(record)
    }
  }
}
