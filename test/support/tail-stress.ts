/**
 * A log of small checked batches in tail blocks, for a writer and readers on real threads.
 *
 *   batch: 0 position i32 · 4 CRC-32C of what follows · 8 … 64 bytes that follow from the position
 */
import { Arena, type ArenaHandle } from '../../src/threads/arena.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../src/threads/lease-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { lendTailBlocks } from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'

export const BATCH_BYTES = 64
const TAIL_REGION = 65536
const BLOCKS = 3
const BLOCK_BYTES = 2 * BATCH_BYTES
/** Word of the control block behind the table: next position. */
export const VIEW_WORD = 1000
const BODY = 8

export interface TailStressStart {
  readonly arena: ArenaHandle
  readonly control: SharedArrayBuffer
  readonly leases: SharedArrayBuffer
}

export function startTailStress(readers: number): TailStressStart {
  const control = allocateWords(4096)
  const leases = allocateWords(LEASE_TABLE_BYTES)
  lendTailBlocks(new AtomicWords(control), 0, {
    region: TAIL_REGION,
    blocks: BLOCKS,
    blockBytes: BLOCK_BYTES
  })
  for (let row = 0; row < readers; row++) new LeaseTable(new AtomicWords(leases)).open(row, row)
  return { arena: Arena.create(2 * 65536).handle, control, leases }
}

export function tailPlace({ control, leases }: TailStressStart) {
  const leaseTable = new LeaseTable(new AtomicWords(leases))
  return { words: new AtomicWords(control), tableWord: 0, leases: leaseTable, partitionId: 1 }
}

export function writeBatch(arena: Arena, at: number, position: number): void {
  arena.view.setInt32(at, position)
  for (let i = BODY; i < BATCH_BYTES; i += 4) {
    arena.view.setInt32(at + i, Math.imul(position + i, 0x9e3779b1))
  }
  arena.view.setUint32(at + 4, arena.crc32c(at + BODY, BATCH_BYTES - BODY))
}

export function isWhole(arena: Arena, at: number, position: number): boolean {
  return (
    arena.view.getInt32(at) === position &&
    arena.view.getUint32(at + 4) === arena.crc32c(at + BODY, BATCH_BYTES - BODY)
  )
}
