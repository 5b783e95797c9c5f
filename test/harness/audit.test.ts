import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { seededRandom } from '../../src/base/random.ts'
import { Consumer } from '../../src/clients/consumer/consumer.ts'
import {
  type AuditedRecord,
  type AuditSource,
  auditPartition,
  type ExpectedRecords
} from '../../src/harness/audit.ts'
import { StampedValues } from '../../src/harness/record-stamp.ts'
import { RecordBatchBuilder } from '../../src/wire/record/record-batch-builder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { MemoryChannel } from '../support/memory-channel.ts'

const PARTITION = { topic: 'orders', partition: 2 }

interface StoredRecord {
  readonly offset: number
  readonly value: Uint8Array
}

/** A log that two loaders filled in turns: 12 records of loader 0 and 6 of loader 1. */
function filledLog(): StoredRecord[] {
  const loaders = [0, 1].map(loader => new StampedValues(loader, 64, 32, seededRandom(loader)))
  const log: StoredRecord[] = []
  for (let turn = 0; turn < 18; turn++) {
    const loader = turn % 3 === 2 ? 1 : 0
    const sequence = log.filter(({ value }) => value[4] === loader).length
    log.push({ offset: turn, value: Uint8Array.from(loaders[loader]!.take(2, sequence)) })
  }
  return log
}

const EXPECTED: ExpectedRecords = { partition: PARTITION, acknowledged: [12, 6] }

/** Hands a log over in lanes of five records; what a lossy lane does to it was done before. */
function sourceOf(log: readonly StoredRecord[], endOffset = 18): AuditSource {
  let at = 0
  return {
    endOffset: async () => endOffset,
    read: async each => {
      const slice = log.slice(at, at + 5)
      at += slice.length
      for (const { offset, value } of slice) {
        const record: AuditedRecord = { offset, bytes: value, valueAt: 0, valueLength: value.length }
        each(record)
      }
      return slice.length
    }
  }
}

/** The audit's refusal of a log. */
async function refusalOf(log: readonly StoredRecord[], endOffset = 18): Promise<string> {
  const error: unknown = await auditPartition(sourceOf(log, endOffset), EXPECTED).catch(cause => cause)
  if (!(error instanceof HighwaterError)) throw new Error('the audit passed')
  expect(error.code).toBe('HIGHWATER_AUDIT')
  expect(error.message).toContain('orders-2')
  expect(error.message).toMatch(/^No result: the audit of /)
  return error.message
}

describe('the audit', () => {
  test('passes a log that has every record once, and says how much that was', async () => {
    expect(await auditPartition(sourceOf(filledLog()), EXPECTED)).toEqual({ records: 18, bytes: 18 * 64 })
  })

  test('passes an empty log to which nothing was sent', async () => {
    const nothing = { partition: PARTITION, acknowledged: [0, 0] }
    expect(await auditPartition(sourceOf([], 0), nothing)).toEqual({ records: 0, bytes: 0 })
  })

  test('refuses a lost record, with and without a hole in the offsets', async () => {
    const holed = filledLog().filter(({ offset }) => offset !== 7)
    expect(await refusalOf(holed)).toContain('1 lost (first: offset 7 is missing)')
    const closed = holed.map((record, offset) => ({ ...record, offset }))
    expect(await refusalOf(closed, 17)).toContain('1 lost (first: sequence 5 of loader 0 is missing')
  })

  test('refuses a log whose last records are lost', async () => {
    expect(await refusalOf(filledLog().slice(0, 16), 16)).toContain('2 lost')
    expect(await refusalOf(filledLog().slice(0, 16))).toContain('2 lost')
  })

  test('refuses a record that is there twice, at one offset or at two', async () => {
    const log = filledLog()
    const seventh = log[6]!
    expect(await refusalOf(log.toSpliced(7, 0, seventh))).toContain('offset 6 came a second time')
    const appended = [...log, { ...seventh, offset: 18 }]
    expect(await refusalOf(appended, 19)).toContain(
      '1 twice (first: offset 18 has sequence 4 of loader 0 again'
    )
  })

  test('refuses a damaged record', async () => {
    const log = filledLog()
    log[9]!.value[40]! ^= 1
    expect(await refusalOf(log)).toContain('1 damaged (first: offset 9 has a wrong checksum)')
  })

  test('refuses a record that was never acknowledged', async () => {
    const loader = new StampedValues(0, 64, 32, seededRandom(0))
    const extra = { offset: 18, value: loader.take(2, 12) }
    expect(await refusalOf([...filledLog(), extra], 19)).toContain('1 never acknowledged or from elsewhere')
  })

  test('refuses a record of another partition or of a loader that does not exist', async () => {
    const log = filledLog()
    const elsewhere = new StampedValues(0, 64, 32, seededRandom(0)).take(3, 12)
    expect(await refusalOf([...log, { offset: 18, value: elsewhere }], 19)).toContain('for partition 3')
    const stranger = new StampedValues(5, 64, 32, seededRandom(0)).take(2, 0)
    expect(await refusalOf([...log, { offset: 18, value: stranger }], 19)).toContain('of loader 5')
  })

  test('refuses records that came in another order than they were sent', async () => {
    const log = filledLog()
    const swapped = log.map(({ offset, value }) => ({
      offset,
      value: offset === 3 ? log[4]!.value : offset === 4 ? log[3]!.value : value
    }))
    expect(await refusalOf(swapped)).toContain('1 lost, 1 twice')
  })

  test('refuses a batch that the consumer itself finds damaged', async () => {
    const source: AuditSource = {
      endOffset: async () => 18,
      read: async () => {
        throw new KafkaError('CORRUPT_MESSAGE', 'offset 4')
      }
    }
    await expect(auditPartition(source, EXPECTED)).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
  })

  test('leaves an error that says nothing of the records as it is', async () => {
    const source: AuditSource = {
      endOffset: async () => 18,
      read: async () => {
        throw new KafkaError('NOT_LEADER_OR_FOLLOWER')
      }
    }
    await expect(auditPartition(source, EXPECTED)).rejects.toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER' })
  })
})

