import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decompressLz4, Lz4FrameWriter } from '../../native-free/lz4.ts'
import { xxhash32Of } from '../../native-free/xxhash32.ts'
import {
  anyChanges,
  anyContent,
  anyCut,
  contentOf,
  damage,
  letters,
  outcomeOf,
  repeats,
  rows,
  sample
} from './codec-samples.ts'

/** Records of a batch that a Kafka 4.1.1 producer compressed: one record, null key, 200 letters. */
const KAFKA_RECORDS = '04224d18604082130000009f9e03000000019003610100b050616161610000000000'

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const written = (content: Uint8Array, level?: number): Uint8Array =>
  new Lz4FrameWriter(level).compress(content).slice()

describe('frames of others', () => {
  test('the records that a Kafka producer compressed are read', () => {
    const records = Buffer.from(decompressLz4(bytesOf(KAFKA_RECORDS), 1000)).toString('latin1')
    expect(records).toBe(`\x9e\x03\0\0\0\x01\x90\x03${'a'.repeat(200)}\0`)
  })

  test.each([
    'short-9.lz4',
    'short-sized.lz4',
    'letters-1.lz4',
    'repeats-linked.lz4',
    'repeats-large-blocks.lz4'
  ])('%s of the reference program is read', name => {
    const content = contentOf(name)
    expect(Buffer.compare(decompressLz4(sample(name), content.length), content)).toBe(0)
  })
})

describe('frames that are written', () => {
  test('have the header and the end mark that Kafka writes', () => {
    const frame = Buffer.from(written(rows(1000))).toString('hex')
    expect(frame.slice(0, 14)).toBe('04224d18604082')
    expect(frame.slice(-8)).toBe('00000000')
  })

  test("hold Kafka's own bytes, where there is only one thing to find", () => {
    const records = decompressLz4(bytesOf(KAFKA_RECORDS), 1000)
    expect(Buffer.from(written(records)).toString('hex')).toBe(KAFKA_RECORDS)
  })

  test('bring any bytes back, at every level', () => {
    const writers = Array.from({ length: 17 }, (_, index) => new Lz4FrameWriter(index + 1))
    fc.assert(
      fc.property(anyContent, fc.nat(16), (content, level) => {
        const frame = writers[level]?.compress(content) ?? content
        expect(Buffer.compare(decompressLz4(frame, content.length), content)).toBe(0)
      })
    )
  })

  test('are made of blocks of 64 KiB; one that does not shrink is stored as it is', () => {
    const noise = new Uint8Array(65536 + 10)
    for (let at = 0, state = 1; at < noise.length; at++) {
      state = (Math.imul(state, 1103515245) + 12345) | 0
      noise[at] = state >>> 16
    }
    const frame = written(noise)
    const view = new DataView(frame.buffer)
    expect(view.getUint32(7, true)).toBe(0x80000000 + 65536)
    expect(view.getUint32(11 + 65536, true)).toBe(0x80000000 + 10)
    expect(frame.length).toBe(7 + 4 + 65536 + 4 + 10 + 4)
    expect(Buffer.compare(decompressLz4(frame, noise.length), noise)).toBe(0)
  })

  test('refer to nothing before their block', () => {
    const frame = written(repeats(65536 * 2))
    const first = new DataView(frame.buffer).getUint32(7, true)
    const alone = new Uint8Array(Buffer.concat([frame.subarray(0, 7), frame.subarray(11 + first)]))
    const second = repeats(65536 * 2).subarray(65536)
    expect(Buffer.compare(decompressLz4(alone, 65536), second)).toBe(0)
  })

  test('of the same writer do not depend on what it wrote before', () => {
    const writer = new Lz4FrameWriter()
    const first = writer.compress(rows(20_000)).slice()
    writer.compress(letters(70_000))
    expect(Buffer.compare(writer.compress(rows(20_000)), first)).toBe(0)
  })

  test('are the smaller the longer the level searches, and 9 is the quick one', () => {
    const content = rows(60_000)
    const sizes = [9, 1, 4, 12].map(level => written(content, level).length)
    expect([...sizes].sort((left, right) => right - left)).toEqual(sizes)
    expect(written(content).length).toBe(sizes[0])
  })

  test('are made without delay where everything is alike, at the highest level', () => {
    const content = new Uint8Array(60_000)
    expect(written(content, 17).length).toBeLessThan(300)
  })
})

