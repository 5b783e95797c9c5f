import { expect, test } from 'vitest'
import { type BenchFacts, judgeBench, slipLimitMs } from '../../../src/harness/benchmark/bench-verdict.ts'

/** A machine with room everywhere, and a loader that is 1 ms late. */
const QUIET: BenchFacts = {
  throughput: 10e6,
  loaderBusy: 0.2,
  partitionThreadBusy: 0.3,
  diskWait: null,
  allCoresBusy: 0.4,
  lagSlope: null,
  slipMs: 1,
  recordsPerSecond: 50_000
}

test.each<[string, Partial<BenchFacts>, string]>([
  ['nothing is full', {}, 'none'],
  ['the loader is late by itself', { slipMs: 5.1 }, 'client-bound'],
  ['the loader is late on a full machine', { slipMs: 80, allCoresBusy: 1 }, 'client-bound'],
  ['a full machine keeps the schedule', { allCoresBusy: 0.95 }, 'machine-bound'],
  ['there is no schedule to keep', { slipMs: null, recordsPerSecond: null }, 'none'],
  ['the loader has no time left', { loaderBusy: 0.95 }, 'client-bound'],
  ['the partition thread has no time left', { partitionThreadBusy: 0.9 }, 'broker-bound'],
  ['the partition thread waits for its disk', { partitionThreadBusy: 0.2, diskWait: 0.7 }, 'disk-bound'],
  ['the readers fall behind', { lagSlope: 1e6 }, 'consumer-bound'],
  ['the system tells nothing', { loaderBusy: null, partitionThreadBusy: null, allCoresBusy: null }, 'none']
])('where %s', (_, facts, bottleneck) => {
  expect(judgeBench({ ...QUIET, ...facts }).bottleneck).toBe(bottleneck)
})

test('a loader that got a fifth of a core is client-bound, and the sentence says by how much', () => {
  // It runs for 20 ms of every 100: one record of 100 is 80 ms late, whatever its processor counts.
  const { bottleneck, evidence } = judgeBench({ ...QUIET, slipMs: 80, loaderBusy: 0.2 })
  expect(bottleneck).toBe('client-bound')
  expect(evidence).toBe(
    "The loader did not keep its schedule: one record of 100 left 80 ms late or later by the loader's own " +
      'fault, 5 ms is permitted.'
  )
})

test('few records a second may be late by a tenth of the time between two', () => {
  expect([50_000, 100, 2].map(slipLimitMs)).toEqual([5, 5, 50])
})
