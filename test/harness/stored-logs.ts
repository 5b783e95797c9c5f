/** Log files of a running engine as they lie on the disk: where they end, and how they are spoilt. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { batchSizeAt, lastOffsetDeltaAt } from '../../src/wire/record/record-batch.ts'

interface StoredBatch {
  readonly at: number
  readonly sizeBytes: number
  readonly baseOffset: number
  readonly endOffset: number
}

const BASE_OFFSET_BYTES = 8

function logFiles(logDirectory: string | null, topic: string): string[] {
  if (logDirectory === null) throw new Error('the target has no directory')
  return readdirSync(logDirectory)
    .filter(name => name.startsWith(`${topic}-`) && /^\d+$/.test(name.slice(topic.length + 1)))
    .map(name => join(logDirectory, name))
    .flatMap(directory =>
      readdirSync(directory)
        .filter(name => name.endsWith('.log'))
        .map(name => join(directory, name))
    )
}

/** Batches of one file, by their headers alone. */
function batchesOf(bytes: Buffer): StoredBatch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const batches: StoredBatch[] = []
  for (let at = 0; at < bytes.byteLength; ) {
    const sizeBytes = batchSizeAt(view, at)
    const baseOffset = Number(bytes.readBigInt64BE(at))
    batches.push({ at, sizeBytes, baseOffset, endOffset: baseOffset + lastOffsetDeltaAt(view, at) + 1 })
    at += sizeBytes
  }
  return batches
}

/** Log end offset of each partition of a topic. */
export function logEnds(logDirectory: string | null, topic: string): number[] {
  return logFiles(logDirectory, topic).map(path => batchesOf(readFileSync(path)).at(-1)?.endOffset ?? 0)
}

/** Flips one bit in a record of the first batch. */
export function damageRecord(logDirectory: string | null, topic: string): void {
  const [path] = logFiles(logDirectory, topic)
  if (path === undefined) throw new Error(`no log of ${topic}`)
  const bytes = readFileSync(path)
  const [first] = batchesOf(bytes)
  if (first === undefined) throw new Error(`nothing in ${path}`)
  const last = first.at + first.sizeBytes - 10
  bytes[last] = (bytes[last] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

/**
 * Puts one batch in the place of another of its size, whose offsets it takes over: every offset is there,
 * every checksum is right, and what was in the other batch is lost.
 */
export function loseBatch(logDirectory: string | null, topic: string): void {
  const [path] = logFiles(logDirectory, topic)
  if (path === undefined) throw new Error(`no log of ${topic}`)
  const bytes = readFileSync(path)
  const batches = batchesOf(bytes)
  for (const lost of batches) {
    const other = batches.find(
      batch =>
        batch.at < lost.at &&
        batch.sizeBytes === lost.sizeBytes &&
        batch.endOffset - batch.baseOffset === lost.endOffset - lost.baseOffset
    )
    if (other === undefined) continue
    bytes.copyWithin(lost.at + BASE_OFFSET_BYTES, other.at + BASE_OFFSET_BYTES, other.at + other.sizeBytes)
    writeFileSync(path, bytes)
    return
  }
  throw new Error(`no two batches of ${path} are of one size`)
}
