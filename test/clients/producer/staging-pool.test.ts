import { expect, test } from 'vitest'
import { StagingPool } from '../../../src/clients/producer/staging-pool.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'

const VALUE = new Uint8Array(100)

test('a buffer that was given back is taken again, by its size', () => {
  const pool = new StagingPool(1024)
  const [small, large] = [pool.take(1000), pool.take(3000)]
  expect([small.slotRun, large.slotRun]).toEqual([1, 3])
  pool.give(small)
  pool.give(large)
  expect(pool.take(3000).bytes).toBe(large.bytes)
  expect(pool.take(2000).bytes).not.toBe(large.bytes)
  expect(pool.take(1000).bytes).toBe(small.bytes)
})

test('of larger buffers so many are kept as a few MiB hold', () => {
  const pool = new StagingPool(1024 * 1024)
  const taken = [2, 2, 2].map(slots => pool.takeRun(slots))
  for (const staging of taken) pool.give(staging)
  const again = [2, 2, 2].map(slots => pool.takeRun(slots).bytes)
  expect(again.filter(bytes => taken.some(staging => staging.bytes === bytes))).toHaveLength(2)
})

test('a batch that grows keeps its records, and its former buffer is free for another', () => {
  const pool = new StagingPool(1024)
  const staging = pool.take(1024, 0.1)
  staging.builder.tryAppend({ timestamp: 7, key: null, value: VALUE, headers: NO_HEADERS })
  const grown = pool.grow(staging, 4)
  grown.builder.tryAppend({ timestamp: 8, key: null, value: VALUE, headers: NO_HEADERS })
  const other = pool.take(1024)
  expect(other.bytes).toBe(staging.bytes)
  other.builder.tryAppend({ timestamp: 9, key: null, value: VALUE, headers: NO_HEADERS })
  expect([grown.slotRun, grown.bytes.length, grown.builder.recordCount]).toEqual([4, 4096, 2])
  expect([grown.builder.baseTimestamp, other.builder.baseTimestamp]).toEqual([7, 9])
})
