import { expect, test } from 'vitest'
import { type BenchOptions, benchSettings } from '../../../src/harness/benchmark/bench-settings.ts'
import { checkDisk, fitToDisk } from '../../../src/harness/benchmark/disk-budget.ts'

const GB = 1e9
const fitted = (options: BenchOptions, free: number | null) => fitToDisk(benchSettings(options), free)

test('runs at saturation shrink to a quarter of what is free', () => {
  expect(fitted({ workload: 'produce' }, 100 * GB).bytesPerRunMax).toBe(2 ** 30)
  expect(fitted({ workload: 'produce' }, 3.6 * GB).bytesPerRunMax).toBe(250e6)
  expect(fitted({ workload: 'produce' }, null).bytesPerRunMax).toBe(2 ** 30)
})

test('a load whose length is given is refused where it does not fit', () => {
  const rate = { unit: 'bytes', perSecond: 100e6 } as const
  expect(() => fitted({ workload: 'produce', rate, seconds: 60 }, 80 * GB)).toThrow(
    'This benchmark writes 21.8 GB, and of 80 GB free'
  )
  expect(fitted({ workload: 'produce', rate, seconds: 60 }, 90 * GB).seconds).toBe(60)
  expect(() => fitted({ workload: 'produce', records: 1e6 }, 10 * GB)).toThrow('writes 3.6 GB')
  // What is prepared for consumers is written once, however often it is read.
  expect(fitted({ workload: 'consume', records: 1e6 }, 10 * GB).records).toBe(1e6)
})

test('a disk that does not tell takes anything', () => {
  expect(() => checkDisk(1e15, null)).not.toThrow()
  expect(() => checkDisk(1e9, 4.7e9)).toThrow('set TMPDIR to a directory on another disk')
})
