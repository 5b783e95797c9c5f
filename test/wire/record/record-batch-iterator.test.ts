import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gzip } from '../../../native-free/gzip.ts'
import { KafkaError } from '../../../src/base/kafka-error.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { stampBaseOffset } from '../../../src/wire/record/record-batch.ts'
import { RecordBatchBuilder } from '../../../src/wire/record/record-batch-builder.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { batchUpperBound } from '../../../src/wire/record/record-size.ts'
import {
  checkedIterator,
  directoryRecord,
  goldenFile,
  goldenVector,
  NO_PRODUCER,
  type PlainRecord,
  REPEATED,
  type ShownRecord,
  segmentRecord,
  shownBy,
  T0,
  thrownBy,
  utf8,
  VECTOR_RECORDS,
  viewOf,
  withOffsets
} from './golden-records.ts'

const ten = Array.from({ length: 10 }, (_, index) => directoryRecord(index))

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function shownIn(bytes: Uint8Array): ShownRecord[] {
  return shownBy(checkedIterator(bytes))
}

/** Iterates without a checksum, so that damage reaches the parser. */
function uncheckedIn(bytes: Uint8Array): ShownRecord[] {
  const iterator = new RecordBatchIterator(1_048_588, null)
  iterator.reset(bytes, 0, bytes.length, 0)
  return shownBy(iterator)
}

/** Batches of `batchBytes` at most, offsets from `firstOffset` on. */
function encoded(records: readonly PlainRecord[], batchBytes: number, firstOffset: number): Uint8Array {
  const builder = new RecordBatchBuilder()
  const parts: Uint8Array[] = []
  let staging = new Uint8Array(0)
  let baseOffset = firstOffset
  const close = (): void => {
    builder.close(NO_PRODUCER)
    builder.sealCrc()
    stampBaseOffset(viewOf(staging), 0, baseOffset)
    baseOffset += builder.recordCount
    parts.push(staging.slice(0, builder.sizeBytes))
  }
  for (const { timestamp, key, value, headers } of records) {
    if (builder.tryAppend({ timestamp, key, value, headers })) continue
    if (parts.length > 0 || builder.recordCount > 0) close()
    const limit = Math.max(batchBytes, batchUpperBound(key?.length ?? -1, value?.length ?? -1, headers))
    staging = new Uint8Array(limit)
    builder.reset(staging, limit)
    builder.tryAppend({ timestamp, key, value, headers })
  }
  if (builder.recordCount > 0) close()
  return joined(parts)
}

describe("Kafka's own batches", () => {
  test.each([
    ['plain', withOffsets(VECTOR_RECORDS, 100)],
    ['idempotent', withOffsets(VECTOR_RECORDS.slice(0, 2), 100)],
    ['transactional', withOffsets(VECTOR_RECORDS.slice(0, 1), 100)],
    ['gzip', withOffsets([REPEATED], 100)],
    ['snappy', withOffsets([REPEATED], 100)],
    ['lz4', withOffsets([REPEATED], 100)],
    ['zstd', withOffsets([REPEATED], 100)]
  ] as const)('the %s vector shows its records', (name, expected) => {
    expect(shownIn(goldenVector(name))).toEqual(expected)
  })

  test.each([
    ['g-none-0', withOffsets(ten, 0)],
    ['g-gzip-0', withOffsets(ten, 0)],
    ['g-idem-0', withOffsets(ten.slice(0, 6), 0)]
  ])('the log %s shows its records', (name, expected) => {
    expect(shownIn(goldenFile(`${name}/00000000000000000000.log`))).toEqual(expected)
  })

  test('the three segments of g-seg-0 show 120 keyed records without a gap', () => {
    const shown = ['000', '050', '100'].flatMap(base =>
      shownIn(goldenFile(`g-seg-0/${base.padStart(20, '0')}.log`))
    )
    const records = Array.from({ length: 120 }, (_, index) => segmentRecord(index))
    expect(shown).toEqual(withOffsets(records, 0))
  })

  test('records of a batch with append time have the time of the batch', () => {
    const appendTime = 1_795_315_422_343
    expect(shownIn(goldenFile('g-logappend-0/00000000000000000000.log'))).toEqual(
      withOffsets(
        [0, 1, 2].map(index => directoryRecord(index, appendTime)),
        0
      )
    )
  })

  test('transaction markers take offsets and are not shown', () => {
    const iterator = checkedIterator(goldenFile('g-txn-0/00000000000000000002.log'))
    expect(shownBy(iterator)).toEqual([
      { ...directoryRecord(2), offset: 3 },
      { ...directoryRecord(3), offset: 4 },
      { ...directoryRecord(4), offset: 6 }
    ])
    expect(iterator.nextOffset).toBe(8)
    expect(shownIn(goldenVector('commit-marker'))).toEqual([])
  })
})

