/**
 * A record that a consumer may keep: its bytes are a private copy, made once for many records.
 *
 * With a deserializer key and value are made when the record is; without one they become views only when they
 * are asked for, because many programs look at one of them.
 *
 * Kafka: clients/consumer/ConsumerRecord.
 */
import { Buffer } from 'node:buffer'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { RecordCursor } from '../../wire/record/record-batch-iterator.ts'
import type { RecordHeader } from '../../wire/record/record-header.ts'
import type { Deserializer } from './deserializers.ts'
import { RecordDeserializationError } from './record-deserialization-error.ts'

/** How the records of a consumer are made; null: keys or values stay bytes. */
export interface RecordFormats<K, V> {
  readonly key: Deserializer<K> | null
  readonly value: Deserializer<V> | null
}

/** What the records of one answer have in common. */
export interface RecordSource<K, V> extends TopicPartition {
  readonly formats: RecordFormats<K, V>
  /** Of the partition, when the record was fetched. */
  readonly highWatermark: number
}

export class ConsumerRecord<K = Uint8Array, V = Uint8Array> {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970, -1 none. */
  readonly timestamp: number
  readonly headers: readonly RecordHeader[]
  readonly #source: RecordSource<K, V>
  readonly #bytes: Uint8Array
  readonly #keyAt: number
  readonly #keyLength: number
  readonly #valueAt: number
  readonly #valueLength: number
  /** Undefined: bytes, of which no view was wanted yet. */
  #key: K | null | undefined = undefined
  #value: V | null | undefined = undefined

  /**
   * @param cursor stands on the record; its bytes are not written to again
   * @throws HighwaterError HIGHWATER_DESERIALIZATION
   */
  constructor(source: RecordSource<K, V>, cursor: RecordCursor) {
    this.topic = source.topic
    this.partition = source.partition
    this.offset = cursor.offset
    this.timestamp = cursor.timestamp
    this.headers = cursor.headers()
    this.#source = source
    this.#bytes = cursor.bytes
    this.#keyAt = cursor.keyAt
    this.#keyLength = cursor.keyLength
    this.#valueAt = cursor.valueAt
    this.#valueLength = cursor.valueLength
    const { key, value } = source.formats
    if (key !== null) this.#key = this.#made('key', key, this.#view(this.#keyAt, this.#keyLength))
    if (value !== null) this.#value = this.#made('value', value, this.#view(this.#valueAt, this.#valueLength))
  }

  /** Null where the record has no key. */
  get key(): K | null {
    // Without a deserializer K is bytes.
    if (this.#key === undefined) this.#key = this.#view(this.#keyAt, this.#keyLength) as K | null
    return this.#key
  }

  /** Null where the record has no value. */
  get value(): V | null {
    if (this.#value === undefined) this.#value = this.#view(this.#valueAt, this.#valueLength) as V | null
    return this.#value
  }

  /** End of the readable log when the record was fetched: how far behind this record is. */
  get highWatermark(): number {
    return this.#source.highWatermark
  }

  /** Bytes of the key, -1 for none. */
  get serializedKeySize(): number {
    return this.#keyLength
  }

  /** Bytes of the value, -1 for none. */
  get serializedValueSize(): number {
    return this.#valueLength
  }

  /** The bytes of the key as UTF-8 text. */
  keyString(): string | null {
    return this.#text(this.#keyAt, this.#keyLength)
  }

  /** The bytes of the value as UTF-8 text. */
  valueString(): string | null {
    return this.#text(this.#valueAt, this.#valueLength)
  }

  #made<T>(part: 'key' | 'value', deserialize: Deserializer<T>, bytes: Uint8Array | null): T | null {
    if (bytes === null) return null
    try {
      return deserialize(bytes, this.topic, this.headers) ?? null
    } catch (cause) {
      throw new RecordDeserializationError(this, part, cause)
    }
  }

  #view(at: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.#bytes.subarray(at, at + length)
  }

  #text(at: number, length: number): string | null {
    if (length < 0) return null
    const { buffer, byteOffset } = this.#bytes
    return Buffer.from(buffer, byteOffset + at, length).toString('utf8')
  }
}
