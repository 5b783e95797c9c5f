import { describe, expect, test } from 'vitest'
import { type PlanCosts, planCosts } from '../../../src/harness/plan/cluster-costs.ts'
import type { Measurements } from '../../../src/harness/plan/measurements.ts'
import type { CountCost } from '../../../src/harness/plan/plan-bench.ts'
import { planOutcome } from '../../../src/harness/plan/plan-outcome.ts'
import type { PlanOptions } from '../../../src/harness/plan/plan-settings.ts'
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
  const { outcome } = planOutcome(made)
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  expect(outcome.partitions).toBe(39)
  return planCosts(made, outcome)
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
    const machine = { cores: 64, freeMemoryBytes: 2.005e6, freeFileHandles: 1e6 }
    // 1 MB + 10 kB N within 2.005 MB: 100.
    expect(costsOf({}, { machine }).admissible).toMatchObject({ kind: 'some', min: 39, max: 100 })
    const few = { cores: 64, freeMemoryBytes: 64e9, freeFileHandles: 65 }
    // 4 + 3 N within 65: 20.
    expect(costsOf({}, { machine: few }).admissible).toMatchObject({
      kind: 'none',
      ceiling: { partitions: 20 }
    })
    const unknown = { cores: 64, freeMemoryBytes: 2.005e6, freeFileHandles: null }
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
    expect(costsOf({}, { machine: few }).warnings.join()).toContain('No count is admissible')
    expect(costsOf({}).warnings).toEqual([])
  })
})

describe('what partitions cost a cluster', () => {
  test('is counted in replicas a broker against the limits of the profile', () => {
    // 39 x 3 / 6 = 19.5, so 20.
    const profile = profileWith({ replicasPerBrokerMax: 30, replicasPerClusterMax: 100 })
    const { cluster, admissible } = costsOf({ ...CLUSTER, profile })
    expect(cluster.profile).toBe('test')
    expect(cluster.limits.map(({ name, used, limit, ok }) => [name, used, limit, ok])).toEqual([
      ['replicas per broker', 20, 30, true],
      ['replicas in the cluster', 117, 100, false]
    ])
    // 100 / 3 = 33 partitions are permitted, 39 are asked for.
    expect(admissible).toMatchObject({ kind: 'none', floor: { partitions: 39 }, ceiling: { partitions: 33 } })
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
    const none = profileWith({ replicasPerClusterMax: 20 })
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
  expect(rows.get('Tp')).toMatchObject({ value: '50', unit: 'MB/s', kind: 'measured' })
  expect(rows.get('memory of one more partition')).toMatchObject({
    value: '10',
    unit: 'KB',
    kind: 'measured'
  })
  expect(rows.get('replicas per broker')).toMatchObject({ value: '20 of 30', kind: 'derived' })
  expect(rows.get('time until a dead broker is noticed')).toMatchObject({ kind: 'assumed' })
  for (const { quantity, source } of assumptions) expect(`${quantity}: ${source}`).toMatch(/: ./)
})

test('the costs of a plan without any look at costs stand as far as they can', () => {
  const { lines, admissible, sentences } = costsOf({}, { findings: findings({ costs: [] }) })
  expect(lines).toEqual([])
  expect(admissible).toMatchObject({ kind: 'some', max: null })
  expect(sentences.length).toBeGreaterThan(0)
})
