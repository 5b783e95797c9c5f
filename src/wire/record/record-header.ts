/**
 * Headers of a record: name and value pairs, at its end.
 *
 *   headerCount varint, then for each:  keyLength varint · key UTF-8 · valueLength varint (-1 null) · value
 *
 * Kafka: common/header/Header, common/record/DefaultRecord.
 */
import { Buffer } from 'node:buffer'
import { VarintCursor, varintSize, writeVarint } from '../../../native-free/varint.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** The headers of a record that has none. One object for all, so that nothing is allocated. */
export const NO_HEADERS: readonly RecordHeader[] = Object.freeze([])

/** Bytes the headers take, with their count. */
export function headersSize(headers: readonly RecordHeader[]): number {
  let size = varintSize(headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    size += varintSize(keyLength) + keyLength
    size += value === null ? 1 : varintSize(value.length) + value.length
  }
  return size
}

/** Writes count and headers at `at`. @returns the position after them. */
export function writeHeaders(bytes: Uint8Array, at: number, headers: readonly RecordHeader[]): number {
  let next = writeVarint(bytes, at, headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.from(key)
    next = writeVarint(bytes, next, keyBytes.length)
    bytes.set(keyBytes, next)
    next += keyBytes.length
    next = writeVarint(bytes, next, value === null ? -1 : value.length)
    if (value !== null) {
      bytes.set(value, next)
      next += value.length
    }
  }
  return next
}

/**
 * Reads `count` headers that lie from `at` up to `end`; values are views. Null if they do not end exactly
 * there.
 */
export function readHeaders(bytes: Buffer, at: number, end: number, count: number): RecordHeader[] | null {
  const varints = new VarintCursor(bytes, at, end)
  const headers: RecordHeader[] = []
  try {
    for (let index = 0; index < count; index++) {
      const keyAt = skipField(varints)
      if (keyAt < 0) return null
      const key = bytes.toString('utf8', keyAt, varints.at)
      const valueAt = skipField(varints)
      headers.push({ key, value: valueAt < 0 ? null : plainView(bytes, valueAt, varints.at) })
    }
  } catch (cause) {
    if (cause instanceof RangeError) return null
    throw cause
  }
  return varints.at === end ? headers : null
}

/** Passes a length and so many bytes. @returns where the bytes start, -1 for null. @throws RangeError */
function skipField(varints: VarintCursor): number {
  const length = varints.readVarint()
  if (length < 0) return -1
  const at = varints.at
  if (length > varints.limit - at) throw new RangeError(`The field at ${at} has ${length} bytes too many.`)
  varints.at = at + length
  return at
}

function plainView(bytes: Buffer, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from)
}
