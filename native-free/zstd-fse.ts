/**
 * Tables of finite state entropy, zstd's arithmetic coding: a state names a symbol, and together with the
 * next bits the state that follows.
 *
 * RFC 8878, 4.1: the description of a table, and how symbols are spread over its states.
 */
import { damaged } from './zstd-damage.ts'

const LOG_MIN = 5
const STATES_MAX = 512
const SYMBOLS_MAX = 256

export class FseTable {
  /** There are 2^log states. */
  log = 0
  /**
   * By state: the symbol · from bit 8 on, how many bits to take for the next state · from 16 on, what to add
   * to them.
   */
  readonly states = new Uint32Array(STATES_MAX)
  readonly #counts = new Int16Array(SYMBOLS_MAX)
  readonly #next = new Uint16Array(SYMBOLS_MAX)

  /** One symbol, which takes no bits. */
  setSingle(symbol: number): void {
    this.log = 0
    this.states[0] = symbol
  }

  /** @param counts states of each symbol; -1 for one that is rarer than one state, which it gets */
  build(counts: ArrayLike<number>, log: number): void {
    this.log = log
    const { states } = this
    const next = this.#next
    const size = 1 << log
    const step = (size >> 1) + (size >> 3) + 3
    let high = size - 1
    for (let symbol = 0; symbol < counts.length; symbol++) {
      const count = counts[symbol]!
      next[symbol] = Math.abs(count)
      if (count === -1) states[high--] = symbol
    }
    let at = 0
    for (let symbol = 0; symbol < counts.length; symbol++) {
      for (let left = counts[symbol]!; left > 0; left--) {
        states[at] = symbol
        do at = (at + step) & (size - 1)
        while (at > high)
      }
    }
    for (let state = 0; state < size; state++) {
      const symbol = states[state]!
      const number = next[symbol]!
      next[symbol] = number + 1
      const bits = log - (31 - Math.clz32(number))
      states[state] = symbol | (bits << 8) | (((number << bits) - size) << 16)
    }
  }

  /**
   * Reads the description that lies from `from` up to `to`, behind which a word may be read.
   * @returns where it ends
   */
  read(view: DataView, from: number, to: number, limits: FseLimits): number {
    const counts = this.#counts
    const bits = new ForwardBits(view, from)
    const log = bits.take(4) + LOG_MIN
    if (log > limits.logMax) throw damaged('a table is too large')
    let left = 1 << log
    let symbol = 0
    while (left > 0 && symbol <= limits.symbolMax && bits.end <= to) {
      const count = takeCount(bits, left)
      counts[symbol++] = count
      left -= Math.abs(count)
      if (count === 0) symbol = takeZeros(bits, counts, symbol)
    }
    const next = bits.end
    if (left !== 0 || symbol > limits.symbolMax + 1 || next > to) throw damaged('a table does not add up')
    this.build(counts.subarray(0, symbol), log)
    return next
  }
}

export function symbolOf(state: number): number {
  return state & 0xff
}

/** Bits to take for the next state. */
export function bitsOf(state: number): number {
  return (state >>> 8) & 0xff
}

/** The next state is this and those bits. */
export function baseOf(state: number): number {
  return state >>> 16
}

export interface FseLimits {
  readonly logMax: number
  readonly symbolMax: number
}

/** A value from 0 to `left` + 1, in one bit less where the smaller ones leave room: the count and 1. */
function takeCount(bits: ForwardBits, left: number): number {
  const width = 32 - Math.clz32(left + 1)
  const spare = (1 << width) - 2 - left
  const short = bits.peek(width - 1)
  if (short < spare) {
    bits.take(width - 1)
    return short - 1
  }
  const long = bits.take(width)
  return (long >= 1 << (width - 1) ? long - spare : long) - 1
}

/** How many more symbols have no state: threes, and what is left. @returns the symbol behind them */
function takeZeros(bits: ForwardBits, counts: Int16Array, symbol: number): number {
  let next = symbol
  let zeros = 3
  while (zeros === 3 && next < SYMBOLS_MAX) {
    zeros = bits.take(2)
    counts.fill(0, next, next + zeros)
    next += zeros
  }
  return next
}

/** Bits in the order they were written. */
class ForwardBits {
  readonly #view: DataView
  #at: number

  constructor(view: DataView, from: number) {
    this.#view = view
    this.#at = 8 * from
  }

  /** The first byte of which no bit was taken. */
  get end(): number {
    return (this.#at + 7) >>> 3
  }

  /** Up to 24 bits. */
  peek(count: number): number {
    return (this.#view.getUint32(this.#at >>> 3, true) >>> (this.#at & 7)) & ((1 << count) - 1)
  }

  take(count: number): number {
    const taken = this.peek(count)
    this.#at += count
    return taken
  }
}
