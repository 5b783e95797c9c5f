import { expect, test } from 'vitest'
import { Log } from '../../../src/data-plane/log/log.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import {
  appendEach,
  appendTogether,
  DIRECTORY,
  factsOf,
  filesIn,
  optionsFor,
  publishedOf,
  type SyntheticBatch,
  syntheticBatch
} from './batches.ts'

const LOG = `${DIRECTORY}/00000000000000000000.log`

function batches(from: number, to: number, fields: Partial<SyntheticBatch> = {}): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => syntheticBatch({ ...fields, baseOffset: from + i }))
}

function openedLog(settings = {}, initialOffset = 0) {
  const storage = new MemoryStorage()
  return { storage, log: Log.openCold(optionsFor(storage, settings, initialOffset)) }
}

test('an empty log begins at the offset it is given, and its first segment is named by it', () => {
  const { storage, log } = openedLog({}, 77106001)
  expect([log.logStartOffset, log.logEndOffset, log.activeBaseOffset]).toEqual([77106001, 77106001, 77106001])
  expect(storage.list(DIRECTORY)).toEqual([
    '00000000000077106001.index',
    '00000000000077106001.log',
    '00000000000077106001.timeindex'
  ])
})

test('batches of one pass are one write at the end of the log', () => {
  const { storage, log } = openedLog()
  appendTogether(log, batches(0, 3))
  const before = storage.operations.length
  const next = batches(3, 8)
  log.write(next, next.map(factsOf))
  expect(storage.operations.slice(before)).toEqual([`write ${LOG}`])
  for (const batch of next) log.recordAppended(factsOf(batch))
  expect(Buffer.from(storage.bytesOf(LOG))).toEqual(Buffer.concat(batches(0, 8)))
  expect([log.logEndOffset, log.activePosition, log.appendedBytes]).toEqual([8, 800, 800])
})

test('the end moves batch by batch as they are recorded', () => {
  const { log } = openedLog()
  const two = [
    syntheticBatch({ baseOffset: 0, recordCount: 5 }),
    syntheticBatch({ baseOffset: 5, recordCount: 2, sizeBytes: 70 })
  ]
  log.write(two, two.map(factsOf))
  expect(log.logEndOffset).toBe(0)
  log.recordAppended(factsOf(two[0] ?? new Uint8Array()))
  expect([log.logEndOffset, log.activePosition]).toEqual([5, 100])
  log.recordAppended(factsOf(two[1] ?? new Uint8Array()))
  expect([log.logEndOffset, log.activePosition]).toEqual([7, 170])
})

test('a batch that does not follow the end, and bytes that are not those of the batches, are refused', () => {
  const { log } = openedLog()
  const gap = syntheticBatch({ baseOffset: 1 })
  expect(() => log.write([gap], [factsOf(gap)])).toThrow('without a gap')
  const batch = syntheticBatch({ baseOffset: 0 })
  expect(() => log.write([batch.subarray(1)], [factsOf(batch)])).toThrow('whole batches')
  log.write([batch], [factsOf(batch)])
  expect(() => log.write([gap], [factsOf(gap)])).toThrow('without a gap')
  expect(() => log.recordAppended(factsOf(syntheticBatch({ baseOffset: 0, sizeBytes: 101 })))).toThrow(
    'written'
  )
})

test('a roll seals the segment, leaves a snapshot at the new base and counts on', () => {
  const { storage, log } = openedLog({ segmentBytes: 1000 })
  appendEach(log, batches(0, 25))
  expect(log.sealedSegments).toEqual([
    { baseOffset: 0, sealedBytes: 1000, maxTimestamp: 1_700_000_000_009 },
    { baseOffset: 10, sealedBytes: 1000, maxTimestamp: 1_700_000_000_019 }
  ])
  expect([log.activeOrdinal, log.activeBaseOffset, log.activePosition]).toEqual([2, 20, 500])
  expect([log.logEndOffset, log.appendedBytes]).toEqual([25, 2500])
  expect(storage.list(DIRECTORY).filter(name => name.endsWith('.snapshot'))).toEqual([
    '00000000000000000010.snapshot',
    '00000000000000000020.snapshot'
  ])
  expect(storage.sizeOf(`${DIRECTORY}/00000000000000000010.timeindex`)).toBe(12)
  expect(storage.openHandles).toBe(3)
})

test('files a crash left under the name of the new segment are replaced', () => {
  const { storage, log } = openedLog()
  appendEach(log, batches(0, 3))
  storage.put(`${DIRECTORY}/00000000000000000003.log`, new Uint8Array(50))
  storage.put(`${DIRECTORY}/00000000000000000003.index`, new Uint8Array(8))
  log.roll(3)
  expect(storage.sizeOf(`${DIRECTORY}/00000000000000000003.log`)).toBe(0)
  expect(storage.sizeOf(`${DIRECTORY}/00000000000000000003.index`)).toBe(0)
})

