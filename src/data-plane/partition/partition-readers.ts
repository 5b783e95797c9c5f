/**
 * What a partition does for readers of its own process: the newest bytes into tail blocks, and a bell for
 * whoever waits for more.
 *
 * Thread: the partition thread.
 */
import type { Bells } from '../../threads/bells.ts'
import { type ControlBlock, TAIL_TABLE_WORD } from '../../threads/control-block.ts'
import type { LeaseTable } from '../../threads/lease-table.ts'
import { TailWriter } from '../../threads/tail-blocks.ts'
import type { Words } from '../../threads/words.ts'

interface PartitionReadersParts {
  readonly control: ControlBlock
  /** Words of the same control block. */
  readonly words: Words
  readonly leases: LeaseTable
  readonly bells: Bells
}

export class PartitionReaders {
  readonly #parts: PartitionReadersParts
  readonly #tail: TailWriter
  #tailBytes = 0

  constructor(parts: PartitionReadersParts) {
    const { control, words, leases } = parts
    this.#parts = parts
    this.#tail = new TailWriter({
      words,
      tableWord: TAIL_TABLE_WORD,
      leases,
      partitionId: control.partitionId
    })
  }

  /** Whether a copy could be read by anybody. */
  get wantTail(): boolean {
    return this.#tail.hasReaders
  }

  /** Bytes copied into tail blocks. */
  get tailBytes(): number {
    return this.#tailBytes
  }

  /**
   * Where a batch of that place in the log is to be copied, or -1. Nobody sees it before the next view;
   * `copied` says that it lies there.
   */
  tailAddress(segment: number, position: number, sizeBytes: number): number {
    return this.#tail.addressFor(segment, position, sizeBytes)
  }

  copied(sizeBytes: number): void {
    this.#tail.filled(sizeBytes)
    this.#tailBytes += sizeBytes
  }

  /**
   * After a death: what lies behind the end of the log in a block was never seen, and will be other bytes.
   */
  cutTail(segment: number, position: number): void {
    this.#tail.cutTo(segment, position)
  }

  /** Wakes readers that wait for no more than there is now. @param hwBytes low half of the view's */
  ringReaders(hwBytes: number): void {
    const { control, leases, bells } = this.#parts
    const rows = leases.rowsInUse
    for (let row = 0; row < rows; row++) {
      if (!control.isInterestMet(row, hwBytes)) continue
      const bellRow = leases.bellRowOf(row)
      if (bellRow >= 0) bells.ring(bellRow)
    }
  }
}
