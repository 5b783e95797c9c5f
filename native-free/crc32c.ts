/**
 * CRC-32C and block copy inside one shared WebAssembly memory, with a plain JavaScript form of the checksum.
 *
 *   shared memory:  0 ┌──────────────┐ 16384 ┌─────────────────────────────
 *                     │ slice tables │       │ whatever its owner keeps there
 *
 * The module works in place: bytes that lie in the memory are checksummed and moved without leaving it; long
 * ranges are folded first, where there is scratch memory for it. Plain JavaScript takes any array, serves
 * bytes outside the memory and is the oracle of the tests. Node's `zlib.crc32` is another polynomial.
 *
 * Thread: one instance per thread; the module and the tables serve all. Kafka: common/utils/Crc32C.
 */
import { crc32cFolder, FOLD_BYTES_MIN, foldFunctions } from './crc32c-fold.ts'
import { buildCrc32cTables } from './crc32c-tables.ts'
import {
  assembleModule,
  type Code,
  I32,
  I64,
  i32,
  i64,
  local,
  memoryCopy,
  repeatWhile,
  when
} from './wasm-module.ts'

export interface BlockOperations {
  /** Unsigned CRC-32C of `length` bytes at `at` of the memory. */
  crc32c(at: number, length: number): number
  /** Moves `length` bytes inside the memory; the ranges may overlap. */
  copy(target: number, source: number, length: number): void
}

const BLOCK = 16
const TABLE_BYTES = 1024

/** Locals of the WebAssembly function. */
const AT = 0
const LENGTH = 1
const CRC = 2
const END = 3
const FIRST_WORD = 4
const SECOND_WORD = 5

/** Remainder of byte `index` of the block. One shift and one mask give the byte offset in its table. */
function lane(index: number): Code {
  const word = local.get(index < 8 ? FIRST_WORD : SECOND_WORD)
  const bit = 8 * (index % 8)
  const shifted =
    bit === 0 ? i64.shiftLeft(word, i64.constant(2)) : i64.shiftRight(word, i64.constant(bit - 2))
  return i32.load(i32.and(i32.wrap64(shifted), i32.constant(1020)), (BLOCK - 1 - index) * TABLE_BYTES)
}

/** As a balanced tree: the processor can compute the branches side by side. */
function xorTree(terms: readonly Code[]): Code {
  const half = terms.length >> 1
  return half === 0 ? terms[0]! : i32.xor(xorTree(terms.slice(0, half)), xorTree(terms.slice(half)))
}

/** The loops end on equality: behind the last byte of 4 GiB the address is 0, below any start. */
function crc32cBody(): Code {
  const complement = local.set(CRC, i32.xor(local.get(CRC), i32.constant(-1)))
  const endOfBlocks = i32.add(local.get(AT), i32.and(local.get(LENGTH), i32.constant(-BLOCK)))
  const endOfBytes = i32.add(local.get(END), i32.and(local.get(LENGTH), i32.constant(BLOCK - 1)))
  const atIsBefore = i32.notEqual(local.get(AT), local.get(END))
  const advance = (bytes: number): Code => local.set(AT, i32.add(local.get(AT), i32.constant(bytes)))
  const block = [
    local.set(FIRST_WORD, i64.xor(i64.load(local.get(AT)), i64.extend32(local.get(CRC)))),
    local.set(SECOND_WORD, i64.load(local.get(AT), 8)),
    local.set(CRC, xorTree(Array.from({ length: BLOCK }, (_, index) => lane(index)))),
    advance(BLOCK)
  ]
  const index = i32.and(i32.xor(local.get(CRC), i32.load8(local.get(AT))), i32.constant(0xff))
  const remainder = i32.load(i32.shiftLeft(index, i32.constant(2)))
  const byte = [
    local.set(CRC, i32.xor(i32.shiftRight(local.get(CRC), i32.constant(8)), remainder)),
    advance(1)
  ]
  return [
    complement,
    local.set(END, endOfBlocks),
    when(atIsBefore, repeatWhile(atIsBefore, block)),
    local.set(END, endOfBytes),
    when(atIsBefore, repeatWhile(atIsBefore, byte)),
    complement,
    local.get(CRC)
  ]
}

/**
 * The module, compiled synchronously; send it to other threads, which instantiate it in microseconds.
 * Exports `crc32c(at, length, seed)`, where the seed is 0 or the checksum of the bytes before, `copy`, and
 * what folding needs.
 */
export function compileBlockModule(): WebAssembly.Module {
  const bytes = assembleModule({ module: 'env', name: 'memory', pages: [1, 65536] }, [
    {
      name: 'crc32c',
      parameters: [I32, I32, I32],
      locals: [I32, I64, I64],
      results: [I32],
      body: crc32cBody()
    },
    {
      name: 'copy',
      parameters: [I32, I32, I32],
      locals: [],
      results: [],
      body: memoryCopy(local.get(0), local.get(1), local.get(2))
    },
    ...foldFunctions()
  ])
  return new WebAssembly.Module(bytes)
}

/** @param seed 0, or the checksum of the bytes before */
type SlicedCrc = (at: number, length: number, seed: number) => number

/** Word 1 of table 0, which no zeroed or foreign memory holds. */
const REMAINDER_OF_ONE = 0xf26b8303

/**
 * @param scratch address of FOLD_SCRATCH_BYTES that this thread alone uses; 0: there is none
 * @throws Error if the tables do not lie at byte 0 of the memory: every checksum would be wrong.
 */
export function instantiateBlockOperations(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch = 0
): BlockOperations {
  if (new DataView(memory.buffer).getUint32(4, true) !== REMAINDER_OF_ONE) {
    throw new Error('The CRC-32C tables are missing at byte 0 of the memory: call writeCrc32cTables first.')
  }
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const sliced = exports['crc32c'] as SlicedCrc
  const copy = exports['copy'] as BlockOperations['copy']
  if (scratch === 0) return { crc32c: (at, length) => sliced(at, length, 0) >>> 0, copy }
  const folded = crc32cFolder(exports, new DataView(memory.buffer), scratch)
  return {
    crc32c: (at, length) => (length < FOLD_BYTES_MIN ? sliced(at, length, 0) : folded(at, length)) >>> 0,
    copy
  }
}

const TABLES = buildCrc32cTables()

/** Below this many bytes the DataView costs more than slicing gains. */
const SLICING_BYTES_MIN = 96

/** Unsigned CRC-32C of the bytes from `from` up to `to`. */
export function crc32cOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = -1
  let at = from
  if (to - from >= SLICING_BYTES_MIN) {
    // One DataView access checks its bounds once for four bytes.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const lastBlock = to - BLOCK; at <= lastBlock; at += BLOCK) {
      const first = sliceWord(crc ^ view.getInt32(at, true), 3072)
      const second = sliceWord(view.getInt32(at + 4, true), 2048)
      const third = sliceWord(view.getInt32(at + 8, true), 1024)
      crc = first ^ second ^ third ^ sliceWord(view.getInt32(at + 12, true), 0)
    }
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** Remainder of four bytes; `tables` is the index of the table of the last of them. */
function sliceWord(word: number, tables: number): number {
  const left = TABLES[tables + 768 + (word & 0xff)]! ^ TABLES[tables + 512 + ((word >>> 8) & 0xff)]!
  return left ^ TABLES[tables + 256 + ((word >>> 16) & 0xff)]! ^ TABLES[tables + (word >>> 24)]!
}
