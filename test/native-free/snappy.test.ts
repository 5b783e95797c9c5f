import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decompressSnappy, SnappyWriter } from '../../native-free/snappy.ts'
import { anyChanges, anyContent, anyCut, damage, letters, outcomeOf, rows } from './codec-samples.ts'

/** Records of a batch that a Kafka 4.1.1 producer compressed: one record, null key, 200 letters. */
const KAFKA_RECORDS =
  '82534e4150505900000000010000000100000019d101209e0300000001900361fe0100fe0100fe01000d010000'
const HEADER = '82534e41505059000000000100000001'

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const written = (content: Uint8Array): Uint8Array => new SnappyWriter().compress(content).slice()
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

describe('data of others', () => {
  const records = `\x9e\x03\0\0\0\x01\x90\x03${'a'.repeat(200)}\0`

  test('the records that a Kafka producer compressed are read', () => {
    expect(textOf(decompressSnappy(bytesOf(KAFKA_RECORDS), 1000))).toBe(records)
  })

  test('so is the block in them, raw, as other clients send it', () => {
    expect(textOf(decompressSnappy(bytesOf(KAFKA_RECORDS).subarray(20), 1000))).toBe(records)
  })

  // Element by element from the format's description: literals of each length, copies of each kind.
  test.each([
    ['literals', '03 08 616263', 'abc'],
    ['literals with the length in one byte', `40 f03f ${'61'.repeat(64)}`, 'a'.repeat(64)],
    ['literals with the length in two bytes', `ac02 f42b01 ${'62'.repeat(300)}`, 'b'.repeat(300)],
    ['literals with the length in three bytes', '03 f8020000 616263', 'abc'],
    ['literals with the length in four bytes', '03 fc02000000 616263', 'abc'],
    ['a copy with a distance of 11 bits', '08 0c61626364 01 04', 'abcdabcd'],
    ['a copy with a distance of 16 bits', '07 0c61626364 0a 0400', 'abcdabc'],
    ['a copy with a distance of 32 bits', '06 0c61626364 07 03000000', 'abcdbc'],
    ['a copy that repeats itself', '0a 0061 220100', 'aaaaaaaaaa'],
    ['nothing', '00', '']
  ])('%s', (_, hex, expected) => {
    expect(textOf(decompressSnappy(bytesOf(hex), 1000))).toBe(expected)
  })

  test('chunks follow one another, and none looks into the one before', () => {
    const chunks = `${HEADER} 00000005 03 08616263 00000003 01 0064`
    expect(textOf(decompressSnappy(bytesOf(chunks), 1000))).toBe('abcd')
    const across = `${HEADER} 00000005 03 08616263 00000003 04 0103`
    expect(() => decompressSnappy(bytesOf(across), 1000)).toThrow('a copy starts before its block')
  })
})

describe('data that is written', () => {
  test("has the header of Java's framing, with nothing behind it where there is nothing to write", () => {
    expect(
      Buffer.from(written(rows(100)))
        .toString('hex')
        .slice(0, 32)
    ).toBe(HEADER)
    expect(Buffer.from(written(new Uint8Array(0))).toString('hex')).toBe(HEADER)
    expect(decompressSnappy(bytesOf(HEADER), 0)).toHaveLength(0)
  })

  test('has a chunk for every 32 KiB of input', () => {
    const packed = written(rows(70_000))
    const view = new DataView(packed.buffer)
    const sizes: number[] = []
    for (let at = 16; at < packed.length; at += 4 + view.getInt32(at)) {
      sizes.push(decompressSnappy(packed.subarray(at + 4, at + 4 + view.getInt32(at)), 32768).length)
    }
    expect(sizes).toEqual([32768, 32768, 4464])
  })

  test('brings any bytes back', () => {
    const writer = new SnappyWriter()
    fc.assert(
      fc.property(anyContent, content => {
        expect(Buffer.compare(decompressSnappy(writer.compress(content), content.length), content)).toBe(0)
      })
    )
  })

  test('makes rows several times smaller, and noise hardly larger', () => {
    expect(written(rows(30_000)).length).toBeLessThan(10_000)
    const noise = new Uint8Array(50_000)
    for (let at = 0, state = 1; at < noise.length; at++) {
      state = (Math.imul(state, 1103515245) + 12345) | 0
      noise[at] = state >>> 16
    }
    expect(written(noise).length).toBeLessThan(50_100)
  })

  test('of the same writer does not depend on what it wrote before', () => {
    const writer = new SnappyWriter()
    const first = writer.compress(rows(20_000)).slice()
    writer.compress(letters(70_000))
    expect(Buffer.compare(writer.compress(rows(20_000)), first)).toBe(0)
  })
})

describe('what is refused', () => {
  test('more than the cap, and nothing less', () => {
    const packed = written(rows(70_000))
    expect(decompressSnappy(packed, 70_000)).toHaveLength(70_000)
    expect(() => decompressSnappy(packed, 69_999)).toThrow(
      'The snappy data grows beyond the permitted 69999 bytes.'
    )
  })

  test.each([
    ['empty', '', 'the size of a block is no number'],
    ['a size without end', 'ffffffffff01', 'the size of a block is no number'],
    ['a size of which so few bytes can tell nothing', 'ffffff03 0061', 'a block of 6 bytes says 8388607'],
    ['only a magic', HEADER.slice(0, 20), 'it ends inside its header'],
    ['half the size of a chunk', `${HEADER}0000`, 'it ends inside the size of a chunk'],
    ['a negative size of a chunk', `${HEADER}ffffffff`, 'a chunk says it has -1 bytes'],
    ['a chunk that is not there', `${HEADER}00000004 00`, 'a chunk says it has 4 bytes'],
    ['literals that are not there', '05 10 616263', 'a block has too many literals'],
    ['literals beyond its size', '02 08 616263', 'a block has too many literals'],
    ['a copy before its start', '08 0061 1102', 'a copy starts before its block'],
    ['a copy at distance 0', '08 0061 1100', 'a copy starts before its block'],
    ['a copy beyond its size', '04 0061 1101', 'a copy ends behind its block'],
    ['a copy without its distance', '08 0061 0a01', 'a block ends inside an element'],
    ['fewer bytes than it says', '04 0061', 'a block says 4 bytes and has 1']
  ])('data with %s', (_, hex, reason) => {
    expect(() => decompressSnappy(bytesOf(hex), 10_000)).toThrow(`The snappy data is damaged: ${reason}.`)
  })

  test('changed data gives bytes up to the cap or one clear sentence, whatever is changed', () => {
    const sources = [written(rows(3000)), written(letters(500)), bytesOf(KAFKA_RECORDS).subarray(20)]
    fc.assert(
      fc.property(fc.constantFrom(...sources), anyChanges, anyCut, (source, changes, cut) => {
        const outcome = outcomeOf(() => decompressSnappy(damage(source, changes, cut), 5000))
        if (outcome instanceof Error) {
          expect(outcome.message).toMatch(/^The snappy data (?:is damaged: .*|grows .*)\.$/)
        } else {
          expect(outcome.length).toBeLessThanOrEqual(5000)
        }
      }),
      { numRuns: 1000 }
    )
  })
})
