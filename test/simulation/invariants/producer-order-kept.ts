/**
 * Records of one producer stand in one partition in the order they were sent: with idempotence, or with one
 * request in flight. Other producers may lose the order in a retry.
 */
import type { Invariant, InvariantFactory } from './invariant.ts'

export const producerOrderKept: InvariantFactory = (world, report): Invariant => {
  const last = new Map<number, number>()
  return {
    record({ partition }, offset, record) {
      if (record === null) return
      const producer = world.producers.find(({ index }) => index === record.producer)
      if (producer === undefined || !(producer.isIdempotent || producer.inFlightMax === 1)) return
      const key = record.producer * world.partitions.length + partition
      const before = last.get(key) ?? -1
      last.set(key, record.id)
      if (record.id > before) return
      report(`partition ${partition}: record ${record.id} at ${offset} stands behind record ${before}`)
    }
  }
}
