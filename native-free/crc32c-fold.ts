/**
 * CRC-32C of long ranges by folding: words of the message are added to later ones, so that only its last 848
 * bytes, and what is left over, need tables.
 *
 * The polynomial divides  x^209 + x^144 + x^54 + x^39 + x^14 + 1.  Squaring a polynomial over GF(2) doubles
 * its exponents and nothing else, so the same holds for x^(32·209) + x^(32·144) + …: a 32-bit word may be
 * taken out of the message if it is added 65, 155, 170, 195 and 209 words further on. Seen from there, each
 * word becomes
 *
 *   folded[i] = message[i] + folded[i − 65] + folded[i − 155] + folded[i − 170] + folded[i − 195]
 *               + folded[i − 209]
 *
 * five additions without carry, on four words at a time, and no table. The last 209 words take what is added
 * to them and stay. Of the multiples of the polynomial with six terms this one is the shortest (there is none
 * with fewer below degree 5,000); its smallest distance leaves room for several vectors at a time.
 *
 *   scratch:  12 free │ 836 bytes before │ folded words, up to 4 KiB │ 848 of zeros │ 848 of what stays
 *
 * Thread: the scratch memory belongs to one. Method: as "Chorba" (2024) does it for the CRC-32 of zlib, whose
 * polynomial has other multiples.
 */
import {
  type Code,
  I32,
  i32,
  local,
  memoryClear,
  repeatWhile,
  v128,
  type WasmFunction,
  when
} from './wasm-module.ts'

const DISTANCES = [65, 155, 170, 195, 209] as const
const WORD_BYTES = 4
const VECTOR_BYTES = 16
/** Bytes that a word reaches ahead. */
const REACH = 209 * WORD_BYTES
/** Bytes at the end that take what is added to them. */
const KEPT = Math.ceil(REACH / VECTOR_BYTES) * VECTOR_BYTES
const VECTORS_PER_TURN = 4
const TURN_BYTES = VECTORS_PER_TURN * VECTOR_BYTES
const CHUNK_BYTES = 4096
/** So that folded words lie on 16 bytes. */
const BEFORE = KEPT - REACH

export const FOLD_SCRATCH_BYTES = KEPT + CHUNK_BYTES + 2 * KEPT
/** Shorter ranges are quicker by tables. */
export const FOLD_BYTES_MIN = 2048

/** Locals: where the message is read, and the word 209 before the one that is being made. */
const SOURCE = 0
const BACK = 1
const END = 2

/** One vector: its sum is stored `target` bytes behind where the message's own place would be. */
function foldVector(index: number, target: number): Code {
  const at = index * VECTOR_BYTES
  const earlier = (distance: number): Code => v128.load(local.get(BACK), REACH - distance * WORD_BYTES + at)
  const [a, b, c, d, e] = DISTANCES
  const far = v128.xor(earlier(e), earlier(d))
  const middle = v128.xor(earlier(c), earlier(b))
  const near = v128.xor(earlier(a), v128.load(local.get(SOURCE), at))
  return v128.store(local.get(BACK), v128.xor(v128.xor(far, middle), near), REACH + target + at)
}

function foldLoop(vectors: number, target: number): Code {
  const bytes = i32.constant(vectors * VECTOR_BYTES)
  return repeatWhile(i32.notEqual(local.get(SOURCE), local.get(END)), [
    Array.from({ length: vectors }, (_, index) => foldVector(index, target)),
    local.set(SOURCE, i32.add(local.get(SOURCE), bytes)),
    local.set(BACK, i32.add(local.get(BACK), bytes))
  ])
}

/** `fold` and `keep` (source, back, end of the source), and `clear` (at, length). */
export function foldFunctions(): readonly WasmFunction[] {
  const parameters = [I32, I32, I32] as const
  const isSome = i32.notEqual(local.get(SOURCE), local.get(END))
  return [
    { name: 'fold', parameters, locals: [], results: [], body: when(isSome, foldLoop(VECTORS_PER_TURN, 0)) },
    { name: 'keep', parameters, locals: [], results: [], body: foldLoop(1, KEPT) },
    {
      name: 'clear',
      parameters: [I32, I32],
      locals: [],
      results: [],
      body: memoryClear(local.get(0), local.get(1))
    }
  ]
}

type Fold = (source: number, back: number, end: number) => void

/** The checksum of at least FOLD_BYTES_MIN bytes, as a signed word. */
export function crc32cFolder(
  exports: WebAssembly.Instance['exports'],
  view: DataView,
  scratch: number
): (at: number, length: number) => number {
  const fold = exports['fold'] as Fold
  const keep = exports['keep'] as Fold
  const clear = exports['clear'] as (at: number, length: number) => void
  const copy = exports['copy'] as (target: number, source: number, length: number) => void
  const sliced = exports['crc32c'] as (at: number, length: number, seed: number) => number
  const first = scratch + BEFORE

  return (at, length) => {
    const end = at + Math.floor((length - KEPT) / TURN_BYTES) * TURN_BYTES
    clear(first, REACH)
    // The start value belongs to the first word, and from 209 words before it reaches no other.
    view.setInt32(first, -1, true)
    let back = first
    for (let source = at; source < end; source += CHUNK_BYTES) {
      const chunkEnd = Math.min(end, source + CHUNK_BYTES)
      if (back > first) copy(first, back, REACH)
      fold(source, first, chunkEnd)
      back = first + chunkEnd - source
    }
    // What is kept is added to nothing.
    clear(back + REACH, KEPT)
    keep(end, back, end + KEPT)
    const kept = sliced(back + REACH + KEPT, KEPT, -1)
    return sliced(end + KEPT, at + length - end - KEPT, kept)
  }
}
