import { describe, expect, test } from 'vitest'
import { task } from '../../../src/base/task.ts'
import { BatchCompression } from '../../../src/clients/producer/batch-compression.ts'
import { type ProducerConfig, parseProducerConfig } from '../../../src/config/producer-config.ts'
import { rows } from '../../native-free/codec-samples.ts'

async function opened(config: ProducerConfig): Promise<BatchCompression> {
  const compression = BatchCompression.of(parseProducerConfig(config))
  if (compression === null) throw new Error('there is no codec')
  await task(() => compression.open())
  return compression
}

const ZEROS = new Uint8Array(10_000)
/** A raw block of lz4 that is stored as it is has 15 bytes around it: 10 bytes become 25. */
const TINY = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

describe('what is expected of a codec', () => {
  test('is nothing at first', async () => {
    expect((await opened({ 'compression.type': 'lz4' })).ratioOf('t')).toBe(1)
  })

  // As Kafka's CompressionRatioEstimator 4.1.0 answers ratios of 0.0x: two steps of 0.005 in floats.
  test('sinks by small steps, in floats of 32 bits', async () => {
    const compression = await opened({ 'compression.type': 'lz4' })
    compression.compress('t', ZEROS)
    expect(compression.ratioOf('t')).toBe(0.9950000047683716)
    compression.compress('t', ZEROS)
    expect(compression.ratioOf('t')).toBe(0.9900000095367432)
    compression.compress('t', ZEROS)
    expect(compression.ratioOf('t')).toBe(0.9850000143051147)
    for (let batch = 3; batch < 150; batch++) compression.compress('t', ZEROS)
    expect(compression.ratioOf('t')).toBe(0.2500007152557373)
    expect(compression.ratioOf('another')).toBe(1)
  })

  test('rises by larger ones, or to what was seen', async () => {
    const compression = await opened({ 'compression.type': 'lz4' })
    for (let batch = 0; batch < 3; batch++) compression.compress('t', ZEROS)
    // 1000 bytes that repeat nothing take 23 more: a ratio less than a step above.
    const noise = new Uint8Array(1000)
    for (let at = 0, state = 1; at < noise.length; at++) {
      state = (Math.imul(state, 1103515245) + 12345) | 0
      noise[at] = state >>> 16
    }
    expect(compression.compress('t', noise)).toHaveLength(1015)
    expect(compression.ratioOf('t')).toBe(1.034999966621399)
    expect(compression.compress('t', TINY)).toHaveLength(25)
    expect(compression.ratioOf('t')).toBe(2.5)
  })

  test('does not sink below what was seen', async () => {
    const compression = await opened({ 'compression.type': 'gzip' })
    const records = rows(20_000)
    const ratio = Math.fround(compression.compress('t', records).length / records.length)
    for (let batch = 0; batch < 200; batch++) compression.compress('t', records)
    expect(compression.ratioOf('t')).toBe(ratio)
  })

  test('is nothing again after a batch was too large, or worse than that', async () => {
    const compression = await opened({ 'compression.type': 'snappy' })
    compression.compress('t', ZEROS)
    compression.noteTooLarge('t', 0.4)
    expect(compression.ratioOf('t')).toBe(1)
    compression.noteTooLarge('t', 1.25)
    expect(compression.ratioOf('t')).toBe(1.25)
  })
})

test('plain batches have no codec, and one that is not opened is not used', () => {
  expect(BatchCompression.of(parseProducerConfig({}))).toBeNull()
  const compression = BatchCompression.of(parseProducerConfig({ 'compression.type': 'zstd' }))
  expect(() => compression?.compress('t', ZEROS)).toThrow('a codec is opened before')
})

test.each([
  ['gzip', 'compression.gzip.level', 1, 9],
  ['lz4', 'compression.lz4.level', 1, 17],
  ['zstd', 'compression.zstd.level', -50, 19]
] as const)('the level of %s comes from %s', async (type, setting, low, high) => {
  const records = rows(40_000)
  const sizes = await Promise.all(
    [low, high].map(async level => {
      const compression = await opened({ 'compression.type': type, [setting]: level })
      return compression.compress('t', records).length
    })
  )
  expect(sizes[1]).toBeLessThan(sizes[0] ?? 0)
})

describe('settings', () => {
  test.each([
    ['compression.type', 'brotli', /compression\.type must be one of none, gzip, snappy, lz4, zstd/],
    [
      'compression.gzip.level',
      0,
      /compression\.gzip\.level must be from 1 to 9, or -1 for the default, not 0/
    ],
    ['compression.gzip.level', 10, /from -1 to 9/],
    ['compression.lz4.level', 18, /from 1 to 17/],
    ['compression.zstd.level', 23, /from -131072 to 22/]
  ])('%s cannot be %s', (key, value, text) => {
    expect(() => parseProducerConfig({ [key]: value })).toThrow(text)
  })

  test("have Kafka's defaults", () => {
    const settings = parseProducerConfig({})
    const { compressionType, compressionGzipLevel, compressionLz4Level, compressionZstdLevel } = settings
    expect([compressionType, compressionGzipLevel, compressionLz4Level, compressionZstdLevel]).toEqual([
      'none',
      -1,
      9,
      3
    ])
  })
})
