/**
 * Snappy, in the framing of Java's library, which Kafka uses, and raw, which other clients send.
 *
 *   magic 82 "SNAPPY" 00 · version int32 1 · compatible int32 1
 *   chunks:  size int32 | a raw block of up to 32 KiB of input
 *
 * A raw block is its unfolded size as a varint and then elements, told apart by two bits:
 *
 *   00 literals   length - 1 (6 bits; 60 to 63: in the next 1 to 4 bytes) · the bytes
 *   01 copy       length - 4 (3 bits) · distance (3 bits here, 8 in the next byte)
 *   10 copy       length - 1 (6 bits) · distance (uint16 LE)
 *   11 copy       length - 1 (6 bits) · distance (uint32 LE)
 *
 * Thread: one writer per thread, which keeps its tables and its output.
 * Kafka: common/compress/SnappyCompression (snappy-java's SnappyOutputStream). Snappy format description.
 */
import { BoundedOutput, OutputTooLargeError } from './bounded-output.ts'
import { QuickMatchFinder } from './match-finder.ts'

const MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
const HEADER = [...MAGIC, 0, 0, 0, 1, 0, 0, 0, 1]
const WORD = 4
const CHUNK_BYTES = 32768

const LITERALS = 0
const COPY_1 = 1
const COPY_2 = 2
const COPY_4 = 3

/** Longest copy of one element. */
const COPY_MAX = 64
/** Limits of the two-byte copy. */
const SHORT_COPY_MAX = 11
const SHORT_DISTANCE_MAX = 2047

/** No element makes more of a byte: three bytes copy 64. */
const EXPANSION_MAX = 22

export class SnappyWriter {
  readonly #finder = new QuickMatchFinder()
  #target = new Uint8Array(0)
  #at = 0

  /** Chunks in Java's framing; valid until the next call. */
  compress(source: Uint8Array): Uint8Array {
    const chunks = Math.ceil(source.length / CHUNK_BYTES)
    const bytesMax = HEADER.length + chunks * (WORD + blockBytesMax())
    if (this.#target.length < bytesMax) this.#target = new Uint8Array(bytesMax)
    this.#target.set(HEADER)
    this.#at = HEADER.length
    for (let from = 0; from < source.length; from += CHUNK_BYTES) {
      const sizeAt = this.#at
      this.#at += WORD
      this.#writeBlock(source, from, Math.min(from + CHUNK_BYTES, source.length))
      const size = this.#at - sizeAt - WORD
      for (let index = 0; index < WORD; index++) this.#target[sizeAt + index] = size >>> (24 - 8 * index)
    }
    return this.#target.subarray(0, this.#at)
  }

  #writeBlock(source: Uint8Array, from: number, to: number): void {
    const finder = this.#finder
    let size = to - from
    for (; size >= 0x80; size >>>= 7) this.#target[this.#at++] = size | 0x80
    this.#target[this.#at++] = size
    finder.start(source, from, to)
    while (finder.next()) {
      this.#writeLiterals(source, finder.literalsAt, finder.matchAt)
      this.#writeCopies(finder.distance, finder.matchLength)
    }
    this.#writeLiterals(source, finder.literalsAt, to)
  }

