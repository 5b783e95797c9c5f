import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../../src/base/kafka-error.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { seededRandom } from '../../../src/base/random.ts'
import {
  auditTopic,
  type BenchAuditSource,
  type ExpectedTopic
} from '../../../src/harness/benchmark/bench-audit.ts'
import type { StampedRecord } from '../../../src/harness/benchmark/bench-stamp.ts'
import { keySource, parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { RecordStream } from '../../../src/harness/benchmark/record-stream.ts'

interface Stored {
  readonly offset: number
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Two partitions that two loaders filled: 12 records of loader 0, 6 of loader 1, with keys. */
function filledTopic(): Stored[][] {
  const streams = [0, 1].map(loader => {
    const random = seededRandom(loader)
    const keys = keySource(parseKeys('uniform:100'), random, null)
    return new RecordStream({ loader, random, keys, sizes: [{ bytes: 64, share: 1 }], lines: null })
  })
  const topic: Stored[][] = [[], []]
  for (let turn = 0; turn < 18; turn++) {
    const record = streams[turn % 3 === 2 ? 1 : 0]!.next(turn, turn)
    const log = topic[turn % 2]!
    log.push({
      offset: log.length,
      key: Uint8Array.from(record.key ?? []),
      value: Uint8Array.from(record.value)
    })
  }
  return topic
}

const EXPECTED: ExpectedTopic = {
  topic: 'orders',
  partitions: 2,
  acknowledged: [12, 6],
  isStampInHeader: false
}

/** Hands partitions over in slices of four records; what a lossy engine does to them was done before. */
function sourceOf(topic: readonly (readonly Stored[])[], ends = [9, 9]): BenchAuditSource {
  let log: readonly Stored[] = []
  let at = 0
  return {
    open: async ({ partition }) => {
      log = topic[partition] ?? []
      at = 0
      return ends[partition] ?? 0
    },
    read: async each => {
      const slice = log.slice(at, at + 4)
      at += slice.length
      for (const { offset, key, value } of slice) each(asStored(offset, key, value))
      return slice.length
    }
  }
}

function asStored(offset: number, key: Uint8Array, value: Uint8Array): StampedRecord {
  const bytes = Uint8Array.of(...key, ...value)
  return {
    offset,
    bytes,
    keyAt: 0,
    keyLength: key.length,
    valueAt: key.length,
    valueLength: value.length,
    endAt: bytes.length
  }
}

async function refusalOf(topic: readonly (readonly Stored[])[], ends?: number[]): Promise<string> {
  const error: unknown = await auditTopic(sourceOf(topic, ends), EXPECTED).catch(cause => cause)
  if (!(error instanceof HighwaterError)) throw new Error('the audit passed')
  expect(error.code).toBe('HIGHWATER_AUDIT')
  expect(error.message).toMatch(/^No result: the audit of orders found, among .*\.$/)
  return error.message
}

describe('the audit of a benchmark', () => {
  test('passes a topic that has every record once, and says how much that was', async () => {
    expect(await auditTopic(sourceOf(filledTopic()), EXPECTED)).toEqual({ records: 18, bytes: 18 * 67 })
  })

  test('passes an empty topic to which nothing was sent', async () => {
    const nothing = { ...EXPECTED, acknowledged: [0, 0] }
    expect(await auditTopic(sourceOf([[], []], [0, 0]), nothing)).toEqual({ records: 0, bytes: 0 })
  })

  test('refuses a lost record, with and without a hole in the offsets', async () => {
    const [first = [], second = []] = filledTopic()
    const holed = first.filter(({ offset }) => offset !== 4)
    expect(await refusalOf([holed, second])).toContain('1 lost (first: offset 4 of partition 0 is missing)')
    const closed = holed.map((record, offset) => ({ ...record, offset }))
    expect(await refusalOf([closed, second], [8, 9])).toContain(
      '1 lost (first: sequence 2 of loader 1 is nowhere)'
    )
  })

  test('refuses a partition whose last records are lost', async () => {
    const [first = [], second = []] = filledTopic()
    expect(await refusalOf([first, second.slice(0, 7)])).toContain('2 lost (first: offset 7 of partition 1')
    expect(await refusalOf([first, second.slice(0, 7)], [9, 7])).toContain('2 lost')
  })

  test('refuses a record that is there twice, in one partition or in two', async () => {
    const [first = [], second = []] = filledTopic()
    const again = { ...first[3]!, offset: 9 }
    expect(await refusalOf([[...first, again], second], [10, 9])).toContain(
      '1 twice (first: offset 9 of partition 0 has sequence 4 of loader 0 again)'
    )
    expect(await refusalOf([first, [...second, again]], [9, 10])).toContain('offset 9 of partition 1')
    expect(await refusalOf([first.toSpliced(3, 0, first[2]!), second])).toContain('came a second time')
  })

  test('refuses a record that changed in value or key', async () => {
    const damaged = filledTopic()
    damaged[1]![5]!.value[40]! ^= 1
    expect(await refusalOf(damaged)).toContain(
      '1 damaged (first: offset 5 of partition 1 has a wrong checksum)'
    )
    const rekeyed = filledTopic()
    rekeyed[0]![2]!.key[1]! ^= 1
    expect(await refusalOf(rekeyed)).toContain('1 lost, 1 damaged')
  })

  test('refuses a record that nobody had acknowledged', async () => {
    const [first = [], second = []] = filledTopic()
    const fewer = { ...EXPECTED, acknowledged: [12, 5] }
    await expect(auditTopic(sourceOf([first, second]), fewer)).rejects.toThrow(
      '1 never acknowledged or from elsewhere'
    )
  })

  test('names the first sequence that is nowhere, whichever bit it has', async () => {
    const topic = filledTopic()
    const sequences = [0, 3, 7, 8, 11]
    for (const lost of sequences) {
      const kept = topic.map(log =>
        log
          .filter(({ value }) => value[0] !== lost || value[4] !== 0)
          .map((record, offset) => ({ ...record, offset }))
      )
      const ends = kept.map(log => log.length)
      expect(await refusalOf(kept, ends)).toContain(`sequence ${lost} of loader 0 is nowhere`)
    }
  })

  test('refuses a batch that the consumer finds damaged, and passes other errors on', async () => {
    const failing = (error: Error): BenchAuditSource => ({
      open: async () => 1,
      read: () => Promise.reject(error)
    })
    await expect(auditTopic(failing(new KafkaError('CORRUPT_MESSAGE', 'x')), EXPECTED)).rejects.toMatchObject(
      {
        code: 'HIGHWATER_AUDIT'
      }
    )
    await expect(auditTopic(failing(new Error('gone')), EXPECTED)).rejects.toThrow('gone')
  })

  test('gives up on a partition from which nothing comes any more', async () => {
    expect(await refusalOf([[], []])).toContain('18 lost')
  })
})
