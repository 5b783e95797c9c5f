/**
 * Makes zstd frames, by Node's own zlib where it can (from 22.15), and else by a WebAssembly build of the
 * reference library, which is loaded only then. Reading needs neither.
 *
 * Kafka: common/compress/ZstdCompression (zstd-jni), whose levels these are.
 */
import * as zlib from 'node:zlib'

/** What Node 20 and its types do not have. */
interface ZlibWithZstd {
  zstdCompressSync(bytes: Uint8Array, options: { readonly params: Record<number, number> }): Uint8Array
}

/** ZSTD_c_compressionLevel, as the library's header has it. */
const COMPRESSION_LEVEL = 100

/** @param level -131072 (fast) to 22 (small). @returns makes a frame of some bytes */
export async function loadZstdWriter(level: number): Promise<(bytes: Uint8Array) => Uint8Array> {
  const runtime: object = zlib
  if (hasZstd(runtime)) {
    const options = { params: { [COMPRESSION_LEVEL]: level } }
    return bytes => runtime.zstdCompressSync(bytes, options)
  }
  library ??= loadLibrary()
  const { compress } = await library
  return bytes => compress(bytes, level)
}

type Library = typeof import('@bokuweb/zstd-wasm')

/** Started once per thread: a second `init` would mix the memories of two instances. */
let library: Promise<Library> | null = null

async function loadLibrary(): Promise<Library> {
  const loaded = await import('@bokuweb/zstd-wasm')
  await loaded.init()
  return loaded
}

function hasZstd(module: object): module is ZlibWithZstd {
  return 'zstdCompressSync' in module
}
