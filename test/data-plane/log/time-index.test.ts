import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeIndex, timestampOf } from '../../../src/data-plane/log/time-index.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'

function bytesOf(index: TimeIndex): string {
  const storage = new MemoryStorage()
  storage.put('/t', new Uint8Array(0))
  index.entries.flushPending(storage.open('/t', 'write'))
  return Buffer.from(storage.bytesOf('/t')).toString('hex')
}

function loaded(hex: string): TimeIndex {
  const storage = new MemoryStorage()
  storage.put('/t', new Uint8Array(Buffer.from(hex, 'hex')))
  const index = new TimeIndex(50, 1 << 20)
  index.entries.load(storage.open('/t', 'read'))
  return index
}

test('an entry is a big-endian int64 timestamp and an int32 offset from the base', () => {
  const index = new TimeIndex(50, 1 << 20)
  index.appendIfGreater(1_700_000_000_060, 56)
  expect(bytesOf(index)).toBe('0000018bcfe5683c00000006')
})

test('a timestamp that is not greater than the last adds nothing', () => {
  const index = new TimeIndex(0, 1 << 20)
  index.appendIfGreater(-1, 0)
  index.appendIfGreater(10, 3)
  index.appendIfGreater(10, 9)
  index.appendIfGreater(9, 9)
  expect(index.entries.count).toBe(1)
  expect([index.lastTimestamp, index.lastOffset]).toEqual([10, 3])
})

test('without entries the last timestamp is -1 and the last offset the base', () => {
  const index = new TimeIndex(77, 1 << 20)
  expect([index.lastTimestamp, index.lastOffset]).toEqual([-1, 77])
})

test('one entry is kept free for the end of the segment', () => {
  const index = new TimeIndex(0, 36)
  index.appendIfGreater(1, 1)
  expect(index.isFull).toBe(false)
  index.appendIfGreater(2, 2)
  expect(index.isFull).toBe(true)
  index.appendIfGreater(3, 3)
  expect(index.entries.count).toBe(3)
})

test('cutting at an offset leaves the entries of batches that end there or before', () => {
  const index = new TimeIndex(100, 1 << 20)
  for (let i = 1; i <= 5; i++) index.appendIfGreater(i * 10, 100 + i)
  index.truncateToOffset(103)
  expect([index.entries.count, index.lastTimestamp, index.lastOffset]).toEqual([3, 30, 103])
  index.truncateToOffset(-1)
  expect(index.entries.count).toBe(0)
})

test('timestamps of entries always ascend and hold the maximum so far', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1, max: 100 })), timestamps => {
      const index = new TimeIndex(0, 1 << 20)
      timestamps.forEach((timestamp, i) => {
        index.appendIfGreater(timestamp, i)
      })
      expect(index.lastTimestamp).toBe(Math.max(-1, ...timestamps))
      expect(index.isOrdered()).toBe(true)
      const last = index.entries.count - 1
      if (last >= 0) expect(timestamps[index.lastOffset]).toBe(timestampOf(index.entries.view, last))
    })
  )
})

test.each([
  ['zeros behind entries', '000000000000000100000001' + '000000000000000000000000'],
  ['equal timestamps', '000000000000000100000001' + '000000000000000100000002'],
  ['an offset that falls', '000000000000000100000002' + '000000000000000200000001'],
  ['an offset below the base', '0000000000000001ffffffff'],
  ['a timestamp above 2^53', '7fffffffffffffff00000001']
])('a file with %s is not in order', (_, hex) => {
  expect(loaded(hex).isOrdered()).toBe(false)
})

test('a file in order is believed', () => {
  const index = loaded('000000000000000100000001' + '000000000000000200000001')
  expect(index.isOrdered()).toBe(true)
  expect([index.lastTimestamp, index.lastOffset]).toEqual([2, 51])
})
