/**
 * Leases: which tail block a reader looks into, and which bell wakes it. One row of 128 bytes per reader of
 * the cluster, and one word that says how many rows are worth a look.
 *
 *   row: word 0    lease    reader   0 none, else partitionId × 16 + block + 1
 *        word 16   owner    broker   row of the reader's bell + 1, 0 while the row is free
 *   word 2048      rowsInUse         broker   rows from here on are free
 *
 * A reader holds one lease at a time. The writer of a block never waits for one: it passes the block over.
 *
 * Thread: any; after a reader's confirmed end the broker has its words.
 */
import type { Words } from './words.ts'

export const READER_ROWS = 64
export const LEASE_TABLE_BYTES = 8192 + 64

const ROW_WORDS = 32
const OWNER = 16
const ROWS_IN_USE = READER_ROWS * ROW_WORDS
const BLOCKS = 16

/** Names a block of a partition; never 0. */
export function leaseOf(partitionId: number, block: number): number {
  return partitionId * BLOCKS + block + 1
}

export class LeaseTable {
  readonly #words: Words

  constructor(words: Words) {
    this.#words = words
  }

  get rowsInUse(): number {
    return this.#words.load(ROWS_IN_USE)
  }

  /** Host: whether a reader looks into that block. Only asked once the block is retired. */
  isLeased(lease: number): boolean {
    const rows = this.rowsInUse
    for (let row = 0; row < rows; row++) if (this.#words.load(row * ROW_WORDS) === lease) return true
    return false
  }

  /** Host: row of the bell that wakes a reader, or -1. */
  bellRowOf(row: number): number {
    return this.#words.load(row * ROW_WORDS + OWNER) - 1
  }

  /** Reader: before it looks once more whether the block is still readable. */
  take(row: number, lease: number): void {
    this.#words.store(row * ROW_WORDS, lease)
  }

  /** Reader: it is through with the block. */
  clear(row: number): void {
    this.#words.store(row * ROW_WORDS, 0)
  }

  /** Broker: before the reader is told of its row. */
  open(row: number, bellRow: number): void {
    this.#words.store(row * ROW_WORDS, 0)
    this.#words.store(row * ROW_WORDS + OWNER, bellRow + 1)
    if (row >= this.rowsInUse) this.#words.store(ROWS_IN_USE, row + 1)
  }

  /** Broker: the reader has ended. */
  close(row: number): void {
    this.clear(row)
    this.#words.store(row * ROW_WORDS + OWNER, 0)
    let rows = this.rowsInUse
    while (rows > 0 && this.bellRowOf(rows - 1) < 0) rows--
    this.#words.store(ROWS_IN_USE, rows)
  }
}