describe('what is refused', () => {
  const frame = written(rows(2000))

  test('more than the cap, and nothing less', () => {
    expect(decompressLz4(frame, 2000)).toHaveLength(2000)
    expect(() => decompressLz4(frame, 1999)).toThrow('The lz4 data grows beyond the permitted 1999 bytes.')
  })

  /** The header of a frame with these flags and block size, and a right checksum. */
  function header(flags: number, blockSize: number, rest: readonly number[] = []): number[] {
    const described = Uint8Array.from([flags, blockSize, ...rest])
    return [4, 0x22, 0x4d, 0x18, ...described, (xxhash32Of(described) >>> 8) & 0xff]
  }

  const SIZE_1 = [1, 0, 0, 0, 0, 0, 0, 0]

  test.each<[string, readonly number[], string]>([
    ['empty', [], 'it ends too early'],
    ['without magic', [1, 2, 3, 4, 5], 'it does not start with the magic number of a frame'],
    ['of version 2', header(0xa0, 0x40), 'its version is unknown'],
    ['with the reserved flag', header(0x62, 0x40), 'its version is unknown'],
    ['with a dictionary', header(0x61, 0x40, [0, 0, 0, 0]), 'it needs a dictionary'],
    ['with a block size below 64 KiB', header(0x60, 0x30), 'its block size is unknown'],
    [
      'with a wrong header checksum',
      [...header(0x60, 0x40).slice(0, -1), 0],
      'the checksum of its header is wrong'
    ],
    ['without end mark', header(0x60, 0x40), 'it ends too early'],
    ['with a block above its size', [...header(0x60, 0x40), 1, 0, 1, 0], 'a block says it has 65537 bytes'],
    ['with a block that is not there', [...header(0x60, 0x40), 9, 0, 0, 0, 1], 'it ends too early'],
    [
      'with a size it has not',
      [...header(0x68, 0x40, SIZE_1), 0, 0, 0, 0],
      'the header says 1 bytes of content and there are 0'
    ],
    ['with bytes behind it', [...header(0x60, 0x40), 0, 0, 0, 0, 7], 'bytes follow the end of the frame'],
    [
      'with a match before its block',
      [...header(0x60, 0x40), 5, 0, 0, 0, 0x10, 65, 2, 0, 0],
      'a match starts before it'
    ],
    [
      'with a match at distance 0',
      [...header(0x60, 0x40), 4, 0, 0, 0, 0x10, 65, 0, 0],
      'a match starts before it'
    ],
    [
      'with too many literals',
      [...header(0x60, 0x40), 2, 0, 0, 0, 0x20, 65],
      'a block has too many literals'
    ],
    [
      'with half a distance',
      [...header(0x60, 0x40), 3, 0, 0, 0, 0x10, 65, 1],
      'a block ends inside a sequence'
    ],
    [
      'with an endless length',
      [...header(0x60, 0x40), 2, 0, 0, 0, 0xf0, 255],
      'a block ends inside a length'
    ],
    [
      'with an empty block',
      [...header(0x60, 0x40), 0, 0, 0, 0x80, 0, 0, 0, 0, 1],
      'bytes follow the end of the frame'
    ]
  ])('a frame %s', (_, bytes, reason) => {
    expect(() => decompressLz4(Uint8Array.from(bytes), 1e6)).toThrow(`The lz4 data is damaged: ${reason}.`)
  })

  test('a block that unfolds to more than its size', () => {
    const block = [0x1f, 65, 1, 0, ...Array<number>(258).fill(255), 0, 0]
    const size = [block.length & 0xff, block.length >> 8, 0, 0]
    const bytes = Uint8Array.from([...header(0x60, 0x40), ...size, ...block, 0, 0, 0, 0])
    expect(() => decompressLz4(bytes, 1e6)).toThrow('a block unfolds to more than its size')
  })

  test.each([
    ['repeats-linked.lz4', 20, 'the checksum of a block is wrong'],
    ['short-9.lz4', -1, 'the checksum of the content is wrong']
  ])('%s with a changed byte, by its checksum', (name, at, reason) => {
    const bytes = sample(name)
    const index = at < 0 ? bytes.length + at : at
    expect(() => decompressLz4(bytes.with(index, bytes[index]! ^ 1), 1e6)).toThrow(reason)
  })

  test('changed frames give bytes up to the cap or one clear sentence, whatever is changed', () => {
    const frames = [frame, ...['short-9.lz4', 'letters-1.lz4', 'repeats-linked.lz4'].map(sample)]
    fc.assert(
      fc.property(fc.constantFrom(...frames), anyChanges, anyCut, (source, changes, cut) => {
        const outcome = outcomeOf(() => decompressLz4(damage(source, changes, cut), 20_000))
        if (outcome instanceof Error)
          expect(outcome.message).toMatch(/^The lz4 data (?:is damaged: .*|grows .*)\.$/)
        else expect(outcome.length).toBeLessThanOrEqual(20_000)
      }),
      { numRuns: 1000 }
    )
  })
})
