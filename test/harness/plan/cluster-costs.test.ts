import { describe, expect, test } from 'vitest'
import { sharesOfKeys } from '../../../src/harness/inputs/key-counts.ts'
import { type PlanCosts, planCosts } from '../../../src/harness/plan/cluster-costs.ts'
import { keyCounts, type Measurements, storedKeys } from '../../../src/harness/plan/measurements.ts'
import type { CountCost } from '../../../src/harness/plan/plan-bench.ts'
import { planOutcome } from '../../../src/harness/plan/plan-outcome.ts'
import type { PlanOptions } from '../../../src/harness/plan/plan-settings.ts'
import { fullestShare, partitionShares } from '../../../src/planner/key-skew.ts'
import type { Profile } from '../../../src/planner/profiles.ts'
import { findings, measurements, settingsOf } from './fixture.ts'

/** Costs on a straight line: 1 MB and 10 kB a partition, 4 handles and 3 a partition, as many threads. */
function costAt(partitions: number): CountCost {
  return {
    partitions,
    memoryBytes: 1e6 + 1e4 * partitions,
    fileHandles: 4 + 3 * partitions,
    threads: partitions,
    startMs: 100 + partitions,
    diskBytes: 1000 * partitions,
    roundTripMs: 1
  }
}

/** A profile with these limits, all from one source. */
function profileWith(values: Readonly<Record<string, number>>): Profile {
  const entries = Object.entries(values).map(([name, value]) => {
    return [name, { value, source: 'a book', date: '2026-01', assumed: false }] as const
  })
  return { name: 'test', text: 'Clusters of a test.', values: Object.fromEntries(entries) }
}

/** Costs of the fixture's plan, 39 partitions, when this was asked. */
function costsOf(options: Partial<PlanOptions>, changes: Partial<Measurements> = {}): PlanCosts {
  const made = measurements({
    settings: settingsOf({ profile: profileWith({}), ...options }),
    findings: findings({ costs: [4, 16, 48].map(costAt) }),
    ...changes
  })
  const found = planOutcome(made)
  const { outcome } = found
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  expect(outcome.partitions).toBe(39)
  return planCosts(made, outcome, found)
}

const CLUSTER = { replicationFactor: 3, brokers: 6 }

describe('what partitions cost on this machine', () => {
  test('is a line through what was measured, read at the recommended count', () => {
    const { lines } = costsOf({})
    expect(lines.map(({ quantity }) => quantity)).toEqual(['memoryBytes', 'handles', 'threads', 'startMs'])
    const [memory] = lines
    expect(memory?.slope).toBeCloseTo(1e4, 3)
    expect(memory?.intercept).toBeCloseTo(1e6, 1)
    // 1 MB + 39 x 10 kB
    expect(memory?.value).toBeCloseTo(1.39e6, 1)
    expect(memory?.points).toEqual(
      [4, 16, 48].map(partitions => ({ partitions, value: costAt(partitions).memoryBytes }))
    )
  })

  test('is nothing where fewer than three counts were looked at', () => {
    for (const costs of [[], [costAt(4)], [costAt(4), costAt(16)]])
      expect(costsOf({}, { findings: findings({ costs }) }).lines).toEqual([])
  })

  test('limits the count by free memory and handles', () => {
    const machine = { cores: 64, freeMemoryBytes: 1.505e6, freeFileHandles: 1e6 }
    // 1 MB + 10 kB N within 1.505 MB: 50.
    expect(costsOf({}, { machine }).admissible).toMatchObject({ kind: 'some', min: 39, max: 50 })
    const few = { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: 65 }
    // 4 + 3 N within 65: 20.
    expect(costsOf({}, { machine: few }).admissible).toMatchObject({
      kind: 'none',
      ceiling: { partitions: 20 }
    })
    const unknown = { cores: 64, freeMemoryBytes: 1.505e6, freeFileHandles: null }
    expect(costsOf({}, { machine: unknown }).admissible).toMatchObject({
      kind: 'some',
      maxSetBy: expect.stringMatching(/memory on this machine$/)
    })
  })

  test('limits nothing where partitions share threads, and the line has ended', () => {
    const large = { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: null }
    // 6 million by memory, far above 64 x 32: a limit of the profile is the next.
    const { admissible } = costsOf({}, { machine: large })
    expect(admissible).toMatchObject({ maxSetBy: expect.not.stringMatching(/this machine/) })
  })

  test('is a doubt where it is more than there is', () => {
    const few = { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: 64 }
    expect(costsOf({}, { machine: few }).warnings.join()).toContain('No count keeps every limit')
    expect(costsOf({}).warnings).toEqual([])
  })
})

