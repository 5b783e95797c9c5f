/**
 * gzip (RFC 1952) over whole buffers, by Node's own zlib, which is part of the runtime and no addon.
 *
 * Record batches use it with codec 1. Kafka: common/compress/GzipCompression.
 */
import { gunzipSync, gzipSync } from 'node:zlib'

/** @param level 1 (fast) to 9 (small); without it zlib's own default, 6. */
export function gzip(bytes: Uint8Array, level = -1): Uint8Array {
  return plainView(gzipSync(bytes, { level }))
}

/** @throws Error if the data is damaged or would grow beyond `maxOutputBytes` (1 or more). */
export function gunzip(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  try {
    return plainView(gunzipSync(bytes, { maxOutputLength: maxOutputBytes }))
  } catch (cause) {
    throw explained(cause, maxOutputBytes)
  }
}

/** The same bytes without the type Buffer: hot loops stay monomorphic when they see one kind of array. */
function plainView(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function explained(cause: unknown, maxOutputBytes: number): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause
  if (cause.code === 'ERR_BUFFER_TOO_LARGE') {
    return new Error(`The gzip data grows beyond the permitted ${maxOutputBytes} bytes.`, { cause })
  }
  const isZlibs = String(cause.code).startsWith('Z_')
  return isZlibs ? new Error(`The gzip data is damaged: ${cause.message}.`, { cause }) : cause
}
