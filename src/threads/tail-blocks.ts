/**
 * Tail blocks: the newest bytes of a log in the arena, where readers of the same process find them without a
 * copy. Up to 16 blocks, as a rule 8 of 256 KiB; their table lies in the control block.
 *
 *   entry: word 0   generation       host     even: readable, odd: retired
 *          word 1   segment          host     ordinal
 *          word 2   startPosition    host     file position of the block's first byte
 *          word 3   usedBytes        host     grows; stored before the view that makes it visible
 *          word 4   address          broker   in the arena
 *          word 5   sizeBytes        broker   0: there is no such block
 *
 * A block holds consecutive whole batches of one segment. Taking one: retire it (odd), then look for leases,
 * then fill in its place, then even. Reading: even generation, place, lease, the same generation once more.
 * Red in the model: leases looked for before the block is retired; no second look at the generation.
 *
 * Thread: TailWriter belongs to the partition thread, TailReader to a reader.
 */
import { invariant } from '../base/invariant.ts'
import { type LeaseTable, leaseOf } from './lease-table.ts'
import type { Words } from './words.ts'

/** What a broker lends a partition, or nothing. */
export const TAIL_BLOCK_BYTES = 262144
export const TAIL_BLOCKS = 8

const BLOCKS_MAX = 16

const ENTRY_WORDS = 16
const GENERATION = 0
const SEGMENT = 1
const START_POSITION = 2
const USED_BYTES = 3
const ADDRESS = 4
const SIZE_BYTES = 5

interface LentBlocks {
  /** Address of the first block in the arena. */
  readonly region: number
  readonly blocks: number
  readonly blockBytes: number
}

/** Broker: lends the blocks of a region, before any host has the table. */
export function lendTailBlocks(words: Words, tableWord: number, lent: LentBlocks): void {
  invariant(lent.blocks <= BLOCKS_MAX, 'a partition has at most 16 tail blocks')
  for (let block = 0; block < lent.blocks; block++) {
    const at = tableWord + block * ENTRY_WORDS
    words.store(at + GENERATION, 1)
    words.store(at + ADDRESS, lent.region + block * lent.blockBytes)
    words.store(at + SIZE_BYTES, lent.blockBytes)
  }
}

interface TailPlace {
  readonly words: Words
  /** First word of the table. */
  readonly tableWord: number
  readonly leases: LeaseTable
  readonly partitionId: number
}

function lentBlocks({ words, tableWord }: TailPlace): number {
  let count = 0
  while (count < BLOCKS_MAX && words.load(tableWord + count * ENTRY_WORDS + SIZE_BYTES) > 0) count++
  return count
}

export class TailWriter {
  readonly #place: TailPlace
  readonly #count: number
  readonly #blockBytes: number
  /** The block that is being filled, or -1. */
  #current = -1
  #lastTaken = -1
  #segment = 0
  #usedBytes = 0
  /** Position in the segment behind the bytes of the current block. */
  #endPosition = 0

  constructor(place: TailPlace) {
    this.#place = place
    this.#count = lentBlocks(place)
    this.#blockBytes = this.#count === 0 ? 0 : place.words.load(place.tableWord + SIZE_BYTES)
  }

  /** Whether anybody could read a block. */
  get hasReaders(): boolean {
    return this.#count > 0 && this.#place.leases.rowsInUse > 0
  }

  /**
   * Where a batch of that place in the log is to be copied, or -1: no block can take it. Followed by
   * `filled`.
   */
  addressFor(segment: number, position: number, sizeBytes: number): number {
    const fits =
      this.#current >= 0 &&
      this.#segment === segment &&
      this.#endPosition === position &&
      this.#usedBytes + sizeBytes <= this.#blockBytes
    if (!fits && (sizeBytes > this.#blockBytes || !this.#take(segment, position))) {
      this.#current = -1
      return -1
    }
    return this.#place.words.load(this.#at(this.#current) + ADDRESS) + this.#usedBytes
  }

  /** The batch lies where `addressFor` said. */
  filled(sizeBytes: number): void {
    invariant(this.#current >= 0, 'a block is being filled')
    this.#usedBytes += sizeBytes
    this.#endPosition += sizeBytes
    this.#place.words.store(this.#at(this.#current) + USED_BYTES, this.#usedBytes)
  }

  /** After a death: nothing at or behind that place was ever seen, and other bytes will come there. */
  cutTo(segment: number, position: number): void {
    const { words } = this.#place
    for (let block = 0; block < this.#count; block++) {
      const at = this.#at(block)
      const blockSegment = words.load(at + SEGMENT)
      if (blockSegment < segment) continue
      const valid = blockSegment > segment ? 0 : Math.max(0, position - words.load(at + START_POSITION))
      if (words.load(at + USED_BYTES) > valid) words.store(at + USED_BYTES, valid)
    }
  }

  #at(block: number): number {
    return this.#place.tableWord + block * ENTRY_WORDS
  }

  #take(segment: number, position: number): boolean {
    const { words, leases, partitionId } = this.#place
    for (let tried = 0; tried < this.#count; tried++) {
      const block = (this.#lastTaken + 1) % this.#count
      this.#lastTaken = block
      const at = this.#at(block)
      const generation = words.load(at + GENERATION) | 1
      words.store(at + GENERATION, generation)
      if (leases.isLeased(leaseOf(partitionId, block))) continue
      words.store(at + SEGMENT, segment)
      words.store(at + START_POSITION, position)
      words.store(at + USED_BYTES, 0)
      words.store(at + GENERATION, (generation + 1) | 0)
      this.#current = block
      this.#segment = segment
      this.#endPosition = position
      this.#usedBytes = 0
      return true
    }
    return false
  }
}

/** A place in the log up to which bytes may be read. */
interface TailLimit {
  readonly hwSegment: number
  readonly hwPosition: number
}

export class TailReader {
  /** Where the bytes found lie in the arena, and how many there are; until the next `find` or `release`. */
  address = 0
  length = 0
  readonly #place: TailPlace
  readonly #row: number
  readonly #count: number
  #lastFound = 0

  /** @param row of the reader in the lease table */
  constructor(place: TailPlace, row: number) {
    this.#place = place
    this.#row = row
    this.#count = lentBlocks(place)
  }

  /** Looks for the bytes from that place on, and takes a lease on them. False if they are in no block. */
  find(segment: number, position: number, limit: TailLimit): boolean {
    for (let tried = 0; tried < this.#count; tried++) {
      const block = (this.#lastFound + tried) % this.#count
      if (!this.#tryBlock(block, segment, position, limit)) continue
      this.#lastFound = block
      return true
    }
    return false
  }

  #tryBlock(block: number, segment: number, position: number, limit: TailLimit): boolean {
    const { words, tableWord, leases, partitionId } = this.#place
    const at = tableWord + block * ENTRY_WORDS
    const generation = words.load(at + GENERATION)
    if ((generation & 1) === 1 || words.load(at + SEGMENT) !== segment) return false
    const start = words.load(at + START_POSITION)
    let end = start + words.load(at + USED_BYTES)
    if (segment === limit.hwSegment) end = Math.min(end, limit.hwPosition)
    if (position < start || position >= end) return false
    leases.take(this.#row, leaseOf(partitionId, block))
    if (words.load(at + GENERATION) !== generation) {
      leases.clear(this.#row)
      return false
    }
    this.address = words.load(at + ADDRESS) + position - start
    this.length = end - position
    return true
  }

  release(): void {
    this.#place.leases.clear(this.#row)
  }
}
