/**
 * What the log must know of a record batch: copied out of its header, so that bookkeeping never touches its
 * bytes. One object is filled again and again; an append allocates none.
 */
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  batchSizeAt,
  CONTROL_BIT,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  TRANSACTIONAL_BIT
} from '../../wire/record/record-batch.ts'

/** Sequences count from 0 to 2^31 - 1 and start again. */
const SEQUENCES = 2147483648

export class BatchFacts {
  baseOffset = 0
  lastOffset = 0
  /** Bytes of the whole batch in the `.log`. */
  sizeBytes = 0
  /** -1 none. */
  maxTimestamp = -1
  leaderEpoch = -1
  /** -1 none. */
  producerId = -1
  producerEpoch = -1
  /** -1 none. */
  baseSequence = -1
  /** -1 none. */
  lastSequence = -1
  isTransactional = false
  isControl = false

  /** Fills this from the header at `at`, which has been checked and stamped. */
  readFrom(view: DataView, at: number): this {
    const lastOffsetDelta = lastOffsetDeltaAt(view, at)
    const attributes = attributesAt(view, at)
    this.baseOffset = baseOffsetAt(view, at)
    this.lastOffset = this.baseOffset + lastOffsetDelta
    this.sizeBytes = batchSizeAt(view, at)
    this.maxTimestamp = maxTimestampAt(view, at)
    this.leaderEpoch = leaderEpochAt(view, at)
    this.producerId = producerIdAt(view, at)
    this.producerEpoch = producerEpochAt(view, at)
    this.baseSequence = baseSequenceAt(view, at)
    this.lastSequence = this.baseSequence < 0 ? -1 : (this.baseSequence + lastOffsetDelta) % SEQUENCES
    this.isTransactional = (attributes & TRANSACTIONAL_BIT) !== 0
    this.isControl = (attributes & CONTROL_BIT) !== 0
    return this
  }
}
