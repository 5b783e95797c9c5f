import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { InvariantError } from '../../../src/base/invariant.ts'
import {
  baseOffsetAt,
  batchSizeAt,
  CRC_START,
  crcAt,
  leaderEpochAt,
  maxTimestampAt,
  stampAppendTime,
  stampBaseOffset,
  stampCrc,
  stampLeaderEpoch,
  TRANSACTIONAL_BIT
} from '../../../src/wire/record/record-batch.ts'
import { type BatchClosing, RecordBatchBuilder } from '../../../src/wire/record/record-batch-builder.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { batchUpperBound, payloadSize, recordSize } from '../../../src/wire/record/record-size.ts'
import {
  checkedIterator,
  directoryRecord,
  goldenFile,
  goldenVector,
  NO_PRODUCER,
  type PlainRecord,
  segmentRecord,
  shownBy,
  T0,
  thrownBy,
  utf8,
  VECTOR_RECORDS,
  viewOf
} from './golden-records.ts'

const GOLD_PRODUCER = { producerId: 4000, producerEpoch: 2, baseSequence: 15, attributes: 0 }

/** The batch as a producer closes it: no offset, no epoch, with its CRC. */
function produced(records: readonly PlainRecord[], closing: BatchClosing): Uint8Array {
  const staging = new Uint8Array(4096)
  const builder = new RecordBatchBuilder()
  builder.reset(staging, staging.length)
  for (const { timestamp, key, value, headers } of records) {
    expect(builder.tryAppend({ timestamp, key, value, headers })).toBe(true)
  }
  builder.close(closing)
  builder.sealCrc()
  return staging.slice(0, builder.sizeBytes)
}

/** The same, with what a leader stamps. */
function appended(batch: Uint8Array, baseOffset: number, leaderEpoch: number): Uint8Array {
  stampBaseOffset(viewOf(batch), 0, baseOffset)
  stampLeaderEpoch(viewOf(batch), 0, leaderEpoch)
  return batch
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

describe('the bytes of a batch', () => {
  test.each([
    ['plain', VECTOR_RECORDS, NO_PRODUCER],
    ['idempotent', VECTOR_RECORDS.slice(0, 2), GOLD_PRODUCER],
    ['transactional', VECTOR_RECORDS.slice(0, 1), { ...GOLD_PRODUCER, attributes: TRANSACTIONAL_BIT }]
  ] as const)("are Kafka's for the %s vector, once a leader has stamped it", (name, records, closing) => {
    const batch = produced(records, closing)
    expect([baseOffsetAt(viewOf(batch), 0), leaderEpochAt(viewOf(batch), 0)]).toEqual([0, -1])
    expect(hex(appended(batch, 100, 7))).toBe(hex(goldenVector(name)))
  })

  test("are Kafka's for a batch of ten records in a log", () => {
    const records = Array.from({ length: 10 }, (_, index) => directoryRecord(index))
    expect(hex(appended(produced(records, NO_PRODUCER), 0, 0))).toBe(
      hex(goldenFile('g-none-0/00000000000000000000.log'))
    )
  })

  test("are Kafka's for the batches of an idempotent producer", () => {
    const log = [0, 1, 3].map((first, index) => {
      const records = Array.from({ length: index + 1 }, (_, next) => directoryRecord(first + next))
      const closing = { producerId: 0, producerEpoch: 0, baseSequence: first, attributes: 0 }
      return hex(appended(produced(records, closing), first, 0))
    })
    expect(log.join('')).toBe(hex(goldenFile('g-idem-0/00000000000000000000.log')))
  })

  test.each([
    [0, 50],
    [50, 100],
    [100, 120]
  ])("are Kafka's for the segment of keyed records from offset %i up to %i", (from, to) => {
    const log = Array.from({ length: to - from }, (_, index) =>
      hex(appended(produced([segmentRecord(from + index)], NO_PRODUCER), from + index, 0))
    )
    const name = String(from).padStart(20, '0')
    expect(log.join('')).toBe(hex(goldenFile(`g-seg-0/${name}.log`)))
  })

  test("are Kafka's where the leader gives its own time", () => {
    const golden = goldenFile('g-logappend-0/00000000000000000000.log')
    const batch = produced(
      [0, 1, 2].map(index => directoryRecord(index)),
      NO_PRODUCER
    )
    appended(batch, 0, 0)
    stampAppendTime(viewOf(batch), 0, maxTimestampAt(viewOf(golden), 0))
    stampCrc(viewOf(batch), 0, crc32cOf(batch, CRC_START))
    expect(hex(batch)).toBe(hex(golden))
  })

  test('hold 585 records of 20 bytes in 16377 bytes when batch.size is 16384', () => {
    const staging = new Uint8Array(16384)
    const builder = new RecordBatchBuilder()
    builder.reset(staging, 16384)
    let offset = 77_106_001
    while (
      builder.tryAppend({ timestamp: T0, key: null, value: `dataFormIdea${offset}`, headers: NO_HEADERS })
    )
      offset += 1
    expect([builder.recordCount, builder.sizeBytes]).toEqual([585, 16377])
    builder.close(NO_PRODUCER)
    expect(batchSizeAt(viewOf(staging), 0)).toBe(16377)
  })

  test.each(['', 'plain', 'café', '数据', '🌊 wave', 'a'.repeat(300), 'é'.repeat(300), '\ud800 alone'])(
    'are the same for the text %j as for its UTF-8 bytes',
    text => {
      const [asText, asBytes] = [text, utf8(text)].map(value => {
        const staging = new Uint8Array(1024)
        const builder = new RecordBatchBuilder()
        builder.reset(staging, staging.length)
        builder.tryAppend({ timestamp: T0, key: utf8('key'), value, headers: NO_HEADERS })
        builder.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS })
        builder.close(NO_PRODUCER)
        return hex(staging.subarray(0, builder.sizeBytes))
      })
      expect(asText).toBe(asBytes)
    }
  )
})

