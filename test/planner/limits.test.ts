import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkLimits, replicasPerBroker } from '../../src/planner/limits.ts'
import { parseProfile } from '../../src/planner/own-profile.ts'
import { profileNamed, profileNames } from '../../src/planner/profiles.ts'

const PLACEMENT = {
  partitions: 30,
  replicationFactor: 3,
  brokers: 3,
  brokerCores: null,
  brokerMemoryBytes: null
}

/** Name, used and limit of each check. */
function figures(placement: Parameters<typeof checkLimits>[0], profile: string) {
  const checks = checkLimits(placement, profileNamed(profile))
  return checks.map(({ name, used, limit, ok }) => [name, used, limit, ok])
}

describe('checks', () => {
  test('of the session in the documentation: 30 replicas a broker of 2 000', () => {
    expect(figures(PLACEMENT, 'msk-m7g.2xlarge')).toEqual([
      ['replicas per broker', 30, 2000, true],
      ['replicas per broker for updates', 30, 3000, true],
      ['replicas in the cluster', 90, 2_000_000, true],
      ['partitions per request', 30, 2000, true]
    ])
  })

  test('10 000 partitions, three replicas, on three brokers of the ZooKeeper days', () => {
    expect(figures({ ...PLACEMENT, partitions: 10_000 }, 'apache-kafka-zookeeper')).toEqual([
      ['replicas per broker', 10_000, 4000, false],
      ['replicas in the cluster', 30_000, 200_000, true],
      ['partitions per request', 10_000, 2000, false]
    ])
  })

  test('low latency permits 100 x brokers x replication factor on a broker', () => {
    const checks = (partitions: number) => figures({ ...PLACEMENT, partitions }, 'latency-sensitive')
    expect(checks(900)).toContainEqual(['replicas per broker for low latency', 900, 900, true])
    expect(checks(901)).toContainEqual(['replicas per broker for low latency', 901, 900, false])
  })

  test('limits by core and memory are there where both are known', () => {
    expect(figures(PLACEMENT, 'redpanda')).toEqual([])
    const broker = { ...PLACEMENT, brokerCores: 4, brokerMemoryBytes: 8e9 }
    expect(figures({ ...broker, partitions: 4001 }, 'redpanda')).toEqual([
      ['replicas per broker by its cores', 4001, 4000, false],
      ['replicas per broker by its memory', 4001, 4000, false]
    ])
  })

  test('replicas that are there already count', () => {
    expect(replicasPerBroker({ ...PLACEMENT, otherReplicas: 3000 })).toBe(1030)
    expect(figures({ ...PLACEMENT, otherReplicas: 3000 }, 'msk-m7g.large')[0]).toEqual([
      'replicas per broker',
      1030,
      1000,
      false
    ])
    const small = figures({ ...PLACEMENT, otherReplicas: 3000 }, 'msk-m7g.large')
    expect(small[2]).toEqual(['replicas in the cluster', 3090, 2_000_000, true])
  })

  test('the broker that has most counts, also where it is the only one', () => {
    expect(replicasPerBroker({ ...PLACEMENT, partitions: 31, replicationFactor: 1 })).toBe(11)
    const alone = { ...PLACEMENT, partitions: 1, replicationFactor: 1, brokers: 1 }
    expect(figures(alone, 'apache-kafka-4.1')[0]).toEqual(['replicas per broker', 1, 4000, true])
  })

  test('a placement without brokers or replicas is none', () => {
    const profile = profileNamed('redpanda')
    expect(() => checkLimits({ ...PLACEMENT, brokers: 0 }, profile)).toThrow('brokers')
    expect(() => checkLimits({ ...PLACEMENT, replicationFactor: 0 }, profile)).toThrow('replica')
  })

  test('each names the source of its limit, its date and what lies beyond', () => {
    const own = parseProfile({
      name: 'ours',
      source: 'runbook',
      date: '2026',
      values: { replicasPerBrokerMax: 9 }
    })
    expect(checkLimits(PLACEMENT, own)[0]).toEqual({
      name: 'replicas per broker',
      used: 30,
      limit: 9,
      unit: 'replicas',
      source: 'runbook',
      date: '2026',
      ok: false,
      beyond: 'overload'
    })
    const request = checkLimits(PLACEMENT, profileNamed('apache-kafka-4.1')).at(-1)
    expect(request?.beyond).toBe('several answers')
  })

  test('what is too much stays too much with more partitions', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...profileNames()),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (name, partitions, more) => {
          const broker = { ...PLACEMENT, brokerCores: 8, brokerMemoryBytes: 16e9 }
          const few = checkLimits({ ...broker, partitions }, profileNamed(name))
          const many = checkLimits({ ...broker, partitions: partitions + more }, profileNamed(name))
          expect(many.length).toBe(few.length)
          for (const [at, check] of few.entries()) if (!check.ok) expect(many[at]?.ok).toBe(false)
        }
      )
    )
  })
})
