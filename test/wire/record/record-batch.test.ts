import { describe, expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import {
  APPEND_TIME_BIT,
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchSizeAt,
  batchStructureFault,
  CONTROL_BIT,
  CRC_START,
  checkBatchHeader,
  crcAt,
  hasExactIntegers,
  lastOffsetAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  magicAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  RECORD_BATCH_OVERHEAD,
  recordCountAt,
  stampAppendTime,
  stampBaseOffset,
  stampCrc,
  stampLeaderEpoch,
  TRANSACTIONAL_BIT
} from '../../../src/wire/record/record-batch.ts'
import { goldenVector, T0, viewOf } from './golden-records.ts'

/** The idempotent vector with one change, as a client might send it. */
function changed(change: (view: DataView) => void): DataView {
  const view = viewOf(goldenVector('idempotent'))
  change(view)
  return view
}

describe('reading a header', () => {
  test('gives each field of a batch Kafka wrote, also behind other bytes', () => {
    const batch = goldenVector('idempotent')
    const bytes = new Uint8Array(batch.length + 3)
    bytes.set(batch, 3)
    const view = viewOf(bytes)
    expect({
      baseOffset: baseOffsetAt(view, 3),
      lastOffset: lastOffsetAt(view, 3),
      lastOffsetDelta: lastOffsetDeltaAt(view, 3),
      sizeBytes: batchSizeAt(view, 3),
      leaderEpoch: leaderEpochAt(view, 3),
      magic: magicAt(view, 3),
      crc: crcAt(view, 3),
      attributes: attributesAt(view, 3),
      baseTimestamp: baseTimestampAt(view, 3),
      maxTimestamp: maxTimestampAt(view, 3),
      producerId: producerIdAt(view, 3),
      producerEpoch: producerEpochAt(view, 3),
      baseSequence: baseSequenceAt(view, 3),
      recordCount: recordCountAt(view, 3)
    }).toEqual({
      baseOffset: 100,
      lastOffset: 101,
      lastOffsetDelta: 1,
      sizeBytes: batch.length,
      leaderEpoch: 7,
      magic: 2,
      crc: 0x763dbd3d,
      attributes: 0,
      baseTimestamp: T0,
      maxTimestamp: T0 + 5,
      producerId: 4000,
      producerEpoch: 2,
      baseSequence: 15,
      recordCount: 2
    })
  })

  test('gives -1 where a batch has no producer', () => {
    const view = viewOf(goldenVector('plain'))
    expect([producerIdAt(view, 0), producerEpochAt(view, 0), baseSequenceAt(view, 0)]).toEqual([-1, -1, -1])
  })

  test('knows transactional and control batches by their bits', () => {
    expect(attributesAt(viewOf(goldenVector('transactional')), 0)).toBe(TRANSACTIONAL_BIT)
    expect(attributesAt(viewOf(goldenVector('commit-marker')), 0)).toBe(TRANSACTIONAL_BIT | CONTROL_BIT)
  })

  test('reads a checksum with its highest bit set as a positive number', () => {
    const view = changed(it => stampCrc(it, 0, 0xfedcba98))
    expect(crcAt(view, 0)).toBe(0xfedcba98)
  })
})

describe('stamping', () => {
  test('base offset and leader epoch leave the checksum valid', () => {
    const batch = goldenVector('plain')
    const view = viewOf(batch)
    stampBaseOffset(view, 0, 2 ** 40 + 5)
    stampLeaderEpoch(view, 0, 9)
    expect(baseOffsetAt(view, 0)).toBe(2 ** 40 + 5)
    expect(lastOffsetAt(view, 0)).toBe(2 ** 40 + 7)
    expect(leaderEpochAt(view, 0)).toBe(9)
    expect(crc32cOf(batch, CRC_START)).toBe(crcAt(view, 0))
  })

  test('an append time sets bit 3 beside the other bits, and the greatest timestamp', () => {
    const view = viewOf(goldenVector('transactional'))
    stampAppendTime(view, 0, 1_795_315_422_343)
    expect(attributesAt(view, 0)).toBe(TRANSACTIONAL_BIT | APPEND_TIME_BIT)
    expect(maxTimestampAt(view, 0)).toBe(1_795_315_422_343)
    expect(baseTimestampAt(view, 0)).toBe(T0)
  })
})

describe('checkBatchHeader', () => {
  test.each(['plain', 'idempotent', 'transactional', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'admits the %s batch of a client',
    name => {
      const batch = goldenVector(name)
      expect(checkBatchHeader(viewOf(batch), 0, batch.length)).toBeNull()
    }
  )

  test('admits a batch that ends before the bytes do', () => {
    const bytes = new Uint8Array(200)
    bytes.set(goldenVector('plain'), 8)
    expect(checkBatchHeader(viewOf(bytes), 8, 192)).toBeNull()
  })

  test.each([0, 11, RECORD_BATCH_OVERHEAD - 1])('refuses %i bytes, which cannot hold a header', available => {
    const view = viewOf(goldenVector('plain').subarray(0, available))
    expect(checkBatchHeader(view, 0, available)).toBe('CORRUPT_MESSAGE')
  })

  test('refuses a batch of which the last byte is missing', () => {
    const batch = goldenVector('plain')
    expect(checkBatchHeader(viewOf(batch), 0, batch.length - 1)).toBe('CORRUPT_MESSAGE')
  })

  test.each([
    ['a length shorter than a header', 'CORRUPT_MESSAGE', (view: DataView) => view.setInt32(8, 48)],
    ['a negative length', 'CORRUPT_MESSAGE', (view: DataView) => view.setInt32(8, -1)],
    ['the greatest length', 'CORRUPT_MESSAGE', (view: DataView) => view.setInt32(8, 0x7fffffff)],
    ['an old format', 'INVALID_RECORD', (view: DataView) => view.setInt8(16, 1)],
    ['an unknown format', 'CORRUPT_MESSAGE', (view: DataView) => view.setInt8(16, 3)],
    ['no record', 'INVALID_RECORD', (view: DataView) => view.setInt32(57, 0)],
    ['a negative count', 'INVALID_RECORD', (view: DataView) => view.setInt32(57, -2)],
    ['fewer records than offsets', 'INVALID_RECORD', (view: DataView) => view.setInt32(57, 1)],
    ['more records than offsets', 'INVALID_RECORD', (view: DataView) => view.setInt32(57, 3)],
    ['a control batch', 'INVALID_RECORD', (view: DataView) => view.setInt16(21, CONTROL_BIT)],
    ['codec 5', 'UNSUPPORTED_COMPRESSION_TYPE', (view: DataView) => view.setInt16(21, 5)],
    ['a producer without a sequence', 'INVALID_RECORD', (view: DataView) => view.setInt32(53, -1)],
    ['a producer id above 2^53', 'INVALID_RECORD', (view: DataView) => view.setInt32(43, 0x200000)]
  ] as const)('refuses %s with %s', (_what, expected, change) => {
    const view = changed(change)
    expect(checkBatchHeader(view, 0, view.byteLength)).toBe(expected)
  })

  test('refuses a batch that is empty in count and offsets alike', () => {
    const view = changed(it => {
      it.setInt32(23, -1)
      it.setInt32(57, 0)
    })
    expect(checkBatchHeader(view, 0, view.byteLength)).toBe('INVALID_RECORD')
  })

  test('admits a batch without a producer, which has no sequence either', () => {
    const view = changed(it => {
      it.setBigInt64(43, -1n)
      it.setInt32(53, -1)
    })
    expect(checkBatchHeader(view, 0, view.byteLength)).toBeNull()
  })
})

describe('hasExactIntegers', () => {
  test.each([0, 27, 35, 43])('judges the field at byte %i by the range of exact numbers', at => {
    for (const exact of [BigInt(Number.MAX_SAFE_INTEGER), BigInt(Number.MIN_SAFE_INTEGER), -1n]) {
      expect(
        hasExactIntegers(
          changed(it => it.setBigInt64(at, exact)),
          0
        ),
        String(exact)
      ).toBe(true)
    }
    for (const inexact of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
      expect(
        hasExactIntegers(
          changed(it => it.setBigInt64(at, inexact)),
          0
        ),
        String(inexact)
      ).toBe(false)
    }
  })
})

describe('batchStructureFault', () => {
  test('finds none in what Kafka wrote, control batches included', () => {
    for (const name of ['plain', 'idempotent', 'zstd', 'commit-marker'] as const) {
      expect(batchStructureFault(viewOf(goldenVector(name)), 0)).toBeNull()
    }
  })

  test('admits fewer records than offsets, as compaction leaves them', () => {
    expect(
      batchStructureFault(
        changed(it => it.setInt32(57, 0)),
        0
      )
    ).toBeNull()
    expect(
      batchStructureFault(
        changed(it => it.setInt32(57, 1)),
        0
      )
    ).toBeNull()
  })

  test.each([
    ['magic is 1', (view: DataView) => view.setInt8(16, 1)],
    ['above 2^53', (view: DataView) => view.setInt32(27, 0x7fffffff)],
    ['base offset is negative', (view: DataView) => view.setBigInt64(0, -1n)],
    ['3 records', (view: DataView) => view.setInt32(57, 3)],
    ['-1 records', (view: DataView) => view.setInt32(57, -1)],
    ['last offset delta of -5', (view: DataView) => view.setInt32(23, -5)]
  ])('says that its %s', (words, change) => {
    expect(batchStructureFault(changed(change), 0)).toContain(words)
  })
})
