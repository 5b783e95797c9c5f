/**
 * Kafka's bytes of `test/golden/record`, the records they hold by its README, and plain copies of what an
 * iterator shows.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS, type RecordHeader } from '../../../src/wire/record/record-header.ts'

export interface PlainRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

export interface ShownRecord extends PlainRecord {
  readonly offset: number
}

const GOLDEN = join(import.meta.dirname, '../../golden/record')

export const T0 = 1_700_000_000_000
export const NO_PRODUCER = { producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 }

export function goldenFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(GOLDEN, path)))
}

export type VectorName =
  | 'plain'
  | 'idempotent'
  | 'transactional'
  | 'gzip'
  | 'snappy'
  | 'lz4'
  | 'zstd'
  | 'commit-marker'

export function goldenVector(name: VectorName): Uint8Array {
  const vectors = JSON.parse(readFileSync(join(GOLDEN, 'vectors.json'), 'utf8')) as Record<VectorName, string>
  return new Uint8Array(Buffer.from(vectors[name], 'hex'))
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** r1, r2, r3 of the vectors. */
export const VECTOR_RECORDS: readonly PlainRecord[] = [
  { timestamp: T0, key: utf8('k'), value: utf8('value-1'), headers: NO_HEADERS },
  {
    timestamp: T0 + 5,
    key: null,
    value: utf8('v2'),
    headers: [
      { key: 'h1', value: utf8('v1') },
      { key: 'h2', value: null }
    ]
  },
  { timestamp: T0 - 10, key: utf8('k3'), value: null, headers: NO_HEADERS }
]

/** The record `repeated` of the vectors. */
export const REPEATED: PlainRecord = {
  timestamp: T0,
  key: null,
  value: utf8('a'.repeat(200)),
  headers: NO_HEADERS
}

/** Record i of the partition directories, without its offset. */
export function directoryRecord(
  index: number,
  timestamp = T0 + index,
  key: string | null = null
): PlainRecord {
  const value = utf8(`dataFormat-${String(index).padStart(9, '0')}`)
  return { timestamp, key: key === null ? null : utf8(key), value, headers: NO_HEADERS }
}

/** Record i of g-seg-0. */
export function segmentRecord(index: number): PlainRecord {
  return directoryRecord(index, T0 + index * 10 + Math.floor(index / 50) * 100_000, `key-${index % 5}`)
}

export function withOffsets(records: readonly PlainRecord[], firstOffset: number): ShownRecord[] {
  return records.map((record, index) => ({ ...record, offset: firstOffset + index }))
}

export function checkedIterator(bytes: Uint8Array): RecordBatchIterator {
  const iterator = new RecordBatchIterator(1_048_588, (at, length) => crc32cOf(bytes, at, at + length))
  iterator.reset(bytes, 0, bytes.length, 0)
  return iterator
}

/** Copies of all records the iterator still shows. */
export function shownBy(iterator: RecordBatchIterator): ShownRecord[] {
  const shown: ShownRecord[] = []
  while (iterator.nextBatch()) {
    while (iterator.nextRecord()) {
      const { record } = iterator
      const headers = record.headers().map(({ key, value }) => ({ key, value: value?.slice() ?? null }))
      const { offset, timestamp } = record
      shown.push({
        offset,
        timestamp,
        key: record.key()?.slice() ?? null,
        value: record.value()?.slice() ?? null,
        headers
      })
    }
  }
  return shown
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What the call throws; fails if it throws nothing. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('Expected an error, but the call returned.')
}