describe('the slice', () => {
  const log = joined(['000', '050', '100'].map(base => goldenFile(`g-seg-0/${base.padStart(20, '0')}.log`)))

  test('may begin below the offset asked for, also in the middle of a batch', () => {
    const batch = goldenFile('g-none-0/00000000000000000000.log')
    for (let startOffset = 0; startOffset <= 11; startOffset++) {
      const iterator = checkedIterator(batch)
      iterator.reset(batch, 0, batch.length, startOffset)
      expect(shownBy(iterator)).toEqual(withOffsets(ten, 0).slice(startOffset))
      expect(iterator.nextOffset).toBe(Math.max(10, startOffset))
    }
  })

  test('may lie anywhere in its bytes', () => {
    const bytes = joined([new Uint8Array(37).fill(0xff), log, new Uint8Array(100).fill(0xff)])
    const iterator = checkedIterator(bytes)
    iterator.reset(bytes, 37, 37 + log.length, 118)
    expect(shownBy(iterator).map(record => record.offset)).toEqual([118, 119])
    expect(iterator.position).toBe(37 + log.length)
  })

  test('ends at the last whole batch, wherever it is cut', () => {
    const expected = withOffsets(
      Array.from({ length: 120 }, (_, index) => segmentRecord(index)),
      0
    )
    for (let cut = 0; cut <= 400; cut++) {
      const iterator = checkedIterator(log.slice(0, cut))
      const whole = Math.floor(cut / 93)
      expect(shownBy(iterator)).toEqual(expected.slice(0, whole))
      expect([iterator.position, iterator.nextOffset]).toEqual([whole * 93, whole])
    }
  })

  test('is never read behind its end, even if the bytes go on', () => {
    const batch = goldenVector('plain')
    for (let to = 0; to < batch.length; to++) {
      const iterator = checkedIterator(batch)
      iterator.reset(batch, 0, to, 0)
      expect(iterator.nextBatch()).toBe(false)
      expect(iterator.position).toBe(0)
    }
  })

  test('may be another one, in other bytes, after each reset', () => {
    const iterator = new RecordBatchIterator(1_048_588, null)
    const texts: (string | null)[] = []
    for (const bytes of [goldenVector('plain'), goldenVector('gzip'), goldenVector('idempotent')]) {
      iterator.reset(bytes, 0, bytes.length, 0)
      iterator.nextBatch()
      while (iterator.nextRecord()) texts.push(iterator.record.valueString())
    }
    expect(texts).toEqual(['value-1', 'v2', null, 'a'.repeat(200), 'value-1', 'v2'])
  })

  test('passes batches below the offset asked for without unfolding them', () => {
    const snappy = goldenVector('snappy')
    const iterator = checkedIterator(snappy)
    iterator.reset(snappy, 0, snappy.length, 101)
    expect([iterator.nextBatch(), iterator.position]).toEqual([false, snappy.length])
  })

  test('a batch that is left early is passed as a whole', () => {
    const bytes = joined([goldenFile('g-none-0/00000000000000000000.log'), goldenVector('plain')])
    const iterator = checkedIterator(bytes)
    expect([iterator.nextBatch(), iterator.nextRecord(), iterator.nextRecord()]).toEqual([true, true, true])
    expect([iterator.nextBatch(), iterator.nextRecord(), iterator.record.offset]).toEqual([true, true, 100])
    expect([iterator.nextBatch(), iterator.nextRecord()]).toEqual([false, false])
  })

  test('a batch that compaction emptied shows nothing and moves the offset on', () => {
    const empty = goldenVector('plain').slice(0, 61)
    viewOf(empty).setInt32(8, 49)
    viewOf(empty).setInt32(57, 0)
    const iterator = new RecordBatchIterator(1_048_588, null)
    iterator.reset(empty, 0, empty.length, 0)
    expect(shownBy(iterator)).toEqual([])
    expect(iterator.nextOffset).toBe(103)
  })
})

