/**
 * The serializers of a producer, applied to a whole record: what comes out has bytes and text only.
 *
 * Thread: the caller's. Kafka: where KafkaProducer.doSend calls keySerializer and valueSerializer.
 */
import { Buffer } from 'node:buffer'
import { configError } from '../../config/define-config.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import { NO_HEADERS } from '../../wire/record/record-header.ts'
import { type Serializer, serializerFor } from '../serializers.ts'
import { notSerialized, wrongBytes } from './producer-errors.ts'
import type { ProducerRecord } from './producer-record.ts'

type AnyRecord = ProducerRecord<unknown, unknown>

export class RecordSerializers {
  /** There are none: bytes and text go as they are. */
  readonly isNone: boolean
  readonly #key: Serializer<unknown> | null
  readonly #value: Serializer<unknown> | null

  constructor(settings: Pick<ProducerSettings, 'keySerializer' | 'valueSerializer'>) {
    this.#key = serializerOf('key.serializer', settings.keySerializer)
    this.#value = serializerOf('value.serializer', settings.valueSerializer)
    this.isNone = this.#key === null && this.#value === null
  }

  /** Key first, as Kafka does it. @throws HighwaterError HIGHWATER_SERIALIZATION */
  apply(record: AnyRecord): AnyRecord {
    const { topic, key, value, partition, timestamp, headers } = record
    const isKeyless = this.#key === null || key === null || key === undefined
    const keyBytes = isKeyless ? key : serialized(this.#key, 'key', key, record)
    const isPlain = this.#value === null || value === null
    const valueBytes = isPlain ? value : serialized(this.#value, 'value', value, record)
    return { topic, key: keyBytes, value: valueBytes, partition, timestamp, headers }
  }
}

/** @throws HighwaterError HIGHWATER_SERIALIZATION */
export function keyBytesOf(key: unknown): Uint8Array | null {
  if (typeof key === 'string') return Buffer.from(key)
  if (key instanceof Uint8Array) return key
  if (key === null || key === undefined) return null
  throw wrongBytes('key', key)
}

function serializerOf(name: string, setting: string | object): Serializer<unknown> | null {
  if (typeof setting === 'string' || typeof setting === 'function') return serializerFor(setting)
  throw configError(`${name} must be a name or a function, not an object.`)
}

function serialized(
  serializer: Serializer<unknown>,
  what: 'key' | 'value',
  data: unknown,
  { topic, headers }: AnyRecord
): unknown {
  try {
    return serializer(data, topic, headers ?? NO_HEADERS)
  } catch (cause) {
    throw notSerialized(what, topic, cause)
  }
}
