import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OffsetIndex } from '../../../src/data-plane/log/offset-index.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'

function indexOf(baseOffset: number, entries: readonly (readonly [number, number])[], bytesMax = 1 << 20) {
  const index = new OffsetIndex(baseOffset, bytesMax)
  for (const [offset, position] of entries) index.append(offset, position)
  return index
}

function emptyFile() {
  const storage = new MemoryStorage()
  storage.put('/i', new Uint8Array(0))
  return { storage, file: storage.open('/i', 'write') }
}

test('an entry is two big-endian int32: the offset from the base, and the position', () => {
  const { storage, file } = emptyFile()
  const index = indexOf(77106001, [
    [77107170, 16377],
    [77107755, 32754]
  ])
  index.entries.flushPending(file)
  expect(Buffer.from(storage.bytesOf('/i')).toString('hex')).toBe('0000049100003ff9000006da00007ff2')
})

test('an entry that does not ascend is refused', () => {
  const index = indexOf(100, [[110, 500]])
  expect(() => index.append(110, 600)).toThrow('ascend')
  expect(() => index.append(120, 500)).toThrow('ascend')
})

test('an offset finds the greatest entry at or below it, and the start below the first', () => {
  const index = indexOf(100, [
    [110, 500],
    [120, 900]
  ])
  const found = [100, 109, 110, 119, 120, 5000].map(offset => index.floor(offset))
  expect(found).toEqual([-1, -1, 0, 0, 1, 1])
})

test('the floor equals that of a linear search, whatever the entries and the offset', () => {
  const ascending = fc.uniqueArray(fc.nat(5000), { maxLength: 300 }).map(list => list.sort((a, b) => a - b))
  fc.assert(
    fc.property(ascending, fc.integer({ min: -10, max: 5010 }), (relatives, target) => {
      const index = indexOf(
        1e12,
        relatives.map((relative, i) => [1e12 + relative, 10 * i + 1])
      )
      const linear = relatives.filter(relative => relative <= target).length - 1
      expect(index.floor(1e12 + target)).toBe(linear)
    })
  )
})

test('segment.index.bytes bounds the entries, rounded down', () => {
  const index = indexOf(0, [[1, 1]], 23)
  expect(index.isFull).toBe(false)
  index.append(2, 2)
  expect(index.isFull).toBe(true)
})

test('only pending entries are written, behind those on disk', () => {
  const { storage, file } = emptyFile()
  const index = indexOf(0, [[1, 10]])
  index.entries.flushPending(file)
  storage.put('/other', storage.bytesOf('/i'))
  index.append(2, 20)
  index.append(3, 30)
  expect(index.entries.countOnDisk).toBe(1)
  index.entries.flushPending(file)
  index.entries.flushPending(file)
  expect(index.entries.countOnDisk).toBe(3)
  expect(Buffer.from(storage.bytesOf('/i')).toString('hex')).toBe(
    '000000010000000a' + '0000000200000014' + '000000030000001e'
  )
  expect(storage.operations.filter(operation => operation === 'write /i').length).toBe(2)
})

test('an index cut and grown again leaves no old entry behind on disk', () => {
  const { storage, file } = emptyFile()
  const index = indexOf(0, [
    [1, 10],
    [2, 20],
    [3, 30]
  ])
  index.entries.flushPending(file)
  index.entries.truncateTo(1)
  index.append(7, 70)
  index.entries.settle(file)
  expect(Buffer.from(storage.bytesOf('/i')).toString('hex')).toBe('000000010000000a0000000700000046')
})

test('a file is loaded back entry for entry, and one that ends inside an entry says so', () => {
  const entries = Array.from({ length: 2000 }, (_, i) => [10 + i, 1 + 9 * i] as const)
  const { storage, file } = emptyFile()
  const index = indexOf(10, entries)
  index.entries.flushPending(file)
  const loaded = new OffsetIndex(10, 1 << 20)
  expect(loaded.entries.load(file)).toBe(true)
  expect(entries.map((_, i) => [loaded.offsetAt(i), loaded.positionAt(i)])).toEqual(entries)
  storage.put('/torn', storage.bytesOf('/i').slice(0, 8 * 5 + 3))
  const torn = new OffsetIndex(10, 1 << 20)
  expect(torn.entries.load(storage.open('/torn', 'read'))).toBe(false)
})

test.each([
  ['zeros', '0000000100000002' + '0000000000000000'],
  ['an offset below the base', 'ffffffff00000002'],
  ['equal offsets', '0000000100000002' + '0000000100000003'],
  ['a position that falls', '0000000100000003' + '0000000200000002']
])('a file with %s is not in order', (_, hex) => {
  const storage = new MemoryStorage()
  storage.put('/i', new Uint8Array(Buffer.from(hex, 'hex')))
  const index = new OffsetIndex(50, 1 << 20)
  index.entries.load(storage.open('/i', 'read'))
  expect(index.isOrdered()).toBe(false)
})
