/**
 * Zigzag varints, as the records inside a record batch use them for lengths, deltas and offsets.
 *
 *   zigzag: 0 → 0, -1 → 1, 1 → 2, -2 → 3 …   then 7 bits a byte, lowest first, bit 7 set on all but the last
 *
 * A varint holds 32 bits in at most 5 bytes, a varlong 64 bits in at most 10. Numbers are exact up to 2^53.
 * Kafka: common/utils/ByteUtils (readVarint, readVarlong and their writers), and its Protocol Buffers origin.
 */
const VARINT_BYTES_MAX = 5
const VARLONG_BYTES_MAX = 10

/** Bytes of an int32. */
export function varintSize(value: number): number {
  const zigzag = (value << 1) ^ (value >> 31)
  return ((38 - Math.clz32(zigzag | 1)) / 7) | 0
}

/** Bytes of a safe integer. */
export function varlongSize(value: number): number {
  if ((value | 0) === value) return varintSize(value)
  let size = 1
  for (let rest = restOf(value); rest > 0; rest = Math.floor(rest / 128)) size += 1
  return size
}

/** Writes an int32 where the caller has made room of `varintSize`; returns the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  // Nearly all are lengths of one or two bytes.
  if (value >>> 0 < 64) {
    bytes[at] = value << 1
    return at + 1
  }
  if (value >>> 0 < 8192) {
    bytes[at] = (value << 1) | 0x80
    bytes[at + 1] = value >>> 6
    return at + 2
  }
  return writeAnyVarint(bytes, at, value)
}

function writeAnyVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = (value << 1) ^ (value >> 31)
  let next = at
  while ((rest & ~0x7f) !== 0) {
    bytes[next] = rest | 0x80
    next += 1
    rest >>>= 7
  }
  bytes[next] = rest
  return next + 1
}

/** Writes a safe integer where the caller has made room of `varlongSize`; returns the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  // An int32 has the same zigzag bytes in both widths.
  if ((value | 0) === value) return writeVarint(bytes, at, value)
  let rest = restOf(value)
  bytes[at] = lowSevenBits(value) | 0x80
  let next = at + 1
  while (rest > 127) {
    bytes[next] = (rest % 128) | 0x80
    next += 1
    rest = Math.floor(rest / 128)
  }
  bytes[next] = rest
  return next + 1
}

/** Magnitude of the zigzag form without its sign bit: exact, while the zigzag form itself needs 54 bits. */
function magnitudeOf(value: number): number {
  return value < 0 ? -value - 1 : value
}

function lowSevenBits(value: number): number {
  return (magnitudeOf(value) % 64) * 2 + (value < 0 ? 1 : 0)
}

/** The zigzag form without its low seven bits. */
function restOf(value: number): number {
  return Math.floor(magnitudeOf(value) / 64)
}

/**
 * Reads varints one after another out of `bytes`, up to `limit`. Allocates nothing; one cursor is pointed at
 * batch after batch. A RangeError leaves `at` where the broken varint starts.
 */
export class VarintCursor {
  bytes: Uint8Array
  /** Position of the next varint. */
  at: number
  /** Position after the last readable byte, at most the length of `bytes`. */
  limit: number

  constructor(bytes: Uint8Array, at: number, limit: number) {
    this.bytes = bytes
    this.at = at
    this.limit = limit
  }

  /** @throws RangeError if the varint crosses `limit` or has more than 5 bytes. */
  readVarint(): number {
    const bytes = this.bytes
    const limit = this.limit
    let at = this.at
    let zigzag = 0
    for (let shift = 0; shift < 7 * VARINT_BYTES_MAX; shift += 7) {
      if (at >= limit) this.#refuseCrossing()
      const byte = bytes[at]!
      at += 1
      // Of the fifth byte four bits fit; Kafka drops the others too.
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
    }
    throw new RangeError(`The varint at ${this.at} has more than ${VARINT_BYTES_MAX} bytes.`)
  }

  /** @throws RangeError if the varlong crosses `limit`, has more than 10 bytes or needs more than 53 bits. */
  readVarlong(): number {
    const bytes = this.bytes
    const limit = this.limit
    let at = this.at
    let zigzag = 0
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= limit) this.#refuseCrossing()
      const byte = bytes[at]!
      at += 1
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
    }
    return this.#readWideVarlong(zigzag)
  }

  /** Beyond four bytes the sum is a double: exact up to 2^53, and a larger one never rounds below that. */
  #readWideVarlong(low: number): number {
    let magnitude = low >>> 1
    let scale = 2 ** 27
    for (let at = this.at + 4; at < this.at + VARLONG_BYTES_MAX; at += 1) {
      if (at >= this.limit) this.#refuseCrossing()
      const byte = this.bytes[at]!
      // Of the tenth byte one bit fits.
      magnitude += (at === this.at + 9 ? byte & 1 : byte & 0x7f) * scale
      scale *= 128
      if (byte < 0x80) {
        if (magnitude > Number.MAX_SAFE_INTEGER - (low & 1)) {
          throw new RangeError(`The varlong at ${this.at} needs more than 53 bits.`)
        }
        this.at = at + 1
        return (low & 1) === 0 ? magnitude : -magnitude - 1
      }
    }
    throw new RangeError(`The varlong at ${this.at} has more than ${VARLONG_BYTES_MAX} bytes.`)
  }

  #refuseCrossing(): never {
    throw new RangeError(`The varint at ${this.at} crosses the limit ${this.limit}.`)
  }
}
