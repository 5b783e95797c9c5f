import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { planSettings, verificationTopic } from '../../../src/harness/plan/plan-settings.ts'

/** The sentence with which these options are refused. */
function refusal(options: object): string {
  try {
    planSettings({ targetThroughput: 1e6, ...options })
  } catch (error) {
    if (error instanceof HighwaterError && error.code === 'HIGHWATER_CONFIG') return error.message
    throw error
  }
  throw new Error('the options were taken')
}

describe('the settings of a plan', () => {
  test('are five runs of 1 KB records by default, and three when it is to be short', () => {
    expect(planSettings({ targetThroughput: 1e6 })).toMatchObject({
      targetThroughput: 1e6,
      recordBytes: 1000,
      process: null,
      topic: 'highwater-plan',
      runs: 5,
      batchBytes: 16384,
      lingerMs: 5
    })
    expect(planSettings({ targetThroughput: 1e6, short: true })).toMatchObject({ runs: 3, short: true })
  })

  test('refuse a topic that no engine could make, in one sentence', () => {
    expect(refusal({ topic: '..' })).toBe('The topic cannot be made: the topic name cannot be "..".')
    expect(refusal({ topic: '../etc' })).toContain('has a character other than ASCII letters')
    expect(refusal({ topic: '' })).toContain('empty')
    expect(refusal({ topic: 'x'.repeat(249) })).toContain('249 are permitted')
    expect(verificationTopic('orders')).toBe('orders-verification')
  })

  test('refuse records that the audit could not tell apart, or that no request carries', () => {
    expect(refusal({ recordBytes: 15 })).toContain('15 B is below 16 B')
    expect(refusal({ recordBytes: 2e6 })).toContain('2 MB is above')
    expect(planSettings({ targetThroughput: 1, recordBytes: 16 }).recordBytes).toBe(16)
  })

  test('refuse a target that is no rate before anything is measured', () => {
    for (const targetThroughput of [undefined, 'x', Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      expect(refusal({ targetThroughput })).toBe(
        `A plan needs targetThroughput, bytes per second above 0, not ${targetThroughput}.`
      )
    }
  })

  test('refuse fewer than three runs, and lengths that are none', () => {
    expect(refusal({ runs: 2 })).toContain('from 3 to 100, not 2')
    expect(refusal({ runs: 3.5 })).toContain('whole number')
    expect(refusal({ seconds: 0 })).toContain('between 0.2 and 3600')
    expect(refusal({ seconds: Number.NaN })).toContain('between')
  })

  test('offer the target with its peak and its growth', () => {
    expect(planSettings({ targetThroughput: 100e6 })).toMatchObject({
      offeredThroughput: 100e6,
      peakFactor: 1,
      growth: null
    })
    const grown = planSettings({ targetThroughput: 100e6, peakFactor: 2, growth: { share: 0.3, years: 2 } })
    // 100 x 2 x 1.3²
    expect(grown.offeredThroughput).toBeCloseTo(338e6, 3)
    const shrunk = planSettings({ targetThroughput: 100e6, growth: { share: -0.5, years: 1 } })
    expect(shrunk.offeredThroughput).toBe(50e6)
  })

  test('refuse a peak below the mean, and growth that is none or never ends', () => {
    for (const peakFactor of [0.9, 0, Number.NaN, 1001])
      expect(refusal({ peakFactor })).toContain('between 1 and 1,000')
    for (const growth of [
      { share: -1, years: 1 },
      { share: 101, years: 1 },
      { share: 0.3, years: -1 },
      { share: 0.3, years: 101 },
      { share: Number.NaN, years: 1 }
    ])
      expect(refusal({ growth })).toContain('up to 100 years')
  })

  test('use all of a partition by default, or the share that was asked for, and offer the same load', () => {
    expect(planSettings({ targetThroughput: 1e6 }).utilisation).toBe(1)
    const asked = planSettings({ targetThroughput: 1e6, utilisation: 0.7 })
    expect(asked).toMatchObject({ utilisation: 0.7, offeredThroughput: 1e6 })
    for (const utilisation of [0, -0.5, 1.01, Number.NaN])
      expect(refusal({ utilisation })).toBe(
        `The utilisation must be above 0 and at most 1 (70 % is 0.7), not ${utilisation}.`
      )
  })

  test('have one group of consumers by default', () => {
    expect(planSettings({ targetThroughput: 1e6 }).groups).toBe(1)
    expect(planSettings({ targetThroughput: 1e6, groups: 3 }).groups).toBe(3)
    for (const groups of [0, 1.5]) {
      expect(refusal({ groups })).toBe(
        `The number of consumer groups must be a whole number from 1 to 10000, not ${groups}.`
      )
    }
  })

  test('refuse times that are none', () => {
    expect(refusal({ lagSloMs: 0 })).toBe('The lag must last longer than nothing, not 0 ms.')
    expect(refusal({ outage: { lengthMs: -1, recoverMs: 1 } })).toContain('The outage must last longer')
    expect(refusal({ outage: { lengthMs: 1, recoverMs: 0 } })).toContain(
      'The time to catch up must last longer'
    )
    expect(refusal({ retentionMs: Number.NaN })).toContain('The retention must last longer')
  })

  test('have a broker for each replica at the least', () => {
    expect(planSettings({ targetThroughput: 1e6 })).toMatchObject({ replicationFactor: 1, brokers: 1 })
    expect(planSettings({ targetThroughput: 1e6, replicationFactor: 3 })).toMatchObject({ brokers: 3 })
    expect(refusal({ replicationFactor: 3, brokers: 2 })).toBe(
      'A replication factor of 3 needs as many brokers, not 2.'
    )
    expect(refusal({ brokers: 1.5 })).toBe(
      'The number of brokers must be a whole number from 1 to 10000, not 1.5.'
    )
  })

  test('measure 1, 2, 4 and four for each core, 16 at least, and leave one out between', () => {
    const countsOf = (cores?: number) => {
      const { counts, heldOutCount } = planSettings({ targetThroughput: 1e6, cores })
      return [counts, heldOutCount]
    }
    expect(countsOf()).toEqual([[1, 2, 4, 16], 8])
    expect(countsOf(8)).toEqual([[1, 2, 4, 32], 8])
    // No more than 64: partitions are threads here.
    expect(countsOf(96)).toEqual([[1, 2, 4, 64], 16])
  })

  test('take the counts that were asked for, each once, from 1', () => {
    const counts = (points: readonly number[]) => planSettings({ targetThroughput: 1e6, points }).counts
    expect(counts([8, 1, 2, 2])).toEqual([1, 2, 8])
    for (const points of [[], [2, 4], [1, 0], [1, 1.5], [1, 1001], [1, Number.NaN]])
      expect(refusal({ points })).toContain('whole numbers from 1 to 1000, 1 among them')
  })

  test.each([
    [24, false],
    [6, true]
  ])('write no more than %d GiB in all runs, a whole number of bytes in each; short: %s', (most, short) => {
    for (const runs of [3, 5, 7]) {
      const { bytesPerRunMax, counts } = planSettings({ targetThroughput: 1e6, runs, short })
      expect(Number.isInteger(bytesPerRunMax)).toBe(true)
      expect(bytesPerRunMax * runs * (counts.length + 1)).toBeLessThanOrEqual(most * 2 ** 30)
    }
  })

  test('measure what cannot tell again only where all lengths are left to them', () => {
    const patience = (options: object) => planSettings({ targetThroughput: 1e6, ...options }).patienceSeconds
    expect(patience({ short: true })).toBe(75)
    expect(patience({})).toBeNull()
    expect(patience({ short: true, runs: 3 })).toBeNull()
    expect(patience({ short: true, seconds: 2 })).toBeNull()
  })

  test('refuse a seed that is none', () => {
    expect(planSettings({ targetThroughput: 1e6 }).seed).toBe(1)
    expect(refusal({ seed: -1 })).toContain('The seed must be a whole number from 0')
    expect(refusal({ seed: 0.5 })).toContain('not 0.5')
  })
})
