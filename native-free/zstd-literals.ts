/**
 * The literals of a zstd block: raw, one byte repeated, or coded in one Huffman stream or in four.
 *
 *   type (2 bits) | format (2 bits) | size · coded size · code? · sizes of three streams? · streams
 *
 * RFC 8878, 3.1.1.3.1.
 */
import type { BackwardBits } from './zstd-bits.ts'
import { damaged } from './zstd-damage.ts'
import { HuffmanCode } from './zstd-huffman.ts'

export const BLOCK_BYTES_MAX = 128 * 1024

const RAW = 0
const COMPRESSED = 2
/** With the Huffman code of a block before. */
const TREELESS = 3

const STREAM_SIZES_BYTES = 6

export class LiteralsReader {
  /** What was read last: from `at` on, up to `end`. */
  readonly literals = new Uint8Array(BLOCK_BYTES_MAX)
  at = 0
  end = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #code: HuffmanCode

  constructor(view: DataView, bits: BackwardBits) {
    this.#view = view
    this.#bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    this.#code = new HuffmanCode(bits)
  }

  startFrame(): void {
    this.#code.forget()
  }

  /** Reads the section that starts at `from`, in a block up to `to`. @returns where it ends */
  read(from: number, to: number): number {
    if (from >= to) throw damaged('a block ends too early')
    const type = this.#bytes[from]! & 3
    this.at = 0
    return type < COMPRESSED ? this.#readPlain(type === RAW, from, to) : this.#readCoded(type, from, to)
  }

  #readPlain(isRaw: boolean, from: number, to: number): number {
    const format = (this.#bytes[from]! >> 2) & 3
    const headerBytes = (format & 1) === 0 ? 1 : format === 1 ? 2 : 3
    const header = this.#view.getUint32(from, true) & (2 ** (8 * headerBytes) - 1)
    const size = header >> (headerBytes === 1 ? 3 : 4)
    const at = from + headerBytes
    const next = at + (isRaw ? size : 1)
    if (size > BLOCK_BYTES_MAX || next > to) throw damaged('literals go beyond their block')
    if (isRaw) this.literals.set(this.#bytes.subarray(at, next))
    else this.literals.fill(this.#bytes[at]!, 0, size)
    this.end = size
    return next
  }

  #readCoded(type: number, from: number, to: number): number {
    const format = (this.#bytes[from]! >> 2) & 3
    const headerBytes = format < 2 ? 3 : format + 2
    const sizeBits = format < 2 ? 10 : 4 * format + 6
    const header = this.#view.getUint32(from, true)
    const mask = (1 << sizeBits) - 1
    const upper = headerBytes === 5 ? this.#bytes[from + 4]! << 10 : 0
    const size = (header >>> 4) & mask
    let at = from + headerBytes
    const next = at + (upper | ((header >>> (4 + sizeBits)) & mask))
    if (size > BLOCK_BYTES_MAX || at > to || next > to) throw damaged('literals go beyond their block')
    if (type !== TREELESS) at = this.#code.read(this.#view, at, next)
    else if (!this.#code.isKnown) throw damaged('literals refer to a code that was never given')
    if (format === 0) this.#code.decode([at, next], this.literals, 0, size)
    else this.#decodeFour(at, next, size)
    this.end = size
    return next
  }

  /** The sizes of the first three streams come before them; each but the last makes a quarter. */
  #decodeFour(from: number, to: number, size: number): void {
    const quarter = (size + 3) >> 2
    if (to - from < STREAM_SIZES_BYTES || 3 * quarter > size) throw damaged('streams do not add up')
    let at = from + STREAM_SIZES_BYTES
    for (let index = 0; index < 4; index++) {
      const next = index < 3 ? at + this.#view.getUint16(from + 2 * index, true) : to
      if (next > to) throw damaged('streams do not add up')
      const end = index < 3 ? (index + 1) * quarter : size
      this.#code.decode([at, next], this.literals, index * quarter, end)
      at = next
    }
  }
}
