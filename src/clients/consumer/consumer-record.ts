/**
 * A record that a consumer may keep: its bytes are a private copy, made once for many records.
 *
 * Key and value become views only when they are asked for, because many programs look at one of them.
 *
 * Kafka: clients/consumer/ConsumerRecord.
 */
import { Buffer } from 'node:buffer'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { RecordCursor } from '../../wire/record/record-batch-iterator.ts'
import type { RecordHeader } from '../../wire/record/record-header.ts'

export class ConsumerRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970, -1 none. */
  readonly timestamp: number
  readonly headers: readonly RecordHeader[]
  readonly #bytes: Uint8Array
  readonly #keyAt: number
  readonly #keyLength: number
  readonly #valueAt: number
  readonly #valueLength: number

  /** @param cursor stands on the record; its bytes are not written to again */
  constructor({ topic, partition }: TopicPartition, cursor: RecordCursor) {
    this.topic = topic
    this.partition = partition
    this.offset = cursor.offset
    this.timestamp = cursor.timestamp
    this.headers = cursor.headers()
    this.#bytes = cursor.bytes
    this.#keyAt = cursor.keyAt
    this.#keyLength = cursor.keyLength
    this.#valueAt = cursor.valueAt
    this.#valueLength = cursor.valueLength
  }

  get key(): Uint8Array | null {
    return this.#keyLength < 0 ? null : this.#bytes.subarray(this.#keyAt, this.#keyAt + this.#keyLength)
  }

  get value(): Uint8Array | null {
    return this.#valueLength < 0
      ? null
      : this.#bytes.subarray(this.#valueAt, this.#valueAt + this.#valueLength)
  }

  /** The key as UTF-8 text. */
  keyString(): string | null {
    return this.#text(this.#keyAt, this.#keyLength)
  }

  /** The value as UTF-8 text. */
  valueString(): string | null {
    return this.#text(this.#valueAt, this.#valueLength)
  }

  #text(at: number, length: number): string | null {
    if (length < 0) return null
    const { buffer, byteOffset } = this.#bytes
    return Buffer.from(buffer, byteOffset + at, length).toString('utf8')
  }
}
