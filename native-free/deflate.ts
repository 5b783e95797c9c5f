/**
 * zlib streams (RFC 1950 around RFC 1951) over whole buffers, by Node's own zlib, which is no addon.
 *
 * Latency logs use it. Kafka has no codec of this kind: its gzip is another frame around the same data.
 */
import { deflateSync } from 'node:zlib'

/** Compressed by zlib's own default level, 6. */
export function deflate(bytes: Uint8Array): Uint8Array {
  const compressed = deflateSync(bytes)
  return new Uint8Array(compressed.buffer, compressed.byteOffset, compressed.byteLength)
}
