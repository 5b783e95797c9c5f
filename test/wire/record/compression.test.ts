import { describe, expect, test } from 'vitest'
import { decompressedBytesMax, decompressRecords } from '../../../src/wire/record/compression.ts'
import { attributesAt, RECORD_BATCH_OVERHEAD } from '../../../src/wire/record/record-batch.ts'
import { goldenVector, thrownBy, type VectorName, viewOf } from './golden-records.ts'

function decompressed(name: VectorName, outputBytesMax: number): Uint8Array {
  const batch = goldenVector(name)
  return decompressRecords(
    attributesAt(viewOf(batch), 0),
    batch.subarray(RECORD_BATCH_OVERHEAD),
    outputBytesMax
  )
}

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const

describe('decompressRecords', () => {
  test.each(CODECS)('unfolds what Kafka compressed with %s', name => {
    const records = Buffer.from(decompressed(name, 1000))
    expect(records.length).toBe(209)
    expect(records.toString('latin1', 8, 208)).toBe('a'.repeat(200))
  })

  test.each(CODECS)('stops at the permitted size with %s', name => {
    expect(decompressed(name, 209).length).toBe(209)
    expect(thrownBy(() => decompressed(name, 208))).toMatchObject({
      message: `The ${name} data grows beyond the permitted 208 bytes.`
    })
  })

  test.each([0, 5, 6, 7])('refuses codec %i, which is none, by name', codec => {
    expect(thrownBy(() => decompressRecords(codec, new Uint8Array(1), 10))).toMatchObject({
      code: 'UNSUPPORTED_COMPRESSION_TYPE',
      message: expect.stringContaining(
        `codec ${codec} is none of those that are known: gzip, snappy, lz4, zstd`
      )
    })
  })
})

test('a batch may unfold to 256 MiB, or to 8 times the permitted batch, but never beyond 1 GiB', () => {
  expect(decompressedBytesMax(1_048_588)).toBe(256 * 1024 * 1024)
  expect(decompressedBytesMax(100 * 1024 * 1024)).toBe(800 * 1024 * 1024)
  expect(decompressedBytesMax(2 ** 31 - 1)).toBe(2 ** 30)
})
