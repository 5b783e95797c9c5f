/**
 * Tables of CRC-32C by slicing: 16 of 256 words, one for each distance of a byte from the end of a block.
 *
 *   word 256 × distance + byte  =  remainder of that byte followed by `distance` zero bytes
 *
 * Table 0 alone is the classic byte-wise table. Method: Kounavis and Berry, "Novel Table Lookup-Based
 * Algorithms for High-Performance CRC Generation" (2008); polynomial: Castagnoli,
 * as in RFC 3720 12.1, bits reflected.
 */
const POLYNOMIAL = 0x82f63b78
const TABLES = 16
const WORDS = 256 * TABLES

export const CRC32C_TABLE_BYTES = 4 * WORDS

export function buildCrc32cTables(): Int32Array {
  const words = new Int32Array(WORDS)
  for (let byte = 0; byte < 256; byte += 1) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1
    }
    words[byte] = remainder
  }
  for (let index = 256; index < WORDS; index += 1) {
    const nearer = words[index - 256]!
    words[index] = (nearer >>> 8) ^ words[nearer & 0xff]!
  }
  return words
}

/** Writes all tables at byte `at`, little-endian as WebAssembly reads: `CRC32C_TABLE_BYTES` bytes. */
export function writeCrc32cTables(target: DataView, at: number): void {
  const words = buildCrc32cTables()
  for (let index = 0; index < WORDS; index += 1) target.setInt32(at + 4 * index, words[index]!, true)
}
