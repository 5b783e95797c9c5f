/**
 * The pass and the recovery of a partition, with deaths at every access to shared words and at every change of a
 * file: what is acknowledged is in the log, once, at the offset that was told.
 */
import { describe, expect, test } from 'vitest'
import { crc32cOf } from '../../native-free/crc32c.ts'
import { invariant } from '../../src/base/invariant.ts'
import type { HostRing } from '../../src/data-plane/partition/host-ring.ts'
import { LogPublication } from '../../src/data-plane/partition/log-publication.ts'
import { PartitionHost } from '../../src/data-plane/partition/partition-host.ts'
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

interface Shape {
  /** Which callers' rings each life serves, in this order; all callers have submitted one batch. */
  readonly lives: readonly (readonly number[])[]
  readonly segmentBytes: number
  /** Runs in place of the sweep. */
  readonly sweep?: (recovery: PartitionRecovery, rings: readonly HostRing[], end: number) => void
  /** Slot tables of a life after the sweep. */
  readonly slotTable?: (words: Words) => SlotTable
}

const realSweep: Shape['sweep'] = (recovery, rings, end) => recovery.sweep(rings, end)