test('a segment begins at the log end offset only, and never behind an empty one', () => {
  const { log } = openedLog()
  expect(() => log.roll(0)).toThrow('empty segment')
  appendEach(log, batches(0, 3))
  expect(() => log.roll(4)).toThrow('begins at the log end offset')
})

test('index entries wait until so many are pending, and are counted when they are on disk', () => {
  const { storage, log } = openedLog({ indexIntervalBytes: 99 })
  const index = `${DIRECTORY}/00000000000000000000.index`
  appendEach(log, batches(0, 64))
  log.flushIndexesIfDue(64)
  expect([log.indexEntriesOnDisk, storage.sizeOf(index)]).toEqual([0, 0])
  appendEach(log, batches(64, 65))
  log.flushIndexesIfDue(64)
  expect([log.indexEntriesOnDisk, storage.sizeOf(index)]).toEqual([64, 512])
})

test('a snapshot for warm starts is due after so many bytes, and replaces the one before', () => {
  const { storage, log } = openedLog()
  const snapshots = () => storage.list(DIRECTORY).filter(name => name.endsWith('snapshot'))
  appendEach(log, batches(0, 10))
  log.snapshotIfDue(1001)
  expect(snapshots()).toEqual([])
  log.snapshotIfDue(1000)
  expect(snapshots()).toEqual(['00000000000000000010.warmsnapshot'])
  log.snapshotIfDue(1000)
  log.roll(10)
  expect(snapshots()).toEqual(['00000000000000000010.snapshot'])
  appendEach(log, batches(10, 20))
  log.snapshotIfDue(1000)
  appendEach(log, batches(20, 30))
  log.snapshotIfDue(1000)
  expect(snapshots()).toEqual(['00000000000000000010.snapshot', '00000000000000000030.warmsnapshot'])
  log.close()
  expect(snapshots()).toEqual(['00000000000000000010.snapshot', '00000000000000000030.snapshot'])
})

test('what was flushed survives a power cut, over all segments; what was not may be lost', () => {
  const { storage, log } = openedLog({ segmentBytes: 1000 })
  appendEach(log, batches(0, 25))
  log.flush()
  appendEach(log, batches(25, 28))
  const reopened = Log.openCold(optionsFor(storage.powerCut(), { segmentBytes: 1000 }))
  expect(reopened.logEndOffset).toBe(25)
  const killed = Log.openCold(optionsFor(storage.copy(), { segmentBytes: 1000 }))
  expect(killed.logEndOffset).toBe(28)
})

test('a second flush leaves sealed segments alone that were flushed before', () => {
  const { storage, log } = openedLog({ segmentBytes: 1000 })
  appendEach(log, batches(0, 15))
  log.flush()
  appendEach(log, batches(15, 25))
  const before = storage.operations.length
  log.flush()
  const flushed = storage.operations.slice(before).filter(operation => operation.startsWith('flush'))
  expect(flushed).toEqual([
    `flush ${DIRECTORY}/00000000000000000010.log`,
    `flush ${DIRECTORY}/00000000000000000020.log`
  ])
})

test('a closed log survives a power cut whole', () => {
  const { storage, log } = openedLog({ segmentBytes: 1000, indexIntervalBytes: 150 })
  appendEach(log, batches(0, 25))
  log.close()
  expect(storage.openHandles).toBe(0)
  expect(filesIn(storage.powerCut()).get('00000000000000000025.snapshot')).toBeDefined()
  // Not promised are the indexes of sealed segments and the snapshots at bases: they can be made again.
  const promised = (files: Map<string, string>) =>
    [...files].filter(([name]) => /log|0025\.snapshot|0020\.(time)?index|leader/.test(name))
  expect(promised(filesIn(storage)).length).toBe(7)
  expect(promised(filesIn(storage.powerCut()))).toEqual(promised(filesIn(storage)))
})

test('the epoch of a batch is on disk before the batch, and only when it is new', () => {
  const { storage, log } = openedLog()
  appendEach(log, batches(0, 3))
  appendEach(log, batches(3, 5, { leaderEpoch: 4 }))
  const text = new TextDecoder().decode(storage.bytesOf(`${DIRECTORY}/leader-epoch-checkpoint`))
  expect(text).toBe('0\n2\n0 0\n4 3\n')
  expect(log.lastEpoch).toBe(4)
  const writes = storage.operations.filter(operation => /^(rename|write .*\.log)/.test(operation))
  expect(writes.map(operation => operation.slice(0, 6))).toEqual([
    'rename',
    'write ',
    'write ',
    'write ',
    'rename',
    'write ',
    'write '
  ])
})

