/**
 * LZ4 frames, as Kafka writes and reads them.
 *
 *   magic 04 22 4d 18 · flags 0x60 · block size 0x40 · header checksum 0x82
 *   blocks:  size (uint32 LE, upper bit: stored as it is) | data
 *   end mark 00 00 00 00
 *
 * A block is a chain of sequences; a length of 15 goes on in bytes that are added up, each 255 but the last:
 *
 *   token (literals << 4 | match - 4) · more literals · the literals · distance (uint16 LE) · more match
 *
 * Written are blocks of 64 KiB that do not refer to each other, without checksums and content size. Read is
 * whatever the specification permits but dictionaries.
 *
 * Thread: one writer per thread, which keeps its tables and its output.
 * Kafka: common/compress/Lz4BlockOutputStream, Lz4BlockInputStream. LZ4 Frame Format 1.6.1, LZ4 Block Format.
 */
import { BoundedOutput } from './bounded-output.ts'
import { BLOCK_BYTES_MAX, type MatchFinder, QuickMatchFinder, ThoroughMatchFinder } from './match-finder.ts'
import { xxhash32Of } from './xxhash32.ts'

const MAGIC = 0x184d2204
const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]
const STORED = 0x80000000
const WORD = 4
const END_MARK_BYTES = 4
const MATCH_MIN = 4
const LENGTH_GOES_ON = 15

/** Of the compressor that only looks once; each other level looks at 2^(level - 1) places. */
const LZ4_LEVEL_DEFAULT = 9
const ATTEMPTS_LOG_MAX = 16

export class Lz4FrameWriter {
  readonly #finder: MatchFinder
  #target = new Uint8Array(0)
  #at = 0

  /** @param level 1 to 17; 9 is quick, all others search the longer the higher they are */
  constructor(level = LZ4_LEVEL_DEFAULT) {
    this.#finder =
      level === LZ4_LEVEL_DEFAULT
        ? new QuickMatchFinder()
        : new ThoroughMatchFinder(1 << Math.min(level - 1, ATTEMPTS_LOG_MAX))
  }

  /** A frame of `source`; valid until the next call. */
  compress(source: Uint8Array): Uint8Array {
    const blocks = Math.ceil(source.length / BLOCK_BYTES_MAX)
    const bytesMax = HEADER.length + source.length + blocks * (WORD + blockOverhead()) + END_MARK_BYTES
    if (this.#target.length < bytesMax) this.#target = new Uint8Array(bytesMax)
    this.#target.set(HEADER)
    this.#at = HEADER.length
    for (let from = 0; from < source.length; from += BLOCK_BYTES_MAX) {
      this.#writeBlock(source, from, Math.min(from + BLOCK_BYTES_MAX, source.length))
    }
    this.#writeWord(this.#at, 0)
    this.#at += END_MARK_BYTES
    return this.#target.subarray(0, this.#at)
  }

  #writeBlock(source: Uint8Array, from: number, to: number): void {
    const finder = this.#finder
    const sizeAt = this.#at
    const dataAt = sizeAt + WORD
    this.#at = dataAt
    finder.start(source, from, to)
    while (finder.next()) {
      const matchCode = finder.matchLength - MATCH_MIN
      this.#writeLiterals(source, finder.literalsAt, finder.matchAt, matchCode)
      this.#target[this.#at] = finder.distance
      this.#target[this.#at + 1] = finder.distance >>> 8
      this.#at += 2
      this.#writeRest(matchCode)
    }
    this.#writeLiterals(source, finder.literalsAt, to, 0)
    if (this.#at - dataAt < to - from) {
      this.#writeWord(sizeAt, this.#at - dataAt)
    } else {
      this.#target.set(source.subarray(from, to), dataAt)
      this.#at = dataAt + to - from
      this.#writeWord(sizeAt, (to - from) | STORED)
    }
  }

  /** Token, length and literals of a sequence. */
  #writeLiterals(source: Uint8Array, from: number, to: number, matchCode: number): void {
    const target = this.#target
    const count = to - from
    const upper = Math.min(count, LENGTH_GOES_ON)
    target[this.#at++] = (upper << 4) | Math.min(matchCode, LENGTH_GOES_ON)
    this.#writeRest(count)
    let at = this.#at
    if (count <= 32) for (let index = from; index < to; index++) target[at++] = source[index]!
    else target.set(source.subarray(from, to), at)
    this.#at += count
  }

  #writeRest(length: number): void {
    if (length < LENGTH_GOES_ON) return
    let rest = length - LENGTH_GOES_ON
    for (; rest >= 255; rest -= 255) this.#target[this.#at++] = 255
    this.#target[this.#at++] = rest
  }

  #writeWord(at: number, word: number): void {
    for (let index = 0; index < WORD; index++) this.#target[at + index] = word >>> (8 * index)
  }
}

/** What a block may take more than its input, before it is stored as it is instead. */
function blockOverhead(): number {
  return Math.ceil(BLOCK_BYTES_MAX / 255) + 16
}

/** @throws Error if the data is damaged or would grow beyond `outputBytesMax`. */
export function decompressLz4(bytes: Uint8Array, outputBytesMax: number): Uint8Array {
  return new FrameReader(bytes, outputBytesMax).read()
}

/** Bits of the flags byte. */
const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const INDEPENDENT = 0x20
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const RESERVED = 0x02
const DICTIONARY = 0x01

const CONTENT_SIZE_BYTES = 8

class FrameReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #output: BoundedOutput
  #at = 0
  #flags = 0
  #blockBytesMax = 0
  /** Output before this is out of reach for the block. */
  #historyStart = 0

  constructor(bytes: Uint8Array, outputBytesMax: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#output = new BoundedOutput('lz4', 4 * bytes.length, outputBytesMax)
  }

  read(): Uint8Array {
    const contentBytes = this.#readHeader()
    for (let size = this.#readWord(); size !== 0; size = this.#readWord()) this.#readBlock(size)
    const made = this.#output.made
    if ((this.#flags & CONTENT_CHECKSUM) !== 0 && this.#readWord() !== xxhash32Of(made)) {
      throw damaged('the checksum of the content is wrong')
    }
    if (this.#at !== this.#bytes.length) throw damaged('bytes follow the end of the frame')
    if (contentBytes >= 0 && contentBytes !== made.length) {
      throw damaged(`the header says ${contentBytes} bytes of content and there are ${made.length}`)
    }
    return made
  }

  /** @returns the content size the header says, -1 for none */
  #readHeader(): number {
    const view = this.#view
    if (this.#readWord() !== MAGIC) throw damaged('it does not start with the magic number of a frame')
    const flagsAt = this.#at
    this.#need(2)
    this.#flags = view.getUint8(flagsAt)
    const blockCode = view.getUint8(flagsAt + 1)
    this.#at += 2
    if ((this.#flags & (VERSION_MASK | RESERVED)) !== VERSION_1) throw damaged('its version is unknown')
    if ((this.#flags & DICTIONARY) !== 0) throw damaged('it needs a dictionary')
    if ((blockCode & 0x8f) !== 0 || blockCode < 0x40) throw damaged('its block size is unknown')
    this.#blockBytesMax = 2 ** (8 + 2 * (blockCode >>> 4))
    let contentBytes = -1
    if ((this.#flags & CONTENT_SIZE) !== 0) {
      this.#need(CONTENT_SIZE_BYTES)
      contentBytes = view.getUint32(this.#at, true) + 2 ** 32 * view.getUint32(this.#at + 4, true)
      this.#at += CONTENT_SIZE_BYTES
    }
    const checksum = (xxhash32Of(this.#bytes, flagsAt, this.#at) >>> 8) & 0xff
    this.#need(1)
    if (view.getUint8(this.#at++) !== checksum) throw damaged('the checksum of its header is wrong')
    return contentBytes
  }

  #readBlock(sizeWord: number): void {
    const isStored = sizeWord >= STORED
    const size = isStored ? sizeWord - STORED : sizeWord
    if (size > this.#blockBytesMax) throw damaged(`a block says it has ${size} bytes`)
    this.#need(size)
    const from = this.#at
    const to = from + size
    this.#at = to
    if ((this.#flags & BLOCK_CHECKSUM) !== 0 && this.#readWord() !== xxhash32Of(this.#bytes, from, to)) {
      throw damaged('the checksum of a block is wrong')
    }
    this.#historyStart = (this.#flags & INDEPENDENT) !== 0 ? this.#output.length : 0
    if (isStored) this.#output.append(this.#bytes, from, to)
    else this.#unfold(from, to)
  }

  /** Runs the sequences of a block. The last ends with its literals. */
  #unfold(from: number, to: number): void {
    const bytes = this.#bytes
    const output = this.#output
    const historyStart = this.#historyStart
    const endMax = output.length + this.#blockBytesMax
    let at = from
    while (at < to) {
      const token = bytes[at++]!
      let literals = token >>> 4
      if (literals === LENGTH_GOES_ON) {
        const rest = this.#restOfLength(at, to)
        at += restBytes(rest)
        literals += rest
      }
      if (literals > to - at || output.length + literals > endMax)
        throw damaged('a block has too many literals')
      output.append(bytes, at, at + literals)
      at += literals
      if (at === to) return
      if (to - at < 2) throw damaged('a block ends inside a sequence')
      const distance = bytes[at]! | (bytes[at + 1]! << 8)
      at += 2
      let length = token & LENGTH_GOES_ON
      if (length === LENGTH_GOES_ON) {
        const rest = this.#restOfLength(at, to)
        at += restBytes(rest)
        length += rest
      }
      length += MATCH_MIN
      if (distance === 0 || distance > output.length - historyStart) throw damaged('a match starts before it')
      if (output.length + length > endMax) throw damaged('a block unfolds to more than its size')
      output.repeat(distance, length)
    }
    throw damaged('a block ends inside a sequence')
  }

  /** The sum of the bytes from `at` on, up to the first that is not 255. */
  #restOfLength(at: number, to: number): number {
    const bytes = this.#bytes
    let rest = 0
    for (let index = at; index < to; index++) {
      const byte = bytes[index]!
      rest += byte
      if (byte !== 255) return rest
    }
    throw damaged('a block ends inside a length')
  }

  #readWord(): number {
    this.#need(WORD)
    const word = this.#view.getUint32(this.#at, true)
    this.#at += WORD
    return word
  }

  #need(count: number): void {
    if (count > this.#bytes.length - this.#at) throw damaged('it ends too early')
  }
}

/** How many bytes such a sum takes: one for each whole 255, and the last. */
function restBytes(rest: number): number {
  return Math.floor(rest / 255) + 1
}

function damaged(reason: string): Error {
  return new Error(`The lz4 data is damaged: ${reason}.`)
}
