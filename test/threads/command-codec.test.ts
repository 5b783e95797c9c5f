import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packCommand, unpackCommand } from '../../src/threads/command-codec.ts'

test('a body is plain MessagePack: no records, no shared structures', () => {
  expect([...packCommand({ a: 1, b: 'x' })]).toEqual([0xde, 0, 2, 0xa1, 0x61, 1, 0xa1, 0x62, 0xa1, 0x78])
})

test('packed bytes own their buffer, so that a message carries nothing else', () => {
  const packed = packCommand({ a: 1 })
  expect(packed.buffer.byteLength).toBe(packed.byteLength)
})

test('bodies come back as they were sent', () => {
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).filter(number => !Object.is(number, -0)),
    fc.uint8Array()
  )
  const key = fc.string().filter(name => name !== '__proto__')
  const body = fc.dictionary(key, fc.oneof(value, fc.array(value), fc.dictionary(key, value)), {
    noNullPrototype: true
  })
  fc.assert(
    fc.property(body, sent => {
      expect(unpackCommand(packCommand(sent))).toEqual(sent)
    })
  )
})

test('what is undefined stays undefined', () => {
  expect(unpackCommand(packCommand({ a: undefined }))).toStrictEqual({ a: undefined })
})
