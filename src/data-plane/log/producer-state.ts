/**
 * What a partition remembers of each idempotent producer: its epoch and its last five batches, so that a
 * batch sent again is answered with its first offset and a gap is refused. A `.snapshot` file holds the last
 * batch of each.
 *
 *    0  version      int16   1                        6  count of producers   int32
 *    2  crc          uint32  of byte 6 to the end    10  entries of 46 bytes, by ascending producer id:
 *
 *   +0 producerId int64 · +8 epoch int16 · +10 lastSequence int32 · +14 lastOffset int64
 *   +22 offsetDelta int32
 *   +26 timestamp int64 · +34 coordinatorEpoch int32 · +38 currentTxnFirstOffset int64
 *
 * Thread: the partition thread. Kafka: storage/internals/log/ProducerStateManager, ProducerStateEntry.
 * Transaction markers are not read: coordinatorEpoch stays as a snapshot gave it.
 */
import type { ErrorName } from '../../base/error-codes.ts'
import { readInt64, writeInt64 } from '../../base/int64.ts'
import { invariant } from '../../base/invariant.ts'
import type { BatchFacts } from './batch-facts.ts'
import type { CrcFunction } from './log-settings.ts'

const VERSION = 1
const CRC_FIELD = 2
const COUNT_FIELD = CRC_FIELD + 4
const HEADER_BYTES = COUNT_FIELD + 4

const EPOCH_FIELD = 8
const LAST_SEQUENCE_FIELD = EPOCH_FIELD + 2
const LAST_OFFSET_FIELD = LAST_SEQUENCE_FIELD + 4
const OFFSET_DELTA_FIELD = LAST_OFFSET_FIELD + 8
const TIMESTAMP_FIELD = OFFSET_DELTA_FIELD + 4
const COORDINATOR_EPOCH_FIELD = TIMESTAMP_FIELD + 8
const TXN_FIRST_OFFSET_FIELD = COORDINATOR_EPOCH_FIELD + 4
const ENTRY_BYTES = TXN_FIRST_OFFSET_FIELD + 8

/** Batches kept for each producer: as many as one may have in flight. */
const WINDOW = 5
const SEQUENCES = 2147483648

type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly timestamp: number }
  | { readonly kind: 'refused'; readonly error: ErrorName }

