/**
 * Unfolds compressed blocks of zstd: literals, and sequences that say how many of them to take and what to
 * repeat then.
 *
 *   literals · number of sequences · modes of the three tables · tables · one stream of bits, read backwards
 *
 * What a block leaves for the next: three tables, a Huffman code and the distances used last.
 *
 * RFC 8878, 3.1.1.3.2 and 3.1.1.5.
 */
import type { BoundedOutput } from './bounded-output.ts'
import { BackwardBits, bitsAt, longBitsAt } from './zstd-bits.ts'
import { damaged } from './zstd-damage.ts'
import { baseOf, bitsOf, symbolOf } from './zstd-fse.ts'
import { BLOCK_BYTES_MAX, LiteralsReader } from './zstd-literals.ts'
import {
  DISTANCE_CODES,
  LITERAL_LENGTH_CODES,
  LITERAL_LENGTHS,
  MATCH_LENGTH_CODES,
  MATCH_LENGTHS,
  SequenceTable
} from './zstd-sequences.ts'

/** Where the table of an alphabet comes from; any other value repeats that of the block before. */
const STANDARD = 0
const SINGLE = 1
const DESCRIBED = 2

const RECENT_DISTANCES = [1, 4, 8] as const

export class BlockDecoder {
  readonly #view: DataView
  readonly #bits: BackwardBits
  readonly #literals: LiteralsReader
  readonly #literalLengths = new SequenceTable(LITERAL_LENGTH_CODES)
  readonly #distances = new SequenceTable(DISTANCE_CODES)
  readonly #matchLengths = new SequenceTable(MATCH_LENGTH_CODES)
  /** The distances used last, the newest first. */
  #recent: [number, number, number] = [...RECENT_DISTANCES]
  /** Length of the output where the frame started: no match reaches before it. */
  #frameStart = 0

  /** @param view with padding around the blocks, as `BackwardBits` wants it */
  constructor(view: DataView) {
    this.#view = view
    this.#bits = new BackwardBits(view)
    this.#literals = new LiteralsReader(view, this.#bits)
  }

  /** Forgets what the blocks of another frame have left. */
  startFrame(outputLength: number): void {
    this.#frameStart = outputLength
    this.#recent = [...RECENT_DISTANCES]
    this.#literals.startFrame()
    this.#literalLengths.current = null
    this.#distances.current = null
    this.#matchLengths.current = null
  }

  /** Appends what the block from byte `from` up to `to` unfolds to. */
  decode(from: number, to: number, output: BoundedOutput): void {
    const literals = this.#literals
    const outputEndMax = output.length + BLOCK_BYTES_MAX
    const countAt = literals.read(from, to)
    const { count, next } = this.#readCount(countAt, to)
    if (count > 0) {
      this.#bits.open(this.#readTables(next, to), to)
      this.#runSequences(count, output, outputEndMax)
    } else if (next !== to) {
      throw damaged('bytes follow a block without sequences')
    }
    if (output.length + literals.end - literals.at > outputEndMax) throw damaged('a block is too large')
    output.append(literals.literals, literals.at, literals.end)
  }

