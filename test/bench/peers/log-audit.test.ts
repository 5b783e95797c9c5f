import { expect, test } from 'vitest'
import { type AuditedConsumer, auditLog } from '../../../bench/peers/log-audit.ts'
import { NumberedValues } from '../../../bench/peers/numbered-values.ts'
import type { RecordHandler } from '../../../src/index.ts'
import { RecordCursor } from '../../../src/wire/record/record-batch-iterator.ts'

const PARTITION = { topic: 'bench', partition: 0 }
const RECORD_BYTES = 100

interface StoredRecord {
  readonly offset: number
  readonly value: Uint8Array
}

function stored(count: number): StoredRecord[] {
  const values = new NumberedValues(RECORD_BYTES)
  return Array.from({ length: count }, (_, offset) => ({ offset, value: values.take(offset).slice() }))
}

/** A log of these records that hands out a few at a time. */
function consumerOf(records: readonly StoredRecord[], endOffset: number): AuditedConsumer {
  let next = 0
  return {
    assign: () => {},
    seek: () => {
      next = 0
    },
    endOffset: async () => endOffset,
    forEach: async (handle: RecordHandler) => {
      const some = records.slice(next, next + 7)
      next += some.length
      for (const { offset, value } of some) handle(cursorOn(offset, value), PARTITION)
      return some.length
    }
  }
}

function cursorOn(offset: number, value: Uint8Array): RecordCursor {
  const cursor = new RecordCursor()
  cursor.offset = offset
  cursor.bytes = value
  cursor.valueLength = value.length
  return cursor
}

const audit = (records: readonly StoredRecord[], endOffset = 20): Promise<void> =>
  auditLog(consumerOf(records, endOffset), PARTITION, { records: 20, recordBytes: RECORD_BYTES })

test('a log with every value once and in order passes', async () => {
  await expect(audit(stored(20))).resolves.toBeUndefined()
})

test('a log that ends elsewhere than what was sent is refused', async () => {
  await expect(audit(stored(20), 19)).rejects.toThrow('The log ends at 19; 20 records were sent.')
})

test('a lost record is refused', async () => {
  const records = stored(20)
  await expect(audit(records.toSpliced(5, 1))).rejects.toThrow('Offset 6 came where 5 was due.')
  await expect(audit(records.slice(0, 15))).rejects.toThrow('The log ends behind 15 of 20 records.')
})

test('a record that comes twice is refused', async () => {
  const records = stored(20)
  await expect(audit(records.toSpliced(5, 0, records[4]!))).rejects.toThrow('Offset 4 came where 5 was due.')
})

test('a value in the wrong place, and one of the wrong length, is refused', async () => {
  const records = stored(20)
  const swapped = records.with(3, { offset: 3, value: records[4]!.value })
  await expect(audit(swapped)).rejects.toThrow('The value at offset 3 is not the one that was sent there.')
  const short = records.with(3, { offset: 3, value: records[3]!.value.subarray(0, 99) })
  await expect(audit(short)).rejects.toThrow('The value at offset 3')
})