describe('damage', () => {
  test('every flipped bit of the bytes the CRC covers is found', () => {
    for (const name of ['plain', 'gzip'] as const) {
      const batch = goldenVector(name)
      for (let bit = 21 * 8; bit < batch.length * 8; bit++) {
        const damaged = batch.slice()
        damaged[bit >> 3]! ^= 1 << (bit & 7)
        expect(
          thrownBy(() => shownIn(damaged)),
          `bit ${bit} of ${name}`
        ).toMatchObject({ code: 'CORRUPT_MESSAGE' })
      }
    }
  })

  test('in a control batch, and in one below the offset asked for, is found too', () => {
    for (const [name, startOffset] of [
      ['commit-marker', 0],
      ['plain', 200]
    ] as const) {
      const damaged = goldenVector(name)
      damaged[damaged.length - 1]! ^= 1
      const iterator = checkedIterator(damaged)
      iterator.reset(damaged, 0, damaged.length, startOffset)
      expect(thrownBy(() => iterator.nextBatch())).toMatchObject({ code: 'CORRUPT_MESSAGE' })
    }
  })

  test('names the offset and both checksums, and stays before the batch', () => {
    const bytes = joined([goldenFile('g-none-0/00000000000000000000.log'), goldenVector('plain')])
    bytes[bytes.length - 1]! ^= 1
    const iterator = checkedIterator(bytes)
    expect(iterator.nextBatch()).toBe(true)
    while (iterator.nextRecord()) expect(iterator.record.offset).toBeLessThan(10)
    for (let again = 0; again < 2; again++) {
      const error = thrownBy(() => iterator.nextBatch()) as KafkaError
      expect(error.message).toMatch(/at offset 100: the batch says CRC 2168714567, its 104 bytes give \d+/)
      expect([iterator.position, iterator.nextOffset]).toEqual([331, 10])
    }
  })

  test.each([
    [
      'a length below the header',
      (view: DataView) => view.setInt32(8, 48),
      /60 bytes, fewer than its header/
    ],
    ['magic 1', (view: DataView) => view.setInt8(16, 1), /magic is 1/],
    ['a timestamp above 2^53', (view: DataView) => view.setInt32(35, 0x7fffffff), /above 2\^53/]
  ])('of a header with %s is told apart from a cut slice', (_what, change, words) => {
    const batch = goldenVector('plain')
    change(viewOf(batch))
    expect(thrownBy(() => uncheckedIn(batch))).toMatchObject({ code: 'CORRUPT_MESSAGE' })
    expect((thrownBy(() => uncheckedIn(batch)) as Error).message).toMatch(words)
  })

  /** The plain vector: r1 at 61 to 75, r2 at 76 to 94, r3 at 95 to 103. */
  test.each([
    ['a record longer than the batch', 95, 0x7e, /after offset delta 1 is damaged: it says it has 63 bytes/],
    ['a record of negative length', 95, 0x01, /after offset delta 1/],
    ['a record shorter than its fields', 61, 0x1a, /after offset delta -1 .*do not end/],
    ['a record longer than its fields', 61, 0x1e, /after offset delta -1 .*do not end/],
    ['an offset delta twice', 78 + 1, 0x00, /its offset delta is 0/],
    ['an offset delta above the last', 98, 0x06, /its offset delta is 3/],
    ['a key longer than the batch', 65, 0x7e, /damaged/],
    ['a negative header count', 75, 0x01, /do not end/],
    ['more headers than bytes', 84, 0x40, /do not end/]
  ])('inside a batch: %s', (_what, at, byte, words) => {
    const batch = goldenVector('plain')
    batch[at] = byte
    const error = thrownBy(() => uncheckedIn(batch)) as KafkaError
    expect(error).toMatchObject({ code: 'CORRUPT_MESSAGE' })
    expect(error.message).toMatch(/at offset 100/)
    expect(error.message).toMatch(words)
  })

  test('inside a batch: a record that goes on in the bytes behind the batch', () => {
    const batch = goldenVector('transactional')
    viewOf(batch).setInt32(8, batch.length - 12 - 3)
    expect((thrownBy(() => uncheckedIn(batch)) as Error).message).toMatch(
      /it says it has 14 bytes, more than there/
    )
  })

  test('a batch with bytes behind its last record says how many', () => {
    const batch = goldenVector('plain')
    viewOf(batch).setInt32(57, 2)
    expect((thrownBy(() => uncheckedIn(batch)) as Error).message).toMatch(/9 bytes follow the last record/)
  })

  test('a damaged record is not shown: the one before is no longer there either', () => {
    const batch = goldenVector('plain')
    batch[95] = 0x7e
    const iterator = new RecordBatchIterator(1_048_588, null)
    iterator.reset(batch, 0, batch.length, 0)
    expect([iterator.nextBatch(), iterator.nextRecord(), iterator.nextRecord()]).toEqual([true, true, true])
    expect(thrownBy(() => iterator.nextRecord())).toBeInstanceOf(KafkaError)
    expect(thrownBy(() => iterator.record.value())).toBeInstanceOf(HighwaterError)
  })

  test('headers that do not end where the record ends are found when they are asked for', () => {
    const batch = goldenVector('plain')
    batch[84] = 0x06
    const iterator = new RecordBatchIterator(1_048_588, null)
    iterator.reset(batch, 0, batch.length, 101)
    expect([iterator.nextBatch(), iterator.nextRecord()]).toEqual([true, true])
    expect(iterator.record.valueString()).toBe('v2')
    expect(thrownBy(() => iterator.record.headers())).toMatchObject({ code: 'CORRUPT_MESSAGE' })
  })

  test('of any kind ends in records or in CORRUPT_MESSAGE, never in another error', () => {
    const names = ['plain', 'idempotent', 'gzip', 'snappy', 'lz4', 'zstd'] as const
    const sources = names.map(goldenVector)
    const change = fc.tuple(fc.nat(200), fc.nat(255))
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (source, changes) => {
          const batch = source.slice()
          for (const [at, byte] of changes) batch[at % batch.length] = byte
          try {
            for (const { offset } of uncheckedIn(batch)) expect(Number.isSafeInteger(offset)).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(KafkaError)
            expect(['CORRUPT_MESSAGE', 'UNSUPPORTED_COMPRESSION_TYPE']).toContain((error as KafkaError).code)
          }
        }
      ),
      { numRuns: 1000 }
    )
  })
})

