/**
 * A partition and its callers as a model: real host, recovery, rings, slots, views and log, explored words
 * and a modelled disk. What is acknowledged must be in the log, once, at the offset that was told.
 *
 * A payload is a word here, the number of its batch; a host copies its bytes to where its arena would
 * have them before it takes. Stamps a dead host left are so forgotten: the next one stamps again.
 */

import { crc32cOf } from '../../native-free/crc32c.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { Log } from '../../src/data-plane/log/log.ts'
import type { HostRing } from '../../src/data-plane/partition/host-ring.ts'
import { LogPublication } from '../../src/data-plane/partition/log-publication.ts'
import { PartitionHost, type PayloadMemory } from '../../src/data-plane/partition/partition-host.ts'
import { PartitionReaders } from '../../src/data-plane/partition/partition-readers.ts'
import { PartitionRecovery } from '../../src/data-plane/partition/partition-recovery.ts'
import type { PartitionSettings } from '../../src/data-plane/partition/partition-settings.ts'
import { Bells } from '../../src/threads/bells.ts'
import { CONTROL_BLOCK_BYTES, ControlBlock } from '../../src/threads/control-block.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../src/threads/lease-table.ts'
import { emptyLogView } from '../../src/threads/log-view.ts'
import { RingHost, RingSender } from '../../src/threads/ring.ts'
import { SegmentTable } from '../../src/threads/segment-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { SLOT_CRC_DONE, SlotTable } from '../../src/threads/slot-table.ts'
import { AtomicWords, type Words } from '../../src/threads/words.ts'
import { DIRECTORY, splitBatches, stillClock, syntheticBatch } from '../data-plane/log/batches.ts'
import type { PASS_STEPS } from '../support/pass-steps.ts'
import type { Model, ModelThread, Program } from './explorer.ts'
import { DiskContents, ModelDisk } from './model-disk.ts'
import type { ModelWords } from './replayed-words.ts'
import { WordRegion } from './word-region.ts'

const CONTROL = 0
/** The two copies of the view in the control block. */
const VIEW_COPIES = 64
const VIEW_COPIES_END = 128
const SEGMENTS = 2_000
const RINGS = 3_000
const SLOTS = 5_000
const BELLS = 7_000
const DISK = 9_000
const PAYLOADS = 9_100
/** Words between the rings, and between the slot tables, of two callers. */
const STRIDE = 100
const CAPACITY = 2
const SLOT_BYTES = 128
const BATCH_BYTES = 72
/** Bell of the host; that of caller c is c + 1. */
const HOST_ROW = 0
const NO_TIMEOUT = Number.POSITIVE_INFINITY

type PassStep = (typeof PASS_STEPS)[number]

export interface PartitionShape {
  /** Which callers' rings each life of the host serves, in this order. */
  readonly lives: readonly (readonly number[])[]
  /** Batches of each caller, one after the other through one slot. */
  readonly batches: number
  /** Whether callers run beside the host; else each has submitted before, and wants one batch. */
  readonly callersRun: boolean
  readonly segmentBytes: number
  /**
   * Leaves out deaths inside the filling of a view that is not published yet, of which nothing is ever read.
   */
  readonly wholeViews?: boolean
}

/** What a mutant changes. */
export interface PartitionChanges {
  readonly sweep?: (recovery: PartitionRecovery, rings: readonly HostRing[], logEndOffset: number) => void
  readonly slotTable?: (words: Words) => SlotTable
  readonly passSteps?: readonly PassStep[]
  readonly submission?: (batch: number) => number
}

/** Batch n of a caller; its time tells which it is, for offsets are stamped over. */
function batchBytes(number: number): Uint8Array {
  const maxTimestamp = stillClock.now() - 1 - number
  return syntheticBatch({ baseOffset: 0, sizeBytes: BATCH_BYTES, maxTimestamp })
}

function timeOf(batch: Uint8Array): bigint {
  return new DataView(batch.buffer, batch.byteOffset).getBigInt64(35)
}

function batchNumber(caller: number, batch: number): number {
  return 10 * caller + batch
}

function settings(segmentBytes: number): PartitionSettings {
  const log = { segmentBytes, segmentMs: 1e9, segmentIndexBytes: 1_024, indexIntervalBytes: 4_096 }
  return { log, maxMessageBytes: 1_024, appendTime: false, timestampAfterMaxMs: 1_000 }
}

/** Offsets a caller was told, by batch. */
type Told = readonly number[]

/** A ring of which the model can tell how far its host is. */
class KnownRing extends RingHost {
  completed: number

  constructor(words: Words, capacity: number) {
    super(words, capacity)
    this.completed = words.load(32)
  }

  override complete(count: number): void {
    super.complete(count)
    this.completed += count
  }
}

interface Serving {
  readonly words: ModelWords
  readonly host: PartitionHost
  readonly rings: readonly HostRing[]
}

