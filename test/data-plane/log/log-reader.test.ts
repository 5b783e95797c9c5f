import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Log } from '../../../src/data-plane/log/log.ts'
import { LogReader } from '../../../src/data-plane/log/log-reader.ts'
import { type ReadableSegment, SegmentHandles } from '../../../src/data-plane/log/segment-handles.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { appendEach, DIRECTORY, optionsFor, recordBatch, syntheticBatch } from './batches.ts'

const FILE = `${DIRECTORY}/00000000000000000500`
const TIME = 1_700_000_000_000

/**
 * Offsets 500 to 799 in batches of three records, 100 bytes each, of which every third has an index entry.
 */
function logOfBatches() {
  const storage = new MemoryStorage()
  const log = Log.openCold(optionsFor(storage, { indexIntervalBytes: 250 }, 500))
  const batches = Array.from({ length: 100 }, (_, i) =>
    syntheticBatch({ baseOffset: 500 + 3 * i, recordCount: 3, maxTimestamp: TIME + i })
  )
  appendEach(log, batches)
  log.flushIndexesIfDue(1)
  const segment: ReadableSegment = { baseOffset: 500, generation: 0, endPosition: log.activePosition }
  const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
  return { storage, log, segment, reader, indexEntries: log.indexEntriesOnDisk }
}

const positionOfOffset = (offset: number) => Math.floor((offset - 500) / 3) * 100

test('every offset is found in the batch that holds it, also inside the batch', () => {
  const { reader, segment, indexEntries } = logOfBatches()
  for (let offset = 500; offset < 800; offset++) {
    expect(reader.locate(segment, offset, indexEntries)).toBe(positionOfOffset(offset))
  }
})

test('an offset below the segment is found at its start, one above at its end', () => {
  const { reader, segment, indexEntries } = logOfBatches()
  expect(reader.locate(segment, 7, indexEntries)).toBe(0)
  expect(reader.locate(segment, 800, indexEntries)).toBe(segment.endPosition)
})

test('nothing is found at or above the end position, though the file is longer', () => {
  const { reader, indexEntries } = logOfBatches()
  const shorter = { baseOffset: 500, generation: 0, endPosition: 700 }
  expect(reader.locate(shorter, 520, indexEntries)).toBe(600)
  expect(reader.locate(shorter, 521, indexEntries)).toBe(700)
  expect(reader.locate(shorter, 790, indexEntries)).toBe(700)
})

test('a look-up reads one index interval, not the segment', () => {
  const { storage, reader, segment, indexEntries } = logOfBatches()
  reader.locate(segment, 500, indexEntries)
  storage.bytesRead = 0
  expect(reader.locate(segment, 798, indexEntries)).toBe(9900)
  expect(storage.bytesRead).toBeLessThanOrEqual(4096)
})

test('the index is read on from where it ended as it grows, and only then', () => {
  const { storage, log, reader } = logOfBatches()
  const segment = { baseOffset: 500, generation: 0, endPosition: log.activePosition }
  const before = log.indexEntriesOnDisk
  reader.locate(segment, 790, before)
  const opens = () => storage.operations.filter(operation => operation === `open ${FILE}.index`).length
  const opened = opens()
  reader.locate(segment, 700, before)
  expect(opens()).toBe(opened)
  const more = Array.from({ length: 30 }, (_, i) =>
    syntheticBatch({ baseOffset: 800 + 3 * i, recordCount: 3 })
  )
  appendEach(log, more)
  log.flushIndexesIfDue(1)
  storage.bytesRead = 0
  const grown = { ...segment, endPosition: log.activePosition }
  expect(reader.locate(grown, 889, log.indexEntriesOnDisk)).toBe(12900)
  expect(opens()).toBe(opened + 1)
  expect(storage.bytesRead).toBeLessThan(4096 + 1000)
})

