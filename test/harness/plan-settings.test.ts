import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { planSettings, verificationTopic } from '../../src/harness/plan-settings.ts'

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
})
