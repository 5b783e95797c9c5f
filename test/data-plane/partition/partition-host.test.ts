import { expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { RUN_STATE_ONLINE, RUN_STATE_POISONED } from '../../../src/threads/control-block.ts'
import { SLOT_CRC_DONE } from '../../../src/threads/slot-table.ts'
import {
  attributesAt,
  baseOffsetAt,
  CRC_START,
  crcAt,
  leaderEpochAt,
  maxTimestampAt,
  stampCrc
} from '../../../src/wire/record/record-batch.ts'
import { splitBatches, syntheticBatch } from '../log/batches.ts'
import { NOW, Rig, type RigSettings } from './rig.ts'

const batch = (more: Partial<Parameters<typeof syntheticBatch>[0]> = {}): Uint8Array =>
  syntheticBatch({ baseOffset: 0, leaderEpoch: -1, ...more })

function started(settings: RigSettings = {}): Rig {
  const rig = new Rig(settings)
  rig.start()
  return rig
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

test('batches of a ring are appended in order, answered with their offsets and published', () => {
  const rig = started()
  const sender = rig.addSender()
  sender.submit(batch({ recordCount: 3 }), { publish: false })
  sender.submit(batch({ recordCount: 2, sizeBytes: 200 }))
  expect(rig.host.pass()).toBe(2)
  expect(sender.reap()).toEqual([
    { slot: 0, errorCode: 0, baseOffset: 0, logAppendTime: -1, logStartOffset: 0 },
    { slot: 1, errorCode: 0, baseOffset: 3, logAppendTime: -1, logStartOffset: 0 }
  ])
  expect(rig.view()).toMatchObject({
    logStartOffset: 0,
    logEndOffset: 5,
    highWatermark: 5,
    lastStableOffset: 5,
    leoBytes: 300,
    leoSegment: 0,
    leoPosition: 300,
    segmentFirst: 0,
    segmentCount: 1
  })
  expect(rig.host.pass()).toBe(0)
})

test('the bytes on disk are those of the producer but for base offset, leader epoch and checksum', () => {
  const rig = started()
  const sender = rig.addSender()
  const sent = batch({ recordCount: 4, sizeBytes: 333 })
  const blank = sent.slice()
  stampCrc(viewOf(blank), 0, 0)
  sender.submit(batch())
  sender.submit(blank)
  rig.settle()
  const [, written] = splitBatches(rig.logBytes())
  const expected = syntheticBatch({ baseOffset: 0, recordCount: 4, sizeBytes: 333, leaderEpoch: 0 })
  viewOf(expected).setInt32(4, 1)
  expect(written).toEqual(expected)
})

test('a checksum its producer has made is believed', () => {
  const rig = started()
  const sender = rig.addSender()
  const wrong = batch()
  stampCrc(viewOf(wrong), 0, 0x12345678)
  sender.submit(wrong, { flags: SLOT_CRC_DONE })
  rig.settle()
  expect(crcAt(viewOf(rig.logBytes()), 0)).toBe(0x12345678)
})

test('a pass takes at most 64 batches', () => {
  const rig = started()
  const sender = rig.addSender()
  for (let i = 0; i < 100; i++) sender.submit(batch())
  expect(rig.host.pass()).toBe(64)
  expect(rig.host.pass()).toBe(36)
  expect(rig.host.passes).toBe(2)
  expect(sender.reap().map(answer => answer.baseOffset)).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

test('a pass takes at most 1 MiB, but a larger batch alone', () => {
  const rig = started({ maxMessageBytes: 2 ** 21 })
  const sender = rig.addSender({ slotBytes: 2 ** 18, slotCount: 12 })
  for (let i = 0; i < 5; i++) sender.submit(batch({ sizeBytes: 2 ** 18 }))
  expect(rig.host.pass()).toBe(4)
  expect(rig.host.pass()).toBe(1)
  sender.reap()
  const large = started({ maxMessageBytes: 2 ** 21 })
  const other = large.addSender({ slotBytes: 2 ** 21, slotCount: 1 })
  other.submit(batch({ sizeBytes: 2 ** 20 + 8 }))
  expect(large.host.pass()).toBe(1)
})

test('two busy rings are served in turn', () => {
  const rig = started()
  const [first, second] = [rig.addSender(), rig.addSender()]
  for (let i = 0; i < 100; i++) first.submit(batch())
  for (let i = 0; i < 100; i++) second.submit(batch())
  rig.host.pass()
  rig.host.pass()
  expect(first.reap()).toHaveLength(64)
  expect(second.reap()).toHaveLength(64)
})

test('a batch sent again is answered with its first offset and not appended', () => {
  const rig = started()
  const sender = rig.addSender()
  const idempotent = (baseSequence: number): Uint8Array =>
    batch({ producerId: 7, producerEpoch: 0, baseSequence, recordCount: 2 })
  sender.submit(idempotent(0))
  sender.submit(idempotent(2))
  sender.submit(idempotent(0))
  rig.settle()
  sender.submit(idempotent(2))
  rig.settle()
  expect(sender.reap().map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    [0, 0],
    [0, 2],
    [0, 0],
    [0, 2]
  ])
  expect(splitBatches(rig.logBytes())).toHaveLength(2)
})

test('a gap in the sequence is 45, an old epoch 47; what follows in order is appended', () => {
  const rig = started()
  const sender = rig.addSender()
  const idempotent = (baseSequence: number, producerEpoch = 1): Uint8Array =>
    batch({ producerId: 7, producerEpoch, baseSequence })
  for (const sent of [idempotent(0), idempotent(2), idempotent(1, 0), idempotent(1), idempotent(2)]) {
    sender.submit(sent)
  }
  rig.settle()
  expect(sender.reap().map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    [0, 0],
    [45, -1],
    [47, -1],
    [0, 1],
    [0, 2]
  ])
})

const CONTROL_BIT = 0x20

test.each([
  ['a magic that is not 2', 2, (bytes: Uint8Array) => viewOf(bytes).setInt8(16, 3)],
  ['an older magic', 87, (bytes: Uint8Array) => viewOf(bytes).setInt8(16, 1)],
  ['a length beyond its slots', 2, (bytes: Uint8Array) => viewOf(bytes).setInt32(8, 5000)],
  ['a count that is not its last offset delta', 87, (bytes: Uint8Array) => viewOf(bytes).setInt32(57, 9)],
  ['the control bit', 87, (bytes: Uint8Array) => viewOf(bytes).setInt16(21, CONTROL_BIT)],
  ['an unknown codec', 76, (bytes: Uint8Array) => viewOf(bytes).setInt16(21, 7)],
  ['the bit of append time', 32, (bytes: Uint8Array) => viewOf(bytes).setInt16(21, 8)],
  ['a time too far ahead', 32, (bytes: Uint8Array) => viewOf(bytes).setBigInt64(35, BigInt(NOW + 3600001))]
])('a batch with %s is refused with %i, and those around it are appended', (_, errorCode, damage) => {
  const rig = started()
  const sender = rig.addSender()
  const damaged = batch()
  damage(damaged)
  sender.submit(batch())
  sender.submit(damaged)
  sender.submit(batch())
  rig.settle()
  const answers = sender.reap()
  expect(answers.map(answer => answer.errorCode)).toEqual([0, errorCode, 0])
  expect(answers.map(answer => answer.baseOffset)).toEqual([0, -1, 1])
})

test('a slot line that disagrees with the batch is refused', () => {
  const rig = started()
  const sender = rig.addSender()
  sender.submit(batch({ sizeBytes: 100 }), { byteLength: 90 })
  rig.settle()
  expect(sender.reap()[0]?.errorCode).toBe(2)
  expect(rig.logBytes()).toHaveLength(0)
})

test('a batch above max.message.bytes is 10, one above segment.bytes 18', () => {
  const rig = started({ maxMessageBytes: 500, log: { segmentBytes: 400 } })
  const sender = rig.addSender()
  sender.submit(batch({ sizeBytes: 500 }))
  sender.submit(batch({ sizeBytes: 501 }))
  sender.submit(batch({ sizeBytes: 400 }))
  rig.settle()
  expect(sender.reap().map(answer => answer.errorCode)).toEqual([18, 10, 0])
})

test('with LogAppendTime records bear the time of the leader, under a new checksum', () => {
  const rig = started({ appendTime: true })
  const sender = rig.addSender()
  sender.submit(batch({ maxTimestamp: NOW + 10_000_000 }), { flags: SLOT_CRC_DONE })
  rig.settle()
  const written = rig.logBytes()
  const view = viewOf(written)
  expect(sender.reap()).toMatchObject([{ errorCode: 0, baseOffset: 0, logAppendTime: NOW }])
  expect(attributesAt(view, 0)).toBe(8)
  expect(maxTimestampAt(view, 0)).toBe(NOW)
  expect(crcAt(view, 0)).toBe(crc32cOf(written, CRC_START, written.length))
})

test('a batch that begins a segment ends the pass, and the segment table has both', () => {
  const rig = started({ log: { segmentBytes: 250 } })
  const sender = rig.addSender()
  for (let i = 0; i < 5; i++) sender.submit(batch())
  expect([rig.host.pass(), rig.host.pass(), rig.host.pass(), rig.host.pass()]).toEqual([2, 1, 1, 1])
  expect(rig.host.pass()).toBe(0)
  expect(sender.reap().map(answer => answer.baseOffset)).toEqual([0, 1, 2, 3, 4])
  expect(rig.view()).toMatchObject({ segmentFirst: 0, segmentCount: 3, leoSegment: 2, leoPosition: 100 })
  const segments = [0, 1, 2].map(ordinal => [
    rig.segments.baseOffset(ordinal),
    rig.segments.sealedBytes(ordinal)
  ])
  expect(segments).toEqual([
    [0, 200],
    [2, 200],
    [4, -1]
  ])
  expect(rig.storage.list('/data/orders-0').filter(name => name.endsWith('.log'))).toEqual([
    '00000000000000000000.log',
    '00000000000000000002.log',
    '00000000000000000004.log'
  ])
})

test('the snapshot of a roll does not know the batch that asked for it', () => {
  const rig = started({ log: { segmentBytes: 150 } })
  const sender = rig.addSender()
  sender.submit(batch({ producerId: 1, producerEpoch: 0, baseSequence: 0 }))
  sender.submit(batch({ producerId: 2, producerEpoch: 0, baseSequence: 0 }))
  rig.settle()
  const snapshot = viewOf(rig.storage.bytesOf('/data/orders-0/00000000000000000001.snapshot'))
  expect(snapshot.getInt32(6)).toBe(1)
  expect(snapshot.getBigInt64(10)).toBe(1n)
})

test('an empty segment takes a batch that no index could hold', () => {
  const rig = started({ log: { segmentIndexBytes: 4 } })
  const sender = rig.addSender()
  sender.submit(batch())
  rig.settle()
  expect(sender.reap()[0]?.errorCode).toBe(0)
})

test.each(['write /data/orders-0/00000000000000000000.log', 'open /data/orders-0/00000000000000000001.log'])(
  'when "%s" fails the whole pass is a storage error and the host is poisoned',
  operation => {
    const rig = started({ log: { segmentBytes: 150 } })
    const sender = rig.addSender()
    if (operation.startsWith('open')) {
      sender.submit(batch())
      rig.settle()
      sender.reap()
    }
    const before = rig.view()
    sender.submit(batch())
    rig.host.take()
    rig.host.assign()
    rig.storage.failAt(rig.storage.operations.length, 'ENOSPC', true)
    rig.host.roll()
    rig.host.write()
    rig.host.publish()
    rig.host.answer()
    rig.host.complete()
    expect(sender.reap()).toMatchObject([{ errorCode: 56, baseOffset: -1 }])
    expect(String(rig.host.failure)).toContain('ENOSPC')
    expect(rig.control.runState).toBe(RUN_STATE_POISONED)
    expect(rig.view()).toEqual(before)
  }
)

test('in a pass that fails, a duplicate of what is in the log keeps its offset', () => {
  const rig = started()
  const sender = rig.addSender()
  const idempotent = (baseSequence: number): Uint8Array =>
    batch({ producerId: 7, producerEpoch: 0, baseSequence })
  sender.submit(idempotent(0))
  rig.settle()
  sender.reap()
  for (const sequence of [0, 1, 1, 9]) sender.submit(idempotent(sequence))
  rig.storage.failAt(rig.storage.operations.length, 'ENOSPC', true)
  rig.host.pass()
  expect(sender.reap().map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    [0, 0],
    [56, -1],
    [56, -1],
    [45, -1]
  ])
})

test('a short write leaves no byte of the pass in the file', () => {
  const rig = started()
  const sender = rig.addSender()
  sender.submit(batch())
  rig.settle()
  sender.submit(batch())
  rig.storage.shortWriteAt(rig.storage.operations.length, 50)
  rig.host.pass()
  expect(sender.reap().map(answer => answer.errorCode)).toEqual([0, 56])
  expect(rig.logBytes()).toHaveLength(100)
})

test('a failed index poisons the host, but what was appended is acknowledged', () => {
  const rig = started({ log: { indexIntervalBytes: 0 } })
  const sender = rig.addSender()
  for (let i = 0; i < 64; i++) sender.submit(batch())
  rig.settle()
  sender.submit(batch())
  const appended = rig.storage.operations.length + 1
  rig.storage.failAt(appended, 'EIO', true)
  rig.host.pass()
  expect(sender.reap().every(answer => answer.errorCode === 0)).toBe(true)
  expect(rig.view().logEndOffset).toBe(65)
  expect(rig.control.runState).toBe(RUN_STATE_POISONED)
})

test('a closed ring is let go of once it is empty', () => {
  const rig = started()
  const [first, second] = [rig.addSender(), rig.addSender()]
  first.submit(batch())
  first.ring.close()
  expect(rig.host.detachDrained()).toEqual([])
  rig.settle()
  expect(rig.host.detachDrained()).toEqual([first.id])
  expect(rig.host.detachDrained()).toEqual([])
  second.submit(batch())
  expect(rig.host.hasWork()).toBe(true)
  rig.settle()
  expect(second.reap()).toHaveLength(1)
})

test('only callers whose batches are finished are woken, and only if they sleep', () => {
  const rig = started()
  const [first, second, third] = [rig.addSender(), rig.addSender(), rig.addSender()]
  rig.park(first.id)
  rig.park(third.id)
  first.submit(batch())
  second.submit(batch())
  rig.settle()
  expect([first, second, third].map(sender => rig.isRung(sender.id))).toEqual([true, false, false])
})

test('a ring that names a slot outside its table is a broken invariant', () => {
  const rig = started()
  const sender = rig.addSender()
  sender.ring.push(sender.slotCount)
  sender.ring.publish()
  expect(() => rig.host.pass()).toThrow('a ring names slots of its own table')
  expect(rig.control.runState).toBe(RUN_STATE_ONLINE)
})

test('leader epoch and base offset of a retried batch are stamped anew', () => {
  const rig = started()
  const sender = rig.addSender()
  sender.submit(batch())
  sender.submit(syntheticBatch({ baseOffset: 900, leaderEpoch: 44 }))
  rig.settle()
  const [, second] = splitBatches(rig.logBytes())
  expect(second).toBeDefined()
  if (second === undefined) return
  expect([baseOffsetAt(viewOf(second), 0), leaderEpochAt(viewOf(second), 0)]).toEqual([1, 0])
})
