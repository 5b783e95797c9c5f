import { unpack } from 'msgpackr/unpack'
import { expect, test } from 'vitest'
import { serializerFor } from '../../src/clients/serializers.ts'

const serialize = (setting: string | object, data: unknown): unknown =>
  serializerFor(setting)?.(data, 't', [])

test('bytes need no serializer', () => {
  expect(serializerFor('bytes')).toBeNull()
})

test('string takes text and nothing else', () => {
  expect(serialize('string', 'ä')).toBe('ä')
  expect(() => serialize('string', Uint8Array.of(1))).toThrow('a string is expected, not object')
})

test('json gives the text of a value', () => {
  expect(serialize('json', { a: [1, null] })).toBe('{"a":[1,null]}')
  expect(serialize('json', 'text')).toBe('"text"')
})

test.each([undefined, () => 0, Symbol('s')])('json has no form for %s', data => {
  expect(() => serialize('json', data)).toThrow('JSON has no form')
})

test('msgpack gives maps and arrays that need no agreement with the reader', () => {
  const packed = serialize('msgpack', { a: 1 })
  expect(Buffer.from(packed as Uint8Array).toString('hex')).toBe('81a16101')
  expect(unpack(serialize('msgpack', [1, 'x', { y: null }]) as Uint8Array)).toEqual([1, 'x', { y: null }])
})

test('packed bytes stay as they are when more is packed', () => {
  const first = serialize('msgpack', 'first') as Uint8Array
  const before = Buffer.from(first).toString('hex')
  for (let index = 0; index < 10_000; index++) serialize('msgpack', `${index}`)
  expect(Buffer.from(first).toString('hex')).toBe(before)
})

test('a function is its own serializer', () => {
  expect(serialize((data: number) => Uint8Array.of(data), 7)).toEqual(Uint8Array.of(7))
})
