/**
 * Private memory in which batches grow before they are copied to their slots, with the builder that writes
 * there.
 *
 * Buffers of one slot are kept for the next batch, as many as there were slots in use at once; larger ones,
 * for a record that takes a run of slots, are made for their batch and dropped with it.
 *
 * Thread: the caller's.
 */
import { RecordBatchBuilder } from '../../wire/record/record-batch-builder.ts'

/** A buffer that starts at a multiple of 8, and the builder of the batch in it. */
export interface Staging {
  readonly bytes: Uint8Array
  readonly builder: RecordBatchBuilder
  /** Slots its bytes take. */
  readonly slotRun: number
}

export class StagingPool {
  readonly #slotBytes: number
  readonly #kept: Staging[] = []

  constructor(slotBytes: number) {
    this.#slotBytes = slotBytes
  }

  /** An empty batch that may grow to `writeLimit`, in a buffer of as many whole slots as that takes. */
  take(writeLimit: number): Staging {
    const slotRun = Math.max(1, Math.ceil(writeLimit / this.#slotBytes))
    const kept = slotRun === 1 ? this.#kept.pop() : undefined
    const staging = kept ?? {
      bytes: new Uint8Array(slotRun * this.#slotBytes),
      builder: new RecordBatchBuilder(),
      slotRun
    }
    staging.builder.reset(staging.bytes, writeLimit)
    return staging
  }

  give(staging: Staging): void {
    if (staging.slotRun === 1) this.#kept.push(staging)
  }
}
