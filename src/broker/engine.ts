/**
 * What all partitions and callers of a broker share: the arena and its free regions, the bells, time and
 * disk.
 *
 * Thread: the broker. The arena and the bells are handed to other threads; the rest is private.
 */
import { type Clock, systemClock } from '../base/clock.ts'
import { fileStorage, machineLimits } from '../data-plane/log/file-storage.ts'
import type { Storage } from '../data-plane/log/storage.ts'
import { Arena, type ArenaHandle, SCRATCH_BYTES } from '../threads/arena.ts'
import { BELLS_BYTES, Bells } from '../threads/bells.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../threads/lease-table.ts'
import { RegionList } from '../threads/region-list.ts'
import { allocateWords } from '../threads/shared-memory.ts'
import { AtomicWords } from '../threads/words.ts'
import { BellRows } from './bell-rows.ts'
import { ReaderRows } from './reader-rows.ts'
import { StartQueue } from './start-queue.ts'

export interface Engine {
  readonly storage: Storage
  readonly clock: Clock
  readonly arena: ArenaHandle
  /** The bytes of the arena. */
  readonly payloads: DataView
  readonly regions: RegionList
  readonly bellWords: SharedArrayBuffer
  readonly bells: Bells
  readonly bellRows: BellRows
  readonly leaseWords: SharedArrayBuffer
  readonly readerRows: ReaderRows
  /** Partition threads in the order they start. */
  readonly starts: StartQueue
  /** Scratch memory for a thread; 0 where the arena is short: its checksums are slower. */
  readonly lendScratch: () => number
  readonly giveBackScratch: (scratch: number) => void
  /** A region for the life of a partition; null where the arena is short: its readers use the file. */
  readonly tryLendTail: (bytes: number) => number | null
}

/** @throws HighwaterError HIGHWATER_RESOURCES if the address space is refused */
export function createEngine(arenaBytes: number): Engine {
  const arena = Arena.create(arenaBytes)
  const bellWords = allocateWords(BELLS_BYTES)
  const bells = new Bells(new AtomicWords(bellWords))
  const { cores } = machineLimits()
  const leaseWords = allocateWords(LEASE_TABLE_BYTES)
  const regions = new RegionList(arena.sizeBytes)
  return {
    storage: fileStorage,
    clock: systemClock,
    arena: arena.handle,
    payloads: arena.view,
    regions,
    lendScratch: () => regions.tryLend(SCRATCH_BYTES) ?? 0,
    giveBackScratch: scratch => {
      if (scratch !== 0) regions.giveBack(scratch)
    },
    // Half of the arena is kept for producers.
    tryLendTail: bytes => (regions.freeBytes - bytes < arena.sizeBytes / 2 ? null : regions.tryLend(bytes)),
    bellWords,
    bells,
    bellRows: new BellRows(bells),
    leaseWords,
    starts: new StartQueue(cores, 2 * cores),
    readerRows: new ReaderRows(new LeaseTable(new AtomicWords(leaseWords)))
  }
}
