/**
 * Reads what HdrHistogram's tools write and ours must: the V2 compressed form, step by step from its
 * description, with nothing of the encoder in it.
 */
import { inflateSync } from 'node:zlib'

interface DecodedHistogram {
  readonly digits: number
  readonly lowest: number
  readonly highest: number
  readonly ratio: number
  /** Counts that are not 0, by index. */
  readonly counts: ReadonlyMap<number, number>
}

/** The plain form inside a line of a log. */
export function plainOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.readInt32BE(0) !== 0x1c849314) throw new Error('not a compressed histogram of version 2')
  const length = bytes.readInt32BE(4)
  if (bytes.length !== 8 + length) throw new Error(`${bytes.length} bytes for ${length}`)
  return inflateSync(bytes.subarray(8))
}

export function decodeHistogram(base64: string): DecodedHistogram {
  const plain = plainOf(base64)
  if (plain.readInt32BE(0) !== 0x1c849313) throw new Error('not a histogram of version 2')
  const payload = plain.subarray(40)
  if (plain.readInt32BE(4) !== payload.length) throw new Error('the payload has another length')
  if (plain.readInt32BE(8) !== 0) throw new Error('a normalizing offset is not expected')
  return {
    digits: plain.readInt32BE(12),
    lowest: Number(plain.readBigInt64BE(16)),
    highest: Number(plain.readBigInt64BE(24)),
    ratio: plain.readDoubleBE(32),
    counts: countsOf(payload)
  }
}

function countsOf(payload: Uint8Array): Map<number, number> {
  const counts = new Map<number, number>()
  let index = 0
  for (let at = 0; at < payload.length; ) {
    let bits = 0n
    let shift = 0n
    for (;;) {
      const byte = payload[at++]!
      bits |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte < 0x80) break
    }
    const value = Number((bits >> 1n) ^ -(bits & 1n))
    if (value < 0) index -= value
    else {
      if (value > 0) counts.set(index, value)
      index += 1
    }
  }
  return counts
}

/** The lowest value of a cell for a histogram that counts from 1 with three digits. */
export function lowestOfCell(index: number): number {
  if (index < 2048) return index
  const bucket = Math.floor(index / 1024) - 1
  return (1024 + (index % 1024)) * 2 ** bucket
}
