/**
 * CRC-32C of bytes in private memory: of record batches and of the files that carry one. Bytes in the arena
 * are checksummed there, in place.
 */
import { crc32cOf as checksum } from '../../../native-free/crc32c.ts'

/** Unsigned CRC-32C of the bytes from `from` up to `to`. */
export function crc32cOf(bytes: Uint8Array, from: number, to: number): number {
  return checksum(bytes, from, to)
}
