/**
 * Private memory in which batches grow before they are copied to their slots, with the builder that writes
 * there.
 *
 * Buffers of one slot are kept for the next batch, as many as there were slots in use at once. Larger ones,
 * for a record that takes a run of slots or for many that will be compressed, are kept up to a few MiB.
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

const LARGE_BYTES_KEPT = 4 * 1024 * 1024

export class StagingPool {
  readonly #slotBytes: number
  readonly #kept: Staging[] = []
  readonly #keptLarge: Staging[] = []
  #largeBytes = 0

  constructor(slotBytes: number) {
    this.#slotBytes = slotBytes
  }

  /**
   * An empty batch that may grow to `writeLimit`, in a buffer of as many whole slots as that takes; with
   * `expectedRatio` to so much once it is compressed.
   */
  take(writeLimit: number, expectedRatio?: number): Staging {
    const staging = this.takeRun(Math.max(1, Math.ceil(writeLimit / this.#slotBytes)))
    staging.builder.reset(staging.bytes, writeLimit, expectedRatio)
    return staging
  }

  /** Moves an open batch to a buffer of more slots. */
  grow(staging: Staging, slotRun: number): Staging {
    const larger = this.takeRun(slotRun)
    staging.builder.moveTo(larger.bytes)
    this.give({ bytes: staging.bytes, builder: larger.builder, slotRun: staging.slotRun })
    return { bytes: larger.bytes, builder: staging.builder, slotRun }
  }

  /** A buffer of so many slots, with a builder that was not reset. */
  takeRun(slotRun: number): Staging {
    const kept = slotRun === 1 ? this.#kept.pop() : this.#takeLarge(slotRun)
    if (kept !== undefined) return kept
    return { bytes: new Uint8Array(slotRun * this.#slotBytes), builder: new RecordBatchBuilder(), slotRun }
  }

  give(staging: Staging): void {
    if (staging.slotRun === 1) {
      this.#kept.push(staging)
    } else if (this.#largeBytes + staging.bytes.length <= LARGE_BYTES_KEPT) {
      this.#keptLarge.push(staging)
      this.#largeBytes += staging.bytes.length
    }
  }

  #takeLarge(slotRun: number): Staging | undefined {
    const at = this.#keptLarge.findLastIndex(staging => staging.slotRun === slotRun)
    if (at < 0) return undefined
    this.#largeBytes -= slotRun * this.#slotBytes
    return this.#keptLarge.splice(at, 1)[0]
  }
}
