import fc from 'fast-check'
import { expect, test } from 'vitest'
import { xxhash32Of } from '../../native-free/xxhash32.ts'

/** The algorithm as its specification words it, over BigInt. */
function definition(bytes: Uint8Array): number {
  const [p1, p2, p3, p4, p5] = [2654435761n, 2246822519n, 3266489917n, 668265263n, 374761393n] as const
  const mod = (value: bigint): bigint => BigInt.asUintN(32, value)
  const rotate = (value: bigint, bits: bigint): bigint => mod((value << bits) | (value >> (32n - bits)))
  const word = (at: number): bigint => BigInt(Buffer.from(bytes).readUInt32LE(at))
  let at = 0
  let hash: bigint = p5
  if (bytes.length >= 16) {
    const lanes = [mod(p1 + p2), p2, 0n, mod(-p1)]
    for (; at + 16 <= bytes.length; at += 16) {
      lanes.forEach((lane, index) => {
        lanes[index] = mod(rotate(mod(lane + mod(word(at + 4 * index) * p2)), 13n) * p1)
      })
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, bits, index) => mod(sum + rotate(lanes[index] ?? 0n, bits)), 0n)
  }
  hash = mod(hash + BigInt(bytes.length))
  for (; at + 4 <= bytes.length; at += 4) hash = mod(rotate(mod(hash + mod(word(at) * p3)), 17n) * p4)
  for (; at < bytes.length; at++) hash = mod(rotate(mod(hash + mod(BigInt(bytes[at] ?? 0) * p5)), 11n) * p1)
  hash = mod((hash ^ (hash >> 15n)) * p2)
  hash = mod((hash ^ (hash >> 13n)) * p3)
  return Number(hash ^ (hash >> 16n))
}

test.each([
  ['', 0x02cc5d05],
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f]
])('the checksum of %j is the published one', (text, expected) => {
  expect(xxhash32Of(new TextEncoder().encode(text))).toBe(expected)
})

test("the second byte of the checksum of Kafka's frame flags is the one in its frames", () => {
  const frame = Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
  expect((xxhash32Of(frame, 4, 6) >>> 8) & 0xff).toBe(0x82)
})

test('any range of any bytes gives what the definition gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(20), fc.nat(20), (bytes, from, cut) => {
      const to = Math.max(Math.min(from, bytes.length), bytes.length - cut)
      const start = Math.min(from, to)
      expect(xxhash32Of(bytes, start, to)).toBe(definition(bytes.subarray(start, to)))
    })
  )
})
