/**
 * Bodies of commands between threads as MessagePack: plain mode, no shared structures, so that every message
 * stands alone. Maps arrive as objects, typed bytes as Uint8Array; shared memory travels beside the body.
 *
 * Never for bytes from the network.
 */
import { Packr } from 'msgpackr/pack'

const packr = new Packr({ useRecords: false })

/** Bytes that own their buffer: packr's own lie in a pool that would be cloned whole. */
export function packCommand(body: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(body))
}

export function unpackCommand(bytes: Uint8Array): unknown {
  return packr.unpack(bytes)
}
