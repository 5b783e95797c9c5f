import { expect, test } from 'vitest'
import { keyBytesOf, RecordSerializers } from '../../../src/clients/producer/record-serializers.ts'

type Settings = ConstructorParameters<typeof RecordSerializers>[0]

const plain: Settings = { keySerializer: 'bytes', valueSerializer: 'bytes' }

const refusing = (): never => {
  throw new Error('asked')
}

test('bytes and text need none, and go as they are', () => {
  const record = { topic: 't', key: 'k', value: Uint8Array.of(1), timestamp: 5 }
  expect(new RecordSerializers(plain).isNone).toBe(true)
  expect(new RecordSerializers({ ...plain, valueSerializer: 'string' }).isNone).toBe(false)
  const applied = new RecordSerializers({ ...plain, keySerializer: 'string' }).apply(record)
  expect(applied).toMatchObject(record)
  expect(applied.value).toBe(record.value)
})

test('null is a tombstone, and null or no key is none, whatever the serializers', () => {
  const serializers = new RecordSerializers({ keySerializer: refusing, valueSerializer: refusing })
  expect(serializers.apply({ topic: 't', value: null, key: null })).toMatchObject({ value: null, key: null })
  expect(serializers.apply({ topic: 't', value: null }).key).toBeUndefined()
})

test('each gets data, topic and headers, the key first; what it gives stands in for the data', () => {
  const heard: unknown[] = []
  const headers = [{ key: 'h', value: null }]
  const settings = {
    keySerializer: (...given: unknown[]) => {
      heard.push(given)
      return 'key'
    },
    valueSerializer: (...given: unknown[]) => {
      heard.push(given)
      return null
    }
  }
  const record = { topic: 't', key: 5, value: 6, partition: 3, timestamp: 9, headers }
  expect(new RecordSerializers(settings).apply(record)).toEqual({ ...record, key: 'key', value: null })
  expect(heard).toEqual([
    [5, 't', headers],
    [6, 't', headers]
  ])
  new RecordSerializers(settings).apply({ topic: 't', key: 5, value: 6 })
  expect(heard[2]).toEqual([5, 't', []])
})

test('one that throws is named, with what it said', () => {
  const serializers = new RecordSerializers({ ...plain, keySerializer: 'json' })
  expect(() => serializers.apply({ topic: 't', key: 1n, value: 'v' })).toThrow(
    /The key of a record of t could not be serialized by key\.serializer: .*BigInt/
  )
})

test('an object is no serializer', () => {
  expect(() => new RecordSerializers({ ...plain, keySerializer: {} })).toThrow(
    'key.serializer must be a name'
  )
})

test('a key is bytes, text or none', () => {
  const bytes = Uint8Array.of(1)
  expect(keyBytesOf(bytes)).toBe(bytes)
  expect(keyBytesOf('ä')).toEqual(Buffer.from('ä'))
  expect([keyBytesOf(null), keyBytesOf(undefined)]).toEqual([null, null])
  expect(keyBytesOf('')).toHaveLength(0)
  expect(() => keyBytesOf({})).toThrow(
    'The key of a record must be a Uint8Array, a string or null, not object'
  )
})
