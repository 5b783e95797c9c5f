/**
 * The one shared memory of a cluster that holds record bytes: slots of producers, later tail blocks and
 * ingress.
 *
 *   0          16 KiB    CRC-32C tables, written once by the broker before any other thread gets the memory
 *   16 KiB     64 KiB    scratch of the thread that made it; address 0 is never a valid payload
 *   64 KiB     ...       regions in units of 64 KiB, lent by the broker
 *
 * Thread: any. Payload bytes are plain; ownership passes with the words of rings and views.
 * Initial = maximum: no growth, so no stale view; pages are committed when first touched.
 */

import {
  type BlockOperations,
  compileBlockModule,
  instantiateBlockOperations
} from '../../native-free/crc32c.ts'
import { FOLD_SCRATCH_BYTES } from '../../native-free/crc32c-fold.ts'
import { CRC32C_TABLE_BYTES, writeCrc32cTables } from '../../native-free/crc32c-tables.ts'
import { HighwaterError } from '../base/local-errors.ts'

const PAGE_BYTES = 65536
/** What a thread needs to compute the checksum of a long range quickly. */
export const SCRATCH_BYTES = FOLD_SCRATCH_BYTES
/** First byte that may be lent. */
export const ARENA_FIRST_REGION = 65536
export const REGION_UNIT_BYTES = 65536
/** 2 GiB - 64 KiB: every address is a positive Int32. */
const ARENA_BYTES_MAX = 2 ** 31 - PAGE_BYTES

/** What another thread needs to use the same arena; passes through postMessage. */
export interface ArenaHandle {
  readonly memory: WebAssembly.Memory
  readonly module: WebAssembly.Module
}

export class Arena {
  readonly handle: ArenaHandle
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly sizeBytes: number
  readonly #operations: BlockOperations

  /** @param scratch address of SCRATCH_BYTES that this thread alone uses; without it checksums are slower */
  constructor(handle: ArenaHandle, scratch = 0) {
    this.handle = handle
    this.bytes = new Uint8Array(handle.memory.buffer)
    this.view = new DataView(handle.memory.buffer)
    this.sizeBytes = handle.memory.buffer.byteLength
    this.#operations = instantiateBlockOperations(handle.module, handle.memory, scratch)
  }

  /**
   * Makes the memory and writes the tables. The broker thread calls it once; readers make small ones of their
   * own.
   * @param module compiled already, if it is at hand
   * @throws HighwaterError HIGHWATER_RESOURCES if the address space is refused
   */
  static create(sizeBytes: number, module = compileBlockModule()): Arena {
    const pages = Math.ceil(Math.min(sizeBytes, ARENA_BYTES_MAX) / PAGE_BYTES)
    let memory: WebAssembly.Memory
    try {
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    } catch (cause) {
      throw new HighwaterError(
        'HIGHWATER_RESOURCES',
        `cannot reserve ${sizeBytes} bytes of addresses for the arena; lower engine.arena.bytes`,
        { cause }
      )
    }
    writeCrc32cTables(new DataView(memory.buffer, 0, CRC32C_TABLE_BYTES), 0)
    return new Arena({ memory, module }, CRC32C_TABLE_BYTES)
  }

  /** Unsigned CRC-32C of bytes in the arena, in place. */
  crc32c(at: number, length: number): number {
    return this.#operations.crc32c(at, length)
  }

  /** Copies inside the arena; regions may overlap. */
  copy(target: number, source: number, length: number): void {
    this.#operations.copy(target, source, length)
  }

  /** The bytes of a payload, without a copy; valid while the caller owns them. */
  bytesView(at: number, length: number): Uint8Array {
    return this.bytes.subarray(at, at + length)
  }
}
