/**
 * Control block of a partition: 4 KiB of shared words that outlive its threads.
 *
 *   byte 0     layoutVersion, partitionId, hostIncarnation      broker
 *   byte 64    runState, heartbeat                              host
 *   byte 128   viewVersion                                      host
 *   byte 256   view copy 0, byte 384 view copy 1                host
 *   byte 512   block table, 16 entries of 64 bytes              host    (tail-blocks.ts)
 *   byte 1536  interest rows, 64 of 8 bytes: want, armed        readers
 *
 * An interest row says from which count of bytes on its reader wants to be woken. The host rings and never
 * disarms. The reader arms, and only then looks whether there is something: one of the two sees the other.
 *
 * Thread: each word has the one writer named beside it. The host's role passes to a new thread only after the
 * old one's confirmed end; while a partition is offline the broker holds it.
 */
import { invariant } from '../base/invariant.ts'
import { type LogView, type LogViewPlace, publishLogView, sampleLogView } from './log-view.ts'
import type { Words } from './words.ts'

export const CONTROL_BLOCK_BYTES = 4096
const LAYOUT_VERSION = 1

const VERSION_WORD = 0
const PARTITION_ID = 1
const HOST_INCARNATION = 2
const RUN_STATE = 16
const HEARTBEAT = 17
const VIEW: LogViewPlace = { versionWord: 32, copyWord: 64 }
/** First word of the table of tail blocks. */
export const TAIL_TABLE_WORD = 128
const INTERESTS = 384
const ARMED = 1

/** What a host is doing, as the broker and readers see it. */
export const RUN_STATE_NONE = 0
export const RUN_STATE_RECOVERING = 1
export const RUN_STATE_ONLINE = 2
export const RUN_STATE_STOPPED = 3
export const RUN_STATE_POISONED = 4

export class ControlBlock {
  readonly #words: Words

  constructor(words: Words) {
    this.#words = words
  }

  /** Broker: once, before any other thread has the block. */
  initialise(partitionId: number): void {
    this.#words.set(PARTITION_ID, partitionId)
    this.#words.store(VERSION_WORD, LAYOUT_VERSION)
  }

  get partitionId(): number {
    invariant(this.#words.load(VERSION_WORD) === LAYOUT_VERSION, 'a control block of layout 1', {})
    return this.#words.get(PARTITION_ID)
  }

  get hostIncarnation(): number {
    return this.#words.load(HOST_INCARNATION)
  }

  /** Broker: before each start of a host. The leader epoch does not change. */
  nextIncarnation(): number {
    const incarnation = (this.#words.load(HOST_INCARNATION) + 1) | 0
    this.#words.store(HOST_INCARNATION, incarnation)
    return incarnation
  }

  get runState(): number {
    return this.#words.load(RUN_STATE)
  }

  storeRunState(state: number): void {
    this.#words.store(RUN_STATE, state)
  }

  get heartbeat(): number {
    return this.#words.load(HEARTBEAT)
  }

  /** Host: when its turn begins, and when it ends. */
  beat(): void {
    this.#words.store(HEARTBEAT, (this.#words.get(HEARTBEAT) + 1) | 0)
  }

  /** Odd: of several partitions of a dead thread, the one whose turn it was. */
  get isInTurn(): boolean {
    return (this.heartbeat & 1) === 1
  }

  /** Broker, before a new host: nobody's turn is under way. */
  endTurn(): void {
    if (this.isInTurn) this.beat()
  }

  /** 0 while no view was ever published; it wraps back to 0 only after 2^32 publications. */
  get viewVersion(): number {
    return this.#words.load(VIEW.versionWord)
  }

  /** Reader: wake me once so many bytes are below the high watermark; counted as `hwBytes`, low half. */
  armInterest(row: number, wantBytes: number): void {
    this.#words.store(INTERESTS + 2 * row, wantBytes)
    this.#words.store(INTERESTS + 2 * row + ARMED, 1)
  }

  /** Reader; the broker after its end. */
  disarmInterest(row: number): void {
    this.#words.store(INTERESTS + 2 * row + ARMED, 0)
  }

  /** Host: after each publication, for every row in use. */
  isInterestMet(row: number, hwBytes: number): boolean {
    if (this.#words.load(INTERESTS + 2 * row + ARMED) !== 1) return false
    return ((hwBytes - this.#words.load(INTERESTS + 2 * row)) | 0) >= 0
  }

  publish(view: LogView): void {
    publishLogView(this.#words, VIEW, view)
  }

  sample(into: LogView): number | null {
    return sampleLogView(this.#words, VIEW, into)
  }
}