  #writeLiterals(source: Uint8Array, from: number, to: number): void {
    const target = this.#target
    const count = to - from
    if (count === 0) return
    const code = count - 1
    if (code < 60) {
      target[this.#at++] = (code << 2) | LITERALS
    } else if (code < 0x100) {
      target[this.#at++] = (60 << 2) | LITERALS
      target[this.#at++] = code
    } else {
      target[this.#at++] = (61 << 2) | LITERALS
      target[this.#at++] = code
      target[this.#at++] = code >>> 8
    }
    let at = this.#at
    if (count <= 32) for (let index = from; index < to; index++) target[at++] = source[index]!
    else target.set(source.subarray(from, to), at)
    this.#at += count
  }

  /** A length of 65 to 67 would leave fewer than the 4 bytes a short copy takes. */
  #writeCopies(distance: number, length: number): void {
    let left = length
    for (; left >= COPY_MAX + 4; left -= COPY_MAX) this.#writeCopy(distance, COPY_MAX)
    if (left > COPY_MAX) {
      this.#writeCopy(distance, COPY_MAX - 4)
      left -= COPY_MAX - 4
    }
    this.#writeCopy(distance, left)
  }

  #writeCopy(distance: number, length: number): void {
    const target = this.#target
    if (length <= SHORT_COPY_MAX && distance <= SHORT_DISTANCE_MAX) {
      target[this.#at++] = ((distance >>> 8) << 5) | ((length - 4) << 2) | COPY_1
      target[this.#at++] = distance
    } else {
      target[this.#at++] = ((length - 1) << 2) | COPY_2
      target[this.#at++] = distance
      target[this.#at++] = distance >>> 8
    }
  }
}

/** No block takes more, by the reckoning of the reference implementation. */
function blockBytesMax(): number {
  return 32 + CHUNK_BYTES + Math.ceil(CHUNK_BYTES / 6)
}

/**
 * Unfolds chunks in Java's framing, or a raw block, which is what does not start with the framing's magic.
 * @throws Error if the data is damaged or would grow beyond `outputBytesMax`.
 */
export function decompressSnappy(bytes: Uint8Array, outputBytesMax: number): Uint8Array {
  const output = new BoundedOutput('snappy', 4 * bytes.length, outputBytesMax)
  if (!isFramed(bytes)) {
    unfold(bytes, output, outputBytesMax)
    return output.made
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER.length) throw damaged('it ends inside its header')
  let at = HEADER.length
  while (at < bytes.length) {
    if (bytes.length - at < WORD) throw damaged('it ends inside the size of a chunk')
    const size = view.getInt32(at)
    at += WORD
    if (size < 0 || size > bytes.length - at) throw damaged(`a chunk says it has ${size} bytes`)
    unfold(bytes.subarray(at, at + size), output, outputBytesMax)
    at += size
  }
  return output.made
}

function isFramed(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte)
}

/** Output of a block: nothing before `start` is in its reach, and it has to end at `end`. */
interface BlockRange {
  readonly start: number
  readonly end: number
}

/** Appends what a raw block says. Its size is believed only where so few bytes could make it. */
function unfold(block: Uint8Array, output: BoundedOutput, outputBytesMax: number): void {
  const { size, next } = readSize(block)
  if (size > EXPANSION_MAX * block.length) throw damaged(`a block of ${block.length} bytes says ${size}`)
  const range = { start: output.length, end: output.length + size }
  if (range.end > outputBytesMax) {
    throw new OutputTooLargeError(`The snappy data grows beyond the permitted ${outputBytesMax} bytes.`)
  }
  output.reserve(size)
  let at = next
  while (at < block.length) at = unfoldElement(block, at, output, range)
  const made = output.length - range.start
  if (made !== size) throw damaged(`a block says ${size} bytes and has ${made}`)
}

/** @returns where the next element starts */
function unfoldElement(block: Uint8Array, at: number, output: BoundedOutput, range: BlockRange): number {
  const tag = block[at]!
  const kind = tag & 3
  const extra = extraBytes(tag)
  const next = at + 1 + extra
  if (next > block.length) throw damaged('a block ends inside an element')
  const room = range.end - output.length
  if (kind === LITERALS) {
    const count = literalCount(block, at, extra)
    if (count > block.length - next || count > room) throw damaged('a block has too many literals')
    output.append(block, next, next + count)
    return next + count
  }
  const length = kind === COPY_1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2)
  const distance = copyDistance(block, at)
  if (distance === 0 || distance > output.length - range.start) {
    throw damaged('a copy starts before its block')
  }
  if (length > room) throw damaged('a copy ends behind its block')
  output.repeat(distance, length)
  return next
}

/** A varint of up to 32 bits. */
function readSize(block: Uint8Array): { readonly size: number; readonly next: number } {
  let size = 0
  for (let at = 0; at < 5 && at < block.length; at++) {
    const byte = block[at]!
    size += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { size, next: at + 1 }
  }
  throw damaged('the size of a block is no number')
}

/** Bytes between the tag and what follows. */
function extraBytes(tag: number): number {
  switch (tag & 3) {
    case LITERALS:
      return Math.max(0, (tag >>> 2) - 59)
    case COPY_1:
      return 1
    case COPY_2:
      return 2
    default:
      return 4
  }
}

function literalCount(block: Uint8Array, at: number, extra: number): number {
  if (extra === 0) return (block[at]! >>> 2) + 1
  return littleEndian(block, at + 1, extra) + 1
}

function copyDistance(block: Uint8Array, at: number): number {
  const tag = block[at]!
  if ((tag & 3) === COPY_1) return ((tag >>> 5) << 8) | block[at + 1]!
  return littleEndian(block, at + 1, (tag & 3) === COPY_4 ? 4 : 2)
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let number = 0
  for (let index = count - 1; index >= 0; index--) number = number * 256 + bytes[at + index]!
  return number
}

function damaged(reason: string): Error {
  return new Error(`The snappy data is damaged: ${reason}.`)
}