test('a write the disk refuses poisons the log: nothing is in it, and nothing more is taken', () => {
  const { storage, log } = openedLog()
  appendEach(log, batches(0, 3))
  storage.capacityBytes = 500
  const next = batches(3, 8)
  expect(() => log.write(next, next.map(factsOf))).toThrow('bytes were taken')
  expect(storage.sizeOf(LOG)).toBe(300)
  expect([log.isPoisoned, log.logEndOffset, storage.openHandles]).toEqual([true, 3, 0])
  storage.capacityBytes = Number.POSITIVE_INFINITY
  const refused = { code: 'HIGHWATER_STORAGE', message: expect.stringContaining('open it again') }
  expect(() => log.write(next, next.map(factsOf))).toThrow(expect.objectContaining(refused))
  for (const change of [() => log.roll(3), () => log.flush(), () => log.truncateTo(1)]) {
    expect(change).toThrow(expect.objectContaining(refused))
  }
  log.close()
  const reopened = Log.openWarm(optionsFor(storage), publishedOf(log))
  appendTogether(reopened, next)
  expect(reopened.logEndOffset).toBe(8)
})

test('a flush that fails poisons the log: it is never tried again', () => {
  const { storage, log } = openedLog()
  appendEach(log, batches(0, 3))
  storage.failAt(storage.operations.length, 'EIO')
  expect(() => log.flush()).toThrow(`cannot flush ${LOG}: EIO`)
  expect(() => log.flush()).toThrow('open it again')
})

test('truncation cuts at a batch, in the active or a sealed segment, and the log goes on there', () => {
  for (const offset of [27, 25, 20, 14, 10, 3, 0]) {
    const { storage, log } = openedLog({ segmentBytes: 1000, indexIntervalBytes: 150 })
    const producer = { producerId: 7, producerEpoch: 0 }
    const all = Array.from({ length: 30 }, (_, i) =>
      syntheticBatch({ baseOffset: i, ...producer, baseSequence: i })
    )
    appendEach(log, all)
    expect(log.truncateTo(offset)).toBe(offset)
    expect([log.logEndOffset, log.activeBaseOffset]).toEqual([offset, offset - (offset % 10)])
    expect(log.producerState.check(7, 0, offset, offset)).toEqual({ kind: 'append' })
    appendEach(log, all.slice(offset))
    log.close()
    const untouched = openedLog({ segmentBytes: 1000, indexIntervalBytes: 150 })
    appendEach(untouched.log, all)
    untouched.log.close()
    expect(filesIn(storage)).toEqual(filesIn(untouched.storage))
  }
})

test('truncation takes back what counted towards the next snapshot', () => {
  const { storage, log } = openedLog()
  appendEach(log, batches(0, 10))
  log.truncateTo(2)
  log.snapshotIfDue(300)
  expect(storage.list(DIRECTORY).filter(name => name.endsWith('snapshot'))).toEqual([])
  appendEach(log, batches(2, 3))
  log.snapshotIfDue(300)
  expect(storage.list(DIRECTORY).filter(name => name.endsWith('snapshot')).length).toBe(1)
})

test('truncation inside a batch removes all of it', () => {
  const { log } = openedLog()
  appendTogether(log, [
    syntheticBatch({ baseOffset: 0, recordCount: 5 }),
    syntheticBatch({ baseOffset: 5, recordCount: 5 })
  ])
  expect(log.truncateTo(7)).toBe(5)
  expect([log.logEndOffset, log.activePosition]).toEqual([5, 100])
  expect(log.truncateTo(9)).toBe(5)
})

test('truncation forgets the leader epochs that began above', () => {
  const { log } = openedLog()
  appendEach(log, batches(0, 3))
  appendEach(log, batches(3, 5, { leaderEpoch: 4 }))
  log.truncateTo(3)
  expect(log.lastEpoch).toBe(0)
})

test('an append allocates no file, no read and one call, however many records it has', () => {
  const { storage, log } = openedLog()
  const few = syntheticBatch({ baseOffset: 0, recordCount: 1, sizeBytes: 16000 })
  const many = syntheticBatch({ baseOffset: 1, recordCount: 100000, sizeBytes: 16000 })
  const first = syntheticBatch({ baseOffset: 100001, recordCount: 1, sizeBytes: 16000 })
  appendTogether(log, [first].slice(1).concat(few))
  for (const batch of [many, first]) {
    const before = storage.operations.length
    appendTogether(log, [batch])
    expect(storage.operations.slice(before)).toEqual([`write ${LOG}`])
  }
})
