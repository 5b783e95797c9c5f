/**
 * The pass of a partition thread: batches from the rings of its callers into the log, and the answers back.
 *
 *   take ─▶ assign ─▶ roll ─▶ write ─▶ tail ─▶ publish ─▶ answer ─▶ complete ─▶ ringBells ─▶ index
 *
 * Each step is a method, so that a simulation can end the thread between any two. What a death leaves is told
 * by three things: the file is the truth below the published log end, the view says where that is, the rings
 * say who waits. `assignedBase` of a slot is the only bridge between them.
 *
 * Thread: the partition thread; a simulation drives it in one. No timers and no thread primitives here.
 * Kafka: storage/internals/log/LogValidator, UnifiedLog.append.
 */
import type { Clock } from '../../base/clock.ts'
import { ERROR_CODES, type ErrorName } from '../../base/error-codes.ts'
import { lowHalf } from '../../base/int64.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Bells } from '../../threads/bells.ts'
import { type ControlBlock, RUN_STATE_POISONED } from '../../threads/control-block.ts'
import { SLOT_CRC_DONE } from '../../threads/slot-table.ts'
import {
  APPEND_TIME_BIT,
  attributesAt,
  baseSequenceAt,
  batchSizeAt,
  CRC_START,
  checkBatchHeader,
  lastOffsetDeltaAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  stampAppendTime,
  stampBaseOffset,
  stampCrc,
  stampLeaderEpoch
} from '../../wire/record/record-batch.ts'
import { BatchFacts } from '../log/batch-facts.ts'
import type { Log } from '../log/log.ts'
import type { HostRing } from './host-ring.ts'
import type { LogPublication } from './log-publication.ts'
import type { PartitionReaders } from './partition-readers.ts'
import type { PartitionSettings } from './partition-settings.ts'

/** The part of the arena a host uses; `Arena` is one. */
export interface PayloadMemory {
  readonly bytes: Uint8Array
  readonly view: DataView
  crc32c(at: number, length: number): number
  copy(target: number, source: number, length: number): void
}

export interface PartitionHostParts {
  readonly memory: PayloadMemory
  readonly control: ControlBlock
  readonly publication: LogPublication
  readonly readers: PartitionReaders
  readonly bells: Bells
  readonly log: Log
  readonly clock: Clock
  readonly settings: PartitionSettings
  readonly leaderEpoch: number
  /** Bytes a pass takes at most, but for its first batch; 1 MiB if absent. */
  readonly passBytesMax?: number
}

const PASS_BATCHES_MAX = 64
const PASS_BYTES_MAX = 1024 * 1024
/**
 * Index entries that wait before they are written, and bytes of log between two snapshots of the producers.
 */
const INDEX_ENTRIES_PENDING = 64
const SNAPSHOT_BYTES = 32 * 1024 * 1024
const SEQUENCES = 2147483648

/** What becomes of a batch in this pass. */
const APPEND = 0
/** It has its answer: a duplicate, one that a dead thread appended, or one that is refused. */
const ANSWERED = 1

/** One batch of a pass; filled again and again. */
class PassEntry {
  ring: HostRing
  slot = 0
  /** Address in the arena. */
  at = 0
  sizeBytes = 0
  outcome = APPEND
  errorCode = 0
  baseOffset = -1
  logAppendTime = -1
  readonly facts = new BatchFacts()

  constructor(ring: HostRing) {
    this.ring = ring
  }

  answer(errorCode: number, baseOffset: number, logAppendTime: number): void {
    this.outcome = ANSWERED
    this.errorCode = errorCode
    this.baseOffset = baseOffset
    this.logAppendTime = logAppendTime
  }

  refuse(error: ErrorName): void {
    this.answer(ERROR_CODES[error].code, -1, -1)
  }
}

export class PartitionHost {
  readonly #parts: PartitionHostParts
  readonly #passBytesMax: number
  #rings: HostRing[] = []
  #firstRing = 0
  readonly #entries: PassEntry[] = []
  /** Entries of this pass. */
  #count = 0
  /** Whether the batch to append begins a new segment; then it is the only one. */
  #rollDue = false
  readonly #payloads: Uint8Array[] = []
  readonly #facts: BatchFacts[] = []
  #passes = 0
  #failure: unknown = null