describe('what partitions cost a cluster', () => {
  test('is counted in replicas a broker against the limits of the profile', () => {
    // 39 x 3 / 6 = 19.5, so 20.
    const profile = profileWith({ replicasPerBrokerMax: 30, replicasPerClusterMax: 120 })
    const { cluster, admissible } = costsOf({ ...CLUSTER, profile })
    expect(cluster.profile).toBe('test')
    expect(cluster.limits.map(({ name, used, limit, ok }) => [name, used, limit, ok])).toEqual([
      ['replicas per broker', 20, 30, true],
      ['replicas in the cluster', 117, 120, true]
    ])
    // 120 / 3 = 40 partitions are permitted, 39 are asked for.
    expect(admissible).toMatchObject({ kind: 'some', min: 39, max: 40 })
  })

  test('is no limit where the profile knows none', () => {
    expect(costsOf(CLUSTER).cluster).toMatchObject({
      limits: [],
      failoverWorstMs: null,
      yearlyMinutes: null,
      brokersSentence: null,
      replicationLatencyMs: null,
      brokerDiskBytes: null
    })
  })

  test('is a disk where records are kept, shared by the brokers', () => {
    // 300 MB/s x 3 / 6 for a day is 12.96 TB; brokers are not to be full.
    const day = costsOf({ ...CLUSTER, retentionMs: 86_400e3 }).cluster.brokerDiskBytes ?? 0
    expect(day).toBeGreaterThanOrEqual(12.96e12)
    expect(day).toBeLessThan(2 * 12.96e12)
    const week = costsOf({ ...CLUSTER, retentionMs: 7 * 86_400e3 }).cluster.brokerDiskBytes ?? 0
    expect(week / day).toBeCloseTo(7, 9)
  })

  test('is more memory maps, the longer records are kept', () => {
    const profile = profileWith({ mapsMax: 65_530 })
    const mapsOf = (options: Partial<PlanOptions>): number | undefined =>
      costsOf({ ...CLUSTER, profile, ...options }).cluster.limits.find(({ unit }) => unit === 'maps')?.used
    // 20 replicas of one segment, two maps each, and 240.
    expect(mapsOf({})).toBe(280)
    // A day at 300/39 MB/s is 665 GB a replica: 620 segments of 1 GiB and the active one.
    expect(mapsOf({ retentionMs: 86_400e3 })).toBe(2 * 20 * 620 + 240)
  })

  test('is a time without leaders when a broker dies, if there are others', () => {
    const profile = profileWith({ detectMs: 1000, electionMsPerLeader: 10, metadataMsPerPartition: 0 })
    // 39 / 6 leaders on the dead broker: 7 of 10 ms at most, after a second.
    expect(costsOf({ ...CLUSTER, profile }).cluster.failoverWorstMs).toBeCloseTo(1070, -1)
    expect(costsOf({ profile }).cluster).toMatchObject({ failoverWorstMs: null, leaderGrowth: null })
    // Each of five takes a fifth of the sixth's.
    expect(costsOf({ ...CLUSTER, profile }).cluster.leaderGrowth).toBeCloseTo(6 / 5, 9)
  })

  test('is a latency of replication', () => {
    const profile = profileWith({ replicationMsPerPartition: 0.02, replicaFetchers: 1 })
    // 0.02 x 39 x 2 / (6 x 5)
    expect(costsOf({ ...CLUSTER, profile }).cluster.replicationLatencyMs).toBeCloseTo(0.052, 9)
    const twice = profileWith({ replicationMsPerPartition: 0.02, replicaFetchers: 2 })
    expect(costsOf({ ...CLUSTER, profile: twice }).cluster.replicationLatencyMs).toBeCloseTo(0.026, 9)
  })
})

