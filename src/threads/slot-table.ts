/**
 * Slot table: who a record batch in the arena is, and what became of it. One entry of 128 bytes per slot.
 *
 *   words of an entry                                writer
 *   0 submission   1 partition      2 byteLength     sender, while the slot is its own;
 *   3 recordCount  4 flags          5 slotRun        nobody while the slot is in flight
 *   6 baseSequence 7 producerEpoch  8-9 producerId
 *   10 leaderEpoch 11-15 zero
 *   16 assignedFor 17-18 assignedBase                host, between submitted and completed
 *   19 errorCode   20-21 baseOffset 22-23 logAppendTime 24-25 logStartOffset 26-31 zero
 *
 * All plain words: the ring's `submitted` publishes the first line, its `completed` the second.
 * `submission` is a new number each time a slot is submitted, never 0; `assignedFor` equals it once
 * `assignedBase` is meant for this submission. That pair is the only bridge over a death of the host.
 */
import { highHalf, joinHalves, lowHalf } from '../base/int64.ts'
import type { Words } from './words.ts'

const ENTRY_WORDS = 32
export const SLOT_ENTRY_BYTES = ENTRY_WORDS * 4

const SUBMISSION = 0
const PARTITION = 1
const BYTE_LENGTH = 2
const RECORD_COUNT = 3
const FLAGS = 4
const SLOT_RUN = 5
const BASE_SEQUENCE = 6
const PRODUCER_EPOCH = 7
const PRODUCER_ID = 8
const LEADER_EPOCH = 10
const ASSIGNED_FOR = 16
const ASSIGNED_BASE = 17
const ERROR_CODE = 19
const BASE_OFFSET = 20
const LOG_APPEND_TIME = 22
const LOG_START_OFFSET = 24

/** Bits of `flags`. */
export const SLOT_CRC_DONE = 1
export const SLOT_ACKS_NONE = 2
export const SLOT_IDEMPOTENT = 4

/** What the sender says about a batch. Byte length counts the whole batch, 12 + batchLength. */
export interface SlotDescription {
  readonly submission: number
  /** Index in the list of partitions of the host; 0 while a host has one partition. */
  readonly hostPartition: number
  readonly byteLength: number
  readonly recordCount: number
  readonly flags: number
  readonly slotRun: number
  /** -1 without a producer id. */
  readonly baseSequence: number
  readonly producerEpoch: number
  readonly producerId: number
  /** What the client believes, -1 unknown. */
  readonly leaderEpoch: number
}

export class SlotTable {
  readonly #words: Words

  constructor(words: Words) {
    this.#words = words
  }

  /** Sender: writes its line. The slot must be its own. */
  describe(slot: number, batch: SlotDescription): void {
    const words = this.#words
    const at = slot * ENTRY_WORDS
    words.set(at + SUBMISSION, batch.submission)
    words.set(at + PARTITION, batch.hostPartition)
    words.set(at + BYTE_LENGTH, batch.byteLength)
    words.set(at + RECORD_COUNT, batch.recordCount)
    words.set(at + FLAGS, batch.flags)
    words.set(at + SLOT_RUN, batch.slotRun)
    words.set(at + BASE_SEQUENCE, batch.baseSequence)
    words.set(at + PRODUCER_EPOCH, batch.producerEpoch)
    words.set(at + PRODUCER_ID, lowHalf(batch.producerId))
    words.set(at + PRODUCER_ID + 1, highHalf(batch.producerId))
    words.set(at + LEADER_EPOCH, batch.leaderEpoch)
  }

  submission(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + SUBMISSION)
  }

  hostPartition(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + PARTITION)
  }

  byteLength(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + BYTE_LENGTH)
  }

  recordCount(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + RECORD_COUNT)
  }

  flags(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + FLAGS)
  }

  slotRun(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + SLOT_RUN)
  }

  baseSequence(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + BASE_SEQUENCE)
  }

  producerEpoch(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + PRODUCER_EPOCH)
  }

  producerId(slot: number): number {
    return this.#pair(slot, PRODUCER_ID)
  }

  leaderEpoch(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + LEADER_EPOCH)
  }

  /** Host, step 2: the base first, then whom it is for. */
  assign(slot: number, baseOffset: number): void {
    this.#setPair(slot, ASSIGNED_BASE, baseOffset)
    this.#words.set(slot * ENTRY_WORDS + ASSIGNED_FOR, this.submission(slot))
  }

  /** Host: takes an assignment back; the sweep of recovery does it for bases the log does not hold. */
  unassign(slot: number): void {
    this.#words.set(slot * ENTRY_WORDS + ASSIGNED_FOR, 0)
  }

  /** The base assigned to the slot's present submission, or null. */
  assignedBase(slot: number): number | null {
    const words = this.#words
    const at = slot * ENTRY_WORDS
    const assignedFor = words.get(at + ASSIGNED_FOR)
    return assignedFor !== 0 && assignedFor === words.get(at + SUBMISSION)
      ? this.#pair(slot, ASSIGNED_BASE)
      : null
  }

  /** Host, step 7: the answer. `baseOffset` -1 none, `logAppendTime` -1 none. */
  answer(slot: number, errorCode: number, baseOffset: number, logAppendTime: number): void {
    this.#words.set(slot * ENTRY_WORDS + ERROR_CODE, errorCode)
    this.#setPair(slot, BASE_OFFSET, baseOffset)
    this.#setPair(slot, LOG_APPEND_TIME, logAppendTime)
  }

  /** Host, step 7: the partition's log start offset, which every answer carries. */
  answerLogStart(slot: number, logStartOffset: number): void {
    this.#setPair(slot, LOG_START_OFFSET, logStartOffset)
  }

  errorCode(slot: number): number {
    return this.#words.get(slot * ENTRY_WORDS + ERROR_CODE)
  }

  baseOffset(slot: number): number {
    return this.#pair(slot, BASE_OFFSET)
  }

  logAppendTime(slot: number): number {
    return this.#pair(slot, LOG_APPEND_TIME)
  }

  logStartOffset(slot: number): number {
    return this.#pair(slot, LOG_START_OFFSET)
  }

  #pair(slot: number, word: number): number {
    const at = slot * ENTRY_WORDS + word
    return joinHalves(this.#words.get(at), this.#words.get(at + 1))
  }

  #setPair(slot: number, word: number, value: number): void {
    const at = slot * ENTRY_WORDS + word
    this.#words.set(at, lowHalf(value))
    this.#words.set(at + 1, highHalf(value))
  }
}
