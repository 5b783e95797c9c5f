/**
 * A record as a program gives it to `send`, and what it is until it stands in a batch.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { NO_HEADERS, type RecordHeader } from '../../wire/record/record-header.ts'
import type { OutgoingRecord } from './producer-batch.ts'
import type { RecordCallback } from './record-future.ts'

export interface ProducerRecord<K = Uint8Array | string, V = Uint8Array | string> {
  readonly topic: string
  /** null is a tombstone. Text is sent as UTF-8 where no serializer says otherwise. */
  readonly value: V | null
  readonly key?: K | null | undefined
  /** Chosen by the partitioner if absent. */
  readonly partition?: number | undefined
  /** Milliseconds since 1970; now if absent. */
  readonly timestamp?: number | undefined
  readonly headers?: readonly RecordHeader[] | undefined
}

/** A record whose key and value are serialized and whose batch is not found yet. */
export interface SerializedRecord extends OutgoingRecord {
  /** What it was made of, for those who look at that: `Partitioning.needsSource`. */
  readonly source: ProducerRecord<unknown, unknown>
}

/** @throws HighwaterError HIGHWATER_SERIALIZATION */
export function checkedHeaders(headers: ProducerRecord['headers']): readonly RecordHeader[] {
  if (headers === undefined) return NO_HEADERS
  const isSound =
    Array.isArray(headers) &&
    headers.every(
      (header: Partial<RecordHeader> | null) =>
        typeof header?.key === 'string' && (header.value === null || header.value instanceof Uint8Array)
    )
  if (isSound) return headers
  throw new HighwaterError(
    'HIGHWATER_SERIALIZATION',
    'Headers are a list of { key, value }: the key a string, the value a Uint8Array or null.'
  )
}

const NOTHING: ProducerRecord<unknown, unknown> = { topic: '', value: null }

/** May be filled in for record after record, so that a record costs no object. */
export class RecordDraft implements SerializedRecord {
  timestamp = 0
  key: Uint8Array | null = null
  value: Uint8Array | string | null = null
  headers: readonly RecordHeader[] = NO_HEADERS
  callback: RecordCallback | null = null
  readonly source: ProducerRecord<unknown, unknown>

  constructor(source = NOTHING) {
    this.source = source
  }
}