describe('a count other than the recommended one', () => {
  /** Sixty-two keys of one record each, and two of three on hashes 0 and 36. */
  const counts = Float64Array.from({ length: 64 }, (_, hash) => (hash === 0 || hash === 36 ? 3 : 1))
  const hashes = Int32Array.from({ length: 64 }, (_, hash) => hash)
  const keys = storedKeys({ records: 68, keys: 64, hashes, counts, tailKeys: 0, tailCount: 0 })
  /** 120 MB/s, of which a partition carries 0.8 x 9.754 = 7.8: 6.5 % or four of 68 records. */
  const keyed = (options: Partial<PlanOptions> = {}) => {
    const made = measurements({
      keys,
      settings: settingsOf({ profile: profileWith({}), targetThroughput: 120e6, ...options }),
      findings: findings({ costs: [4, 16, 48].map(costAt) })
    })
    const found = planOutcome(made)
    if (found.outcome.kind === 'refused') throw new Error(found.outcome.reason)
    return { plan: found.outcome, costs: planCosts(made, found.outcome, found) }
  }

  test('is not said to be rounder if the keys would break its limit', () => {
    const { plan, costs } = keyed()
    const { shareLimit } = plan.requirements
    const shares = sharesOfKeys(keyCounts(keys))
    // 36 has nine group sizes, and brings the two hot keys together: 6 of 68.
    expect(fullestShare(shares, 36)).toBeGreaterThan(shareLimit)
    expect(plan.partitions).toBeGreaterThan(31)
    expect(plan.partitions).toBeLessThan(36)
    expect(fullestShare(shares, costs.roundedPartitions)).toBeLessThanOrEqual(shareLimit)
    expect(costs.roundedPartitions).not.toBe(36)
  })

  test('is said to be enough only as far as the law of throughput tells', () => {
    // 50 N / (1 + 0.01 (N - 1)): no end below twice the 32 measured.
    expect(costsOf({}).admissible).toMatchObject({ max: 64, maxSetBy: 'the reach of the throughput law' })
  })

  test('of consumers is counted with how busy they may be, what they catch up and the keys', () => {
    // 300 / 39 = 7.69 MB/s a partition, a consumer may get 7.80: one partition each.
    expect(costsOf({}).membersNeeded).toBe(39)
    // The fullest of N: as many members as leave each 7.8 MB/s of the 120 or, with outages, of 160.
    const { plan, costs } = keyed()
    const most = plan.requirements.shareLimit
    const sorted = partitionShares(sharesOfKeys(keyCounts(keys)), plan.partitions)
      .sort()
      .reverse()
    const members = costs.membersNeeded ?? 0
    const busiest = (count: number) =>
      sorted.slice(0, Math.ceil(plan.partitions / count)).reduce((sum, share) => sum + share, 0)
    expect(busiest(members)).toBeLessThanOrEqual(most * (1 + 1e-9))
    expect(busiest(members - 1)).toBeGreaterThan(most)
    const outage = { lengthMs: 600e3, recoverMs: 1800e3 }
    const caughtUp = keyed({ outage })
    expect(caughtUp.costs.membersNeeded ?? 0).toBeGreaterThan(members)
  })

  test('of requests is judged in this process, and shown for a network', () => {
    const { sentences } = costsOf(CLUSTER)
    // 5 requests of 39 x 16 KiB to one broker in 1 ms, though the cluster has six.
    expect(sentences.join('\n')).toContain(
      'answers after 1 ms in this process, a producer reaches up to 3 190 MB/s'
    )
    expect(sentences.join('\n')).toContain('reaches 164 MB/s with answers after 500 µs')
  })
})

