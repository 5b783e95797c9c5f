import { expect, test } from 'vitest'
import { partitionThreadsMax } from '../../src/broker/thread-limit.ts'

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
])('the least bound counts: %s', (_, limits, threads, reason) => {
  expect(partitionThreadsMax(limits)).toEqual({ threads, reason })
})

test('without a limit of open files the others count', () => {
  expect(partitionThreadsMax({ ...roomy, fileHandlesMax: null }).threads).toBe(128)
})

test('one partition is always permitted', () => {
  expect(partitionThreadsMax({ ...roomy, freeMemoryBytes: 1000 }).threads).toBe(1)
})
