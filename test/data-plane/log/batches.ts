/**
 * Batches for tests of the log, and a caller that appends them the way a partition thread does.
 */
import { crc32cOf } from '../../../native-free/crc32c.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { BatchFacts } from '../../../src/data-plane/log/batch-facts.ts'
import type { Log } from '../../../src/data-plane/log/log.ts'
import type { LogOptions, LogSettings } from '../../../src/data-plane/log/log-settings.ts'
import type { Storage } from '../../../src/data-plane/log/storage.ts'
import type { PublishedLog } from '../../../src/data-plane/log/warm-start.ts'
import {
  batchSizeAt,
  CRC_START,
  RECORD_BATCH_OVERHEAD,
  stampBaseOffset,
  stampCrc,
  stampLeaderEpoch,
  writeBatchHeader
} from '../../../src/wire/record/record-batch.ts'
import { RecordBatchBuilder } from '../../../src/wire/record/record-batch-builder.ts'
import type { MemoryStorage } from '../../support/memory-storage.ts'

export const DIRECTORY = '/data/orders-0'

export const DEFAULT_SETTINGS: LogSettings = {
  segmentBytes: 1073741824,
  segmentMs: 604800000,
  segmentIndexBytes: 10485760,
  indexIntervalBytes: 4096
}

/** A clock that stands still. */
export const stillClock: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => 0,
  after: () => () => {}
}

export function optionsFor(
  storage: Storage,
  settings: Partial<LogSettings> = {},
  initialOffset = 0
): LogOptions {
  return {
    storage,
    clock: stillClock,
    directory: DIRECTORY,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    crc: crc32cOf,
    initialOffset
  }
}

export interface SyntheticBatch {
  readonly baseOffset: number
  readonly recordCount?: number
  readonly sizeBytes?: number
  readonly maxTimestamp?: number
  readonly leaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
}

/** A batch whose header and checksum are right and whose records are noise: the log never looks at them. */
export function syntheticBatch(batch: SyntheticBatch): Uint8Array {
  const sizeBytes = batch.sizeBytes ?? 100
  const bytes = new Uint8Array(sizeBytes)
  const view = new DataView(bytes.buffer)
  for (let i = RECORD_BATCH_OVERHEAD; i < sizeBytes; i++) bytes[i] = (i * 31 + batch.baseOffset * 7) & 0xff
  const maxTimestamp = batch.maxTimestamp ?? 1_700_000_000_000 + batch.baseOffset
  writeBatchHeader(view, 0, {
    sizeBytes,
    attributes: 0,
    recordCount: batch.recordCount ?? 1,
    baseTimestamp: maxTimestamp,
    maxTimestamp,
    producerId: batch.producerId ?? -1,
    producerEpoch: batch.producerEpoch ?? -1,
    baseSequence: batch.baseSequence ?? -1
  })
  stampBaseOffset(view, 0, batch.baseOffset)
  stampLeaderEpoch(view, 0, batch.leaderEpoch ?? 0)
  stampCrc(view, 0, crc32cOf(bytes, CRC_START, sizeBytes))
  return bytes
}

/** A batch of real records, one for each timestamp. */
export function recordBatch(baseOffset: number, timestamps: readonly number[]): Uint8Array {
  const target = new Uint8Array(65536)
  const builder = new RecordBatchBuilder()
  builder.reset(target, target.length)
  for (const timestamp of timestamps)
    builder.tryAppend({ timestamp, key: null, value: `value at ${timestamp}`, headers: [] })
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 })
  const bytes = target.slice(0, builder.sizeBytes)
  const view = new DataView(bytes.buffer)
  stampBaseOffset(view, 0, baseOffset)
  stampLeaderEpoch(view, 0, 0)
  stampCrc(view, 0, crc32cOf(bytes, CRC_START, bytes.byteLength))
  return bytes
}

export function factsOf(batch: Uint8Array): BatchFacts {
  return new BatchFacts().readFrom(new DataView(batch.buffer, batch.byteOffset, batch.byteLength), 0)
}

/** The batches of a `.log`, one after another. */
export function splitBatches(log: Uint8Array): Uint8Array[] {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  const batches: Uint8Array[] = []
  for (let at = 0; at < log.byteLength; ) {
    const sizeBytes = batchSizeAt(view, at)
    batches.push(log.slice(at, at + sizeBytes))
    at += sizeBytes
  }
  return batches
}

/** Every file of the partition directory in hexadecimal, by name. */
export function filesIn(storage: MemoryStorage, directory = DIRECTORY): Map<string, string> {
  const hex = (name: string): string => Buffer.from(storage.bytesOf(`${directory}/${name}`)).toString('hex')
  return new Map(storage.list(directory).map(name => [name, hex(name)]))
}

/** What the log view would say of this log now. */
export function publishedOf(log: Log): PublishedLog {
  return {
    logStartOffset: log.logStartOffset,
    logEndOffset: log.logEndOffset,
    activeBaseOffset: log.activeBaseOffset,
    activePosition: log.activePosition,
    segmentBaseOffsets: [...log.sealedSegments.map(segment => segment.baseOffset), log.activeBaseOffset],
    appendedBytes: log.appendedBytes
  }
}

/** Appends batches that have their offsets, each with its own write, and rolls where the log asks for it. */
export function appendEach(log: Log, batches: readonly Uint8Array[], now = 0): void {
  for (const batch of batches) {
    const facts = factsOf(batch)
    if (log.needsRoll(facts.sizeBytes, facts.lastOffset, facts.maxTimestamp, now)) {
      log.roll(facts.baseOffset)
    }
    log.producerState.update(facts)
    log.write([batch], [facts])
    log.recordAppended(facts)
  }
}

/** Appends batches with one write. */
export function appendTogether(log: Log, batches: readonly Uint8Array[]): void {
  const facts = batches.map(factsOf)
  for (const batch of facts) log.producerState.update(batch)
  log.write(batches, facts)
  for (const batch of facts) log.recordAppended(batch)
}
