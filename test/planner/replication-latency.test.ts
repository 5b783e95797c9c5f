import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addedLatencyMs, partitionsPerPair } from '../../src/planner/replication-latency.ts'

const COST = { msPerPartition: 0.02, fetchers: 1 }

describe('partitions between two brokers', () => {
  test.each([
    [1000, 2, 2, 500],
    [2000, 2, 2, 1000],
    [30, 3, 3, 10],
    [10_000, 3, 11, 181.8],
    [10_000, 1, 1, 0],
    [10_000, 1, 5, 0]
  ])('%d partitions, %d replicas, %d brokers: %d', (partitions, replicationFactor, brokers, each) => {
    expect(partitionsPerPair({ partitions, replicationFactor, brokers })).toBeCloseTo(each, 1)
  })

  test('all pairs together copy every follower once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.integer({ min: 2, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (partitions, brokers, replicas) => {
          const replicationFactor = Math.min(replicas, brokers)
          const each = partitionsPerPair({ partitions, replicationFactor, brokers })
          expect(each * brokers * (brokers - 1)).toBeCloseTo(partitions * (replicationFactor - 1), 4)
        }
      )
    )
  })

  test('more replicas than brokers cannot be', () => {
    expect(() => partitionsPerPair({ partitions: 1, replicationFactor: 3, brokers: 2 })).toThrow('different')
  })
})

describe('latency', () => {
  test('of 1 000 partitions from one broker to another is 20 ms, with four fetchers 5', () => {
    const layout = { partitions: 2000, replicationFactor: 2, brokers: 2 }
    expect(addedLatencyMs(layout, COST)).toBeCloseTo(20, 9)
    expect(addedLatencyMs(layout, { ...COST, fetchers: 4 })).toBeCloseTo(5, 9)
  })

  test('of the session in the documentation is below 1 ms', () => {
    expect(addedLatencyMs({ partitions: 30, replicationFactor: 3, brokers: 3 }, COST)).toBeCloseTo(0.2, 9)
  })

  // 100 x b x r replicas on each of b brokers are 100 b^2 partitions.
  test.each([
    [2, 2, 4],
    [3, 3, 6],
    [10, 3, 4.44],
    [100, 3, 4.04]
  ])('of 100 x %d x %d replicas a broker is %d ms', (brokers, replicationFactor, ms) => {
    const partitions = 100 * brokers * brokers
    expect(addedLatencyMs({ partitions, replicationFactor, brokers }, COST)).toBeCloseTo(ms, 2)
  })
})
