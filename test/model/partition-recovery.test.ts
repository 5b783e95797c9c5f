/**
 * The pass and the recovery of a partition, with deaths at every access to shared words and at every change of a
 * file: what is acknowledged is in the log, once, at the offset that was told.
 */
import { describe, expect, test } from 'vitest'
import { crc32cOf } from '../../native-free/crc32c.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { HostRing } from '../../src/data-plane/partition/host-ring.ts'
import { LogPublication } from '../../src/data-plane/partition/log-publication.ts'
import { PartitionHost, type PayloadMemory } from '../../src/data-plane/partition/partition-host.ts'
import { PartitionRecovery } from '../../src/data-plane/partition/partition-recovery.ts'
import type { PartitionSettings } from '../../src/data-plane/partition/partition-settings.ts'
import { Bells } from '../../src/threads/bells.ts'
import { ControlBlock } from '../../src/threads/control-block.ts'
import { emptyLogView } from '../../src/threads/log-view.ts'
import { RingHost, RingSender } from '../../src/threads/ring.ts'
import { SegmentTable } from '../../src/threads/segment-table.ts'
import { SLOT_CRC_DONE, SlotTable } from '../../src/threads/slot-table.ts'
import type { Words } from '../../src/threads/words.ts'
import { DIRECTORY, splitBatches, stillClock, syntheticBatch } from '../data-plane/log/batches.ts'
import { explore, type Model, type Program } from './explorer.ts'
import { DiskContents, ModelDisk } from './model-disk.ts'
import { WordRegion } from './word-region.ts'

const CONTROL = 0
const SEGMENTS = 2_000
const RINGS = 3_000
const SLOTS = 5_000
const BELLS = 7_000
const DISK = 9_000
const CAPACITY = 2
const SLOT_BYTES = 128
const BATCH_BYTES = 72

/** The batch of a caller; its time tells whose it is, for offsets are stamped over. */
function batchOf(caller: number): Uint8Array {
  const maxTimestamp = stillClock.now() - 1 - caller
  return syntheticBatch({ baseOffset: 0, sizeBytes: BATCH_BYTES, maxTimestamp })
}

function settings(segmentBytes: number): PartitionSettings {
  const log = { segmentBytes, segmentMs: 1e9, segmentIndexBytes: 1_024, indexIntervalBytes: 4_096 }
  return { log, maxMessageBytes: 1_024, appendTime: false, timestampAfterMaxMs: 1_000 }
}

type PassStep =
  | 'take'
  | 'assign'
  | 'roll'
  | 'write'
  | 'publish'
  | 'answer'
  | 'complete'
  | 'ringBells'
  | 'index'

/** What a mutant changes. */
interface Changes {
  readonly sweep?: (recovery: PartitionRecovery, rings: readonly HostRing[], logEndOffset: number) => void
  readonly slotTable?: (words: Words) => SlotTable
  readonly passSteps?: readonly PassStep[]
}

const PASS_STEPS: readonly PassStep[] = [
  ...(['take', 'assign', 'roll', 'write', 'publish'] as const),
  ...(['answer', 'complete', 'ringBells', 'index'] as const)
]

interface Shape {
  /** Which callers' rings each life of the host serves, in this order; every caller has submitted one batch. */
  readonly lives: readonly (readonly number[])[]
  readonly segmentBytes: number
}

class PartitionModel {
  readonly #disks = new DiskContents()
  readonly #shape: Shape
  readonly #changes: Changes
  readonly #callers: readonly number[]

  constructor(shape: Shape, changes: Changes = {}) {
    this.#shape = shape
    this.#changes = changes
    this.#callers = [...new Set(shape.lives.flat())].sort()
  }