class PartitionModel {
  readonly #disks = new DiskContents()
  readonly #shape: PartitionShape
  readonly #changes: PartitionChanges
  readonly #callers: readonly number[]
  readonly #bytes: Uint8Array
  readonly #memory: PayloadMemory

  constructor(shape: PartitionShape, changes: PartitionChanges) {
    this.#shape = shape
    this.#changes = changes
    this.#callers = [...new Set(shape.lives.flat())].sort()
    const bytes = new Uint8Array(SLOT_BYTES * this.#callers.length)
    const crc32c = (at: number, length: number): number => crc32cOf(bytes, at, at + length)
    this.#bytes = bytes
    const copy = (target: number, source: number, length: number): void => {
      bytes.copyWithin(target, source, source + length)
    }
    this.#memory = { bytes, view: new DataView(bytes.buffer), crc32c, copy }
  }

  build(): Model {
    const programs = new Map<string, Program>()
    const lives = this.#shape.lives.map((callers, life) => {
      const key = `${Math.min(life, 1)}: ${callers}`
      const program = programs.get(key) ?? (words => this.#serve(words, callers, life))
      programs.set(key, program)
      return program
    })
    const threads: ModelThread[] = [{ name: 'host', lives }]
    for (const caller of this.#shape.callersRun ? this.#callers : []) {
      threads.push({ name: `caller ${caller}`, lives: [words => this.#call(words, caller)] })
    }
    return {
      threads,
      setup: words => this.#setUp(words),
      check: ([served, ...told], words) => this.#check(served as readonly number[], told as Told[], words),
      ownerOf,
      ...(this.#shape.wholeViews === true ? { mayDieAt: isNotInView } : {}),
      nameOf
    }
  }

  #setUp(words: Words): void {
    new ControlBlock(new WordRegion(words, CONTROL)).initialise(1)
    if (this.#shape.callersRun) return
    for (const caller of this.#callers) {
      const ring = this.#senderOf(words, caller)
      this.#submit(words, caller, 0, ring)
      ring.close()
    }
  }

  #senderOf(words: Words, caller: number): RingSender {
    return new RingSender(new WordRegion(words, RINGS + STRIDE * caller), CAPACITY)
  }

  #slotsOf(words: Words, caller: number): SlotTable {
    return new SlotTable(new WordRegion(words, SLOTS + STRIDE * caller))
  }

  #submit(words: Words, caller: number, batch: number, ring: RingSender): void {
    words.set(PAYLOADS + caller, batchNumber(caller, batch))
    this.#slotsOf(words, caller).describe(0, {
      submission: this.#changes.submission?.(batch) ?? batch + 1,
      hostPartition: 0,
      byteLength: BATCH_BYTES,
      recordCount: 1,
      flags: SLOT_CRC_DONE,
      slotRun: 1,
      baseSequence: -1,
      producerEpoch: -1,
      producerId: -1,
      leaderEpoch: 0
    })
    ring.push(0)
    ring.publish()
  }

  /**
   * A caller: submits a batch, sleeps until it is acknowledged, and so on. @returns the offsets it was told
   */
  #call(words: ModelWords, caller: number): Told {
    const told: number[] = []
    const ring = this.#senderOf(words, caller)
    const bells = new Bells(new WordRegion(words, BELLS))
    const slots = this.#slotsOf(words, caller)
    while (told.length < this.#shape.batches) {
      this.#submit(words, caller, told.length, ring)
      bells.ring(HOST_ROW)
      while (ring.inFlight > 0) {
        words.knows(told)
        bells.sleep(caller + 1, () => ring.hasCompleted, NO_TIMEOUT)
        ring.reap()
      }
      invariant(slots.errorCode(0) === 0, 'no batch is refused', { caller })
      told.push(slots.baseOffset(0))
    }
    ring.close()
    bells.ring(HOST_ROW)
    return told
  }

  #ringOf(words: Words, caller: number): HostRing {
    const slotWords = new WordRegion(words, SLOTS + STRIDE * caller)
    return {
      id: caller,
      ring: new KnownRing(new WordRegion(words, RINGS + STRIDE * caller), CAPACITY),
      slots: this.#changes.slotTable?.(slotWords) ?? new SlotTable(slotWords),
      region: caller * SLOT_BYTES,
      slotBytes: SLOT_BYTES,
      slotCount: 1,
      bellRow: caller + 1
    }
  }

  /** A life of the host, as a partition thread lives it. @returns whom it served */
  #serve(words: ModelWords, callers: readonly number[], life: number): readonly number[] {
    const control = new ControlBlock(new WordRegion(words, CONTROL))
    const segments = new SegmentTable(new WordRegion(words, SEGMENTS))
    const bells = new Bells(new WordRegion(words, BELLS))
    const publication = new LogPublication(control, segments, 0)
    const partition = settings(this.#shape.segmentBytes)
    const storage = new ModelDisk(this.#disks, words, DISK)
    const options = {
      storage,
      clock: stillClock,
      directory: DIRECTORY,
      settings: partition.log,
      crc: crc32cOf
    }
    if (life > 0) bells.revive(HOST_ROW)
    // Tail and leases have a model of their own; here nobody reads.
    const unread = new AtomicWords(allocateWords(Math.max(LEASE_TABLE_BYTES, CONTROL_BLOCK_BYTES)))
    const readers = new PartitionReaders({ control, words: unread, leases: new LeaseTable(unread), bells })
    const recovery = new PartitionRecovery({ control, segments, publication, readers, options })
    recovery.begin()
    const log = recovery.openLog()
    const rings = callers.map(caller => this.#ringOf(words, caller))
    const recoveredEnd = log.logEndOffset
    this.#finishRecovery(recovery, log, rings)
    const host = new PartitionHost({
      memory: this.#memory,
      control,
      publication,
      readers,
      bells,
      log,
      clock: stillClock,
      settings: partition,
      leaderEpoch: 0
    })
    for (const ring of rings) host.attachRing(ring)
    host.ringEveryBell()
    this.#passUntilDrained({ words, host, rings }, () => ({ recoveredEnd, disk: storage.contents }))
    return callers
  }

  #finishRecovery(recovery: PartitionRecovery, log: Log, rings: readonly HostRing[]): void {
    recovery.list(log)
    recovery.cutTail(log)
    const sweep = this.#changes.sweep ?? ((real, all, end) => real.sweep(all, end))
    sweep(recovery, rings, log.logEndOffset)
    recovery.publish(log)
    recovery.finish()
  }

  #passUntilDrained({ words, host, rings }: Serving, facts: () => object): void {
    const bells = new Bells(new WordRegion(words, BELLS))
    const isDrained = (): boolean => rings.every(({ ring }) => ring.isDrained)
    while (true) {
      const completed = rings.map(({ ring }) => (ring instanceof KnownRing ? ring.completed : 0))
      words.knows({ ...facts(), completed, passes: host.passes })
      if (host.hasWork()) {
        for (const { id, region, ring } of rings) {
          if (ring.available() > 0) this.#bytes.set(batchBytes(words.get(PAYLOADS + id)), region)
        }
        const { passSteps } = this.#changes
        if (passSteps === undefined) host.pass()
        else for (const step of passSteps) host[step]()
      } else if (isDrained()) return
      else bells.sleep(HOST_ROW, () => host.hasWork() || isDrained(), NO_TIMEOUT)
    }
  }

  #check(served: readonly number[], toldByThreads: readonly Told[], words: Words): void {
    const times = this.#logTimes(words)
    const view = emptyLogView()
    new ControlBlock(new WordRegion(words, CONTROL)).sample(view)
    const { logEndOffset } = view
    invariant(times.length === logEndOffset, 'the files hold what the view says', { logEndOffset })
    for (const caller of served) {
      const ring = RINGS + STRIDE * caller
      invariant(words.get(ring) === words.get(ring + 32), 'every batch is acknowledged', { caller })
      const told = toldByThreads[caller] ?? [this.#slotsOf(words, caller).baseOffset(0)]
      for (const [batch, baseOffset] of told.entries()) {
        const time = timeOf(batchBytes(batchNumber(caller, batch)))
        const facts = { caller, batch, baseOffset }
        invariant(times[baseOffset] === time, 'an acknowledged batch is in the log where it was told', facts)
        invariant(times.filter(other => other === time).length === 1, 'a batch is in the log once', facts)
      }
    }
  }

  /** The batches on the disk, in order. */
  #logTimes(words: Words): bigint[] {
    const files = this.#disks.at(words.get(DISK))
    const names = [...files.keys()].filter(name => name.endsWith('.log')).sort()
    const bytes = Buffer.concat(names.map(name => files.get(name) ?? new Uint8Array(0)))
    return splitBatches(new Uint8Array(bytes)).map(timeOf)
  }
}

/** Files, views and the segment table are the host's; readers of views have models of their own. */
function ownerOf(index: number): number | null {
  return index < RINGS || index === DISK ? 0 : null
}

function isNotInView(index: number): boolean {
  return index < VIEW_COPIES || index >= VIEW_COPIES_END
}

function nameOf(index: number): string {
  if (index >= PAYLOADS) return `payload of caller ${index - PAYLOADS}`
  if (index === DISK) return 'disk'
  if (index >= BELLS) return `bell ${Math.floor((index - BELLS) / 32)} word ${(index - BELLS) % 32}`
  const caller = Math.floor((index % 1_000) / STRIDE)
  if (index >= SLOTS) return `slot of caller ${caller} word ${index % STRIDE}`
  if (index >= RINGS) return `ring of caller ${caller} word ${index % STRIDE}`
  if (index >= SEGMENTS) return `segment table word ${index - SEGMENTS}`
  return { 16: 'runState', 32: 'viewVersion' }[index] ?? `control block word ${index}`
}

export function partitionModel(shape: PartitionShape, changes: PartitionChanges = {}): Model {
  return new PartitionModel(shape, changes).build()
}