describe('numbers that go well with a count', () => {
  test('are groups that share it evenly, and a rounder count a little above', () => {
    const { groupSizes, roundedPartitions } = costsOf({})
    expect(groupSizes).toEqual([1, 3, 13, 39])
    // Up to 48, which 1, 2, 3, 4, 6, 8, 12, 16, 24 and 48 divide.
    expect(roundedPartitions).toBe(48)
  })

  test('are not above what is permitted', () => {
    // 40 and 42 have eight group sizes each, and 39 has four.
    const profile = profileWith({ replicasPerClusterMax: 42 })
    expect(costsOf({ profile }).roundedPartitions).toBe(40)
    const none = profileWith({ replicasPerClusterMax: 39 })
    expect(costsOf({ profile: none }).roundedPartitions).toBe(39)
  })

  test('are those a topic may grow through, with the keys that stay', () => {
    const { growth } = costsOf({})
    expect(growth.counts).toEqual([39, 40, 48, 59, 78, 117])
    expect(growth.kept.map(row => row.length)).toEqual(new Array(6).fill(6))
    for (const [index, row] of growth.kept.entries()) expect(row[index]).toBe(1)
    // gcd(39, 78) / 78, and gcd(39, 40) / 40.
    expect(growth.kept[0]?.[4]).toBe(0.5)
    expect(growth.kept[0]?.[1]).toBe(1 / 40)
  })
})

test('every figure that a plan rests on has a row with where it is from', () => {
  const profile = profileWith({ replicasPerBrokerMax: 30, detectMs: 1000 })
  const { assumptions } = costsOf({ ...CLUSTER, profile })
  const rows = new Map(assumptions.map(row => [row.quantity, row]))
  // 4.303 x 0.02 / sqrt 3 below 50.
  expect(rows.get('Tp')).toMatchObject({ value: '47.6', unit: 'MB/s', kind: 'measured' })
  expect(rows.get('memory of one more partition')).toMatchObject({
    value: '10',
    unit: 'KB',
    kind: 'measured'
  })
  expect(rows.get('replicas per broker')).toMatchObject({ value: '20 of 30', kind: 'derived' })
  expect(rows.get('time until a dead broker is noticed')).toMatchObject({ kind: 'assumed' })
  for (const { quantity, source } of assumptions) expect(`${quantity}: ${source}`).toMatch(/: ./)
})

test('every group of consumers reads all of it, and a broker is no fuller than was asked for', () => {
  // 300 MB/s: out to 2 followers and 1 group, 900 MB/s; at 100 MB/s a broker 9, and one to lose.
  const profile = profileWith({ brokerOutMax: 100e6 })
  const brokers = (options: Partial<PlanOptions> = {}) =>
    costsOf({ ...CLUSTER, profile, ...options }).cluster.brokersSentence
  expect(brokers()).toBe(
    '10 brokers: network out binds: 900 MB/s in all, 100 MB/s a broker, and 1 more to lose.'
  )
  expect(brokers({ groups: 3 })).toContain('16 brokers: network out binds: 1 500 MB/s in all')
  // 900 / 75 = 12
  expect(brokers({ utilisation: 0.75 })).toBe(
    '13 brokers: network out binds: 900 MB/s in all, 75 MB/s a broker, and 1 more to lose; a broker is at ' +
      'most 75 % full.'
  )
})

test('groups and utilisation are defaults until somebody asks for others', () => {
  const rowsOf = (options: Partial<PlanOptions>) => {
    const { assumptions } = costsOf(options)
    const wanted = assumptions.filter(({ quantity }) => /^(?:utilisation|consumer groups)$/.test(quantity))
    return wanted.map(({ quantity, value, kind }) => [quantity, value, kind])
  }
  expect(rowsOf({})).toEqual([
    ['utilisation', '1', 'default'],
    ['consumer groups', '1', 'default']
  ])
  expect(rowsOf({ utilisation: 0.8, groups: 4 })).toEqual([
    ['utilisation', '1.25', 'asked'],
    ['consumer groups', '4', 'asked']
  ])
})

test('the costs of a plan without any look at costs stand as far as they can', () => {
  const { lines, admissible, sentences } = costsOf({}, { findings: findings({ costs: [] }) })
  expect(lines).toEqual([])
  // Up to 32 were measured, and the law is believed up to twice as many.
  expect(admissible).toMatchObject({ max: 64, maxSetBy: 'the reach of the throughput law' })
  expect(sentences.length).toBeGreaterThan(0)
})
