import { describe, expect, test } from 'vitest'
import { admissibleCount } from '../../src/planner/admissible-count.ts'
import {
  assumptionRow,
  costRows,
  derivedRows,
  limitRows,
  profileRows
} from '../../src/planner/assumptions.ts'
import { brokerMemory, consumerBytesMax, producerMemory } from '../../src/planner/client-memory.ts'
import { fitCosts } from '../../src/planner/cost-of-count.ts'
import { kafkaFiles } from '../../src/planner/file-count.ts'
import { checkLimits } from '../../src/planner/limits.ts'
import { profileNamed, profileNames } from '../../src/planner/profiles.ts'
import { brokerLoad, brokersNeeded } from '../../src/planner/replication.ts'
import { addedLatencyMs } from '../../src/planner/replication-latency.ts'
import { judgeWindow } from '../../src/planner/request-window.ts'
import { unavailability } from '../../src/planner/unavailability.ts'

const MEASURED = { quantity: 'Tp', kind: 'measured', source: '5 runs' } as const

describe('a row', () => {
  test.each([
    [120e6, 'B/s', '120', 'MB/s'],
    [1500, 'ms', '1.5', 's'],
    [2e6, 'B', '2', 'MB'],
    [10_000, 'partitions', '10 000', 'partitions'],
    [0.02, '', '0.02', ''],
    [12.3456, 'records', '12.3', 'records'],
    [0, 'B/s', '0', 'MB/s'],
    [Number.POSITIVE_INFINITY, 'segments', 'no end', 'segments']
  ])('of %d %s reads %s %s', (amount, unit, value, printed) => {
    expect(assumptionRow({ ...MEASURED, amount, unit })).toEqual({ ...MEASURED, value, unit: printed })
  })

  test('without a source is refused', () => {
    expect(() => assumptionRow({ ...MEASURED, source: '', amount: 1, unit: '' })).toThrow('source')
  })
})

describe('rows of a profile', () => {
  test('are assumed, with source, date and name, and say what nobody published', () => {
    const rows = profileRows(profileNamed('apache-kafka-4.1'))
    expect(rows.find(row => row.quantity === 'time until a dead broker is noticed')).toEqual({
      quantity: 'time until a dead broker is noticed',
      value: '9',
      unit: 's',
      kind: 'assumed',
      source: 'default of broker.session.timeout.ms (Kafka 4.1), profile apache-kafka-4.1'
    })
    const unpublished = rows.filter(({ source }) => source.startsWith('not published; '))
    expect(unpublished.map(({ value, unit }) => `${value} ${unit}`)).toEqual(['100 µs', '0 ms'])
  })

  test('every value of every profile has one', () => {
    for (const name of profileNames()) {
      const profile = profileNamed(name)
      expect(profileRows(profile).length).toBe(Object.keys(profile.values).length)
    }
  })
})

describe('rows of limits', () => {
  test('say what is used, of how much, and whether it is too many', () => {
    const placement = { replicationFactor: 3, brokers: 3, brokerCores: null, brokerMemoryBytes: null }
    const profile = profileNamed('msk-m7g.large')
    const rows = limitRows(checkLimits({ ...placement, partitions: 1200 }, profile))
    expect(rows[0]).toMatchObject({ quantity: 'replicas per broker', value: '1 200 of 1 000, too many' })
    expect(rows[1]).toMatchObject({ value: '1 200 of 1 500', unit: 'replicas', kind: 'derived' })
    expect(rows[0]?.source).toMatch(/^limit: Amazon MSK .*\(read 2026-11\)$/)
  })
})