describe('whether a record fits into a batch that will be compressed', () => {
  // Counts and estimates of Kafka's MemoryRecordsBuilder 4.1.0: records without key, writeLimit 16384.
  test.each([
    [20, 1, 557, 16369],
    [20, 0.995, 560, 16375],
    [20, 0.5, 1111, 16359],
    [20, 0.25, 2220, 16361],
    [20, 0.123, 4509, 16358],
    [20, 1.05, 531, 16382],
    [1000, 1, 15, 15952],
    [1000, 0.995, 15, 15873],
    [1000, 0.5, 29, 15423],
    [1000, 0.25, 58, 15423],
    [1000, 0.123, 118, 15444],
    [1000, 1.05, 14, 15634]
  ])('is decided as Kafka does for values of %i bytes and a ratio of %f', (size, ratio, count, estimate) => {
    const builder = new RecordBatchBuilder()
    builder.reset(new Uint8Array(200_000), 16384, Math.fround(ratio))
    while (builder.tryAppend({ timestamp: T0, key: null, value: new Uint8Array(size), headers: NO_HEADERS }));
    expect([builder.recordCount, builder.estimatedBytes, builder.isFull]).toEqual([count, estimate, false])
    expect(builder.lacksMemory).toBe(false)
  })

  test('one that lacks memory alone is taken in a larger buffer, and nothing is lost', () => {
    const builder = new RecordBatchBuilder()
    builder.reset(new Uint8Array(1024), 1024, 0.25)
    const small = new Uint8Array(100)
    while (builder.tryAppend({ timestamp: T0, key: null, value: small, headers: NO_HEADERS }));
    expect([builder.lacksMemory, builder.recordCount]).toEqual([true, 8])
    const larger = new Uint8Array(4096)
    builder.moveTo(larger)
    while (builder.tryAppend({ timestamp: T0, key: null, value: small, headers: NO_HEADERS }));
    expect([builder.lacksMemory, builder.recordCount]).toEqual([false, 30])
    builder.close(NO_PRODUCER)
    builder.sealCrc()
    expect(shownBy(checkedIterator(larger.subarray(0, builder.sizeBytes)))).toHaveLength(30)
  })

  test('its full limit is reached when the estimate is there', () => {
    const builder = new RecordBatchBuilder()
    builder.reset(new Uint8Array(4096), 1000, 0.5)
    builder.tryAppend({ timestamp: T0, key: null, value: new Uint8Array(1779), headers: NO_HEADERS })
    expect([builder.estimatedBytes, builder.isFull]).toEqual([999, false])
    builder.reset(new Uint8Array(4096), 1000, 0.5)
    builder.tryAppend({ timestamp: T0, key: null, value: new Uint8Array(1780), headers: NO_HEADERS })
    expect([builder.estimatedBytes, builder.isFull]).toEqual([1000, true])
  })
})