/** A batch of four records of loader 0, for partition 0, from this sequence on. */
function batchFrom(sequence: number): Uint8Array {
  const values = new StampedValues(0, 64, 8, seededRandom(1))
  const builder = new RecordBatchBuilder()
  const bytes = new Uint8Array(1024)
  builder.reset(bytes, bytes.length)
  for (let i = 0; i < 4; i++)
    builder.tryAppend({ timestamp: 1000, key: null, value: values.take(0, sequence + i), headers: [] })
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 })
  return bytes.slice(0, builder.sizeBytes)
}

/** What an audit says of a lane with these batches; `spoil` changes what lies there. */
async function auditLane(batches: readonly Uint8Array[], spoil: (stored: Uint8Array) => void = () => {}) {
  const clock = new ManualClock()
  const channel = new MemoryChannel(clock)
  const [log] = channel.broker.createTopic('orders', 1)
  for (const batch of batches) log?.append(batch)
  const first = log?.batches[0]
  if (first !== undefined) spoil(first.bytes)
  const partition = { topic: 'orders', partition: 0 }
  const consumer = new Consumer(channel, {}, { clock })
  consumer.assign([partition])
  consumer.seek(partition, 0)
  const source: AuditSource = {
    endOffset: () => consumer.endOffset(partition),
    read: each => consumer.forEach(each)
  }
  const audited = auditPartition(source, { partition, acknowledged: [12] })
  return audited.then(
    ({ records }) => `${records} records`,
    (error: unknown) => {
      if (error instanceof HighwaterError && error.code === 'HIGHWATER_AUDIT') return error.message
      throw error
    }
  )
}

describe('the audit of a lane, through a real consumer', () => {
  const batches = [0, 4, 8].map(batchFrom)

  test('passes one that is honest', async () => {
    expect(await auditLane(batches)).toBe('12 records')
  })

  test('refuses one that lost a batch', async () => {
    expect(await auditLane(batches.toSpliced(1, 1))).toContain('4 lost')
  })

  test('refuses one that has a batch twice', async () => {
    expect(await auditLane(batches.toSpliced(1, 0, batchFrom(0)))).toContain('4 twice')
  })

  test('refuses one whose bytes were damaged, where they lie or before they came', async () => {
    const flip = (bytes: Uint8Array): void => {
      const last = bytes.length - 10
      bytes[last] = (bytes[last] ?? 0) ^ 1
    }
    expect(await auditLane(batches, flip)).toContain('met a damaged batch')
    const damaged = batchFrom(0)
    flip(damaged)
    expect(await auditLane([damaged, ...batches.slice(1)])).toContain('1 damaged')
  })
})
