import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../../src/base/kafka-error.ts'
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

describe('decompressRecords', () => {
  test('unfolds what Kafka compressed with gzip', () => {
    const records = Buffer.from(decompressed('gzip', 1000))
    expect(records.length).toBe(209)
    expect(records.toString('latin1', 8, 208)).toBe('a'.repeat(200))
  })

  test('stops at the permitted size', () => {
    expect(decompressed('gzip', 209).length).toBe(209)
    expect(thrownBy(() => decompressed('gzip', 208))).toMatchObject({
      message: expect.stringMatching(/208 bytes/)
    })
  })

  test.each(['snappy', 'lz4', 'zstd'] as const)('refuses %s by name and says what is read', name => {
    const error = thrownBy(() => decompressed(name, 1000)) as KafkaError
    expect(error).toBeInstanceOf(KafkaError)
    expect(error.code).toBe('UNSUPPORTED_COMPRESSION_TYPE')
    expect(error.message).toMatch(new RegExp(`\\(${name}\\).*gzip`))
  })

  test('refuses a codec that does not exist', () => {
    const error = thrownBy(() => decompressRecords(7, new Uint8Array(1), 10))
    expect(error).toMatchObject({ code: 'UNSUPPORTED_COMPRESSION_TYPE' })
  })
})

test('a batch may unfold to 8 times the permitted batch, and never to more than 64 MiB', () => {
  expect(decompressedBytesMax(1_048_588)).toBe(8_388_704)
  expect(decompressedBytesMax(100 * 1024 * 1024)).toBe(64 * 1024 * 1024)
})