describe('compressed records', () => {
  /** A plain batch with its records compressed, and no valid CRC. */
  function compressed(batch: Uint8Array): Uint8Array {
    const records = gzip(batch.subarray(61))
    const bytes = joined([batch.subarray(0, 61), records])
    viewOf(bytes).setInt32(8, bytes.length - 12)
    viewOf(bytes).setInt16(21, 1)
    return bytes
  }

  test('are shown like plain ones, with records of a plain batch behind them', () => {
    const plain = goldenVector('plain')
    const bytes = joined([compressed(plain), goldenFile('g-none-0/00000000000000000000.log')])
    expect(uncheckedIn(bytes)).toEqual([...withOffsets(VECTOR_RECORDS, 100), ...withOffsets(ten, 0)])
  })

  test('that are a thousand times smaller than what they unfold to are shown', () => {
    const value = new Uint8Array(4_000_000)
    const bytes = compressed(encoded([{ ...REPEATED, value }], 16, 5))
    expect(bytes.length).toBeLessThan(4500)
    const iterator = new RecordBatchIterator(bytes.length, null)
    iterator.reset(bytes, 0, bytes.length, 0)
    expect(shownBy(iterator).map(record => record.value?.length)).toEqual([4_000_000])
  })

  test('are unfolded once per batch that is entered, and not at all in one that is passed', () => {
    const broken = compressed(goldenVector('plain'))
    broken.fill(0xff, 61)
    const bytes = joined([broken, goldenFile('g-none-0/00000000000000000000.log')])
    viewOf(bytes).setInt32(broken.length + 4, 200)
    const iterator = new RecordBatchIterator(1_048_588, null)
    iterator.reset(bytes, 0, bytes.length, 200)
    expect(shownBy(iterator).map(({ offset }) => offset)).toEqual(ten.map((_, index) => 200 + index))
  })

  test('that cannot be decompressed are damage', () => {
    const bytes = compressed(goldenVector('plain'))
    bytes[61] = 0
    expect(thrownBy(() => uncheckedIn(bytes))).toMatchObject({ code: 'CORRUPT_MESSAGE' })
  })
})

