import { expect, test } from 'vitest'
import { LeaderEpochCache } from '../../../src/data-plane/log/leader-epoch-cache.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { DIRECTORY } from './batches.ts'

const PATH = `${DIRECTORY}/leader-epoch-checkpoint`

function cacheWith(text: string | null) {
  const storage = new MemoryStorage()
  storage.makeDirectory(DIRECTORY)
  if (text !== null) storage.put(PATH, new TextEncoder().encode(text))
  const contents = () => new TextDecoder().decode(storage.bytesOf(PATH))
  return { storage, cache: new LeaderEpochCache(storage, DIRECTORY), contents }
}

test('the first epoch is one line behind a version and a count', () => {
  const { cache, contents } = cacheWith(null)
  expect([cache.lastEpoch, cache.wasOnDisk]).toEqual([-1, false])
  cache.assign(0, 0)
  expect(contents()).toBe('0\n1\n0 0\n')
})

test('a file is read back, and an epoch that is known writes nothing', () => {
  const { storage, cache } = cacheWith('0\n2\n0 0\n4 120\n')
  expect(cache.entries).toEqual([
    { epoch: 0, startOffset: 0 },
    { epoch: 4, startOffset: 120 }
  ])
  const before = storage.operations.length
  cache.assign(4, 130)
  cache.assign(3, 130)
  expect(storage.operations.length).toBe(before)
})

test('an epoch that begins where an older one began takes its place', () => {
  const { cache, contents } = cacheWith('0\n2\n0 0\n4 120\n')
  cache.assign(5, 120)
  expect(contents()).toBe('0\n2\n0 0\n5 120\n')
})

test('cutting at an offset forgets the epochs that began there or later', () => {
  const { cache, contents } = cacheWith('0\n3\n0 0\n4 120\n6 200\n')
  cache.truncateFromEnd(120)
  expect(contents()).toBe('0\n1\n0 0\n')
  cache.truncateFromEnd(0)
  expect(contents()).toBe('0\n0\n')
  expect(cacheWith(contents()).cache.lastEpoch).toBe(-1)
})

test.each([
  ['another version', '1\n0\n'],
  ['a wrong count', '0\n2\n0 0\n'],
  ['a malformed line', '0\n1\n0 x\n'],
  ['epochs that do not ascend', '0\n2\n4 0\n4 9\n'],
  ['offsets that fall', '0\n2\n4 9\n5 8\n'],
  ['nothing', '']
])('a file with %s is refused', (_, text) => {
  expect(() => cacheWith(text)).toThrow(expect.objectContaining({ code: 'HIGHWATER_LOG_CORRUPT' }))
})
