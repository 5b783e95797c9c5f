/**
 * A small assembler for WebAssembly modules: one imported shared memory and a few exported functions.
 *
 *   magic "\0asm" · version 1 · sections, each:  id (1 byte) | size (LEB128) | content
 *   type (1) · import (2) · function (3) · export (7) · code (10)
 *
 * An expression is its operands followed by its opcode, so nested calls read like the folded text format and
 * no byte is written by hand. What it builds is validated by the engine's compiler, not here.
 * Opcodes and section ids: WebAssembly Core Specification 2.0, chapter 5; shared limits: threads proposal.
 */

/** An instruction sequence: nested as its expressions are, and flattened when the module is assembled. */
export type Code = readonly (number | Code)[]

export const I32 = 0x7f
export const I64 = 0x7e
type ValueType = typeof I32 | typeof I64

export interface WasmFunction {
  readonly name: string
  /** Parameters take the local indices 0, 1, …; the locals follow. */
  readonly parameters: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly results: readonly ValueType[]
  readonly body: Code
}

interface MemoryImport {
  readonly module: string
  readonly name: string
  /** Accepts every shared memory with at least, and declared for at most, this many pages of 64 KiB. */
  readonly pages: readonly [least: number, most: number]
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const EMPTY_BLOCK = 0x40
const END = 0x0b

const unary =
  (opcode: number) =>
  (operand: Code): Code => [operand, opcode]

const binary =
  (opcode: number) =>
  (left: Code, right: Code): Code => [left, right, opcode]

/** A load promises no alignment (exponent 0), because batches start at any byte. */
const load =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [address, opcode, 0, unsignedLeb(offset)]

export const i32 = {
  constant: (value: number): Code => [0x41, signedLeb(value)],
  add: binary(0x6a),
  and: binary(0x71),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  shiftRight: binary(0x76),
  notEqual: binary(0x47),
  load: load(0x28),
  load8: load(0x2d),
  wrap64: unary(0xa7)
}

/** Shifts are unsigned. */
export const i64 = {
  constant: (value: number): Code => [0x42, signedLeb(value)],
  xor: binary(0x85),
  shiftLeft: binary(0x86),
  shiftRight: binary(0x88),
  load: load(0x29),
  extend32: unary(0xad)
}

/** 128 bits at once; as with the other loads, no alignment is promised. */
export const v128 = {
  load: (address: Code, offset = 0): Code => [address, 0xfd, 0x00, 0, unsignedLeb(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    0xfd,
    0x0b,
    0,
    unsignedLeb(offset)
  ],
  xor: (left: Code, right: Code): Code => [left, right, 0xfd, 0x51]
}

export const local = {
  get: (index: number): Code => [0x20, index],
  set: (index: number, value: Code): Code => [value, 0x21, index]
}

/** Runs `body` if the condition is not 0. */
export function when(condition: Code, body: Code): Code {
  return [condition, 0x04, EMPTY_BLOCK, body, END]
}

/** Runs `body`, and again while the condition evaluated after it is not 0. */
export function repeatWhile(condition: Code, body: Code): Code {
  return [0x03, EMPTY_BLOCK, body, condition, 0x0d, 0, END]
}

/** Moves bytes inside memory 0; the ranges may overlap. */
export function memoryCopy(target: Code, source: Code, length: Code): Code {
  return [target, source, length, 0xfc, 0x0a, 0, 0]
}

/** Sets bytes of memory 0 to 0. */
export function memoryClear(target: Code, length: Code): Code {
  return [target, i32.constant(0), length, 0xfc, 0x0b, 0]
}

/** The bytes of a module that exports `functions`. */
export function assembleModule(memory: MemoryImport, functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters, results }) => [0x60, sized(parameters), sized(results)])
  const indices = functions.map((_, index) => unsignedLeb(index))
  const exported = functions.map(({ name }, index) => [text(name), 0x00, unsignedLeb(index)])
  const code = functions.map(({ locals, body }) => sized([items(locals.map(type => [1, type])), body, END]))
  const [least, most] = memory.pages
  const sharedWithMaximum = 0x03
  const limits = [sharedWithMaximum, unsignedLeb(least), unsignedLeb(most)]
  const imported = [text(memory.module), text(memory.name), 0x02, limits]
  const sections = [
    section(1, types),
    section(2, [imported]),
    section(3, indices),
    section(7, exported),
    section(10, code)
  ]
  return Uint8Array.from(flatten([MAGIC_AND_VERSION, ...sections]))
}

function section(id: number, content: readonly Code[]): Code {
  return [id, sized(items(content))]
}

/** A count followed by that many items. */
function items(content: readonly Code[]): Code {
  return [unsignedLeb(content.length), ...content]
}

/** A byte count, which is also the item count of a vector of single bytes, followed by the bytes. */
function sized(content: Code): Code {
  const bytes = flatten(content)
  return [unsignedLeb(bytes.length), bytes]
}

function flatten(code: Code, bytes: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') bytes.push(part)
    else flatten(part, bytes)
  }
  return bytes
}

function text(name: string): Code {
  return sized([...new TextEncoder().encode(name)])
}

function unsignedLeb(value: number): Code {
  const rest = value >>> 7
  return rest === 0 ? [value] : [(value & 0x7f) | 0x80, unsignedLeb(rest)]
}

/** Ends when what is left is the sign of the last 7 bits written. */
function signedLeb(value: number): Code {
  const rest = value >> 7
  const bits = value & 0x7f
  const isLast = rest === ((bits & 0x40) === 0 ? 0 : -1)
  return isLast ? [bits] : [bits | 0x80, signedLeb(rest)]
}