// Shared answers: judging a batch that is appended allocates nothing.
const APPEND: SequenceVerdict = { kind: 'append' }
const OUT_OF_ORDER: SequenceVerdict = { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
const OLD_EPOCH: SequenceVerdict = { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' }

class ProducerEntry {
  epoch: number
  timestamp = -1
  coordinatorEpoch = -1
  currentTxnFirstOffset = -1
  /** Batches remembered, at most `WINDOW`; the newest stands at `(next + WINDOW - 1) % WINDOW`. */
  count = 0
  next = 0
  readonly lastSequences = new Int32Array(WINDOW)
  readonly offsetDeltas = new Int32Array(WINDOW)
  readonly lastOffsets = new Float64Array(WINDOW)
  readonly timestamps = new Float64Array(WINDOW)

  constructor(epoch: number) {
    this.epoch = epoch
  }

  get newest(): number {
    return (this.next + WINDOW - 1) % WINDOW
  }

  /** -1 if no batch of this epoch is known. */
  get lastSequence(): number {
    return this.count === 0 ? -1 : this.lastSequences[this.newest]!
  }

  remember(lastSequence: number, lastOffset: number, offsetDelta: number, timestamp: number): void {
    this.lastSequences[this.next] = lastSequence
    this.lastOffsets[this.next] = lastOffset
    this.offsetDeltas[this.next] = offsetDelta
    this.timestamps[this.next] = timestamp
    this.next = (this.next + 1) % WINDOW
    if (this.count < WINDOW) this.count++
    this.timestamp = timestamp
  }

  /** Place of the remembered batch with these two sequences, or -1. */
  find(firstSequence: number, lastSequence: number): number {
    for (let back = 1; back <= this.count; back++) {
      const at = (this.next + WINDOW - back) % WINDOW
      if (this.lastSequences[at] !== lastSequence) continue
      if ((firstSequence + this.offsetDeltas[at]!) % SEQUENCES === lastSequence) return at
    }
    return -1
  }

  beginEpoch(epoch: number): void {
    this.epoch = epoch
    this.count = 0
  }
}

export class ProducerState {
  readonly #entries = new Map<number, ProducerEntry>()

  get producerCount(): number {
    return this.#entries.size
  }

  /** -1 if none is known. */
  get greatestProducerId(): number {
    let greatest = -1
    for (const producerId of this.#entries.keys()) greatest = Math.max(greatest, producerId)
    return greatest
  }

  /** Judges an idempotent batch before it gets an offset. Changes nothing. */
  check(producerId: number, epoch: number, firstSequence: number, lastSequence: number): SequenceVerdict {
    const entry = this.#entries.get(producerId)
    // An unknown id may begin anywhere: its earlier batches may have been deleted by retention.
    if (entry === undefined) return APPEND
    if (epoch < entry.epoch) return OLD_EPOCH
    if (epoch > entry.epoch) return firstSequence === 0 ? APPEND : OUT_OF_ORDER
    const known = entry.find(firstSequence, lastSequence)
    if (known >= 0) {
      const baseOffset = entry.lastOffsets[known]! - entry.offsetDeltas[known]!
      return { kind: 'duplicate', baseOffset, timestamp: entry.timestamps[known]! }
    }
    return firstSequence === (entry.lastSequence + 1) % SEQUENCES ? APPEND : OUT_OF_ORDER
  }

  /**
   * Takes a batch that has its offsets: the leader calls it when it assigns them, recovery for each batch of
   * the log. Batches without a producer id, and control batches, change nothing.
   */
  update(batch: BatchFacts): void {
    if (batch.producerId < 0 || batch.isControl) return
    let entry = this.#entries.get(batch.producerId)
    if (entry === undefined) {
      entry = new ProducerEntry(batch.producerEpoch)
      this.#entries.set(batch.producerId, entry)
    }
    if (entry.epoch !== batch.producerEpoch) entry.beginEpoch(batch.producerEpoch)
    const offsetDelta = batch.lastOffset - batch.baseOffset
    entry.remember(batch.lastSequence, batch.lastOffset, offsetDelta, batch.maxTimestamp)
    if (batch.isTransactional && entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = batch.baseOffset
    }
  }

  /** Contents of a `.snapshot` file. */
  encode(crc: CrcFunction): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES + this.#entries.size * ENTRY_BYTES)
    const view = new DataView(bytes.buffer)
    view.setInt16(0, VERSION)
    view.setInt32(COUNT_FIELD, this.#entries.size)
    // Ascending ids make the bytes a function of the state alone, not of its history.
    const producerIds = [...this.#entries.keys()].sort((a, b) => a - b)
    let at = HEADER_BYTES
    for (const producerId of producerIds) {
      const entry = this.#entries.get(producerId)
      invariant(entry !== undefined, 'a listed producer is known', { producerId })
      writeEntry(view, at, producerId, entry)
      at += ENTRY_BYTES
    }
    view.setUint32(CRC_FIELD, crc(bytes, COUNT_FIELD, bytes.byteLength))
    return bytes
  }

  /** The state a `.snapshot` holds, or null if its bytes are damaged: then an older one is used. */
  static decode(bytes: Uint8Array, crc: CrcFunction): ProducerState | null {
    if (bytes.byteLength < HEADER_BYTES) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const count = view.getInt32(COUNT_FIELD)
    if (view.getInt16(0) !== VERSION || bytes.byteLength !== HEADER_BYTES + count * ENTRY_BYTES) return null
    if (view.getUint32(CRC_FIELD) !== crc(bytes, COUNT_FIELD, bytes.byteLength)) return null
    const state = new ProducerState()
    for (let i = 0; i < count; i++) {
      const at = HEADER_BYTES + i * ENTRY_BYTES
      state.#entries.set(readInt64(view, at), readEntry(view, at))
    }
    return state
  }
}

function writeEntry(view: DataView, at: number, producerId: number, entry: ProducerEntry): void {
  const known = entry.count > 0
  writeInt64(view, at, producerId)
  view.setInt16(at + EPOCH_FIELD, entry.epoch)
  view.setInt32(at + LAST_SEQUENCE_FIELD, entry.lastSequence)
  writeInt64(view, at + LAST_OFFSET_FIELD, known ? entry.lastOffsets[entry.newest]! : -1)
  view.setInt32(at + OFFSET_DELTA_FIELD, known ? entry.offsetDeltas[entry.newest]! : 0)
  writeInt64(view, at + TIMESTAMP_FIELD, entry.timestamp)
  view.setInt32(at + COORDINATOR_EPOCH_FIELD, entry.coordinatorEpoch)
  writeInt64(view, at + TXN_FIRST_OFFSET_FIELD, entry.currentTxnFirstOffset)
}

function readEntry(view: DataView, at: number): ProducerEntry {
  const entry = new ProducerEntry(view.getInt16(at + EPOCH_FIELD))
  const lastOffset = readInt64(view, at + LAST_OFFSET_FIELD)
  const timestamp = readInt64(view, at + TIMESTAMP_FIELD)
  if (lastOffset >= 0) {
    const lastSequence = view.getInt32(at + LAST_SEQUENCE_FIELD)
    entry.remember(lastSequence, lastOffset, view.getInt32(at + OFFSET_DELTA_FIELD), timestamp)
  }
  entry.timestamp = timestamp
  entry.coordinatorEpoch = view.getInt32(at + COORDINATOR_EPOCH_FIELD)
  entry.currentTxnFirstOffset = readInt64(view, at + TXN_FIRST_OFFSET_FIELD)
  return entry
}
