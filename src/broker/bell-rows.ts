/**
 * Which rows of the bells belong to whom. A row that came back is given out again as late as possible: of a
 * dead caller only the close of its port is seen, and its thread may take a moment longer to exit.
 *
 * Thread: the broker.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { BELL_ROWS, type Bells } from '../threads/bells.ts'

export class BellRows {
  readonly #bells: Bells
  readonly #free: number[] = Array.from({ length: BELL_ROWS }, (_, row) => row)

  constructor(bells: Bells) {
    this.#bells = bells
  }

  /** @throws HighwaterError HIGHWATER_RESOURCES */
  take(): number {
    const row = this.#free.shift()
    if (row === undefined) {
      const text = `a cluster has ${BELL_ROWS} bells, all taken by partitions and open clients; close some`
      throw new HighwaterError('HIGHWATER_RESOURCES', text)
    }
    this.#bells.revive(row)
    return row
  }

  /** Nobody sleeps on the row any more. */
  giveBack(row: number): void {
    this.#bells.markDead(row)
    this.#free.push(row)
  }
}
