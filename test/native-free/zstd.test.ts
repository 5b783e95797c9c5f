import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decompressZstd } from '../../native-free/zstd.ts'
import { loadZstdWriter } from '../../native-free/zstd-writer.ts'
import {
  anyChanges,
  anyContent,
  anyCut,
  contentOf,
  damage,
  letters,
  outcomeOf,
  rows,
  sample
} from './codec-samples.ts'

/** Records of a batch that a Kafka 4.1.1 producer compressed: one record, null key, 200 letters. */
const KAFKA_RECORDS = '28b52ffd00588c0000509e0300000001900361000100440a1c01010000'

const FILES = [
  'short-3.zst',
  'short-19.zst',
  'short-fast.zst',
  'short-stream.zst',
  'letters-1.zst',
  'letters-19.zst',
  'repeats-9.zst',
  'repeats-22.zst',
  'rows-5.zst',
  'two-frames.zst'
]

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('frames of others', () => {
  test('the records that a Kafka producer compressed are read', () => {
    const records = Buffer.from(decompressZstd(bytesOf(KAFKA_RECORDS), 1000)).toString('latin1')
    expect(records).toBe(`\x9e\x03\0\0\0\x01\x90\x03${'a'.repeat(200)}\0`)
  })

  test.each(FILES)('%s of the reference program is read', name => {
    const content = contentOf(name)
    expect(Buffer.compare(decompressZstd(sample(name), content.length), content)).toBe(0)
  })

  test('a frame does not remember the one before it, not even after damage', () => {
    const content = contentOf('short-3.zst')
    expect(() => decompressZstd(sample('rows-5.zst').subarray(0, 9000), 1e6)).toThrow('ends too early')
    expect(Buffer.compare(decompressZstd(sample('short-3.zst'), 6000), content)).toBe(0)
    expect(Buffer.compare(decompressZstd(sample('short-3.zst'), 6000), content)).toBe(0)
  })
})

describe('the reference library', () => {
  const levels = [-131072, -20, -1, 1, 3, 6, 12, 19, 22]

  test.each(levels)('at level %i writes nothing that is not read', async level => {
    const compress = await loadZstdWriter(level)
    for (const length of [0, 1, 63, 255, 256, 1023, 16_384, 131_072, 131_073, 150_000]) {
      for (const content of [rows(length), letters(length), new Uint8Array(length)]) {
        expect(Buffer.compare(decompressZstd(compress(content), length), content)).toBe(0)
      }
    }
  })

  test('writes nothing of any bytes that is not read', async () => {
    const writers = await Promise.all(levels.map(loadZstdWriter))
    fc.assert(
      fc.property(anyContent, fc.nat(levels.length - 1), (content, index) => {
        const frame = writers[index]?.(content) ?? content
        expect(Buffer.compare(decompressZstd(frame, content.length), content)).toBe(0)
      })
    )
  })
})

describe('frames that are made by hand', () => {
  // One block each. Literals by a code of two symbols, 0 and 1, of one bit each: three bits behind the mark.
  const coded = (size: string, stream: string): string => `28b52ffd 0000 3d0000 ${size} 8010 ${stream} 00`
  // One sequence with tables of a single symbol: take the literal, then repeat by the bits.
  const sequence = (codes: string, stream: string): string =>
    `28b52ffd 0000 ${(5 + 8 * (7 + stream.length / 2)).toString(16)}0000 0861 01 54 ${codes} ${stream}`

  test.each([
    ['literals in one stream', coded('32c000', '0d'), '010001'],
    ['a match of 3 at distance 1', sequence('010200', '04'), '61616161'],
    ['a block of 128 KiB', sequence('010234', 'fcff04'), '61'.repeat(131_072)]
  ])('%s', (_, hex, expected) => {
    expect(Buffer.from(decompressZstd(bytesOf(hex), 200_000)).toString('hex')).toBe(expected)
  })

  test.each([
    [
      'fewer literals than it says',
      coded('42c000', '0d'),
      'a stream of literals has not the length it should have'
    ],
    [
      'more literals than it says',
      coded('22c000', '0d'),
      'a stream of literals has not the length it should have'
    ],
    ['bits behind its sequences', sequence('010200', '08'), 'bits follow the last sequence'],
    ['too few bits', sequence('010200', '02'), 'a block ends inside its sequences'],
    [
      'more literals to take than there are',
      sequence('020200', '04'),
      'sequences take more literals than there are'
    ],
    ['a match before its frame', sequence('010300', '08'), 'a match starts before its frame'],
    [
      'a match in the frame before',
      `28b52ffd 0000 410000 6162636465666768 ${sequence('010300', '08')}`,
      'a match starts before its frame'
    ],
    ['a block above 128 KiB', sequence('010234', 'fdff04'), 'a block is too large'],
    ['a code of literal lengths that is none', sequence('240200', '04'), 'a table of one symbol has none']
  ])('with %s are refused', (_, hex, reason) => {
    expect(() => decompressZstd(bytesOf(hex), 200_000)).toThrow(`The zstd data is damaged: ${reason}.`)
  })
})

