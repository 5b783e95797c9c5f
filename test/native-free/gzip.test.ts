import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gunzip, gzip } from '../../native-free/gzip.ts'

/** Records of a batch that a Kafka 4.1.1 producer compressed with gzip: one record, null key, 200 letters. */
const KAFKA_RECORDS = '1f8b08000000000000ff9bc7ccc0c0c038813971980006001de6e49bd1000000'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

test('the records that a Kafka producer compressed are read', () => {
  const records = gunzip(Uint8Array.from(Buffer.from(KAFKA_RECORDS, 'hex')), 1000)
  expect(text(records)).toBe(`\x9e\x03\0\0\0\x01\x90\x03${'a'.repeat(200)}\0`)
})

test('a gzip stream has the magic and the method of RFC 1952', () => {
  expect([...gzip(new Uint8Array(3)).subarray(0, 3)]).toEqual([0x1f, 0x8b, 8])
})

test('any bytes come back, at every level, as plain arrays', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 9 }), (bytes, level) => {
      const back = gunzip(gzip(bytes, level), 5000)
      expect(Buffer.compare(back, bytes)).toBe(0)
      expect(back.constructor).toBe(Uint8Array)
    })
  )
})

test('a higher level makes repeated text smaller', () => {
  const words = new TextEncoder().encode(
    Array.from({ length: 4000 }, (_, index) => `key-${index % 97}`).join()
  )
  expect(gzip(words, 9).length).toBeLessThan(gzip(words, 1).length)
})

test('output up to the cap is given, one byte more is refused', () => {
  const packed = gzip(new Uint8Array(100_000))
  expect(gunzip(packed, 100_000)).toHaveLength(100_000)
  expect(() => gunzip(packed, 99_999)).toThrow('The gzip data grows beyond the permitted 99999 bytes.')
})

test.each([
  ['cut short', (packed: Uint8Array) => packed.subarray(0, -3), 'unexpected end of file'],
  ['empty', () => new Uint8Array(0), 'unexpected end of file'],
  ['without its magic', (packed: Uint8Array) => packed.with(0, 0), 'incorrect header check'],
  [
    'with a wrong checksum',
    (packed: Uint8Array) => packed.with(-8, packed.at(-8)! ^ 1),
    'incorrect data check'
  ]
])('data %s is refused as damaged', (_, damage, reason) => {
  const packed = gzip(new TextEncoder().encode('some records'))
  expect(() => gunzip(damage(packed), 1000)).toThrow(`The gzip data is damaged: ${reason}.`)
})

test('shared memory is read in place', () => {
  const packed = gzip(new TextEncoder().encode('some records'))
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const place = new Uint8Array(memory.buffer, 100, packed.length)
  place.set(packed)
  expect(text(gunzip(place, 1000))).toBe('some records')
})
