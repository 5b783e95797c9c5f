/**
 * A histogram's counts as HdrHistogram packs them into one line of a log, so that its tools read ours.
 *
 *   compressed:  int32 0x1c849314 · int32 length · zlib stream of
 *   plain:       int32 0x1c849313 · int32 payloadLength · int32 normalizingIndexOffset 0 · int32 digits ·
 *                int64 lowest · int64 highest · float64 ratio 1 · payload          big-endian, 40 bytes
 *   payload:     zigzag LEB128, one per count from index 0 to the last that is not 0; -n stands for n zeros
 *
 * Source: HdrHistogram's V2 encoding (AbstractHistogram.encodeIntoByteBuffer, ZigZagEncoding). Its varints
 * are Kafka's varlongs up to 56 bits, more than a count here can have.
 */
import { deflate } from '../../native-free/deflate.ts'
import { varlongSize, writeVarlong } from '../../native-free/varint.ts'
import { writeInt64 } from './int64.ts'

const PLAIN_COOKIE = 0x1c849313
const COMPRESSED_COOKIE = 0x1c849314
const HEADER_BYTES = 40
const COMPRESSED_HEADER_BYTES = 8

interface HdrCounts {
  /** Significant decimal digits, 0 to 5. */
  readonly digits: number
  readonly lowest: number
  readonly highest: number
  /** By index of HdrHistogram's layout for these three. */
  readonly counts: ArrayLike<number>
}

/** The numbers of the payload: counts, and a negative one for each stretch of zeros between them. */
function payloadNumbers(counts: ArrayLike<number>): number[] {
  const numbers: number[] = []
  let zeros = 0
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0
    if (count === 0) {
      zeros += 1
      continue
    }
    if (zeros > 0) numbers.push(-zeros)
    numbers.push(count)
    zeros = 0
  }
  // HdrHistogram takes an empty histogram for one zero, not for nothing.
  return numbers.length === 0 ? [0] : numbers
}

/** The plain form. */
export function encodeHdrCounts({ digits, lowest, highest, counts }: HdrCounts): Uint8Array {
  const numbers = payloadNumbers(counts)
  const payloadBytes = numbers.reduce((sum, number) => sum + varlongSize(number), 0)
  const bytes = new Uint8Array(HEADER_BYTES + payloadBytes)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, PLAIN_COOKIE)
  view.setInt32(4, payloadBytes)
  view.setInt32(12, digits)
  writeInt64(view, 16, lowest)
  writeInt64(view, 24, highest)
  view.setFloat64(32, 1)
  let at = HEADER_BYTES
  for (const number of numbers) at = writeVarlong(bytes, at, number)
  return bytes
}

/** The compressed form as base64: what stands in a log. */
export function hdrBase64(histogram: HdrCounts): string {
  const compressed = deflate(encodeHdrCounts(histogram))
  const bytes = new Uint8Array(COMPRESSED_HEADER_BYTES + compressed.length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, COMPRESSED_COOKIE)
  view.setInt32(4, compressed.length)
  bytes.set(compressed, COMPRESSED_HEADER_BYTES)
  return Buffer.from(bytes.buffer).toString('base64')
}
