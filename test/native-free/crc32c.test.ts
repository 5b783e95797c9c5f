import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileBlockModule, crc32cOf, instantiateBlockOperations } from '../../native-free/crc32c.ts'
import { FOLD_BYTES_MIN, FOLD_SCRATCH_BYTES } from '../../native-free/crc32c-fold.ts'
import { CRC32C_TABLE_BYTES, writeCrc32cTables } from '../../native-free/crc32c-tables.ts'

const PAGE = 65536
const module = compileBlockModule()

function preparedMemory(pages: number, maximum = pages): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum, shared: true })
  writeCrc32cTables(new DataView(memory.buffer), 0)
  return memory
}

const memory = preparedMemory(4)
const bytes = new Uint8Array(memory.buffer)
const blocks = instantiateBlockOperations(module, memory)
/** Behind every range of these tests. */
const SCRATCH = 3.5 * PAGE
const folding = instantiateBlockOperations(module, memory, SCRATCH)

/** Both forms over the same bytes, placed at `at` of the shared memory. */
function checksumsOf(content: Uint8Array, at = CRC32C_TABLE_BYTES): [wasm: number, javascript: number] {
  bytes.set(content, at)
  return [blocks.crc32c(at, content.length), crc32cOf(content)]
}

/** The definition, bit by bit; it shares nothing with the tables. */
function crc32cByBits(content: Uint8Array): number {
  let crc = -1
  for (const byte of content) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const ascending = Uint8Array.from({ length: 32 }, (_, index) => index)

// RFC 3720 B.4 prints the bytes of the result in the order in which they are sent, the lowest first.
test.each([
  ['the check value of the CRC catalogue', new TextEncoder().encode('123456789'), 0xe3069283],
  ['32 zero bytes of RFC 3720', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones of RFC 3720', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 ascending bytes of RFC 3720', ascending, 0x46dd794e],
  ['32 descending bytes of RFC 3720', ascending.toReversed(), 0x113fdb5c],
  ['no bytes', new Uint8Array(0), 0]
])('both forms give the published checksum of %s', (_, content, expected) => {
  expect(checksumsOf(content)).toEqual([expected, expected])
})

test('both forms agree with the definition at every length up to four blocks and every residue', () => {
  const content = Uint8Array.from({ length: 64 }, (_, index) => (index * 73 + 11) & 0xff)
  for (let length = 0; length <= content.length; length += 1) {
    const part = content.subarray(0, length)
    const expected = crc32cByBits(part)
    for (let residue = 0; residue < 16; residue += 1) {
      expect(checksumsOf(part, CRC32C_TABLE_BYTES + residue)).toEqual([expected, expected])
    }
  }
})

test('both forms agree on any bytes at any address', () => {
  const content = fc.uint8Array({ maxLength: 3000, size: 'max' })
  fc.assert(
    fc.property(content, fc.integer({ min: CRC32C_TABLE_BYTES, max: 3 * PAGE }), (any, at) => {
      const expected = crc32cByBits(any)
      expect(checksumsOf(any, at)).toEqual([expected, expected])
    })
  )
})

test('the JavaScript form takes a part of an array that is itself a view of shared memory', () => {
  const content = new TextEncoder().encode('123456789'.repeat(40))
  bytes.set(content, PAGE + 3)
  const view = bytes.subarray(PAGE + 1, PAGE + 1000)
  expect(crc32cOf(view, 2, 2 + content.length)).toBe(crc32cByBits(content))
  expect(crc32cOf(view, 2, 11)).toBe(0xe3069283)
})

test('the seed continues a checksum, so parts give the checksum of the whole', () => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const crc32c = exports['crc32c'] as (at: number, length: number, seed: number) => number
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (first, second) => {
      const seed = crc32c(PAGE, first, 0)
      expect(crc32c(PAGE + first, second, seed)).toBe(crc32c(PAGE, first + second, 0))
    })
  )
})

test('a range that ends with the last byte of a memory of 4 GiB is checksummed whole', () => {
  const largest = preparedMemory(65536)
  const content = new TextEncoder().encode('123456789'.repeat(5))
  const at = largest.buffer.byteLength - content.length
  new Uint8Array(largest.buffer, at).set(content)
  expect(instantiateBlockOperations(module, largest).crc32c(at, content.length)).toBe(crc32cByBits(content))
})

test('a range beyond the memory traps', () => {
  expect(() => blocks.crc32c(memory.buffer.byteLength - 8, 16)).toThrow('memory access out of bounds')
  expect(() => blocks.copy(PAGE, memory.buffer.byteLength - 8, 16)).toThrow('memory access out of bounds')
})

test('one module serves several memories of different limits', () => {
  for (const maximum of [1, 16, 65536]) {
    const other = preparedMemory(1, maximum)
    new Uint8Array(other.buffer).set(new TextEncoder().encode('123456789'), CRC32C_TABLE_BYTES)
    expect(instantiateBlockOperations(module, other).crc32c(CRC32C_TABLE_BYTES, 9)).toBe(0xe3069283)
  }
})

test('a memory without the tables is refused', () => {
  const empty = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  expect(() => instantiateBlockOperations(module, empty)).toThrow('call writeCrc32cTables first')
})

test('copy moves exactly the named bytes, also onto themselves', () => {
  const position = fc.nat(3000)
  fc.assert(
    fc.property(position, position, fc.nat(2000), (target, source, length) => {
      for (let index = 0; index < 5000; index += 1) bytes[PAGE + index] = (index * 31) & 0xff
      const expected = bytes.slice(PAGE, PAGE + 5000)
      expected.copyWithin(target, source, source + length)
      blocks.copy(PAGE + target, PAGE + source, length)
      expect(Buffer.compare(bytes.subarray(PAGE, PAGE + 5000), expected)).toBe(0)
    })
  )
})

test('the polynomial divides the one that folding rests on', () => {
  let remainder = 0
  const exponents = [209, 144, 54, 39, 14, 0]
  for (let exponent = 209; exponent >= 0; exponent -= 1) {
    const carry = remainder >>> 31
    remainder = ((remainder << 1) | (exponents.includes(exponent) ? 1 : 0)) >>> 0
    if (carry === 1) remainder = (remainder ^ 0x1edc6f41) >>> 0
  }
  expect(remainder).toBe(0)
})

test('folding agrees with the tables at every length around its turns and chunks, on dirty scratch', () => {
  const content = Uint8Array.from({ length: 14_000 }, (_, index) => Math.imul(index, 0x9e3779b1) >>> 21)
  bytes.set(content, CRC32C_TABLE_BYTES)
  bytes.fill(0xab, SCRATCH, SCRATCH + FOLD_SCRATCH_BYTES)
  for (const turn of [FOLD_BYTES_MIN, 848 + 4096, 848 + 2 * 4096, 13_000]) {
    for (let length = turn - 70; length < turn + 70; length += 1) {
      expect(folding.crc32c(CRC32C_TABLE_BYTES, length)).toBe(crc32cOf(content, 0, length))
    }
  }
})

test('folding agrees with the tables on any bytes at any address, and leaves them alone', () => {
  const content = fc.uint8Array({ minLength: FOLD_BYTES_MIN, maxLength: 20_000, size: 'max' })
  fc.assert(
    fc.property(content, fc.integer({ min: CRC32C_TABLE_BYTES, max: 3 * PAGE }), (any, at) => {
      bytes.set(any, at)
      expect(folding.crc32c(at, any.length)).toBe(crc32cOf(any))
      expect(Buffer.compare(bytes.subarray(at, at + any.length), any)).toBe(0)
    }),
    { numRuns: 50 }
  )
})