  constructor(parts: PartitionHostParts) {
    this.#parts = parts
    this.#passBytesMax = Math.min(parts.passBytesMax ?? PASS_BYTES_MAX, PASS_BYTES_MAX)
  }

  get passes(): number {
    return this.#passes
  }

  /** Why the log can take no more, or null. A poisoned host is not used again. */
  get failure(): unknown {
    return this.#failure
  }

  attachRing(ring: HostRing): void {
    invariant(!this.#rings.some(known => known.id === ring.id), 'a ring is attached once', { id: ring.id })
    this.#rings.push(ring)
  }

  /** Lets go of rings that are closed and empty. @returns their ids */
  detachDrained(): number[] {
    let drained: number[] | null = null
    for (const { id, ring } of this.#rings) {
      if (!ring.isDrained) continue
      drained ??= []
      drained.push(id)
    }
    if (drained === null) return NONE_DRAINED
    this.#rings = this.#rings.filter(({ ring }) => !ring.isDrained)
    return drained
  }

  /** Whether a pass would find something. */
  hasWork(): boolean {
    for (const { ring } of this.#rings) if (ring.available() > 0) return true
    return false
  }

  /** One pass. @returns batches finished */
  pass(): number {
    if (this.take() === 0) return 0
    this.assign()
    this.roll()
    this.write()
    this.tail()
    this.publish()
    this.answer()
    const finished = this.complete()
    this.ringBells()
    this.index()
    return finished
  }

  /** Step 1: batches of all rings in turn, judged by their headers. @returns how many */
  take(): number {
    this.#count = 0
    const rings = this.#rings
    let bytes = 0
    for (let turn = 0; turn < rings.length; turn++) {
      const ring = rings[(this.#firstRing + turn) % rings.length]
      invariant(ring !== undefined, 'a turn names a ring')
      const available = ring.ring.available()
      for (let i = 0; i < available && this.#count < PASS_BATCHES_MAX; i++) {
        const entry = this.#nextEntry(ring)
        this.#read(entry, ring.ring.slotAt(i))
        if (this.#count > 0 && bytes + entry.sizeBytes > this.#passBytesMax) break
        bytes += entry.sizeBytes
        this.#count++
      }
    }
    this.#firstRing = rings.length === 0 ? 0 : (this.#firstRing + 1) % rings.length
    if (this.#count > 0) this.#passes++
    return this.#count
  }

  #nextEntry(ring: HostRing): PassEntry {
    let entry = this.#entries[this.#count]
    if (entry === undefined) {
      entry = new PassEntry(ring)
      this.#entries.push(entry)
    }
    entry.ring = ring
    return entry
  }

  #read(entry: PassEntry, slot: number): void {
    const { slots, region, slotBytes, slotCount } = entry.ring
    entry.slot = slot
    entry.at = region + slot * slotBytes
    entry.outcome = APPEND
    entry.errorCode = 0
    entry.logAppendTime = -1
    invariant(slot >= 0 && slot < slotCount, 'a ring names slots of its own table', { slot, slotCount })
    entry.sizeBytes = slots.byteLength(slot)
    const base = slots.assignedBase(slot)
    if (base !== null) {
      // Only after a recovery: the thread before this one appended the batch and died before it said so.
      entry.answer(0, base, this.#stampedAppendTime(entry.at))
      return
    }
    const run = slots.slotRun(slot)
    const available = slot + run <= slotCount ? run * slotBytes : 0
    const fault = this.#headerFault(entry, available)
    if (fault !== null) entry.refuse(fault)
  }

  #stampedAppendTime(at: number): number {
    const { view } = this.#parts.memory
    return (attributesAt(view, at) & APPEND_TIME_BIT) === 0 ? -1 : maxTimestampAt(view, at)
  }

  #headerFault(entry: PassEntry, available: number): ErrorName | null {
    const { memory, settings, clock } = this.#parts
    const { at, sizeBytes } = entry
    const fault = checkBatchHeader(memory.view, at, available)
    if (fault !== null) return fault
    if (batchSizeAt(memory.view, at) !== sizeBytes) return 'CORRUPT_MESSAGE'
    if (sizeBytes > settings.maxMessageBytes) return 'MESSAGE_TOO_LARGE'
    if (sizeBytes > settings.log.segmentBytes) return 'RECORD_LIST_TOO_LARGE'
    if (settings.appendTime) return null
    // With CreateTime nobody but a client can have set the bit.
    if ((attributesAt(memory.view, at) & APPEND_TIME_BIT) !== 0) return 'INVALID_TIMESTAMP'
    const ahead = maxTimestampAt(memory.view, at) - clock.now()
    return ahead > settings.timestampAfterMaxMs ? 'INVALID_TIMESTAMP' : null
  }

  /**
   * Step 2: offsets for each batch to append; the base of the old one for a duplicate. A batch that begins a
   * new segment ends the pass: what follows it is left in the rings.
   */
  assign(): void {
    const { log, clock } = this.#parts
    const now = clock.now()
    let base = log.logEndOffset
    let bytes = 0
    this.#rollDue = false
    for (let i = 0; i < this.#count; i++) {
      const entry = this.#entryAt(i)
      if (entry.outcome !== APPEND || this.#isSettledBySequence(entry)) continue
      const rolls = this.#needsRoll(entry, base, bytes + entry.sizeBytes, now)
      if (rolls && bytes > 0) {
        this.#count = i
        return
      }
      this.#stamp(entry, base, now)
      if (rolls) {
        this.#rollDue = true
        this.#count = i + 1
        return
      }
      log.producerState.update(entry.facts)
      base = entry.facts.lastOffset + 1
      bytes += entry.sizeBytes
    }
  }

  #entryAt(index: number): PassEntry {
    const entry = this.#entries[index]
    invariant(entry !== undefined, 'a pass has its entries', { index })
    return entry
  }

  /** Judges the sequence of an idempotent batch: true if it is answered without an append. */
  #isSettledBySequence(entry: PassEntry): boolean {
    const { memory, log } = this.#parts
    const producerId = producerIdAt(memory.view, entry.at)
    if (producerId < 0) return false
    const first = baseSequenceAt(memory.view, entry.at)
    const last = (first + lastOffsetDeltaAt(memory.view, entry.at)) % SEQUENCES
    const verdict = log.producerState.check(producerId, producerEpochAt(memory.view, entry.at), first, last)
    if (verdict.kind === 'append') return false
    if (verdict.kind === 'refused') {
      entry.refuse(verdict.error)
      return true
    }
    entry.ring.slots.assign(entry.slot, verdict.baseOffset)
    entry.answer(0, verdict.baseOffset, this.#parts.settings.appendTime ? verdict.timestamp : -1)
    return true
  }

  #needsRoll(entry: PassEntry, base: number, bytes: number, now: number): boolean {
    const { memory, log, settings } = this.#parts
    // An empty segment takes anything: a new one would be as empty.
    if (log.activePosition === 0 && bytes === entry.sizeBytes) return false
    const maxTimestamp = settings.appendTime ? now : maxTimestampAt(memory.view, entry.at)
    return log.needsRoll(bytes, base + lastOffsetDeltaAt(memory.view, entry.at), maxTimestamp, now)
  }

  #stamp(entry: PassEntry, base: number, now: number): void {
    const { memory, settings, leaderEpoch } = this.#parts
    const { view } = memory
    const { at, slot, sizeBytes, ring } = entry
    stampBaseOffset(view, at, base)
    stampLeaderEpoch(view, at, leaderEpoch)
    if (settings.appendTime) {
      stampAppendTime(view, at, now)
      entry.logAppendTime = now
    }
    if (settings.appendTime || (ring.slots.flags(slot) & SLOT_CRC_DONE) === 0) {
      stampCrc(view, at, memory.crc32c(at + CRC_START, sizeBytes - CRC_START))
    }
    entry.baseOffset = base
    entry.facts.readFrom(view, at)
    ring.slots.assign(slot, base)
  }

  /** Step 3: a new segment for the one batch that asked for it. */
  roll(): void {
    if (!this.#rollDue) return
    const { log, publication } = this.#parts
    const { facts } = this.#entryAt(this.#count - 1)
    try {
      log.roll(facts.baseOffset)
    } catch (error) {
      this.#poison(error)
      return
    }
    // Behind the roll: the snapshot at the new base must not know this batch.
    log.producerState.update(facts)
    publication.listRoll(log)
  }

  /** Step 4: every batch to append, with one write. If the disk refuses, the whole pass is answered so. */
  write(): void {
    this.#payloads.length = 0
    this.#facts.length = 0
    if (this.#failure !== null) return
    const { memory, log } = this.#parts
    for (let i = 0; i < this.#count; i++) {
      const entry = this.#entryAt(i)
      if (entry.outcome !== APPEND) continue
      this.#payloads.push(memory.bytes.subarray(entry.at, entry.at + entry.sizeBytes))
      this.#facts.push(entry.facts)
    }
    if (this.#facts.length === 0) return
    try {
      log.write(this.#payloads, this.#facts)
    } catch (error) {
      this.#facts.length = 0
      this.#poison(error)
    }
  }

  /**
   * After it nobody knows what the disk holds: this pass is refused, and the next will be refused by the
   * broker.
   */
  #poison(error: unknown): void {
    if (!(error instanceof HighwaterError && error.code === 'HIGHWATER_STORAGE')) throw error
    this.#failure = error
    // What lies below the end is in the log, whatever became of this pass: a duplicate, or a dead thread's
    // batch.
    const end = this.#parts.log.logEndOffset
    for (let i = 0; i < this.#count; i++) {
      const entry = this.#entryAt(i)
      if (entry.outcome === APPEND || entry.baseOffset >= end) entry.refuse('KAFKA_STORAGE_ERROR')
    }
    this.#parts.control.storeRunState(RUN_STATE_POISONED)
  }

  /** Step 5: what was written, for readers of this process, if there are any. */
  tail(): void {
    const { memory, log, readers } = this.#parts
    if (this.#facts.length === 0 || !readers.wantTail) return
    const { activeOrdinal } = log
    let position = log.activePosition
    for (let i = 0; i < this.#count; i++) {
      const { outcome, at, sizeBytes } = this.#entryAt(i)
      if (outcome !== APPEND) continue
      const target = readers.tailAddress(activeOrdinal, position, sizeBytes)
      if (target >= 0) {
        memory.copy(target, at, sizeBytes)
        readers.copied(sizeBytes)
      }
      position += sizeBytes
    }
  }

  /** Step 6: the log ends behind what was written; from here readers see it. */
  publish(): void {
    if (this.#facts.length === 0) return
    const { log, publication } = this.#parts
    for (const facts of this.#facts) log.recordAppended(facts)
    publication.publish(log)
  }

  /** Step 7: the host's line of each slot. */
  answer(): void {
    const { logStartOffset } = this.#parts.log
    for (let i = 0; i < this.#count; i++) {
      const { ring, slot, errorCode, baseOffset, logAppendTime } = this.#entryAt(i)
      ring.slots.answer(slot, errorCode, baseOffset, logAppendTime)
      ring.slots.answerLogStart(slot, logStartOffset)
    }
  }

  /** Step 8: gives the slots back, with one store for each ring. @returns how many */
  complete(): number {
    for (let from = 0; from < this.#count; ) {
      const { ring } = this.#entryAt(from)
      let to = from + 1
      while (to < this.#count && this.#entryAt(to).ring === ring) to++
      ring.ring.complete(to - from)
      from = to
    }
    return this.#count
  }

  /** Step 9: wakes the callers of this pass, and readers that wait for its bytes. */
  ringBells(): void {
    const { bells, readers, log } = this.#parts
    if (this.#facts.length > 0) readers.ringReaders(lowHalf(log.appendedBytes))
    let rung: HostRing | null = null
    for (let i = 0; i < this.#count; i++) {
      const { ring } = this.#entryAt(i)
      if (ring === rung) continue
      rung = ring
      bells.ring(ring.bellRow)
    }
  }

  /**
   * Step 10: what readers and restarts are quicker with. Nobody waits for it, so its failure only poisons.
   */
  index(): void {
    if (this.#failure !== null) return
    const { log } = this.#parts
    this.#count = 0
    try {
      log.flushIndexesIfDue(INDEX_ENTRIES_PENDING)
      log.snapshotIfDue(SNAPSHOT_BYTES)
    } catch (error) {
      this.#poison(error)
    }
  }

  /** After a recovery: whoever waits for an answer, or slept while nobody could wake him, looks again. */
  ringEveryBell(): void {
    const { bells, readers, log } = this.#parts
    for (const { bellRow } of this.#rings) bells.ring(bellRow)
    readers.ringReaders(lowHalf(log.appendedBytes))
  }
}

const NONE_DRAINED: number[] = []