describe('rows of what was derived', () => {
  const load = { targetThroughput: 120e6, replicationFactor: 3, groups: 1, retentionMs: 3600e3 }
  const layout = { partitions: 30, replicationFactor: 3, brokers: 3 }
  const window = { batchBytes: 16_384, roundTripMs: 2 }
  const ceilings = { networkIn: null, networkOut: null, diskWrite: 60e6, diskBytes: null }
  const cost = { detectMs: 9000, electionMsPerLeader: 0.1, metadataMsPerPartition: 0 }

  test('one for each figure, with the formula it is from', () => {
    const rows = derivedRows({
      window: judgeWindow({ window, partitions: 1, brokers: 1, wanted: 1e6 }),
      brokerLoad: brokerLoad(load, 3),
      brokers: brokersNeeded(load, ceilings, 1),
      producerMemory: producerMemory({
        activePartitions: 10_000,
        brokers: 3,
        batchBytes: 16_384,
        bufferBytes: 2 ** 25
      }),
      consumerBytesMax: consumerBytesMax({ assignedPartitions: 10, brokers: 3 }),
      brokerMemory: brokerMemory({ ...layout, fetchers: 1, networkIn: 120e6 }),
      files: kafkaFiles({ replicas: 30, segmentsPerReplica: 22, connections: 0 }),
      unavailability: unavailability({ partitions: 30, brokers: 3, cost, isController: false }),
      addedLatencyMs: addedLatencyMs(layout, { msPerPartition: 0.02, fetchers: 1 }),
      admissible: admissibleCount(
        [{ name: 'the rate', partitions: 27 }],
        [{ name: 'memory', partitions: 90 }]
      )
    })
    expect(rows.map(({ quantity, value, unit }) => `${quantity}: ${value} ${unit}`.trim())).toEqual([
      'one producer on one partition: 41 MB/s',
      'network in of a broker: 120 MB/s',
      'network out of a broker: 120 MB/s',
      'disk writes of a broker: 120 MB/s',
      'disk of a broker: 617 GB',
      'brokers: 7',
      'open batches of a producer: 164 MB',
      'open batches permitted: 2 048',
      'requests under way: 15.7 MB',
      'memory of a consumer, at most: 21 MB',
      'memory of followers, at most: 21 MB',
      'page cache of a broker: 3.6 GB',
      'preallocated indexes: 629 MB',
      'open files of a broker: 660 handles',
      'memory maps of a broker: 1 560 maps',
      'last leader elected after: 9 s',
      'leader elected after, mean: 9 s',
      'latency by replication: 200 µs',
      'fewest partitions: 27 partitions',
      'most partitions: 90 partitions'
    ])
    expect(rows[5]?.source).toBe('disk writing binds: 360 MB/s in all, 60 MB/s a broker, and 1 more to lose')
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['derived']))
  })

  test('none for what was not worked out', () => {
    expect(derivedRows({})).toEqual([])
    expect(derivedRows({ admissible: admissibleCount([{ name: 'the rate', partitions: 2 }], []) })).toEqual([
      { quantity: 'fewest partitions', value: '2', unit: 'partitions', kind: 'derived', source: 'the rate' }
    ])
    expect(derivedRows({ files: { handles: 88, maps: 0 } }).length).toBe(1)
  })
})

describe('rows of measured costs', () => {
  test('are what one more partition takes', () => {
    const points = [1, 10, 100].map(partitions => ({
      partitions,
      memoryBytes: 6e7 + 45e3 * partitions,
      handles: 24 + 3 * partitions
    }))
    expect(costRows(fitCosts(points), 'on this machine')).toEqual([
      {
        quantity: 'memory of one more partition',
        value: '45',
        unit: 'KB',
        kind: 'measured',
        source: 'line through 3 measurements on this machine'
      },
      {
        quantity: 'open handles of one more partition',
        value: '3',
        unit: 'handles',
        kind: 'measured',
        source: 'line through 3 measurements on this machine'
      }
    ])
  })

  test('say where they are from, and where not even their sign is known', () => {
    const points = [100, 104, 97].map((startMs, index) => ({ partitions: 4 ** index, startMs }))
    expect(costRows(fitCosts(points), 'of the simulation')[0]?.source).toBe(
      'not distinguishable from 0; line through 3 measurements of the simulation'
    )
  })
})
