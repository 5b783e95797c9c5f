import { describe, expect, test } from 'vitest'
import { notVerified } from '../../src/planner/verification.ts'
import { findings, report } from './fixture.ts'

describe('a report', () => {
  test('counts the records of both audits', () => {
    expect(report().audit).toEqual({ records: 4_234_567, bytes: 4.234567e9 })
  })

  test('names its time in UTC, and its version', () => {
    expect(report()).toMatchObject({ schemaVersion: 1, kind: 'plan', createdAt: '2026-01-02T03:04:05.000Z' })
  })

  test('ends with 2 only where a verification says that the count did not hold', () => {
    const verified = findings().verified!
    const failed = { ...verified, verification: { verified: true, held: false, sentence: 'No.' } }
    const untold = { ...verified, verification: notVerified('Needs 6 cores.') }
    expect(report().exitCode).toBe(0)
    expect(report({ verified: failed }).exitCode).toBe(2)
    expect(report({ verified: untold }).exitCode).toBe(0)
  })

  test('puts a busy machine before all other doubts', () => {
    const { environment } = findings()
    const busy = report({ environment: { ...environment, busyBefore: 0.4 } })
    expect(busy.warnings[0]).toBe(
      'Other work took 40 % of all cores just before the measurement: figures may be too low.'
    )
    expect(busy.warnings.length).toBe(report().warnings.length + 1)
  })
})
