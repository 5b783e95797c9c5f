/**
 * One record batch from its first record to its answer: its staging buffer, its slot, its place in the
 * sequence.
 *
 * It says what the lane wants to know of a batch, so that nothing is allocated to send it. With a codec it is
 * sealed before it is sent: its records are replaced by their compressed form, in a buffer of the size that
 * takes.
 *
 * Thread: the caller's. Kafka: clients/producer/internals/ProducerBatch.
 */
import { invariant } from '../../base/invariant.ts'
import type { ProduceBatch } from '../../wire/network/channel.ts'
import { RECORD_BATCH_OVERHEAD, writeBatchHeader } from '../../wire/record/record-batch.ts'
import type { RecordFields } from '../../wire/record/record-batch-builder.ts'
import type { BatchOutcome } from './batch-outcome.ts'
import type { ProducerIdentity } from './producer-identity.ts'
import { type RecordCallback, RecordFuture } from './record-future.ts'
import type { Staging } from './staging-pool.ts'

/** A record, and who wants to hear of it. */
export interface OutgoingRecord extends RecordFields {
  readonly callback: RecordCallback | null
}

interface ProducerBatchOptions {
  /** -1 for a part of a batch that was split: it gets its slot by the time it is sent. */
  readonly slot: number
  readonly staging: Staging
  readonly outcome: BatchOutcome
  /** Monotonic time. */
  readonly createdAt: number
  /** Number of its first record among all records of the partition. */
  readonly firstRecord: number
  /** Which flush waits for it. */
  readonly generation: number
}

/** What the builder knew of a batch whose records are compressed now. */
interface SealedBatch {
  readonly sizeBytes: number
  readonly uncompressedBytes: number
  readonly recordCount: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
}

export class ProducerBatch implements ProduceBatch {
  slot: number
  staging: Staging
  readonly outcome: BatchOutcome
  readonly createdAt: number
  readonly firstRecord: number
  readonly generation: number
  /** Times it was answered with an error after which it may be sent again. */
  attempts = 0
  /** Monotonic time of the last such answer. */
  lastAttemptAt = Number.NEGATIVE_INFINITY
  /** Wait before the next attempt, drawn once per attempt. */
  backoffMs = 0
  baseSequence = -1
  producerId = -1
  producerEpoch = -1
  /** Bits of the header: the codec, once the batch is sealed. */
  attributes = 0
  isClosedForAppends = false
  #hasHeader = false
  #sealed: SealedBatch | null = null

  constructor(options: ProducerBatchOptions) {
    this.slot = options.slot
    this.staging = options.staging
    this.outcome = options.outcome
    this.createdAt = options.createdAt
    this.firstRecord = options.firstRecord
    this.generation = options.generation
  }

  get recordCount(): number {
    return this.#sealed?.recordCount ?? this.staging.builder.recordCount
  }

  /** Bytes of the batch as it is sent; an estimate until it is sealed. */
  get byteLength(): number {
    return this.#sealed?.sizeBytes ?? this.staging.builder.estimatedBytes
  }

  /** Bytes of the batch as its records were encoded, before a codec made them fewer. */
  get uncompressedBytes(): number {
    return this.#sealed?.uncompressedBytes ?? this.staging.builder.sizeBytes
  }

  get slotRun(): number {
    return this.staging.slotRun
  }

  get hasSequence(): boolean {
    return this.baseSequence >= 0
  }

  get isFull(): boolean {
    return this.isClosedForAppends || this.staging.builder.isFull
  }

  /** The last record was refused for want of memory alone. */
  get lacksMemory(): boolean {
    return !this.isClosedForAppends && this.staging.builder.lacksMemory
  }

  /** Appends a record, or returns false and changes nothing if it does not fit. */
  tryAppend(record: OutgoingRecord): boolean {
    if (this.isClosedForAppends) return false
    const builder = this.staging.builder
    const index = builder.recordCount
    if (!builder.tryAppend(record)) return false
    this.outcome.noteRecord(index, record.timestamp, record.callback)
    return true
  }

  /** The future of the record appended last. */
  lastFuture(): RecordFuture {
    return new RecordFuture(this.outcome, this.staging.builder.recordCount - 1)
  }

  /** Gives the batch its place in the partition's sequence. */
  setSequence(identity: ProducerIdentity, baseSequence: number): void {
    this.producerId = identity.producerId
    this.producerEpoch = identity.producerEpoch
    this.baseSequence = baseSequence
  }

  clearSequence(): void {
    this.producerId = -1
    this.producerEpoch = -1
    this.baseSequence = -1
  }

  /**
   * Takes over what is sent, which lies behind the place of the header in `staging`: compressed, or plain.
   */
  seal(codec: number, staging: Staging, recordsBytes: number): void {
    invariant(this.isClosedForAppends && !this.#hasHeader, 'a batch is sealed once, before it is sent')
    const { sizeBytes, recordCount, baseTimestamp, maxTimestamp } = this.staging.builder
    this.#sealed = {
      sizeBytes: RECORD_BATCH_OVERHEAD + recordsBytes,
      uncompressedBytes: sizeBytes,
      recordCount,
      baseTimestamp,
      maxTimestamp
    }
    this.attributes = codec
    this.staging = staging
  }

  /** Writes the header with the present sequence; a batch that is sent again may have got another one. */
  writeHeader(): void {
    invariant(this.isClosedForAppends, 'the header of a batch is written once nothing is added to it')
    const { builder, bytes } = this.staging
    if (!this.#hasHeader && this.#sealed === null) builder.close(this)
    else this.#writeHeader(bytes, this.#sealed ?? builder)
    this.#hasHeader = true
  }

  /** A batch is sealed before its first header is written, and then no more. */
  get isSealable(): boolean {
    return !this.#hasHeader && this.#sealed === null
  }

  #writeHeader(bytes: Uint8Array, facts: Omit<SealedBatch, 'uncompressedBytes'>): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    writeBatchHeader(view, 0, {
      sizeBytes: facts.sizeBytes,
      attributes: this.attributes,
      recordCount: facts.recordCount,
      baseTimestamp: facts.baseTimestamp,
      maxTimestamp: facts.maxTimestamp,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      baseSequence: this.baseSequence
    })
  }
}
