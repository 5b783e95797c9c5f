import { describe, expect, test } from 'vitest'
import { PROFILE_QUANTITIES, type ProfileQuantity } from '../../src/planner/profile-quantities.ts'
import { DEFAULT_PROFILE, profileNamed, profileNames } from '../../src/planner/profiles.ts'

describe('built-in profiles', () => {
  test('every value has a source, a date and a number that its quantity permits', () => {
    for (const name of profileNames()) {
      const { text, values } = profileNamed(name)
      expect(text).toMatch(/^[A-Z].*\.$/)
      for (const [quantity, { value, source, date }] of Object.entries(values)) {
        const { min, whole } = PROFILE_QUANTITIES[quantity as ProfileQuantity]
        expect(source.length, quantity).toBeGreaterThan(10)
        expect(date, quantity).toMatch(/\d{4}|\d\.\d/)
        expect(value, quantity).toBeGreaterThanOrEqual(min)
        if (whole) expect(Number.isSafeInteger(value), quantity).toBe(true)
      }
    }
  })

  test.each([
    ['apache-kafka-4.1', 'replicasPerBrokerMax', 4000],
    ['apache-kafka-4.1', 'replicasPerClusterMax', 2_000_000],
    ['apache-kafka-4.1', 'partitionsPerRequestMax', 2000],
    ['apache-kafka-4.1', 'detectMs', 9000],
    ['apache-kafka-zookeeper', 'replicasPerClusterMax', 200_000],
    ['apache-kafka-zookeeper', 'detectMs', 18_000],
    ['apache-kafka-zookeeper', 'electionMsPerLeader', 5],
    ['apache-kafka-zookeeper', 'metadataMsPerPartition', 2],
    ['latency-sensitive', 'latencyPartitionsFactor', 100],
    ['msk-t3.small', 'replicasPerBrokerMax', 300],
    ['msk-m7g.large', 'replicasPerBrokerMax', 1000],
    ['msk-m7g.xlarge', 'replicasPerBrokerForUpdatesMax', 1500],
    ['msk-m7g.2xlarge', 'replicasPerBrokerMax', 2000],
    ['msk-m7g.2xlarge', 'replicasPerBrokerForUpdatesMax', 3000],
    ['msk-m7g.4xlarge', 'replicasPerBrokerMax', 4000],
    ['huawei-smallest', 'replicasPerBrokerMax', 100],
    ['huawei-largest', 'replicasPerBrokerMax', 2000],
    ['redpanda', 'replicasPerCoreMax', 1000],
    ['redpanda', 'memoryBytesPerReplica', 2e6]
  ] as const)('%s: %s is %d', (name, quantity, value) => {
    expect(profileNamed(name).values[quantity]?.value).toBe(value)
  })

  test('what nobody published is marked', () => {
    const { values } = profileNamed(DEFAULT_PROFILE)
    expect(values.electionMsPerLeader?.assumed).toBe(true)
    expect(values.replicasPerBrokerMax?.assumed).toBe(false)
  })

  test('a profile leaves out what its source does not tell', () => {
    expect(profileNamed('redpanda').values.detectMs).toBeUndefined()
    expect(profileNamed('msk-t3.small').values.replicasPerBrokerForUpdatesMax).toBeUndefined()
    expect(profileNamed('highwater-embedded').values).toEqual({})
  })

  test('an unknown name is answered with the known ones', () => {
    expect(() => profileNamed('msk')).toThrow(/^There is no profile "msk": give one of apache-kafka-4.1, /)
    expect(() => profileNamed('__proto__')).toThrow('There is no profile')
    expect(() => profileNamed('x'.repeat(500))).toThrow(/"x{40}": give one of/)
  })
})
