/**
 * Records of the user's own, one a line of a file: how large they are, what is in them, and the keys in them.
 *
 * Each loader sends them as they are, in an order of its own; what the audit needs to know is in a header
 * behind them (see `sampled-values.ts`), so that a handler finds what it knows and no record is too short.
 *
 * Thread: the harness's reads the file; load threads share the packed bytes and never write to them.
 */
import { Buffer } from 'node:buffer'
import { HighwaterError } from '../../base/local-errors.ts'
import { formatBytes, formatCount } from '../../planner/units.ts'
import { allocateWords } from '../../threads/shared-memory.ts'
import { readSample } from '../benchmark/lines.ts'
import { countKeys, type KeyCounts } from './key-counts.ts'

/** Values one after another in shared bytes; value i lies from word i to word i + 1 of `starts`. */
export interface PackedValues {
  readonly bytes: SharedArrayBuffer
  readonly starts: SharedArrayBuffer
}

export interface RecordSample {
  readonly path: string
  readonly records: number
  readonly meanBytes: number
  readonly p50Bytes: number
  readonly p99Bytes: number
  readonly maxBytes: number
  /** What is sent: all records, or as many as a loader can hold, evenly over their sizes. */
  readonly values: PackedValues
  readonly sentRecords: number
  readonly sentMeanBytes: number
}

const FLAG = '--record-file'
/** Kafka's default max.request.size, less what a batch of one record and the audit's header take. */
const RECORD_BYTES_MAX = 2 ** 20 - 150
/** A loader has a view of each. */
const SENT_MAX = 65_536
const NEWLINE = 10
const RETURN = 13

function refuse(message: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', message)
}

/** Where lines lie in the bytes of a file: first byte and end, without the line's own end. */
interface LineSpans {
  readonly bytes: Uint8Array
  readonly from: Float64Array
  readonly end: Float64Array
}

export class RecordFile {
  readonly #path: string
  readonly #lines: LineSpans

  private constructor(path: string, lines: LineSpans) {
    this.#path = path
    this.#lines = lines
  }

  /** @throws HighwaterError HIGHWATER_CONFIG for a file, or a record in it, that cannot be sent */
  static read(path: string, recordBytesMax = RECORD_BYTES_MAX): RecordFile {
    const lines = spansOf(readSample(FLAG, path))
    for (let line = 0; line < lines.from.length; line++) {
      const size = lines.end[line]! - lines.from[line]!
      const place = `line ${formatCount(line + 1)} of the record file ${path}`
      if (size === 0) refuse(`A record of 0 B cannot be measured: ${place} is empty; take it out.`)
      if (size <= recordBytesMax) continue
      refuse(
        `The record in ${place} has ${formatBytes(size)}, more than the ` +
          `${formatBytes(recordBytesMax)} that fit into max.request.size; take it out.`
      )
    }
    return new RecordFile(path, lines)
  }

  get records(): number {
    return this.#lines.from.length
  }

  /** What loads take of it. `sentMax`: no more values than that. */
  sample(sentMax = SENT_MAX): RecordSample {
    const { from, end } = this.#lines
    const count = from.length
    const bySize = Uint32Array.from(from, (_, line) => line)
    const sizeOf = (line: number): number => end[line]! - from[line]!
    bySize.sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)
    const sizeAt = (p: number): number => sizeOf(bySize[Math.min(count - 1, Math.floor(p * count))]!)
    const sent = evenly(bySize, Math.min(count, sentMax)).sort()
    const values = this.#pack(sent)
    return {
      path: this.#path,
      records: count,
      meanBytes: meanOf(bySize, sizeOf),
      p50Bytes: sizeAt(0.5),
      p99Bytes: sizeAt(0.99),
      maxBytes: sizeAt(1),
      values,
      sentRecords: sent.length,
      sentMeanBytes: meanOf(sent, sizeOf)
    }
  }

  /**
   * Counts the keys that a field of each record names: a text by its UTF-8 bytes, a number as JSON writes it.
   * @throws HighwaterError HIGHWATER_CONFIG for a record that is no JSON object, or has no such field
   */
  countField(field: string): Promise<KeyCounts> {
    const { bytes, from, end } = this.#lines
    return countKeys(async each => {
      for (let line = 0; line < from.length; line++) {
        const key = Buffer.from(this.#fieldOf(line, field, bytes.subarray(from[line], end[line])))
        each(key, 0, key.length)
      }
    })
  }

  #fieldOf(line: number, field: string, record: Uint8Array): string {
    const place = `line ${formatCount(line + 1)} of the record file ${this.#path}`
    let parsed: unknown
    try {
      parsed = JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.length).toString())
    } catch {
      return refuse(`--key ${field} needs a JSON object in each line, and ${place} is none.`)
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return refuse(`--key ${field} needs a JSON object in each line, and ${place} is none.`)
    }
    const key = Object.hasOwn(parsed, field) ? (parsed as Record<string, unknown>)[field] : undefined
    if (typeof key === 'string' && key !== '') return key
    if (typeof key === 'number') return String(key)
    return refuse(`--key ${field} needs a text or a number there, and ${place} has ${nameOf(key)}.`)
  }

  #pack(chosen: Uint32Array): PackedValues {
    const { bytes, from, end } = this.#lines
    const starts = new Int32Array(allocateWords(4 * (chosen.length + 1)))
    let total = 0
    for (const [index, line] of chosen.entries()) {
      total += end[line]! - from[line]!
      starts[index + 1] = total
    }
    const packed = new Uint8Array(allocateWords(total))
    for (const [index, line] of chosen.entries()) {
      packed.set(bytes.subarray(from[line], end[line]), starts[index])
    }
    return { bytes: packed.buffer, starts: starts.buffer }
  }
}

/** `size` entries of a list, evenly over it. */
function evenly(list: Uint32Array, size: number): Uint32Array {
  return Uint32Array.from({ length: size }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / size)]!)
}

function meanOf(lines: Uint32Array, sizeOf: (line: number) => number): number {
  let sum = 0
  for (const line of lines) sum += sizeOf(line)
  return sum / lines.length
}

function nameOf(key: unknown): string {
  if (key === undefined) return 'no such field'
  if (key === null || key === '') return key === null ? 'null' : 'an empty text'
  return Array.isArray(key) ? 'a list' : `a value of type ${typeof key}`
}

/** All lines; the last one may go without an end, and what follows the last end is no line. */
function spansOf(bytes: Uint8Array): LineSpans {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === NEWLINE) count += 1
  if (bytes[bytes.length - 1] !== NEWLINE) count += 1
  const lines: LineSpans = { bytes, from: new Float64Array(count), end: new Float64Array(count) }
  let from = 0
  for (let line = 0; line < count; line++) {
    const found = bytes.indexOf(NEWLINE, from)
    const end = found < 0 ? bytes.length : found
    lines.from[line] = from
    lines.end[line] = end > from && bytes[end - 1] === RETURN ? end - 1 : end
    from = end + 1
  }
  return lines
}