describe('what is refused', () => {
  test('more than the cap, and nothing less', () => {
    expect(decompressZstd(sample('repeats-22.zst'), 150_000)).toHaveLength(150_000)
    expect(() => decompressZstd(sample('repeats-22.zst'), 149_999)).toThrow(
      'The zstd data grows beyond the permitted 149999 bytes.'
    )
  })

  // Magic, descriptor, content size or window, blocks: by the picture in RFC 8878.
  test.each([
    ['nothing', '', 'it ends too early'],
    ['another magic number', '28b52ffe 2000 010000', 'a frame does not start with the magic number'],
    ['the reserved bit', '28b52ffd 2800 010000', 'a frame has an unknown feature'],
    ['a dictionary', '28b52ffd 21 07 00 010000', 'a frame needs a dictionary'],
    ['no last block', '28b52ffd 2000 000000', 'it ends too early'],
    ['a block that is not there', '28b52ffd 2003 190000 6162', 'it ends too early'],
    ['a block of the fourth type', '28b52ffd 2000 070000', 'a block has an unknown type'],
    ['a block above 128 KiB', '28b52ffd 0000 0b0010 61', 'a block says it has 131073 bytes'],
    ['a content size it has not', '28b52ffd 2004 190000 616263', 'a frame says 4 bytes of content and has 3'],
    [
      'a content size above all memory',
      '28b52ffd e0 ffffffffffffffff 190000 616263',
      'a frame says 18446744073709552000 bytes of content and has 3'
    ],
    ['no checksum behind its blocks', '28b52ffd 2403 190000 616263', 'it ends too early'],
    ['a skippable frame that is cut', '502a4d18 05000000 0102', 'it ends too early'],
    ['literals beyond their block', '28b52ffd 0000 1d0000 180102', 'literals go beyond their block'],
    [
      'literals by a code never given',
      '28b52ffd 0000 2d0000 134000 0100',
      'literals refer to a code that was never given'
    ],
    ['a block without number of sequences', '28b52ffd 0000 150000 0861', 'a block ends too early'],
    ['bytes behind no sequences', '28b52ffd 0000 250000 08610000', 'bytes follow a block without sequences'],
    [
      'sequences without tables',
      '28b52ffd 0000 1d0000 086101',
      'sequences have no tables, or in an unknown form'
    ],
    [
      'tables that are used again and never were',
      '28b52ffd 0000 2d0000 086101fc01',
      'sequences refer to a table that was never given'
    ],
    ['sequences without bits', '28b52ffd 0000 250000 08610100', 'a stream has no end mark']
  ])('a frame with %s', (_, hex, reason) => {
    expect(() => decompressZstd(bytesOf(hex), 1000)).toThrow(`The zstd data is damaged: ${reason}.`)
  })

  test('every frame that is cut, wherever it is', () => {
    for (const name of ['short-3.zst', 'short-stream.zst', 'letters-19.zst', 'repeats-22.zst']) {
      const bytes = sample(name)
      for (let length = 0; length < bytes.length; length += name === 'repeats-22.zst' ? 1 : 7) {
        const outcome = outcomeOf(() => decompressZstd(bytes.subarray(0, length), 200_000))
        expect(outcome).toMatchObject({ message: expect.stringContaining('The zstd data is damaged') })
      }
    }
  })

  test('a frame that says a window of 128 MiB costs what it holds', () => {
    expect(decompressZstd(sample('repeats-22.zst'), 2 ** 31 - 1).buffer.byteLength).toBeLessThan(400_000)
  })

  test('changed frames give bytes up to the cap or one clear sentence, whatever is changed', () => {
    const sources = ['short-3.zst', 'short-19.zst', 'letters-1.zst', 'two-frames.zst'].map(sample)
    fc.assert(
      fc.property(fc.constantFrom(...sources), anyChanges, anyCut, (source, changes, cut) => {
        const outcome = outcomeOf(() => decompressZstd(damage(source, changes, cut), 170_000))
        if (outcome instanceof Error) {
          expect(outcome.message).toMatch(/^The zstd data (?:is damaged: .*|grows .*)\.$/)
        } else {
          expect(outcome.length).toBeLessThanOrEqual(170_000)
        }
      }),
      { numRuns: 2000 }
    )
  })
})
