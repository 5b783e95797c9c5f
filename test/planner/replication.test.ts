import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brokerLoad, brokersNeeded, leaderLoadAfter } from '../../src/planner/replication.ts'

const HOUR = 3600e3
const INPUT = { targetThroughput: 120e6, replicationFactor: 3, groups: 2, retentionMs: 6 * HOUR }
const UNKNOWN = { networkIn: null, networkOut: null, diskWrite: null, diskBytes: null }

describe('the load of a broker', () => {
  test('is the target with its replicas, groups and retention, over the brokers', () => {
    // in and disk 120 x 3 / 3; out 120 x (2 + 2) / 3; 120 MB/s x 21 600 s / 0.7
    const { diskBytes, ...rates } = brokerLoad(INPUT, 3)
    expect(rates).toEqual({ networkIn: 120e6, networkOut: 160e6, diskWrite: 120e6 })
    expect(diskBytes / 1e12).toBeCloseTo(3.703, 3)
  })

  test('of the session in the documentation is 665 GB at 3.9 times compression, on a disk filled up', () => {
    const compressed = { ...INPUT, targetThroughput: 120e6 / 3.9, diskFillMax: 1 }
    expect(Math.round(brokerLoad(compressed, 3).diskBytes / 1e9)).toBe(665)
  })

  test('one replica that nobody reads goes out to nobody', () => {
    const load = brokerLoad({ ...INPUT, replicationFactor: 1, groups: 0 }, 1)
    expect(load.networkOut).toBe(0)
  })

  test('all brokers together bear the same, however many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), brokers => {
        expect(brokerLoad(INPUT, brokers).networkOut * brokers).toBeCloseTo(480e6, 0)
      })
    )
  })
})

describe('how many brokers', () => {
  test.each([
    ['nothing known', UNKNOWN, 0, 3, 'replicationFactor', '3 brokers: replication factor 3 binds.'],
    [
      'slow disks',
      { ...UNKNOWN, diskWrite: 50e6 },
      0,
      8,
      'diskWrite',
      '8 brokers: disk writing binds: 360 MB/s in all, 50 MB/s a broker.'
    ],
    [
      'slow disks, one to lose',
      { ...UNKNOWN, diskWrite: 50e6 },
      1,
      9,
      'diskWrite',
      '9 brokers: disk writing binds: 360 MB/s in all, 50 MB/s a broker, and 1 more to lose.'
    ],
    [
      'a narrow way out',
      { networkIn: 125e6, networkOut: 60e6, diskWrite: 200e6, diskBytes: 4e12 },
      0,
      8,
      'networkOut',
      '8 brokers: network out binds: 480 MB/s in all, 60 MB/s a broker.'
    ],
    [
      'small disks',
      { networkIn: 125e6, networkOut: 600e6, diskWrite: 200e6, diskBytes: 1e12 },
      0,
      12,
      'diskBytes',
      '12 brokers: disk space binds: 11.1 TB in all, 1 TB a broker.'
    ]
  ] as const)('%s', (...row) => {
    const [, ceilings, failures, brokers, binding, sentence] = row
    const count = brokersNeeded(INPUT, ceilings, failures)
    expect({ brokers: count.brokers, binding: count.binding, sentence: count.sentence }).toEqual({
      brokers,
      binding,
      sentence
    })
  })

  test('those of the replication factor may be the ones that are lost', () => {
    // Two brokers carry the load, a third may go: the three of the replication factor are enough.
    const ceilings = { ...UNKNOWN, diskWrite: 180e6 }
    expect(brokersNeeded(INPUT, ceilings, 1)).toMatchObject({ brokers: 3, binding: 'replicationFactor' })
    expect(brokersNeeded(INPUT, ceilings, 2)).toMatchObject({ brokers: 4, binding: 'diskWrite' })
  })

  test('one is enough for one replica that nobody reads', () => {
    const small = { ...INPUT, replicationFactor: 1, groups: 0 }
    const { brokers, byResource, sentence } = brokersNeeded(small, { ...UNKNOWN, networkOut: 1 }, 0)
    expect([brokers, sentence]).toEqual([1, '1 broker: replication factor 1 binds.'])
    expect(byResource).toEqual([{ resource: 'networkOut', brokers: 1 }])
    expect(() => brokerLoad(small, 0)).toThrow('kept somewhere')
  })

  test('resources without a ceiling are named', () => {
    const count = brokersNeeded(INPUT, { ...UNKNOWN, networkIn: 1e9 }, 0)
    expect(count.unknown).toEqual(['networkOut', 'diskWrite', 'diskBytes'])
    expect(count.byResource).toEqual([{ resource: 'networkIn', brokers: 1 }])
  })

  test('carry the load when the failures have happened, and one broker fewer would not', () => {
    const rate = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(rate, rate, rate, fc.integer({ min: 0, max: 3 }), (inMax, outMax, disk, failures) => {
        const ceilings = { networkIn: inMax * 1e6, networkOut: outMax * 1e6, diskWrite: disk * 1e6 }
        const { brokers, binding } = brokersNeeded(INPUT, { ...ceilings, diskBytes: null }, failures)
        const fits = (left: number) => {
          const load = brokerLoad(INPUT, left)
          return (Object.keys(ceilings) as (keyof typeof ceilings)[]).every(
            resource => load[resource] <= ceilings[resource] * (1 + 1e-9)
          )
        }
        expect(brokers).toBeGreaterThanOrEqual(3)
        if (brokers > failures) expect(fits(brokers - failures)).toBe(true)
        if (binding !== 'replicationFactor' && brokers - failures > 1) {
          expect(fits(brokers - failures - 1)).toBe(false)
        }
      })
    )
  })

  test('the leaders of those that are left grow', () => {
    expect(leaderLoadAfter(3, 1)).toBe(1.5)
    expect(leaderLoadAfter(10, 0)).toBe(1)
    expect(() => leaderLoadAfter(3, 3)).toThrow('somebody')
  })
})
