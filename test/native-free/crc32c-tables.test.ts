import { expect, test } from 'vitest'
import { CRC32C_TABLE_BYTES, writeCrc32cTables } from '../../native-free/crc32c-tables.ts'

const target = new DataView(new ArrayBuffer(CRC32C_TABLE_BYTES + 16))
writeCrc32cTables(target, 8)
const word = (table: number, byte: number): number => target.getUint32(8 + 4 * (256 * table + byte), true)

test('the first table is the byte-wise table of Castagnoli', () => {
  expect([0, 1, 2, 128, 255].map(byte => word(0, byte))).toEqual([
    0, 0xf26b8303, 0xe13b70f7, 0x82f63b78, 0xad7d5351
  ])
})

test('each table is the one before it, one zero byte later', () => {
  for (let table = 1; table < 16; table += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const nearer = word(table - 1, byte)
      expect(word(table, byte)).toBe(((nearer >>> 8) ^ word(0, nearer & 0xff)) >>> 0)
    }
  }
})

test('nothing is written before or behind the tables', () => {
  const outside = [0, 4, CRC32C_TABLE_BYTES + 8, CRC32C_TABLE_BYTES + 12]
  expect(outside.map(at => target.getUint32(at))).toEqual([0, 0, 0, 0])
})
