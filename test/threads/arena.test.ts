import { describe, expect, test } from 'vitest'
import { crc32cOf } from '../../native-free/crc32c.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { ARENA_FIRST_REGION, Arena } from '../../src/threads/arena.ts'

const SIZE = 4 * 65_536

function filled(arena: Arena, at: number, length: number): Uint8Array {
  const bytes = arena.bytesView(at, length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + 7) & 0xff
  return bytes
}

describe('an arena', () => {
  test('is made of whole pages', () => {
    expect([Arena.create(SIZE - 1).sizeBytes, Arena.create(SIZE).sizeBytes]).toEqual([SIZE, SIZE])
  })

  test('has the CRC tables below the first region and nothing above them', () => {
    const { bytes } = Arena.create(SIZE)
    expect(bytes.subarray(0, 16_384).some(byte => byte !== 0)).toBe(true)
    expect(bytes.subarray(16_384).every(byte => byte === 0)).toBe(true)
    expect(ARENA_FIRST_REGION).toBe(65_536)
  })

  test('computes checksums in place, at every alignment', () => {
    const arena = Arena.create(SIZE)
    for (let residue = 0; residue < 8; residue++) {
      const at = ARENA_FIRST_REGION + residue
      const bytes = filled(arena, at, 1_000)
      expect(arena.crc32c(at, 1_000)).toBe(crc32cOf(bytes, 0, 1_000))
    }
  })

  test('copies inside itself, also where source and target overlap', () => {
    const arena = Arena.create(SIZE)
    const at = ARENA_FIRST_REGION + 3
    const before = filled(arena, at, 100).slice()
    arena.copy(at + 10, at, 100)
    expect(arena.bytesView(at + 10, 100)).toEqual(before)
  })

  test('is the same memory through its handle', () => {
    const arena = Arena.create(SIZE)
    const other = new Arena(arena.handle)
    other.bytes[ARENA_FIRST_REGION] = 9
    expect(arena.view.getUint8(ARENA_FIRST_REGION)).toBe(9)
    expect(other.crc32c(ARENA_FIRST_REGION, 1)).toBe(arena.crc32c(ARENA_FIRST_REGION, 1))
  })

  test('never reaches 2 GiB: an address stays a positive Int32', () => {
    try {
      expect(Arena.create(2 ** 33).sizeBytes).toBe(2 ** 31 - 65_536)
    } catch (error) {
      // A machine without so many addresses to give says so.
      expect(error).toBeInstanceOf(HighwaterError)
    }
  })
})