test('bytes are read up to the limit and no further', () => {
  const { storage, reader, segment } = logOfBatches()
  const target = new Uint8Array(250)
  expect(reader.readInto(segment, 300, target, 10000)).toBe(250)
  expect(Buffer.compare(target, storage.bytesOf(`${FILE}.log`).subarray(300, 550))).toBe(0)
  target.fill(0)
  expect(reader.readInto(segment, 300, target, 400)).toBe(100)
  expect(target.subarray(100).every(byte => byte === 0)).toBe(true)
  expect(reader.readInto(segment, 400, target, 400)).toBe(0)
})

const DAMAGES: [string, (bytes: Uint8Array) => Uint8Array | null][] = [
  ['missing', () => null],
  ['empty', () => new Uint8Array(0)],
  ['zeroed', bytes => new Uint8Array(bytes.length)],
  ['random', bytes => bytes.map((_, i) => (Math.imul(i + 7, 2654435761) >>> 13) & 0xff)],
  ['cut inside an entry', bytes => bytes.slice(0, bytes.length / 2 + 3)],
  ['one entry early', bytes => bytes.slice(8)],
  ['one entry late', bytes => Buffer.concat([bytes.subarray(0, 8), bytes])],
  ['one byte off', bytes => bytes.slice(1)],
  ['backwards', bytes => bytes.slice().reverse()],
  ['too long, with zeros', bytes => Buffer.concat([bytes, new Uint8Array(4096)])],
  ['of other positions', bytes => bytes.map((byte, i) => (i % 8 === 7 ? byte + 1 : byte))]
]

test.each(DAMAGES)('with an index that is %s every offset is still found', (_, damage) => {
  const { storage, reader, segment, indexEntries } = logOfBatches()
  const damaged = damage(storage.bytesOf(`${FILE}.index`))
  if (damaged === null) storage.remove(`${FILE}.index`)
  else storage.put(`${FILE}.index`, damaged)
  for (const entries of [indexEntries, null]) {
    for (let offset = 500; offset < 800; offset += 7) {
      expect(reader.locate(segment, offset, entries)).toBe(positionOfOffset(offset))
    }
  }
})

/** Entries as they are, but some in another place and some with the second half of another one. */
function shuffledEntries(bytes: Uint8Array, entryBytes: number, order: readonly number[]): Uint8Array {
  const count = bytes.length / entryBytes
  const shuffled = bytes.slice()
  order.forEach((pick, i) => {
    const from = (pick % count) * entryBytes
    const isWhole = pick % 3 !== 0
    const part = bytes.subarray(isWhole ? from : from + entryBytes - 4, from + entryBytes)
    shuffled.set(part, ((i % count) + 1) * entryBytes - part.length)
  })
  return shuffled
}

const ORDER = fc.array(fc.nat(1000), { minLength: 1, maxLength: 80 })

test('an index of true entries in a wrong order, and of half true ones, changes no answer', () => {
  const { storage, segment, indexEntries } = logOfBatches()
  const bytes = storage.bytesOf(`${FILE}.index`)
  fc.assert(
    fc.property(ORDER, fc.integer({ min: 500, max: 799 }), (order, offset) => {
      storage.put(`${FILE}.index`, shuffledEntries(bytes, 8, order))
      const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
      expect(reader.locate(segment, offset, indexEntries)).toBe(positionOfOffset(offset))
    }),
    { numRuns: 1000 }
  )
})

test('any single bit flipped in the index changes no answer', () => {
  const { storage, segment, indexEntries } = logOfBatches()
  const bytes = storage.bytesOf(`${FILE}.index`)
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), fc.integer({ min: 500, max: 799 }), (bit, offset) => {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      storage.put(`${FILE}.index`, flipped)
      const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
      expect(reader.locate(segment, offset, indexEntries)).toBe(positionOfOffset(offset))
    })
  )
})

