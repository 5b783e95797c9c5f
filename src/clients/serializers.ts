/**
 * What makes bytes of keys and values. A serializer gives bytes, or text, which is written as UTF-8 into the
 * batch without a copy between.
 *
 * `null` is never serialized: it stays null, a tombstone.
 *
 * Thread: any. Kafka: common/serialization/Serializer.
 */
import { Packr } from 'msgpackr/pack'
import type { RecordHeader } from '../wire/record/record-header.ts'

export type Serializer<T> = (
  data: T,
  topic: string,
  headers: readonly RecordHeader[]
) => Uint8Array | string | null

/** What each serializer of ours takes. */
interface SerializedTypes {
  readonly bytes: Uint8Array | string
  readonly string: string
  readonly json: unknown
  readonly msgpack: unknown
}

/** The names of serializers that take a T. */
export type SerializerNameFor<T> = {
  [Name in keyof SerializedTypes]: [T] extends [SerializedTypes[Name]] ? Name : never
}[keyof SerializedTypes]

/** Plain maps of the least size, which every reader of MessagePack understands. */
const packr = new Packr({ useRecords: false, variableMapSize: true })

/** @returns null for `bytes`, which leaves bytes and text as they are */
export function serializerFor(setting: string | object): Serializer<unknown> | null {
  if (typeof setting === 'function') return setting as Serializer<unknown>
  switch (setting) {
    case 'bytes':
      return null
    case 'string':
      return textOnly
    case 'json':
      return toJson
    case 'msgpack':
      return data => packr.pack(data)
    default:
      throw new TypeError('a serializer is a name or a function')
  }
}

function textOnly(data: unknown): string {
  if (typeof data === 'string') return data
  throw new TypeError(`a string is expected, not ${typeof data}`)
}

function toJson(data: unknown): string {
  const text: string | undefined = JSON.stringify(data)
  if (text === undefined) throw new TypeError(`JSON has no form for ${typeof data}`)
  return text
}
