/**
 * CRC-32C of bytes in private memory: of record batches and of the files that carry one. Bytes in the arena are
 * checksummed there, in place.
 */
export { crc32cOf } from '../../../native-free/crc32c.ts'
