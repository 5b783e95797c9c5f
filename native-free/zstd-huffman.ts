/**
 * Huffman codes of zstd's literals: reads the weights of a code and decodes streams with it.
 *
 * A symbol of weight w > 0 takes 2^(w - 1) entries of a table of 2^bits, the lighter first, and so a code of
 * bits + 1 - w bits. The weight of the last symbol is not written: it fills the table.
 *
 * RFC 8878, 4.2.
 */
import { type BackwardBits, bitsAt } from './zstd-bits.ts'
import { damaged } from './zstd-damage.ts'
import { baseOf, bitsOf, FseTable, symbolOf } from './zstd-fse.ts'

const BITS_MAX = 11
const WEIGHTS_MAX = 255
const WEIGHT_TABLE_LIMITS = { logMax: 6, symbolMax: 255 }
/** A first byte below this is the size of compressed weights; above, their number and 127. */
const DIRECT_WEIGHTS = 128

export class HuffmanCode {
  readonly #bits: BackwardBits
  readonly #weights = new Uint8Array(WEIGHTS_MAX + 1)
  readonly #weightTable = new FseTable()
  /** By the next bits: symbol, and from bit 8 on the length of its code. */
  readonly #entries = new Uint16Array(1 << BITS_MAX)
  /** 0 until a code was read. */
  #codeBits = 0

  constructor(bits: BackwardBits) {
    this.#bits = bits
  }

  get isKnown(): boolean {
    return this.#codeBits > 0
  }

  forget(): void {
    this.#codeBits = 0
  }

  /** Reads the description that lies from `from` up to at most `to`. @returns where it ends */
  read(view: DataView, from: number, to: number): number {
    if (from >= to) throw damaged('a code ends too early')
    this.#codeBits = 0
    const header = view.getUint8(from)
    const count = header - DIRECT_WEIGHTS + 1
    const size = header < DIRECT_WEIGHTS ? header : (count + 1) >> 1
    const end = from + 1 + size
    if (end > to) throw damaged('a code ends too early')
    if (header < DIRECT_WEIGHTS) {
      this.#build(this.#readWeights(view, from + 1, end))
    } else {
      for (let index = 0; index < count; index++) {
        const pair = view.getUint8(from + 1 + (index >> 1))
        this.#weights[index] = (index & 1) === 0 ? pair >> 4 : pair & 15
      }
      this.#build(count)
    }
    return end
  }

  /** Decodes the stream from byte `from` up to `to` into `target`, from index `at` up to `end`. */
  decode(stream: readonly [from: number, to: number], target: Uint8Array, at: number, end: number): void {
    const bits = this.#bits
    const { view } = bits
    const entries = this.#entries
    const codeBits = this.#codeBits
    bits.open(stream[0], stream[1])
    const { from } = bits
    let { left } = bits
    let index = at
    for (; index < end && left > 0; index++) {
      const entry = entries[bitsAt(view, from, left - codeBits, codeBits)]!
      target[index] = entry
      left -= entry >>> 8
    }
    // The bits are used up exactly when the last symbol is there, not before and not behind it.
    if (left !== 0 || index !== end) throw damaged('a stream of literals has not the length it should have')
  }

  /** Two states take turns, until the bits are used up. @returns the number of weights */
  #readWeights(view: DataView, from: number, to: number): number {
    const bits = this.#bits
    const table = this.#weightTable
    const weights = this.#weights
    bits.open(table.read(view, from, to, WEIGHT_TABLE_LIMITS), to)
    let state = table.states[bits.take(table.log)]!
    let other = table.states[bits.take(table.log)]!
    let count = 0
    while (bits.left >= 0) {
      if (count >= WEIGHTS_MAX - 1) throw damaged('a code has too many weights')
      weights[count++] = symbolOf(state)
      const next = table.states[baseOf(state) + bits.take(bitsOf(state))]!
      state = other
      other = next
    }
    weights[count++] = symbolOf(state)
    return count
  }

  /** The table of `count` weights and the one that follows from them. */
  #build(count: number): void {
    const weights = this.#weights
    let taken = 0
    for (let index = 0; index < count; index++) {
      const weight = weights[index]!
      if (weight > BITS_MAX) throw damaged('a code is too long')
      if (weight > 0) taken += 1 << (weight - 1)
    }
    const codeBits = 32 - Math.clz32(taken)
    const rest = (1 << codeBits) - taken
    if (taken === 0 || codeBits > BITS_MAX || (rest & (rest - 1)) !== 0) {
      throw damaged('the weights of a code do not add up')
    }
    weights[count] = 32 - Math.clz32(rest)
    let at = 0
    for (let weight = 1; weight <= codeBits; weight++) {
      const entry = (codeBits + 1 - weight) << 8
      for (let symbol = 0; symbol <= count; symbol++) {
        if (weights[symbol] !== weight) continue
        this.#entries.fill(entry | symbol, at, at + (1 << (weight - 1)))
        at += 1 << (weight - 1)
      }
    }
    this.#codeBits = codeBits
  }
}