describe('varints', () => {
  /** Two records with offset deltas 1 and 2, as compaction leaves them; the first as given. */
  function withFirst(hex: string): Uint8Array {
    const records = Buffer.from(`${hex}0c000004010100`, 'hex')
    const batch = joined([goldenVector('transactional').subarray(0, 61), records])
    viewOf(batch).setInt32(8, batch.length - 12)
    viewOf(batch).setInt32(23, 2)
    viewOf(batch).setInt32(57, 2)
    return batch
  }

  test.each([
    ['in all fields', '14' + '00' + '8000' + '8200' + '01' + '8200' + '78' + '00', utf8('x')],
    ['where a shorter one would make a record too', '0e' + '00' + '8000' + '02' + '01' + '01' + '00', null]
  ])('of more bytes than needed are read as what they say, %s', (_where, hex, value) => {
    const plain = { timestamp: T0, key: null, value: null, headers: NO_HEADERS }
    expect(uncheckedIn(withFirst(hex))).toEqual(withOffsets([{ ...plain, value }, plain], 101))
  })

  /** Read as one byte, the timestamp delta of the second record would leave bytes that also make a record. */
  test('of three bytes are not taken for shorter ones', () => {
    const later: PlainRecord = { timestamp: T0 + 8320, key: null, value: null, headers: NO_HEADERS }
    const batch = encoded([{ ...later, timestamp: T0 }, later], 256, 0)
    expect(Buffer.from(batch.subarray(-9)).toString('hex')).toBe('1000808201' + '02' + '01' + '01' + '00')
    viewOf(batch).setInt32(23, 100)
    expect(uncheckedIn(batch)).toEqual(withOffsets([{ ...later, timestamp: T0 }, later], 0))
  })
})

