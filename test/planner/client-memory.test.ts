import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brokerMemory, consumerBytesMax, producerMemory } from '../../src/planner/client-memory.ts'

const MIB = 2 ** 20
const DEFAULTS = { brokers: 10, batchBytes: 16_384, bufferBytes: 32 * MIB }

describe('a producer', () => {
  test('with 10 000 partitions: 156.25 MiB, and only 2 048 open batches', () => {
    const memory = producerMemory({ ...DEFAULTS, activePartitions: 10_000 })
    expect(memory.wantedBytes).toBe(163_840_000)
    expect(memory.openBatchesMax).toBe(2048)
    expect(memory.sentence).toBe(
      '10 000 open batches of 16 KiB take 156.25 MiB; a buffer.memory of 32 MiB allows 2 048 open batches.'
    )
    expect(memory.warning).toBe(
      'At most 2 048 of 10 000 partitions have an open batch at a time: sends wait for memory and batches ' +
        'leave half empty; set buffer.memory to 312.5 MiB or write to fewer partitions at a time.'
    )
    expect(memory.inFlightBytesMax).toBe(50 * MIB)
  })

  test.each([
    [1, null],
    [1024, null],
    [
      2048,
      'Open batches of 2 048 partitions take more than half of buffer.memory; set buffer.memory to ' +
        '64 MiB or write to fewer partitions at a time.'
    ],
    [
      1025,
      'Open batches of 1 025 partitions take more than half of buffer.memory; set buffer.memory to ' +
        '32.03 MiB or write to fewer partitions at a time.'
    ]
  ])('%d partitions: %s', (activePartitions, warning) => {
    expect(producerMemory({ ...DEFAULTS, activePartitions }).warning).toBe(warning)
  })

  test('with one partition has one open batch', () => {
    const { sentence } = producerMemory({ ...DEFAULTS, activePartitions: 1 })
    expect(sentence).toBe(
      '1 open batch of 16 KiB takes 16 KiB; a buffer.memory of 32 MiB allows 2 048 open batches.'
    )
  })

  test('with the advised buffer nothing is warned of', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 10, max: 20 }),
        (partitions, power) => {
          const input = { activePartitions: partitions, brokers: 3, batchBytes: 2 ** power }
          const { wantedBytes } = producerMemory({ ...input, bufferBytes: 32 * MIB })
          expect(producerMemory({ ...input, bufferBytes: 2 * wantedBytes }).warning).toBeNull()
        }
      )
    )
  })
})

describe('a consumer', () => {
  test.each([
    [10, 3, 20],
    [100, 3, 200],
    [1000, 3, 300],
    [1000, 1, 100]
  ])('with %d partitions on %d brokers holds up to %d MiB', (assignedPartitions, brokers, mebibytes) => {
    expect(consumerBytesMax({ assignedPartitions, brokers }) / MIB).toBe(mebibytes)
  })

  test('with smaller answers holds less', () => {
    const input = { assignedPartitions: 8, brokers: 1, partitionFetchBytesMax: MIB / 4 }
    expect(consumerBytesMax(input)).toBe(4 * MIB)
    expect(consumerBytesMax({ ...input, fetchBytesMax: MIB })).toBe(2 * MIB)
  })
})

describe('a broker', () => {
  const input = { partitions: 30, replicationFactor: 3, brokers: 3, fetchers: 1, networkIn: 120e6 }

  test('holds an answer from each other broker, the newest 30 s, and addresses for indexes', () => {
    // 30 x 2 / 3 followed, 10 of each of the two others: 10 MiB each
    expect(brokerMemory(input)).toEqual({
      followerBytesMax: 20 * MIB,
      pageCacheBytes: 3.6e9,
      indexAddressBytes: 600 * MIB
    })
  })

  test('an answer for few partitions is smaller, one for many is not larger', () => {
    expect(brokerMemory({ ...input, partitions: 3 }).followerBytesMax).toBe(2 * MIB)
    expect(brokerMemory({ ...input, partitions: 3000 }).followerBytesMax).toBe(20 * MIB)
    expect(brokerMemory({ ...input, partitions: 3000, fetchers: 4 }).followerBytesMax).toBe(80 * MIB)
    expect(brokerMemory({ ...input, fetchers: 4 }).followerBytesMax).toBe(20 * MIB)
  })

  test('with one replica more than its share has the addresses of it', () => {
    // 31 x 2 / 3 are 20.7
    const addresses = brokerMemory({ ...input, partitions: 31, replicationFactor: 2 }).indexAddressBytes
    expect(addresses).toBe(21 * 20 * MIB)
  })

  test('alone follows nobody', () => {
    const alone = brokerMemory({ ...input, replicationFactor: 1, brokers: 1 })
    expect(alone.followerBytesMax).toBe(0)
  })
})
