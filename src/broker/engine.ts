/**
 * What all partitions and callers of a broker share: the arena and its free regions, the bells, time and
 * disk.
 *
 * Thread: the broker. The arena and the bells are handed to other threads; the rest is private.
 */
import { type Clock, systemClock } from '../base/clock.ts'
import { fileStorage } from '../data-plane/log/file-storage.ts'
import type { Storage } from '../data-plane/log/storage.ts'
import { Arena, type ArenaHandle } from '../threads/arena.ts'
import { BELLS_BYTES, Bells } from '../threads/bells.ts'
import { RegionList } from '../threads/region-list.ts'
import { allocateWords } from '../threads/shared-memory.ts'
import { AtomicWords } from '../threads/words.ts'
import { BellRows } from './bell-rows.ts'

export interface Engine {
  readonly storage: Storage
  readonly clock: Clock
  readonly arena: ArenaHandle
  readonly regions: RegionList
  readonly bellWords: SharedArrayBuffer
  readonly bells: Bells
  readonly bellRows: BellRows
}

/** @throws HighwaterError HIGHWATER_RESOURCES if the address space is refused */
export function createEngine(arenaBytes: number): Engine {
  const arena = Arena.create(arenaBytes)
  const bellWords = allocateWords(BELLS_BYTES)
  const bells = new Bells(new AtomicWords(bellWords))
  return {
    storage: fileStorage,
    clock: systemClock,
    arena: arena.handle,
    regions: new RegionList(arena.sizeBytes),
    bellWords,
    bells,
    bellRows: new BellRows(bells)
  }
}
