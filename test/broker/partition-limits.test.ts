import { expect, test } from 'vitest'
import { partitionLimits } from '../../src/broker/partition-limits.ts'

const roomy = { cores: 4, freeMemoryBytes: 64 * 2 ** 30, fileHandlesMax: 1048576 }

test.each([
  ['32 threads for each core', roomy, 128, '4 cores, 32 threads each'],
  [
    'a quarter of free memory at 9 MiB each',
    { ...roomy, freeMemoryBytes: 2 ** 30 },
    28,
    '1024 MiB of free memory'
  ],
  [
    'a quarter of the open files at 4 each',
    { ...roomy, fileHandlesMax: 1024 },
    64,
    'a limit of 1024 open files'
  ],
  ['bells left for clients', { ...roomy, cores: 64 }, 192, 'what one process can serve']
])('the least bound of threads counts: %s', (_, limits, threads, threadsReason) => {
  expect(partitionLimits(limits, 0)).toMatchObject({ threads, threadsReason })
})

test('without a limit of open files the others count', () => {
  const limits = partitionLimits({ ...roomy, fileHandlesMax: null }, 0)
  expect(limits).toMatchObject({
    threads: 128,
    partitions: 262144,
    partitionsReason: '65536 MiB of free memory'
  })
})

test('one partition is always permitted, and one thread', () => {
  const limits = partitionLimits({ ...roomy, freeMemoryBytes: 1000, fileHandlesMax: 8 }, 0)
  expect(limits).toMatchObject({ threads: 1, partitions: 1 })
})

test('more partitions than threads share them: a handle each, of three quarters of what may be open', () => {
  const limits = { cores: 2, freeMemoryBytes: 23 * 2 ** 30, fileHandlesMax: 20000 }
  expect(partitionLimits(limits, 0)).toEqual({
    threads: 64,
    threadsReason: '2 cores, 32 threads each',
    partitions: 14616,
    partitionsReason: 'a limit of 20000 open files'
  })
})

test('who names a number of threads has it', () => {
  expect(partitionLimits({ ...roomy, freeMemoryBytes: 2 ** 20 }, 8)).toMatchObject({
    threads: 8,
    threadsReason: 'engine.partition.threads.max'
  })
})
