/**
 * A partition in one thread: a disk in memory, real rings and slots, and a host that the test steps and
 * kills.
 */
import { crc32cOf } from '../../../native-free/crc32c.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { Log } from '../../../src/data-plane/log/log.ts'
import { hostRing } from '../../../src/data-plane/partition/host-ring.ts'
import { LogPublication } from '../../../src/data-plane/partition/log-publication.ts'
import { PartitionHost } from '../../../src/data-plane/partition/partition-host.ts'
import { PartitionReaders } from '../../../src/data-plane/partition/partition-readers.ts'
import { PartitionRecovery } from '../../../src/data-plane/partition/partition-recovery.ts'
import type { PartitionSettings } from '../../../src/data-plane/partition/partition-settings.ts'
import { Arena } from '../../../src/threads/arena.ts'
import { BELLS_BYTES, Bells } from '../../../src/threads/bells.ts'
import { CONTROL_BLOCK_BYTES, ControlBlock, TAIL_TABLE_WORD } from '../../../src/threads/control-block.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../../src/threads/lease-table.ts'
import { emptyLogView, type LogView } from '../../../src/threads/log-view.ts'
import { RingSender, ringBytes } from '../../../src/threads/ring.ts'
import {
  SEGMENT_ENTRY_BYTES,
  SEGMENT_TABLE_BYTES_MAX,
  SegmentTable
} from '../../../src/threads/segment-table.ts'
import { allocateWords, growableWords, growWords } from '../../../src/threads/shared-memory.ts'
import { SLOT_ENTRY_BYTES, SlotTable } from '../../../src/threads/slot-table.ts'
import { lendTailBlocks } from '../../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../../src/threads/words.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { DEFAULT_SETTINGS, DIRECTORY } from '../log/batches.ts'

export const NOW = 1_700_000_100_000
const RING_CAPACITY = 256
const SLOT_BYTES = 1024

export const fixedClock: Clock = { now: () => NOW, monotonic: () => 0, after: () => () => {} }

export interface RigSettings extends Partial<Omit<PartitionSettings, 'log'>> {
  readonly log?: Partial<PartitionSettings['log']>
}

/** What a sender is told of a batch. */
interface Answer {
  readonly slot: number
  readonly errorCode: number
  readonly baseOffset: number
  readonly logAppendTime: number
  readonly logStartOffset: number
}

export class RigSender {
  readonly id: number
  readonly ringWords = allocateWords(ringBytes(RING_CAPACITY))
  readonly slotWords: SharedArrayBuffer
  readonly slots: SlotTable
  readonly ring: RingSender
  readonly region: number
  readonly slotBytes: number
  readonly slotCount: number
  readonly #arena: Arena
  #free: number[]
  #submission = 0

  constructor(arena: Arena, id: number, region: number, size: { slotBytes: number; slotCount: number }) {
    this.#arena = arena
    this.id = id
    this.region = region
    this.slotBytes = size.slotBytes
    this.slotCount = size.slotCount
    this.slotWords = allocateWords(size.slotCount * SLOT_ENTRY_BYTES)
    this.slots = new SlotTable(new AtomicWords(this.slotWords))
    this.ring = new RingSender(new AtomicWords(this.ringWords), RING_CAPACITY)
    this.#free = Array.from({ length: size.slotCount }, (_, slot) => slot)
  }

  /** Address of a slot in the arena. */
  addressOf(slot: number): number {
    return this.region + slot * this.slotBytes
  }

  /**
   * Copies a batch into a free slot and pushes it; `publish` follows unless told otherwise. @returns the slot
   */
  submit(
    batch: Uint8Array,
    options: { flags?: number; byteLength?: number; publish?: boolean } = {}
  ): number {
    const slot = this.#free.shift()
    if (slot === undefined) throw new Error('the rig has no free slot left')
    this.#arena.bytes.set(batch, this.addressOf(slot))
    this.#submission++
    this.slots.describe(slot, {
      submission: this.#submission,
      hostPartition: 0,
      byteLength: options.byteLength ?? batch.byteLength,
      recordCount: 1,
      flags: options.flags ?? 0,
      slotRun: Math.ceil(batch.byteLength / this.slotBytes),
      baseSequence: -1,
      producerEpoch: -1,
      producerId: -1,
      leaderEpoch: 0
    })
    this.ring.push(slot)
    if (options.publish !== false) this.ring.publish()
    return slot
  }

  /** Every answer that has come, in ring order. */
  reap(): Answer[] {
    const answers: Answer[] = []
    for (let slot = this.ring.reap(); slot >= 0; slot = this.ring.reap()) {
      answers.push({
        slot,
        errorCode: this.slots.errorCode(slot),
        baseOffset: this.slots.baseOffset(slot),
        logAppendTime: this.slots.logAppendTime(slot),
        logStartOffset: this.slots.logStartOffset(slot)
      })
      this.#free.push(slot)
    }
    return answers
  }

