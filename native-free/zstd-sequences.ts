/**
 * What the codes of zstd's sequences mean, and the tables that are used where a block brings none.
 *
 * A code stands for a base and a number of extra bits that are added to it.
 *
 * RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.
 */
import { type FseLimits, FseTable } from './zstd-fse.ts'

/** Extra bits of the codes above the last that stands for itself, and the base of the first of them. */
function codeBook(plain: number, first: number, extraBits: readonly number[]): CodeBook {
  const bits = Uint8Array.from([...Array.from({ length: plain }, () => 0), ...extraBits])
  const bases = new Int32Array(bits.length)
  let base = first
  bits.forEach((count, code) => {
    bases[code] = base
    base += 1 << count
  })
  return { bases, bits }
}

interface CodeBook {
  readonly bases: Int32Array
  readonly bits: Uint8Array
}

const LONG_BITS = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]

export const LITERAL_LENGTHS = codeBook(16, 0, [1, 1, 1, 1, 2, 2, 3, 3, 4, ...LONG_BITS])
export const MATCH_LENGTHS = codeBook(32, 3, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, ...LONG_BITS.slice(2)])

/** One of the three alphabets of a sequence. */
interface Alphabet {
  readonly limits: FseLimits
  readonly standardLog: number
  readonly standardCounts: readonly number[]
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

export const LITERAL_LENGTH_CODES: Alphabet = {
  limits: { logMax: 9, symbolMax: 35 },
  standardLog: 6,
  standardCounts: [4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)]
}

export const MATCH_LENGTH_CODES: Alphabet = {
  limits: { logMax: 9, symbolMax: 52 },
  standardLog: 6,
  standardCounts: [1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)]
}

export const DISTANCE_CODES: Alphabet = {
  limits: { logMax: 8, symbolMax: 31 },
  standardLog: 5,
  standardCounts: [...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)]
}

/** The table an alphabet has at present, where a block may repeat it. */
export class SequenceTable {
  readonly alphabet: Alphabet
  readonly #own = new FseTable()
  readonly #standard = new FseTable()
  /** Null at the start of a frame. */
  current: FseTable | null = null

  constructor(alphabet: Alphabet) {
    this.alphabet = alphabet
    this.#standard.build(alphabet.standardCounts, alphabet.standardLog)
  }

  /** The table to decode with, once a block has named one. */
  get inUse(): FseTable {
    return this.current ?? this.#standard
  }

  useStandard(): void {
    this.current = this.#standard
  }

  /** The table that is given anew: fill it. */
  renew(): FseTable {
    this.current = this.#own
    return this.#own
  }
}