describe('the record', () => {
  test('tells null from empty', () => {
    const empty = new Uint8Array(0)
    const bytes = encoded(
      [
        { timestamp: T0, key: null, value: null, headers: NO_HEADERS },
        { timestamp: T0, key: empty, value: empty, headers: NO_HEADERS }
      ],
      256,
      0
    )
    const iterator = checkedIterator(bytes)
    iterator.nextBatch()
    iterator.nextRecord()
    const { record } = iterator
    expect([record.key(), record.value(), record.valueString(), record.keyLength]).toEqual([
      null,
      null,
      null,
      -1
    ])
    iterator.nextRecord()
    expect([record.key(), record.value(), record.valueString(), record.keyLength]).toEqual([
      empty,
      empty,
      '',
      0
    ])
  })

  test('gives views of the bytes, not copies', () => {
    const bytes = goldenVector('plain')
    const iterator = checkedIterator(bytes)
    iterator.nextBatch()
    iterator.nextRecord()
    const value = iterator.record.value()
    expect(value?.buffer).toBe(bytes.buffer)
    bytes[iterator.record.valueAt] = 'V'.charCodeAt(0)
    expect(Buffer.from(value ?? []).toString()).toBe('Value-1')
    expect(iterator.record.valueString()).toBe('Value-1')
  })

  test.each(['plain', 'café', '🌊', ''])(
    'decodes the text %j from private, shared and compressed bytes',
    text => {
      const plain = encoded([{ ...REPEATED, value: utf8(text) }], 64, 0)
      const inShared = new Uint8Array(new SharedArrayBuffer(plain.length + 5)).subarray(5)
      inShared.set(plain)
      for (const bytes of [plain, inShared]) {
        const iterator = checkedIterator(bytes)
        iterator.nextBatch()
        iterator.nextRecord()
        expect(iterator.record.valueString()).toBe(text)
      }
    }
  )

  test('cannot be used once the iterator has left its batch', () => {
    const leave: [string, (iterator: RecordBatchIterator) => unknown][] = [
      ['release', iterator => iterator.release()],
      ['reset', iterator => iterator.reset(new Uint8Array(0), 0, 0, 0)],
      ['nextBatch', iterator => iterator.nextBatch()]
    ]
    for (const [name, call] of leave) {
      const iterator = checkedIterator(goldenVector('plain'))
      const { record } = iterator
      expect(
        thrownBy(() => record.value()),
        'before the first'
      ).toMatchObject({ code: 'HIGHWATER_CURSOR_EXPIRED' })
      iterator.nextBatch()
      iterator.nextRecord()
      expect(record.value()).not.toBeNull()
      call(iterator)
      for (const use of [
        () => record.key(),
        () => record.value(),
        () => record.valueString(),
        () => record.headers()
      ]) {
        expect(thrownBy(use), name).toMatchObject({ code: 'HIGHWATER_CURSOR_EXPIRED' })
      }
      expect([iterator.nextBatch(), iterator.nextRecord()], name).toEqual([false, false])
    }
  })

  test('is the last one after a release, whatever follows in the slice', () => {
    const iterator = checkedIterator(joined([goldenVector('plain'), goldenVector('plain')]))
    iterator.nextBatch()
    iterator.release()
    expect([iterator.nextRecord(), iterator.nextBatch()]).toEqual([false, false])
  })
})

describe('encoding and reading back', () => {
  const bytesUpTo = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
  const anyLength = fc.oneof(
    { weight: 8, arbitrary: bytesUpTo(140) },
    { weight: 1, arbitrary: fc.nat(70_000).map(length => new Uint8Array(length).fill(length)) }
  )
  const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({
    timestamp: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: T0 - 9000, max: T0 + 9000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }) }
    ),
    key: fc.option(anyLength),
    value: fc.option(anyLength),
    headers: fc.oneof(
      { weight: 4, arbitrary: fc.constant(NO_HEADERS) },
      {
        weight: 1,
        arbitrary: fc.array(
          fc.record({
            key: fc.array(fc.constantFrom('a', 'é', '数', '🌊')).map(letters => letters.join('')),
            value: fc.option(bytesUpTo(100))
          }),
          { maxLength: 4 }
        )
      }
    )
  })

  /** Strings compare a thousand times faster than arrays of bytes. */
  function asTexts(records: readonly ShownRecord[]): unknown[] {
    const text = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('latin1')
    return records.map(({ offset, timestamp, key, value, headers }) => [
      [offset, timestamp, text(key), text(value)],
      headers.map(header => [header.key, text(header.value)])
    ])
  }

  test('gives the same records, whatever they are, and the offset after them', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 150 }),
        fc.integer({ min: 100, max: 20_000 }),
        fc.integer({ min: 0, max: 2 ** 52 }),
        (records, batchBytes, firstOffset) => {
          const iterator = checkedIterator(encoded(records, batchBytes, firstOffset))
          expect(asTexts(shownBy(iterator))).toEqual(asTexts(withOffsets(records, firstOffset)))
          expect(iterator.nextOffset).toBe(firstOffset + records.length)
        }
      ),
      { numRuns: 60 }
    )
  })

  test('gives a prefix of whole records from a truncated buffer', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), fc.nat(), (records, seed) => {
        const bytes = encoded(records, 300, 0)
        const shown = shownIn(bytes.slice(0, seed % bytes.length))
        expect(shown.length).toBeLessThan(records.length)
        expect(asTexts(shown)).toEqual(asTexts(withOffsets(records, 0).slice(0, shown.length)))
      }),
      { numRuns: 60 }
    )
  })
})