  description() {
    return {
      id: this.id,
      capacity: RING_CAPACITY,
      region: this.region,
      slotBytes: this.slotBytes,
      slotCount: this.slotCount,
      bellRow: this.id,
      ring: this.ringWords,
      slots: this.slotWords
    }
  }
}

const RECOVERY_STEPS = 7
/** Above the senders' regions, which grow from below. */
const TAIL = { region: 3 * 1024 * 1024, blocks: 4, blockBytes: 65536 }

export class Rig {
  storage = new MemoryStorage()
  readonly arena = Arena.create(4 * 1024 * 1024)
  readonly bellWords = new AtomicWords(allocateWords(BELLS_BYTES))
  readonly controlWords = new AtomicWords(allocateWords(CONTROL_BLOCK_BYTES))
  readonly leases = new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES)))
  readonly control: ControlBlock
  readonly segments: SegmentTable
  readonly settings: PartitionSettings
  readonly senders: RigSender[] = []
  #log: Log | null = null
  #host: PartitionHost | null = null
  #nextRegion = 65536

  constructor(settings: RigSettings = {}) {
    this.settings = {
      maxMessageBytes: 1048588,
      appendTime: false,
      timestampAfterMaxMs: 3600000,
      ...settings,
      log: { ...DEFAULT_SETTINGS, ...settings.log }
    }
    this.control = new ControlBlock(this.controlWords)
    this.control.initialise(1)
    lendTailBlocks(this.controlWords, TAIL_TABLE_WORD, TAIL)
    const words = growableWords(SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX)
    this.segments = new SegmentTable(new AtomicWords(words), bytes => growWords(words, bytes))
  }

  get log(): Log {
    if (this.#log === null) throw new Error('the rig was not started')
    return this.#log
  }

  get host(): PartitionHost {
    if (this.#host === null) throw new Error('the rig has no living host')
    return this.#host
  }

  addSender(size = { slotBytes: SLOT_BYTES, slotCount: 128 }): RigSender {
    const sender = new RigSender(this.arena, this.senders.length + 1, this.#nextRegion, size)
    this.#nextRegion += size.slotBytes * size.slotCount
    this.senders.push(sender)
    this.#host?.attachRing(hostRing(sender.description()))
    return sender
  }

  /**
   * Recovers, cold or warm. @param stepsLived steps until the thread dies; without it the rig serves
   * @param passBytesMax bytes a pass takes at most
   */
  start(stepsLived = RECOVERY_STEPS, passBytesMax = Number.POSITIVE_INFINITY): void {
    const publication = new LogPublication(this.control, this.segments, 0)
    const readers = new PartitionReaders({
      control: this.control,
      words: this.controlWords,
      leases: this.leases,
      bells: new Bells(this.bellWords)
    })
    const recovery = new PartitionRecovery({
      control: this.control,
      segments: this.segments,
      publication,
      readers,
      options: {
        storage: this.storage,
        clock: fixedClock,
        directory: DIRECTORY,
        settings: this.settings.log,
        crc: crc32cOf
      }
    })
    if (stepsLived > 0) recovery.begin()
    if (stepsLived < 2) return
    const log = recovery.openLog()
    const rings = this.senders.map(sender => hostRing(sender.description()))
    if (stepsLived >= 3) recovery.list(log)
    if (stepsLived >= 4) recovery.cutTail(log)
    if (stepsLived >= 5) recovery.sweep(rings, log.logEndOffset)
    if (stepsLived >= 6) recovery.publish(log)
    if (stepsLived < 7) return
    recovery.finish()
    this.#log = log
    this.#host = new PartitionHost({
      memory: this.arena,
      control: this.control,
      publication,
      readers,
      bells: new Bells(this.bellWords),
      log,
      clock: fixedClock,
      settings: this.settings,
      leaderEpoch: 0,
      passBytesMax
    })
    for (const ring of rings) this.#host.attachRing(ring)
  }

  /** The thread is gone; what it wrote to shared words and files stays. */
  die(): void {
    this.#host = null
    this.#log = null
  }

  /** Passes until nothing is left. */
  settle(): void {
    while (this.host.pass() > 0);
  }

  view(): LogView {
    const view = emptyLogView()
    if (this.control.sample(view) === null) throw new Error('no view could be sampled')
    return view
  }

  /** The `.log` files of all segments, one after another. */
  logBytes(): Uint8Array {
    const names = this.storage.list(DIRECTORY).filter(name => name.endsWith('.log'))
    return new Uint8Array(Buffer.concat(names.map(name => this.storage.bytesOf(`${DIRECTORY}/${name}`))))
  }

  isRung(row: number): boolean {
    return this.bellWords.load(row * 32) > 0
  }

  /** As if the thread that owns the row were asleep. */
  park(row: number): void {
    this.bellWords.store(row * 32 + 16, 1)
  }
}