test('an index that was cut and written again since it was read is read again', () => {
  const { storage, log, reader } = logOfBatches()
  const before = { baseOffset: 500, generation: 0, endPosition: log.activePosition }
  reader.locate(before, 799, log.indexEntriesOnDisk)
  log.truncateTo(560)
  const others = Array.from({ length: 80 }, (_, i) => syntheticBatch({ baseOffset: 560 + i, sizeBytes: 130 }))
  appendEach(log, others)
  log.flushIndexesIfDue(1)
  const after = { ...before, endPosition: log.activePosition }
  const opens = storage.operations.length
  for (let offset = 560; offset < 640; offset++) {
    expect(reader.locate(after, offset, log.indexEntriesOnDisk)).toBe(2000 + (offset - 560) * 130)
  }
  const rereads = storage.operations.slice(opens).filter(operation => operation === `open ${FILE}.index`)
  // Once because it is longer now, once because what was known of it does not hold.
  expect(rereads.length).toBe(2)
})

test('a damaged header on the way is an error that names its place', () => {
  const { storage, segment } = logOfBatches()
  const bytes = storage.bytesOf(`${FILE}.log`)
  bytes[5216] = 9
  storage.put(`${FILE}.log`, bytes)
  storage.remove(`${FILE}.index`)
  const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
  expect(reader.locate(segment, 655, null)).toBe(5100)
  expect(() => reader.locate(segment, 656, null)).toThrow(
    expect.objectContaining({
      code: 'HIGHWATER_LOG_CORRUPT',
      message:
        `the batch at position 5200 of ${FILE}.log must be readable, ` +
        'but its magic is 9 and only 2 is read'
    })
  )
})

test('a segment that was deleted is a storage error, and other segments are still read', () => {
  const { storage, log, reader } = logOfBatches()
  log.roll(800)
  appendEach(log, [syntheticBatch({ baseOffset: 800 })])
  for (const suffix of ['log', 'index', 'timeindex']) storage.remove(`${FILE}.${suffix}`)
  const gone = { baseOffset: 500, generation: 0, endPosition: 10000 }
  expect(() => reader.locate(gone, 500, null)).toThrow('no such file')
  expect(reader.locate({ baseOffset: 800, generation: 0, endPosition: 100 }, 800, 0)).toBe(0)
})

/** Batches of records with these timestamps; the segment begins at 500. */
function logOfTimes(times: readonly (readonly number[])[]) {
  const storage = new MemoryStorage()
  const log = Log.openCold(optionsFor(storage, { indexIntervalBytes: 200 }, 500))
  let offset = 500
  for (const timestamps of times) {
    appendEach(log, [recordBatch(offset, timestamps)])
    offset += timestamps.length
  }
  log.flushIndexesIfDue(1)
  const segment = { baseOffset: 500, generation: 0, endPosition: log.activePosition }
  return { storage, segment, indexEntries: log.indexEntriesOnDisk }
}

/**
 * The first record at or above `from` with a timestamp of at least `timestamp`, by looking at all of them.
 */
function firstAt(times: readonly (readonly number[])[], timestamp: number, from: number) {
  const index = times.flat().findIndex((each, i) => each >= timestamp && 500 + i >= from)
  return index < 0 ? null : { offset: 500 + index, timestamp: times.flat()[index] }
}

const TIMES = fc.array(fc.array(fc.nat(200), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 40 })

test('a timestamp finds the first record that has it or a later one, whatever the order of time', () => {
  fc.assert(
    fc.property(TIMES, fc.nat(210), fc.nat(60), (times, timestamp, above) => {
      const { storage, segment, indexEntries } = logOfTimes(times)
      const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
      const found = reader.offsetForTimestamp(segment, timestamp, 500 + above, indexEntries)
      expect(found).toEqual(firstAt(times, timestamp, 500 + above))
    }),
    { numRuns: 200 }
  )
})