  get model(): Model {
    const programs = new Map<string, Program>()
    const lives = this.#shape.lives.map(callers => {
      const program = programs.get(String(callers)) ?? (words => this.#serve(words, callers))
      programs.set(String(callers), program)
      return program
    })
    return {
      threads: [{ name: 'host', lives }],
      setup: words => this.#submitAll(words),
      check: ([served], words) => this.#check(served as readonly number[], words),
      nameOf
    }
  }

  #submitAll(words: Words): void {
    new ControlBlock(new WordRegion(words, CONTROL)).initialise(1)
    for (const caller of this.#callers) {
      const slots = new SlotTable(new WordRegion(words, SLOTS + 100 * caller))
      slots.describe(0, {
        submission: 1,
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
      const ring = new RingSender(new WordRegion(words, RINGS + 100 * caller), CAPACITY)
      ring.push(0)
      ring.publish()
      ring.close()
    }
  }

  #ringOf(words: Words, caller: number): HostRing {
    const slotWords = new WordRegion(words, SLOTS + 100 * caller)
    return {
      id: caller,
      ring: new RingHost(new WordRegion(words, RINGS + 100 * caller), CAPACITY),
      slots: this.#changes.slotTable?.(slotWords) ?? new SlotTable(slotWords),
      region: caller * SLOT_BYTES,
      slotBytes: SLOT_BYTES,
      slotCount: 1,
      bellRow: caller
    }
  }

  /** A life of the host, as a partition thread lives it. @returns whom it served */
  #serve(words: Words, callers: readonly number[]): readonly number[] {
    const control = new ControlBlock(new WordRegion(words, CONTROL))
    const segments = new SegmentTable(new WordRegion(words, SEGMENTS))
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
    const recovery = new PartitionRecovery({ control, segments, publication, options })
    recovery.begin()
    const log = recovery.openLog()
    const rings = callers.map(caller => this.#ringOf(words, caller))
    recovery.list(log)
    const sweep = this.#changes.sweep ?? ((real, all, end) => real.sweep(all, end))
    sweep(recovery, rings, log.logEndOffset)
    recovery.publish(log)
    recovery.finish()
    const host = new PartitionHost({
      memory: payloadsOf(this.#callers),
      control,
      publication,
      bells: new Bells(new WordRegion(words, BELLS)),
      log,
      clock: stillClock,
      settings: partition,
      leaderEpoch: 0
    })
    for (const ring of rings) host.attachRing(ring)
    while (host.hasWork()) for (const step of this.#changes.passSteps ?? PASS_STEPS) host[step]()
    return callers
  }

  /** Every caller of the last life has its answer, and the log holds each of their batches where it was told. */
  #check(served: readonly number[], words: Words): void {
    const files = this.#disks.at(words.get(DISK))
    const names = [...files.keys()].filter(name => name.endsWith('.log')).sort()
    const log = Buffer.concat(names.map(name => files.get(name) ?? new Uint8Array(0)))
    const times = splitBatches(new Uint8Array(log)).map(batch => new DataView(batch.buffer).getBigInt64(35))
    const view = emptyLogView()
    new ControlBlock(new WordRegion(words, CONTROL)).sample(view)
    const { logEndOffset } = view
    invariant(times.length === logEndOffset, 'the files hold what the view says', { logEndOffset })
    for (const caller of served) {
      const slots = new SlotTable(new WordRegion(words, SLOTS + 100 * caller))
      const ring = words.get(RINGS + 100 * caller) - words.get(RINGS + 100 * caller + 32)
      const facts = { caller, baseOffset: slots.baseOffset(0), errorCode: slots.errorCode(0) }
      invariant(ring === 0 && facts.errorCode === 0, 'every batch is acknowledged', facts)
      const time = new DataView(batchOf(caller).buffer).getBigInt64(35)
      invariant(
        times[facts.baseOffset] === time,
        'an acknowledged batch is in the log where it was told',
        facts
      )
      invariant(times.filter(other => other === time).length === 1, 'a batch is in the log once', facts)
    }
  }
}

function payloadsOf(callers: readonly number[]): PayloadMemory {
  const bytes = new Uint8Array(SLOT_BYTES * callers.length)
  for (const caller of callers) bytes.set(batchOf(caller), caller * SLOT_BYTES)
  const crc32c = (at: number, length: number): number => crc32cOf(bytes, at, at + length)
  return { bytes, view: new DataView(bytes.buffer), crc32c }
}

function nameOf(index: number): string {
  if (index === DISK) return 'disk'
  if (index >= BELLS) return `bell word ${index - BELLS}`
  if (index >= SLOTS)
    return `slot line of caller ${Math.floor((index - SLOTS) / 100)} word ${(index - SLOTS) % 100}`
  if (index >= RINGS)
    return `ring of caller ${Math.floor((index - RINGS) / 100)} word ${(index - RINGS) % 100}`
  if (index >= SEGMENTS) return `segment table word ${index - SEGMENTS}`
  return { 16: 'runState', 32: 'viewVersion' }[index] ?? `control block word ${index}`
}

/** Recovery that judges an assignment anew without taking it back: the next life meets it again. */
class ForgivingSlots extends SlotTable {
  logEndOffset = 0

  override assignedBase(slot: number): number | null {
    const base = super.assignedBase(slot)
    return base !== null && base >= this.logEndOffset ? null : base
  }
}

/** The second caller comes after the first death; each batch needs a segment of its own. */
const TWO_DEATHS: Shape = { lives: [[0], [1, 0], [1, 0]], segmentBytes: 100 }

describe('a partition', () => {
  test('x', () => {
    const t = performance.now()
    const found = explore(new PartitionModel(TWO_DEATHS).model)
    console.log(found, performance.now() - t)
    const f2 = explore(new PartitionModel(TWO_DEATHS, { sweep: () => {} }).model)
    console.log(f2)
    const f3 = explore(
      new PartitionModel(TWO_DEATHS, {
        slotTable: words => new ForgivingSlots(words),
        sweep: (_r, rings, end) => {
          for (const { slots } of rings) (slots as ForgivingSlots).logEndOffset = end
        }
      }).model
    )
    console.log(f3)
  })
})
