/**
 * Unfolds zstd frames.
 *
 *   frame:  magic 28 b5 2f fd · descriptor · window? · dictionary? · content size? · blocks · checksum?
 *   block:  last (1 bit) | type (2) | size (21) · raw bytes, one byte to repeat, or a compressed block
 *
 * One decoder for all versions of Node: 20 has none, and that of 22 takes a frame that is cut for a whole
 * one. All output is its window, so that a header costs no memory whatever it says. A content checksum is
 * passed over: a record batch has its own.
 *
 * Thread: one decoder per thread, made at the first use; its tables are reused.
 * RFC 8878. Kafka: common/compress/ZstdCompression (zstd-jni).
 */
import { BoundedOutput } from './bounded-output.ts'
import { BITS_PADDING_AFTER, BITS_PADDING_BEFORE } from './zstd-bits.ts'
import { BlockDecoder } from './zstd-block.ts'
import { damaged } from './zstd-damage.ts'
import { BLOCK_BYTES_MAX } from './zstd-literals.ts'

const MAGIC = 0xfd2fb528
/** Of 16 kinds of frames that hold something else. */
const SKIPPABLE_MAGIC = 0x184d2a50

/** Bits of the frame descriptor. */
const SINGLE_SEGMENT = 0x20
const RESERVED = 0x08
const CHECKSUM = 0x04

const RAW = 0
const REPEATED = 1
const COMPRESSED = 2

const INPUT_BYTES_MIN = 16384
/** A larger input is not kept room for. */
const INPUT_BYTES_KEPT = 4 * 1024 * 1024

let kept: FrameDecoder | null = null

/** @throws Error if the data is damaged or would grow beyond `outputBytesMax`. */
export function decompressZstd(bytes: Uint8Array, outputBytesMax: number): Uint8Array {
  let decoder = kept
  if (decoder === null || decoder.inputBytesMax < bytes.length) {
    decoder = new FrameDecoder(Math.max(INPUT_BYTES_MIN, 2 * bytes.length))
    if (bytes.length <= INPUT_BYTES_KEPT) kept = decoder
  }
  return decoder.decompress(bytes, new BoundedOutput('zstd', 4 * bytes.length, outputBytesMax))
}

class FrameDecoder {
  readonly inputBytesMax: number
  /** The input between its paddings: private, whatever happens to the memory it came from. */
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #blocks: BlockDecoder
  #at = 0
  #end = 0

  constructor(inputBytesMax: number) {
    this.inputBytesMax = inputBytesMax
    this.#bytes = new Uint8Array(BITS_PADDING_BEFORE + inputBytesMax + BITS_PADDING_AFTER)
    this.#view = new DataView(this.#bytes.buffer)
    this.#blocks = new BlockDecoder(this.#view)
  }

  decompress(input: Uint8Array, output: BoundedOutput): Uint8Array {
    this.#at = BITS_PADDING_BEFORE
    this.#end = this.#at + input.length
    this.#bytes.set(input, this.#at)
    this.#bytes.fill(0, this.#end, this.#end + BITS_PADDING_AFTER)
    do this.#readFrame(output)
    while (this.#at < this.#end)
    return output.made
  }

  #readFrame(output: BoundedOutput): void {
    const magic = this.#readNumber(4)
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      this.#pass(this.#readNumber(4))
      return
    }
    if (magic !== MAGIC) throw damaged('a frame does not start with the magic number')
    const descriptor = this.#readNumber(1)
    const contentBytes = this.#readHeader(descriptor)
    const start = output.length
    this.#blocks.startFrame(start)
    while (!this.#readBlock(output));
    if ((descriptor & CHECKSUM) !== 0) this.#pass(4)
    const made = output.length - start
    if (contentBytes >= 0 && contentBytes !== made) {
      throw damaged(`a frame says ${contentBytes} bytes of content and has ${made}`)
    }
  }

  /** @returns the content size it says, -1 for none */
  #readHeader(descriptor: number): number {
    const isSingle = (descriptor & SINGLE_SEGMENT) !== 0
    if ((descriptor & RESERVED) !== 0) throw damaged('a frame has an unknown feature')
    if (!isSingle) this.#pass(1)
    const dictionaryCode = descriptor & 3
    if (this.#readNumber(dictionaryCode === 3 ? 4 : dictionaryCode) !== 0) {
      throw damaged('a frame needs a dictionary')
    }
    const sizeCode = descriptor >> 6
    if (sizeCode === 0) return isSingle ? this.#readNumber(1) : -1
    return sizeCode === 1 ? this.#readNumber(2) + 256 : this.#readNumber(sizeCode === 2 ? 4 : 8)
  }

  /** @returns whether it was the last of its frame */
  #readBlock(output: BoundedOutput): boolean {
    const header = this.#readNumber(3)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (size > BLOCK_BYTES_MAX) throw damaged(`a block says it has ${size} bytes`)
    const from = this.#at
    if (type === REPEATED) {
      output.fill(this.#readNumber(1), size)
    } else if (type === RAW) {
      this.#pass(size)
      output.append(this.#bytes, from, this.#at)
    } else if (type === COMPRESSED) {
      this.#pass(size)
      this.#blocks.decode(from, this.#at, output)
    } else {
      throw damaged('a block has an unknown type')
    }
    return (header & 1) === 1
  }

  /** A little-endian number of up to 8 bytes; what is beyond 2^53 loses its lowest bits. */
  #readNumber(count: number): number {
    const from = this.#at
    this.#pass(count)
    let number = 0
    for (let at = from + count - 1; at >= from; at--) number = number * 256 + this.#bytes[at]!
    return number
  }

  #pass(count: number): void {
    if (count > this.#end - this.#at) throw damaged('it ends too early')
    this.#at += count
  }
}