test('damaged time indexes change no answer', () => {
  const times = Array.from({ length: 60 }, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2])
  const damages = [...DAMAGES.map(([, damage]) => damage), (bytes: Uint8Array) => bytes.slice(12)]
  for (const damage of damages) {
    const { storage, segment, indexEntries } = logOfTimes(times)
    const damaged = damage(storage.bytesOf(`${FILE}.timeindex`))
    if (damaged === null) storage.remove(`${FILE}.timeindex`)
    else storage.put(`${FILE}.timeindex`, damaged)
    const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
    for (let timestamp = 0; timestamp < 185; timestamp += 9) {
      const found = reader.offsetForTimestamp(segment, timestamp, 500, indexEntries)
      expect(found).toEqual(firstAt(times, timestamp, 500))
    }
  }
})

test('a time index of true entries in a wrong order, and of half true ones, changes no answer', () => {
  const times = Array.from({ length: 60 }, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2])
  const { storage, segment, indexEntries } = logOfTimes(times)
  const bytes = storage.bytesOf(`${FILE}.timeindex`)
  fc.assert(
    fc.property(ORDER, fc.nat(185), (order, timestamp) => {
      storage.put(`${FILE}.timeindex`, shuffledEntries(bytes, 12, order))
      const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
      const found = reader.offsetForTimestamp(segment, timestamp, 500, indexEntries)
      expect(found).toEqual(firstAt(times, timestamp, 500))
    }),
    { numRuns: 1000 }
  )
})

test('a time index that grew since it was read is read again', () => {
  const storage = new MemoryStorage()
  const log = Log.openCold(optionsFor(storage, { indexIntervalBytes: 200 }, 500))
  const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
  const find = (timestamp: number) => {
    log.flushIndexesIfDue(1)
    const segment = { baseOffset: 500, generation: 0, endPosition: log.activePosition }
    return reader.offsetForTimestamp(segment, timestamp, 500, log.indexEntriesOnDisk)?.offset
  }
  const each = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => recordBatch(500 + from + i, [from + i]))
  appendEach(log, each(0, 10))
  expect(find(5)).toBe(505)
  appendEach(log, each(10, 500))
  storage.bytesRead = 0
  expect(find(495)).toBe(995)
  expect(storage.bytesRead).toBeLessThan(15_000)
})

test('a timestamp near the end is found by reading the end', () => {
  const times = Array.from({ length: 400 }, (_, i) => [i])
  const { storage, segment, indexEntries } = logOfTimes(times)
  const reader = new LogReader(new SegmentHandles(storage), DIRECTORY)
  expect(reader.offsetForTimestamp(segment, 390, 500, indexEntries)).toEqual({ offset: 890, timestamp: 390 })
  expect(segment.endPosition).toBeGreaterThan(30_000)
  expect(storage.bytesRead).toBeLessThan(15_000)
})

test('at most so many handles are open, and the one used longest ago goes first', () => {
  const storage = new MemoryStorage()
  const log = Log.openCold(optionsFor(storage, { segmentBytes: 100 }))
  appendEach(
    log,
    Array.from({ length: 6 }, (_, baseOffset) => syntheticBatch({ baseOffset }))
  )
  log.close()
  const handles = new SegmentHandles(storage, 3)
  const reader = new LogReader(handles, DIRECTORY)
  const read = (baseOffset: number, generation = 0) => {
    const before = storage.operations.length
    const segment = { baseOffset, generation, endPosition: 100 }
    expect(reader.readInto(segment, 0, new Uint8Array(100), 100)).toBe(100)
    return storage.operations.slice(before).some(operation => operation.startsWith('open'))
  }
  expect([0, 1, 2, 0, 3].map(base => read(base))).toEqual([true, true, true, false, true])
  expect(storage.openHandles).toBe(3)
  expect([0, 2, 3, 1].map(base => read(base))).toEqual([false, false, false, true])
  expect(storage.openHandles).toBe(3)
  expect([read(3, 0), read(3, 1)]).toEqual([false, true])
  handles.closeAll()
  expect(storage.openHandles).toBe(0)
  expect(read(3, 1)).toBe(true)
})
