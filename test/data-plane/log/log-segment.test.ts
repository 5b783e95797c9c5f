import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogSegment } from '../../../src/data-plane/log/log-segment.ts'
import type { LogSettings } from '../../../src/data-plane/log/log-settings.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { DIRECTORY, factsOf, optionsFor, type SyntheticBatch, stillClock, syntheticBatch } from './batches.ts'

const MS_MAX = Number.MAX_SAFE_INTEGER

function segmentWith(batches: readonly SyntheticBatch[], settings: Partial<LogSettings> = {}, base = 0) {
  const storage = new MemoryStorage()
  storage.makeDirectory(DIRECTORY)
  const segment = LogSegment.create(optionsFor(storage, settings), base)
  for (const batch of batches) {
    const bytes = syntheticBatch(batch)
    segment.write([bytes])
    segment.recordAppended(factsOf(bytes))
  }
  return { segment, storage }
}

function indexEntriesOf(segment: LogSegment): [offset: number, position: number][] {
  const { offsetIndex } = segment
  return Array.from({ length: offsetIndex.entries.count }, (_, i) => [
    offsetIndex.offsetAt(i),
    offsetIndex.positionAt(i)
  ])
}

test('batches of 16377 bytes and 585 records have the index entries of a broker', () => {
  const base = 77106001
  const batches = Array.from({ length: 4 }, (_, i) => ({
    baseOffset: base + i * 585,
    recordCount: 585,
    sizeBytes: 16377
  }))
  const { segment } = segmentWith(batches, {}, base)
  expect(indexEntriesOf(segment)).toEqual([
    [77107170, 16377],
    [77107755, 32754],
    [77108340, 49131]
  ])
})

test('an entry is added for the batch after more than index.interval.bytes, never for the first', () => {
  const sizes = [2048, 2048, 100, 100, 4097, 100]
  const batches = sizes.map((sizeBytes, baseOffset) => ({ baseOffset, sizeBytes }))
  const { segment } = segmentWith(batches)
  // 4096 bytes stand before batch 2: that is not more than 4096; 4196 before batch 3; 4197 since it before
  // batch 5.
  expect(indexEntriesOf(segment)).toEqual([
    [3, 4196],
    [5, 8393]
  ])
})

test('index entries follow the rule for any sizes and any interval', () => {
  const sizes = fc.array(fc.integer({ min: 61, max: 3000 }), { maxLength: 60 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 5000 }), (batchSizes, indexIntervalBytes) => {
      const batches = batchSizes.map((sizeBytes, baseOffset) => ({ baseOffset, sizeBytes }))
      const { segment } = segmentWith(batches, { indexIntervalBytes })
      const expected: [number, number][] = []
      let position = 0
      let lastEntry = 0
      batchSizes.forEach((sizeBytes, offset) => {
        if (position - lastEntry > indexIntervalBytes) {
          expected.push([offset, position])
          lastEntry = position
        }
        position += sizeBytes
      })
      expect(indexEntriesOf(segment)).toEqual(expected)
    }),
    { numRuns: 60 }
  )
})

test('a time entry names the batch that holds the greatest timestamp so far', () => {
  const times = [5000, 9000, 7000, 9000, 8000]
  const batches = times.map((maxTimestamp, i) => ({
    baseOffset: i * 10,
    recordCount: 10,
    sizeBytes: 100,
    maxTimestamp
  }))
  const { segment } = segmentWith(batches, { indexIntervalBytes: 250 })
  expect(indexEntriesOf(segment)).toEqual([[39, 300]])
  expect([segment.timeIndex.lastTimestamp, segment.timeIndex.lastOffset]).toEqual([9000, 19])
})

test('sealing adds the greatest timestamp even where the time index is full', () => {
  const batches = [1, 2, 3].map(i => ({ baseOffset: i - 1, sizeBytes: 100, maxTimestamp: i }))
  const { segment, storage } = segmentWith(batches, { indexIntervalBytes: 0, segmentIndexBytes: 12 })
  expect(segment.timeIndex.isFull).toBe(true)
  segment.seal()
  const bytes = storage.bytesOf(`${DIRECTORY}/00000000000000000000.timeindex`)
  expect(Buffer.from(bytes).toString('hex')).toBe('000000000000000300000002')
})

test('a segment rolls when the batch would take it beyond segment.bytes, and not before', () => {
  const { segment } = segmentWith([{ baseOffset: 0, sizeBytes: 900 }], { segmentBytes: 1000 })
  expect(segment.needsRoll(100, 1, 0, 0)).toBe(false)
  expect(segment.needsRoll(101, 1, 0, 0)).toBe(true)
})

test('an empty segment takes a batch of segment.bytes', () => {
  const { segment } = segmentWith([], { segmentBytes: 1000, segmentMs: 0 })
  expect(segment.needsRoll(1000, 0, MS_MAX, MS_MAX)).toBe(false)
})

