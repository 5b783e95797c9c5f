/**
 * What a consumer makes of the bytes of keys and values.
 *
 * Null is never deserialized: it stays null.
 *
 * Thread: any. Kafka: common/serialization/Deserializer.
 */
import { Buffer } from 'node:buffer'
import { Unpackr } from 'msgpackr/pack'
import type { ConsumerSettings, RecordFormat } from '../../config/consumer-config.ts'
import { configError } from '../../config/define-config.ts'
import type { RecordHeader } from '../../wire/record/record-header.ts'
import type { RecordFormats } from './consumer-record.ts'

/** It may keep the bytes. What it throws becomes the error of its record. */
export type Deserializer<T> = (bytes: Uint8Array, topic: string, headers: readonly RecordHeader[]) => T

/** The names of deserializers that may give a T; of JSON and MessagePack the caller says what is in it. */
export type DeserializerNameFor<T> =
  | ([Uint8Array] extends [T] ? 'bytes' : never)
  | ([string] extends [T] ? 'string' : never)
  | ([T] extends [Uint8Array] ? never : 'json' | 'msgpack')

/** Maps become objects, as the serializer of the producer takes them. */
const unpackr = new Unpackr({ useRecords: false })

/** @returns null for `bytes`, of which a view is all there is to make */
function deserializerFor(setting: RecordFormat | object): Deserializer<unknown> | null {
  if (typeof setting === 'function') return setting as Deserializer<unknown>
  switch (setting) {
    case 'bytes':
      return null
    case 'string':
      return text
    case 'json':
      return bytes => JSON.parse(text(bytes)) as unknown
    case 'msgpack':
      return bytes => unpackr.unpack(bytes) as unknown
    default:
      throw configError('key.deserializer and value.deserializer must be a name or a function.')
  }
}

/** How a consumer with these settings makes its records. */
export function formatsOf<K, V>(
  settings: Pick<ConsumerSettings, 'keyDeserializer' | 'valueDeserializer'>
): RecordFormats<K, V> {
  // What a name gives is what the caller says it is: the types of the settings hold names and K, V together.
  return {
    key: deserializerFor(settings.keyDeserializer) as Deserializer<K> | null,
    value: deserializerFor(settings.valueDeserializer) as Deserializer<V> | null
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
