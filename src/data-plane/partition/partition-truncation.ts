/**
 * Takes the end of a log back while others read it.
 *
 *   announce: LEO, HW and LSO at the new end, generation odd ─▶ cut: tail blocks, files, producers
 *                                                            ─▶ confirm: generation even
 *
 * A reader believes what it read only if the generation was even before and is the same after. A thread that
 * dies between the steps has announced the end its successor recovers to. Each step is a method, so that a
 * model can stop between them.
 *
 * Thread: the partition thread, between two passes. Kafka: UnifiedLog.truncateTo.
 */
import { invariant } from '../../base/invariant.ts'
import type { LogEnd } from '../log/log.ts'

/** What a truncation changes. */
export interface TruncationParts {
  readonly log: {
    readonly logEndOffset: number
    endBefore(offset: number): LogEnd
    truncateTo(offset: number): number
  }
  readonly readers: { cutTail(segment: number, position: number): void }
  /** Publishes that the log will end there, and that nothing may be believed. */
  readonly announceEnd: (end: LogEnd) => void
  /** Publishes that it does. */
  readonly confirmEnd: () => void
}

export class PartitionTruncation {
  readonly #parts: TruncationParts

  constructor(parts: TruncationParts) {
    this.#parts = parts
  }

  /** All steps. @returns the new log end offset: `offset`, or the start of the batch it lies in */
  run(offset: number): number {
    // Behind the announcement it would be too late: what is announced is where a successor recovers to.
    invariant(Number.isSafeInteger(offset) && offset >= 0, 'a log is cut to an offset', { offset })
    const { log } = this.#parts
    if (offset >= log.logEndOffset) return log.logEndOffset
    this.announce(offset)
    this.cut(offset)
    this.confirm()
    return log.logEndOffset
  }

  announce(offset: number): void {
    const { log, announceEnd } = this.#parts
    announceEnd(log.endBefore(offset))
  }

  cut(offset: number): void {
    const { log, readers } = this.#parts
    const { ordinal, position } = log.endBefore(offset)
    readers.cutTail(ordinal, position)
    log.truncateTo(offset)
  }

  confirm(): void {
    this.#parts.confirmEnd()
  }
}
