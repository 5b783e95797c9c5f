import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profileNamed } from '../../src/planner/profiles.ts'
import { failoverCostOf, unavailability, yearlyMinutes } from '../../src/planner/unavailability.ts'

function costOf(profile: string) {
  const cost = failoverCostOf(profileNamed(profile))
  if (cost === null) throw new Error(`${profile} has no cost`)
  return cost
}

describe('the death of a broker', () => {
  test.each([
    // partitions, brokers, profile, controller, leaders, worst, mean
    [10_000, 10, 'apache-kafka-zookeeper', false, 1000, 23_000, 20_502.5],
    [10_000, 10, 'apache-kafka-zookeeper', true, 1000, 43_000, 40_502.5],
    [30, 3, 'apache-kafka-4.1', false, 10, 9001, 9000.55],
    [30, 3, 'apache-kafka-4.1', true, 10, 9001, 9000.55],
    [31, 3, 'apache-kafka-zookeeper', false, 11, 18_055, 18_030],
    [1, 1, 'apache-kafka-zookeeper', false, 1, 18_005, 18_005]
  ])('%d partitions, %d brokers, %s, controller %s', (...row) => {
    const [partitions, brokers, profile, isController, leaders, worstMs, meanMs] = row
    const result = unavailability({ partitions, brokers, cost: costOf(profile), isController })
    expect(result.leaders).toBe(leaders)
    expect(result.worstMs).toBeCloseTo(worstMs, 6)
    expect(result.meanMs).toBeCloseTo(meanMs, 6)
  })

  test('the mean is that of the leaders one after the other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 50 }), (leaders, each) => {
        const cost = { detectMs: 100, electionMsPerLeader: each, metadataMsPerPartition: 0 }
        let sum = 0
        for (let turn = 1; turn <= leaders; turn++) sum += 100 + each * turn
        const result = unavailability({ partitions: leaders, brokers: 1, cost, isController: false })
        expect(result.meanMs).toBeCloseTo(sum / leaders, 6)
      })
    )
  })

  test('four a year of 23 s are a minute and a half', () => {
    expect(yearlyMinutes(4, 23_000)).toBeCloseTo(1.533, 3)
  })

  test('a profile that does not know its times has no cost', () => {
    expect(failoverCostOf(profileNamed('redpanda'))).toBeNull()
    expect(failoverCostOf(profileNamed('apache-kafka-4.1'))).toEqual({
      detectMs: 9000,
      electionMsPerLeader: 0.1,
      metadataMsPerPartition: 0
    })
  })
})
