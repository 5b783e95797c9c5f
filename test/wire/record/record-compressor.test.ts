import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMPRESSION_TYPES, decompressRecords } from '../../../src/wire/record/compression.ts'
import { openRecordCompressor } from '../../../src/wire/record/record-compressor.ts'
import { anyContent, rows } from '../../native-free/codec-samples.ts'

const CODECS = [
  ['gzip', 1, 6],
  ['snappy', 2, 0],
  ['lz4', 3, 9],
  ['zstd', 4, 3]
] as const

describe.each(CODECS)('%s', (type, codec, level) => {
  test('has the attribute bits of Kafka, and its records come back by them', async () => {
    const compressor = await openRecordCompressor(type, level)
    expect([compressor.codec, COMPRESSION_TYPES[codec]]).toEqual([codec, type])
    fc.assert(
      fc.property(anyContent, content => {
        const back = decompressRecords(codec, compressor.compress(content), content.length + 1)
        expect(Buffer.compare(back, content)).toBe(0)
      })
    )
  })

  test('makes rows at least three times smaller', async () => {
    const compressor = await openRecordCompressor(type, level)
    expect(compressor.compress(rows(30_000)).length).toBeLessThan(10_000)
  })
})

test.each(['gzip', 'lz4', 'zstd'] as const)('the level of %s is used', async type => {
  const [quick, thorough] = await Promise.all([
    openRecordCompressor(type, 1),
    openRecordCompressor(type, type === 'gzip' ? 9 : 17)
  ])
  const content = rows(60_000)
  expect(thorough.compress(content).length).toBeLessThan(quick.compress(content).length)
})