  /** One byte up to 127, two or three above. */
  #readCount(at: number, to: number): { readonly count: number; readonly next: number } {
    const view = this.#view
    const first = at < to ? view.getUint8(at) : -1
    const size = first < 128 ? 1 : first < 255 ? 2 : 3
    if (at + size > to) throw damaged('a block ends too early')
    const next = at + size
    if (size === 1) return { count: first, next }
    const second = view.getUint8(at + 1)
    if (size === 2) return { count: ((first - 128) << 8) + second, next }
    return { count: view.getUint16(at + 1, true) + 0x7f00, next }
  }

  /** @returns where the stream of bits starts */
  #readTables(at: number, to: number): number {
    const modes = at < to ? this.#view.getUint8(at) : 3
    if ((modes & 3) !== 0) throw damaged('sequences have no tables, or in an unknown form')
    let next = this.#readTable(this.#literalLengths, modes >> 6, at + 1, to)
    next = this.#readTable(this.#distances, (modes >> 4) & 3, next, to)
    return this.#readTable(this.#matchLengths, (modes >> 2) & 3, next, to)
  }

  #readTable(table: SequenceTable, mode: number, at: number, to: number): number {
    const { limits } = table.alphabet
    if (mode === STANDARD) {
      table.useStandard()
    } else if (mode === SINGLE) {
      const symbol = at < to ? this.#view.getUint8(at) : limits.symbolMax + 1
      if (symbol > limits.symbolMax) throw damaged('a table of one symbol has none')
      table.renew().setSingle(symbol)
      return at + 1
    } else if (mode === DESCRIBED) {
      return table.renew().read(this.#view, at, to, limits)
    } else if (table.current === null) {
      throw damaged('sequences refer to a table that was never given')
    }
    return at
  }

  /** The order in which bits are taken is that of the format: distance, match, literals; then the states. */
  #runSequences(count: number, output: BoundedOutput, outputEndMax: number): void {
    const { view, from } = this.#bits
    const literalStates = this.#literalLengths.inUse.states
    const distanceStates = this.#distances.inUse.states
    const matchStates = this.#matchLengths.inUse.states
    let literal = literalStates[this.#bits.take(this.#literalLengths.inUse.log)]!
    let distance = distanceStates[this.#bits.take(this.#distances.inUse.log)]!
    let match = matchStates[this.#bits.take(this.#matchLengths.inUse.log)]!
    let bit = this.#bits.left
    for (let left = count; left > 0; left--) {
      const distanceBits = symbolOf(distance)
      const matchBits = MATCH_LENGTHS.bits[symbolOf(match)]!
      const literalBits = LITERAL_LENGTHS.bits[symbolOf(literal)]!
      bit -= distanceBits
      const offset = ((1 << distanceBits) >>> 0) + longBitsAt(view, from, bit, distanceBits)
      bit -= matchBits
      const matchLength = MATCH_LENGTHS.bases[symbolOf(match)]! + bitsAt(view, from, bit, matchBits)
      bit -= literalBits
      const literals = LITERAL_LENGTHS.bases[symbolOf(literal)]! + bitsAt(view, from, bit, literalBits)
      if (left > 1) {
        bit -= bitsOf(literal)
        literal = literalStates[baseOf(literal) + bitsAt(view, from, bit, bitsOf(literal))]!
        bit -= bitsOf(match)
        match = matchStates[baseOf(match) + bitsAt(view, from, bit, bitsOf(match))]!
        bit -= bitsOf(distance)
        distance = distanceStates[baseOf(distance) + bitsAt(view, from, bit, bitsOf(distance))]!
      }
      if (bit < 0) throw damaged('a block ends inside its sequences')
      if (output.length + literals + matchLength > outputEndMax) throw damaged('a block is too large')
      this.#takeLiterals(literals, output)
      this.#repeat(this.#distanceOf(offset, literals), matchLength, output)
    }
    if (bit !== 0) throw damaged('bits follow the last sequence')
  }

  #takeLiterals(count: number, output: BoundedOutput): void {
    const literals = this.#literals
    const end = literals.at + count
    if (end > literals.end) throw damaged('sequences take more literals than there are')
    output.append(literals.literals, literals.at, end)
    literals.at = end
  }

  #repeat(distance: number, count: number, output: BoundedOutput): void {
    if (distance > output.length - this.#frameStart) throw damaged('a match starts before its frame')
    output.repeat(distance, count)
  }

  /**
   * The distance that is meant: 1 to 3 are those used last. A sequence without literals would have gone on
   * with the newest: there they mean the next two, and one less than the newest.
   */
  #distanceOf(offset: number, literals: number): number {
    const recent = this.#recent
    if (offset > 3) {
      recent[2] = recent[1]
      recent[1] = recent[0]
      recent[0] = offset - 3
      return recent[0]
    }
    const index = literals === 0 ? offset : offset - 1
    if (index === 0) return recent[0]
    const distance = index === 1 ? recent[1] : index === 2 ? recent[2] : recent[0] - 1
    if (distance === 0) throw damaged('a match repeats itself')
    if (index > 1) recent[2] = recent[1]
    recent[1] = recent[0]
    recent[0] = distance
    return distance
  }
}