describe('whether a record fits', () => {
  /** An open batch that may grow to `writeLimit` bytes. */
  function opened(writeLimit: number, stagingBytes = writeLimit): RecordBatchBuilder {
    const builder = new RecordBatchBuilder()
    builder.reset(new Uint8Array(stagingBytes), writeLimit)
    return builder
  }

  test('is decided by its exact size: the last byte may be used, and none more', () => {
    const exact = 61 + 27 + 27
    const value = new Uint8Array(20)
    const roomy = opened(exact)
    expect([roomy.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS }), roomy.isFull]).toEqual(
      [true, false]
    )
    expect([roomy.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS }), roomy.isFull]).toEqual(
      [true, true]
    )
    const tight = opened(exact - 1)
    expect(tight.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS })).toBe(true)
    expect(tight.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS })).toBe(false)
    expect([tight.recordCount, tight.sizeBytes, tight.isFull]).toEqual([1, 61 + 27, false])
    expect(tight.tryAppend({ timestamp: T0, key: null, value: value.subarray(1), headers: NO_HEADERS })).toBe(
      true
    )
  })

  test('does not matter for the first record, after which a batch over its limit is full', () => {
    const value = new Uint8Array(500)
    const builder = opened(50, batchUpperBound(-1, value.length, NO_HEADERS))
    expect(builder.isFull).toBe(false)
    expect(builder.tryAppend({ timestamp: T0, key: null, value, headers: NO_HEADERS })).toBe(true)
    expect(builder.isFull).toBe(true)
    expect(builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })).toBe(false)
  })

  test('a refused record changes nothing, not even the greatest timestamp', () => {
    const staging = new Uint8Array(128)
    const builder = new RecordBatchBuilder()
    builder.reset(staging, 128)
    builder.tryAppend({ timestamp: T0, key: null, value: new Uint8Array(50), headers: NO_HEADERS })
    const before = staging.slice()
    expect(
      builder.tryAppend({ timestamp: T0 + 9, key: null, value: new Uint8Array(50), headers: NO_HEADERS })
    ).toBe(false)
    expect([builder.maxTimestamp, builder.recordCount]).toEqual([T0, 1])
    expect(staging).toEqual(before)
  })

  test('agrees with the sizes computed apart from it, whatever the records are', () => {
    const bytes = fc.nat(300).map(length => new Uint8Array(length))
    const text = fc
      .array(fc.constantFrom('a', 'é', '数', '🌊', '\ud800'))
      .map(characters => characters.join(''))
    const record = fc.record({
      delta: fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -(2 ** 50), max: 2 ** 50 })),
      key: fc.option(bytes),
      value: fc.option(fc.oneof(bytes, text)),
      headers: fc.array(fc.record({ key: fc.string(), value: fc.option(fc.uint8Array({ maxLength: 9 })) }), {
        maxLength: 2
      })
    })
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 3000 }),
        (all, limit) => {
          const builder = opened(limit, 8192 + limit)
          let expectedSize = 61
          let expectedCount = 0
          const base = T0 + all[0]!.delta
          for (const { delta, key, value, headers } of all) {
            const valueLength =
              value === null ? -1 : typeof value === 'string' ? utf8(value).length : value.length
            const payload = payloadSize(key?.length ?? -1, valueLength, headers)
            const size = recordSize(T0 + delta - base, expectedCount, payload)
            const fits = expectedCount === 0 || expectedSize + size <= limit
            expect(builder.tryAppend({ timestamp: T0 + delta, key, value, headers })).toBe(fits)
            if (fits) {
              expectedSize += size
              expectedCount += 1
            }
            expect([builder.sizeBytes, builder.recordCount]).toEqual([expectedSize, expectedCount])
          }
          expect(builder.isFull).toBe(expectedSize >= limit)
        }
      ),
      { numRuns: 40 }
    )
  })
})

