import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { BatchScanner } from '../../../src/data-plane/log/batch-scanner.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { syntheticBatch } from './batches.ts'

function scannerOver(contents: Uint8Array, chunkBytes: number, limit = contents.byteLength) {
  const storage = new MemoryStorage()
  storage.put('/log', contents)
  return { storage, scanner: new BatchScanner(storage.open('/log', 'read'), limit, chunkBytes) }
}

function scanAll(scanner: BatchScanner): { offsets: number[]; position: number } {
  const offsets: number[] = []
  let position = 0
  while (scanner.readAt(position)) {
    expect(scanner.matchesCrc(crc32cOf)).toBe(true)
    offsets.push(scanner.facts.baseOffset)
    position += scanner.facts.sizeBytes
  }
  return { offsets, position }
}

test('all batches are found whatever the size of batches and chunks', () => {
  const sizes = fc.array(fc.integer({ min: 61, max: 400 }), { maxLength: 40 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 61, max: 1000 }), (batchSizes, chunkBytes) => {
      const batches = batchSizes.map((sizeBytes, baseOffset) => syntheticBatch({ baseOffset, sizeBytes }))
      const contents = Buffer.concat(batches)
      const { scanner } = scannerOver(contents, chunkBytes)
      expect(scanAll(scanner)).toEqual({ offsets: batches.map((_, i) => i), position: contents.byteLength })
      expect(scanner.fault).toBeNull()
    })
  )
})

test('the facts are those of the header', () => {
  const batch = syntheticBatch({
    baseOffset: 2 ** 40,
    recordCount: 4,
    sizeBytes: 90,
    maxTimestamp: 17,
    leaderEpoch: 6,
    producerId: 2 ** 33,
    producerEpoch: 3,
    baseSequence: 2147483646
  })
  const { scanner } = scannerOver(batch, 4096)
  expect(scanner.readAt(0)).toBe(true)
  expect({ ...scanner.facts }).toEqual({
    baseOffset: 2 ** 40,
    lastOffset: 2 ** 40 + 3,
    sizeBytes: 90,
    maxTimestamp: 17,
    leaderEpoch: 6,
    producerId: 2 ** 33,
    producerEpoch: 3,
    baseSequence: 2147483646,
    lastSequence: 1,
    isTransactional: false,
    isControl: false
  })
})

test.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
  ['cut header', bytes => bytes.slice(0, 60), '60 bytes are left and a header has 61'],
  ['cut body', bytes => bytes.slice(0, 99), 'it says 100 bytes and 99 are left'],
  ['zeros', () => new Uint8Array(200), 'it says 12 bytes and 200 are left'],
  ['a negative size', bytes => bytes.fill(0xff, 8, 12), 'it says 11 bytes and 100 are left'],
  ['an old magic', bytes => bytes.fill(1, 16, 17), 'its magic is 1 and only 2 is read'],
  ['a huge offset', bytes => bytes.fill(0x7f, 0, 1), 'one of its 64-bit fields is above 2^53'],
  ['a negative offset', bytes => bytes.fill(0xff, 0, 8), 'its base offset is negative']
])('%s is a fault, not an exception', (_, damage, fault) => {
  const { scanner } = scannerOver(damage(syntheticBatch({ baseOffset: 5 })), 4096)
  expect(scanner.readAt(0)).toBe(false)
  expect(scanner.fault).toBe(fault)
})

test('a file that is shorter than the limit is a fault', () => {
  const { scanner } = scannerOver(syntheticBatch({ baseOffset: 5 }), 4096, 300)
  expect(scanner.readAt(0)).toBe(true)
  expect(scanner.readAt(100)).toBe(false)
  expect(scanner.fault).toBe('the file ends before its header')
})

test('a batch whose header is whole and whose bytes are missing has no right checksum', () => {
  const { scanner } = scannerOver(syntheticBatch({ baseOffset: 5 }).slice(0, 80), 70, 100)
  expect(scanner.readAt(0)).toBe(true)
  expect(scanner.matchesCrc(crc32cOf)).toBe(false)
})

test('a changed byte shows in the checksum', () => {
  const bytes = syntheticBatch({ baseOffset: 5 })
  bytes[99]! ^= 1
  const { scanner } = scannerOver(bytes, 64)
  expect(scanner.readAt(0)).toBe(true)
  expect(scanner.matchesCrc(crc32cOf)).toBe(false)
})

test('random bytes are never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (bytes, position) => {
      const { scanner } = scannerOver(bytes, 100)
      expect(typeof scanner.readAt(position)).toBe('boolean')
    })
  )
})
