/** Reads a measured log back: every offset once, every value the one that was sent there. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Consumer, RecordCursor, TopicPartition } from '../../src/index.ts'
import { numberIn } from './numbered-values.ts'

const WAIT_MS = 1000

/** Counts records that must come in order from offset 0, each with the value that was sent there. */
class FullCheck {
  next = 0
  readonly #recordBytes: number

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes
  }

  /** @throws Error at the first record that is not the one due */
  readonly pass = ({ offset, bytes, valueAt, valueLength }: RecordCursor): void => {
    if (offset !== this.next) throw new Error(`Offset ${offset} came where ${this.next} was due.`)
    if (valueLength !== this.#recordBytes || numberIn(bytes, valueAt) !== offset) {
      throw new Error(`The value at offset ${offset} is not the one that was sent there.`)
    }
    this.next++
  }
}

/** What the audit needs of a consumer. */
export type AuditedConsumer = Pick<Consumer, 'assign' | 'seek' | 'endOffset' | 'forEach'>

/** @throws Error unless the partition holds exactly the values 0 to `records` - 1 */
export async function auditLog(
  consumer: AuditedConsumer,
  partition: TopicPartition,
  { records, recordBytes }: { readonly records: number; readonly recordBytes: number }
): Promise<void> {
  const endOffset = await consumer.endOffset(partition)
  if (endOffset !== records) throw new Error(`The log ends at ${endOffset}; ${records} records were sent.`)
  const check = new FullCheck(recordBytes)
  consumer.assign([partition])
  consumer.seek(partition, 0)
  while (check.next < records) {
    const found = await consumer.forEach(check.pass, { timeoutMs: WAIT_MS, blocking: true })
    if (found === 0) throw new Error(`The log ends behind ${check.next} of ${records} records.`)
  }
}

/** Bytes in the segment files of a partition. */
export function segmentBytes(logDirectory: string, { topic, partition }: TopicPartition): number {
  const directory = join(logDirectory, `${topic}-${partition}`)
  const segments = readdirSync(directory).filter(name => name.endsWith('.log'))
  return segments.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}