describe('the life of a builder', () => {
  test('takes no record before it has a buffer, nor after the batch is closed', () => {
    const builder = new RecordBatchBuilder()
    expect(builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })).toBe(false)
    builder.reset(new Uint8Array(256), 256)
    expect(builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })).toBe(true)
    builder.close(NO_PRODUCER)
    expect(builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })).toBe(false)
    expect(builder.recordCount).toBe(1)
  })

  test('starts over with each reset, in the same buffer or another', () => {
    const builder = new RecordBatchBuilder()
    const first = new Uint8Array(256)
    for (const staging of [first, first, new Uint8Array(256)]) {
      staging.fill(0xee)
      builder.reset(staging, 256)
      expect([builder.recordCount, builder.sizeBytes, builder.baseTimestamp, builder.maxTimestamp]).toEqual([
        0, 61, -1, -1
      ])
      for (const { timestamp, key, value, headers } of VECTOR_RECORDS) {
        builder.tryAppend({ timestamp, key, value, headers })
      }
      expect([builder.baseTimestamp, builder.maxTimestamp]).toEqual([T0, T0 + 5])
      builder.close(NO_PRODUCER)
      expect(crcAt(viewOf(staging), 0)).toBe(0)
      builder.sealCrc()
      expect(hex(appended(staging.slice(0, builder.sizeBytes), 100, 7))).toBe(hex(goldenVector('plain')))
    }
  })

  test('writes the same bytes in its own part of a larger buffer', () => {
    const builder = new RecordBatchBuilder()
    const pool = new Uint8Array(512)
    const alone = new Uint8Array(128)
    for (const staging of [pool.subarray(64, 192), alone]) {
      builder.reset(staging, 128)
      builder.tryAppend({ timestamp: T0, key: null, value: 'text', headers: NO_HEADERS })
      builder.close(NO_PRODUCER)
      builder.sealCrc()
    }
    expect(hex(pool.subarray(64, 192))).toBe(hex(alone))
    expect(pool.subarray(0, 64).every(byte => byte === 0)).toBe(true)
    expect(pool.subarray(192).every(byte => byte === 0)).toBe(true)
  })

  test.each([
    [
      'starts beside a multiple of 8',
      () => new RecordBatchBuilder().reset(new Uint8Array(64).subarray(4), 60)
    ],
    ['is smaller than the limit', () => new RecordBatchBuilder().reset(new Uint8Array(64), 65)],
    [
      'has no room for the first record',
      () => {
        const builder = new RecordBatchBuilder()
        builder.reset(new Uint8Array(64), 64)
        builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })
      }
    ]
  ])('breaks an invariant if the staging buffer %s', (_what, call) => {
    expect(thrownBy(call)).toBeInstanceOf(InvariantError)
  })

  test.each([Number.NaN, 1.5, Number.POSITIVE_INFINITY])(
    'breaks an invariant on the timestamp %d',
    timestamp => {
      const builder = new RecordBatchBuilder()
      builder.reset(new Uint8Array(256), 256)
      expect(
        thrownBy(() => builder.tryAppend({ timestamp, key: null, value: null, headers: NO_HEADERS }))
      ).toBeInstanceOf(InvariantError)
      builder.reset(new Uint8Array(256), 256)
      builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })
      expect(
        thrownBy(() => builder.tryAppend({ timestamp, key: null, value: null, headers: NO_HEADERS }))
      ).toBeInstanceOf(InvariantError)
    }
  )

  test('is closed once, with at least one record, and sealed only then', () => {
    const builder = new RecordBatchBuilder()
    builder.reset(new Uint8Array(256), 256)
    expect(thrownBy(() => builder.close(NO_PRODUCER))).toBeInstanceOf(InvariantError)
    builder.tryAppend({ timestamp: T0, key: null, value: null, headers: NO_HEADERS })
    expect(thrownBy(() => builder.sealCrc())).toBeInstanceOf(InvariantError)
    builder.close(NO_PRODUCER)
    expect(thrownBy(() => builder.close(NO_PRODUCER))).toBeInstanceOf(InvariantError)
  })
})