test('segment.ms is measured in record time from the first batch', () => {
  const batches = [
    { baseOffset: 0, maxTimestamp: 5000 },
    { baseOffset: 1, maxTimestamp: 1 }
  ]
  const { segment } = segmentWith(batches, { segmentMs: 1000 })
  expect(segment.needsRoll(100, 2, 6000, MS_MAX)).toBe(false)
  expect(segment.needsRoll(100, 2, 6001, 0)).toBe(true)
})

test('without record time segment.ms is measured from when the segment was made', () => {
  const { segment } = segmentWith([{ baseOffset: 0, maxTimestamp: -1 }], { segmentMs: 1000 })
  const made = stillClock.now()
  expect(segment.needsRoll(100, 1, MS_MAX, made + 1000)).toBe(false)
  expect(segment.needsRoll(100, 1, -1, made + 1001)).toBe(true)
})

test('the first timestamp of a segment from disk is read from its first batch', () => {
  const batches = [2000, 9000].map((maxTimestamp, baseOffset) => ({
    baseOffset,
    maxTimestamp,
    sizeBytes: 200
  }))
  const { segment, storage } = segmentWith(batches, { indexIntervalBytes: 0 })
  segment.seal()
  const opened = LogSegment.open(optionsFor(storage, { segmentMs: 1000, indexIntervalBytes: 0 }), 0)
  expect(opened.rewindTo(1)).toBe(1)
  opened.recordAppended(factsOf(syntheticBatch({ baseOffset: 1, sizeBytes: 200, maxTimestamp: 9000 })))
  expect(opened.needsRoll(100, 2, 3000, 0)).toBe(false)
  expect(opened.needsRoll(100, 2, 3001, 0)).toBe(true)
})

test('a segment rolls before an offset is more than 2^31 - 1 above its base', () => {
  const { segment } = segmentWith([{ baseOffset: 5 }], {}, 5)
  expect(segment.needsRoll(100, 5 + 2147483647, 0, 0)).toBe(false)
  expect(segment.needsRoll(100, 5 + 2147483648, 0, 0)).toBe(true)
})

test('a segment rolls when its offset index is full', () => {
  const settings = { indexIntervalBytes: 0, segmentIndexBytes: 48 }
  const sameTime = (count: number) =>
    Array.from({ length: count }, (_, baseOffset) => ({ baseOffset, maxTimestamp: 5 }))
  expect(segmentWith(sameTime(6), settings).segment.needsRoll(100, 6, 5, 0)).toBe(false)
  expect(segmentWith(sameTime(7), settings).segment.needsRoll(100, 7, 5, 0)).toBe(true)
})

test('a segment rolls when its time index is full but for the last entry', () => {
  const settings = { indexIntervalBytes: 0, segmentIndexBytes: 36 }
  const growing = (count: number) => Array.from({ length: count }, (_, i) => ({ baseOffset: i }))
  expect(segmentWith(growing(2), settings).segment.needsRoll(100, 2, 5, 0)).toBe(false)
  expect(segmentWith(growing(3), settings).segment.needsRoll(100, 3, 5, 0)).toBe(true)
})

test('a write that fails leaves the file as it was', () => {
  const { segment, storage } = segmentWith([{ baseOffset: 0, sizeBytes: 300 }])
  storage.shortWriteAt(storage.operations.length, 17)
  const next = syntheticBatch({ baseOffset: 1, sizeBytes: 300 })
  expect(() => segment.write([next])).toThrow('only 17 of 300 bytes were taken')
  expect(storage.sizeOf(`${DIRECTORY}/00000000000000000000.log`)).toBe(300)
})

test('rewinding and entering the same batches again gives the same indexes, from any offset', () => {
  const sizes = fc.array(fc.integer({ min: 61, max: 500 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(sizes, fc.nat(45), fc.infiniteStream(fc.nat(50)), (batchSizes, from, times) => {
      const batches = batchSizes.map((sizeBytes, baseOffset) => {
        return { baseOffset, sizeBytes, maxTimestamp: times.next().value ?? 0 }
      })
      const { segment } = segmentWith(batches, { indexIntervalBytes: 600 })
      const state = () => [
        indexEntriesOf(segment),
        segment.timeIndex.entries.count,
        segment.timeIndex.lastOffset,
        segment.maxTimestamp,
        segment.position,
        segment.nextOffset
      ]
      const before = state()
      const anchor = segment.rewindTo(from)
      expect(anchor).toBeLessThanOrEqual(from)
      for (const batch of batches) {
        if (batch.baseOffset >= anchor) segment.recordAppended(factsOf(syntheticBatch(batch)))
      }
      expect(state()).toEqual(before)
    })
  )
})

test('a segment that cannot open all of its files keeps none open', () => {
  const storage = new MemoryStorage()
  storage.makeDirectory(DIRECTORY)
  storage.failAt(storage.operations.length + 2, 'EMFILE')
  expect(() => LogSegment.create(optionsFor(storage), 0)).toThrow(
    'cannot open /data/orders-0/00000000000000000000.timeindex: EMFILE: too many open files'
  )
  expect(storage.openHandles).toBe(0)
})
