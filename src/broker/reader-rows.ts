/**
 * Which rows of the lease table belong to whom. A reader that finds none left reads files only, and looks for
 * new bytes once a millisecond.
 *
 * Thread: the broker.
 */
import { type LeaseTable, READER_ROWS } from '../threads/lease-table.ts'

export class ReaderRows {
  readonly #leases: LeaseTable
  readonly #isTaken: boolean[] = Array.from({ length: READER_ROWS }, () => false)

  constructor(leases: LeaseTable) {
    this.#leases = leases
  }

  /** The lowest free row, so that hosts have few to look through; -1 if there is none. */
  take(bellRow: number): number {
    const row = this.#isTaken.indexOf(false)
    if (row < 0) return -1
    this.#isTaken[row] = true
    this.#leases.open(row, bellRow)
    return row
  }

  /** After the reader's confirmed end. */
  giveBack(row: number): void {
    this.#leases.close(row)
    this.#isTaken[row] = false
  }
}
