import { expect, test } from 'vitest'
import { formatsOf } from '../../../src/clients/consumer/deserializers.ts'
import { parseConsumerConfig } from '../../../src/config/consumer-config.ts'

function valueFormat(setting: unknown) {
  return formatsOf(parseConsumerConfig({ 'value.deserializer': setting })).value
}

const made = (setting: unknown, bytes: Uint8Array): unknown => valueFormat(setting)?.(bytes, 't', [])

test('bytes need nothing made of them', () => {
  expect(formatsOf(parseConsumerConfig({}))).toEqual({ key: null, value: null })
})

test('text is UTF-8 of exactly these bytes', () => {
  const whole = new TextEncoder().encode('xäöü€🙂x')
  expect(made('string', whole.subarray(1, -1))).toBe('äöü€🙂')
  expect(made('string', new Uint8Array(0))).toBe('')
})

test('JSON is parsed, and says itself what is wrong with it', () => {
  expect(made('json', Buffer.from('{"a":[1,null]}'))).toEqual({ a: [1, null] })
  expect(() => made('json', Buffer.from('{"a":'))).toThrow(SyntaxError)
})

test('MessagePack of any writer becomes objects, lists, numbers and bytes', () => {
  // {"a": 1, "b": [true, null], "c": bin [7]} by the specification.
  const packed = Buffer.from('83a16101a16292c3c0a163c40107', 'hex')
  expect(made('msgpack', packed)).toEqual({ a: 1, b: [true, null], c: Buffer.from([7]) })
  expect(() => made('msgpack', Buffer.from('83a161', 'hex'))).toThrow()
})

test('a function gets bytes, topic and headers', () => {
  const custom = (bytes: Uint8Array, topic: string, headers: readonly unknown[]) =>
    `${bytes.length} ${topic} ${headers.length}`
  expect(made(custom, new Uint8Array(3))).toBe('3 t 0')
})

test('what is neither a known name nor a function is refused', () => {
  expect(() => valueFormat('xml')).toThrow('value.deserializer')
  expect(() => valueFormat({ deserialize: () => 1 })).toThrow('must be a name or a function')
})
