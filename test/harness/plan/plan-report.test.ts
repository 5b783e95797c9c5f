import { describe, expect, test } from 'vitest'
import { parseMeasurements, storedKeys } from '../../../src/harness/plan/measurements.ts'
import { makePlanReport } from '../../../src/harness/plan/plan-report.ts'
import { lawThroughput } from '../../../src/planner/scaling-law.ts'
import { notVerified } from '../../../src/planner/verification.ts'
import {
  consumerRuns,
  findings,
  measurements,
  producerRuns,
  report,
  reportOf,
  settingsOf,
  UNTOLD,
  VERIFIED
} from './fixture.ts'

describe('a report', () => {
  test('counts the records of both audits', () => {
    expect(report().audit).toEqual({ records: 4_234_567, bytes: 4.234567e9 })
    expect(reportOf({ verified: null }).audit).toEqual({ records: 1_234_567, bytes: 1.234567e9 })
  })

  test('names its time in UTC, its version, and what was measured', () => {
    expect(report()).toMatchObject({
      schemaVersion: 2,
      kind: 'plan',
      createdAt: '2026-01-02T03:04:05.000Z',
      target: 'embedded',
      loaders: 2,
      order: ['N=4', 'Tc', 'N=1', 'handler', 'N=32', 'N=2']
    })
  })

  test('has a point for every count, the first of them as Tp, and the one held out beside them', () => {
    const { counts, producer, heldOut } = report()
    expect(counts.map(({ partitions }) => partitions)).toEqual([1, 2, 4, 32])
    const { partitions, ...first } = counts[0]!
    expect(partitions).toBe(1)
    expect(producer).toEqual(first)
    expect(producer).toMatchObject({ measurement: { bytesPerSecond: 50e6 }, runs: { length: 3 } })
    expect(heldOut).toMatchObject({ partitions: 16, runs: { length: 3 } })
  })

  test('is made of the measurements alone: the same from their text', () => {
    const made = measurements()
    const again = makePlanReport(parseMeasurements(JSON.stringify(made), 'x'))
    expect(JSON.stringify(again)).toBe(JSON.stringify(makePlanReport(made)))
  })
})

describe('the law in a report', () => {
  test('is told with every family, the best first, and the shares of their evidence', () => {
    const families = report().law?.families ?? []
    expect(families).toHaveLength(4)
    expect(families[0]).toMatchObject({ family: 'amdahl', rejected: false })
    expect(families[0]?.lambda).toBeCloseTo(50e6, -3)
    expect(families[0]?.sigma).toBeCloseTo(0.01, 6)
    expect(families.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9)
    const errors = families.map(({ looError }) => looError)
    expect(errors).toEqual(errors.toSorted((a, b) => a - b))
    expect(families.find(({ family }) => family === 'linear')).toMatchObject({ rejected: true, ceiling: 0 })
  })

  test('is told with the chosen family first, also where another is a little nearer to the points', () => {
    // USL is off by 1.26 %, Amdahl's by 1.22 %: a tie, and then the one with the wider interval is chosen.
    const rates = { 1: [48, 51, 49], 2: [94, 95, 93], 4: [186, 177, 176], 32: [679, 687, 654] }
    const produce = Object.entries(rates).map(([partitions, runs]) => ({
      partitions: Number(partitions),
      runs: producerRuns(...runs)
    }))
    const { families = [], curve = [] } = reportOf({ produce }).law ?? {}
    expect(families.map(({ family }) => family)).toEqual(['usl', 'amdahl', 'cap', 'linear'])
    expect(families[0]?.looError).toBeGreaterThan(families[1]?.looError ?? 1)
    expect(curve[0]?.chosen).toBeCloseTo(lawThroughput(families[0]!, 1), 0)
  })

  test('is drawn as far as it is believed and needed: to the count, no further than twice the points', () => {
    const ends = (points: readonly number[], targetThroughput: number): (number | undefined)[] => {
      const settings = settingsOf({ points, targetThroughput })
      const produce = findings().produce.filter(({ partitions }) => points.includes(partitions))
      const { curve } = report({ settings, findings: findings({ produce, heldOut: null }) }).law ?? {}
      return [curve?.[0]?.partitions, curve?.at(-1)?.partitions]
    }
    // 39 are recommended: between 32 and 64.
    expect(ends([1, 2, 4, 32], 300e6)).toEqual([1, 39])
    expect(ends([1, 2, 4, 32], 20e6)).toEqual([1, 32])
    // 180 / (0.8 x 9.75) = 23.1, far beyond 8.
    expect(ends([1, 2, 4], 180e6)).toEqual([1, 8])
  })

  test('has an interval round each point of the curve, and the chosen family on it', () => {
    const { curve, families } = report().law ?? { curve: [], families: [] }
    expect(curve.length).toBeGreaterThan(10)
    for (const { partitions, median, low, high } of curve) {
      expect(low).toBeLessThanOrEqual(median)
      expect(high).toBeGreaterThanOrEqual(median)
      expect(partitions).toBe(Math.round(partitions))
    }
    const chosen = families.find(family => family.family === 'amdahl')!
    const four = curve.find(({ partitions }) => partitions === 4)
    expect(four?.chosen).toBeCloseTo(lawThroughput(chosen, 4), 0)
  })

  test('is none with too few counts', () => {
    const produce = [{ partitions: 1, runs: producerRuns(400, 400, 400) }]
    const made = reportOf({ produce, heldOut: null })
    expect(made).toMatchObject({ law: null, heldOut: null, outcome: { kind: 'plan' } })
  })
})

describe('what a report holds of the keys', () => {
  /** 64 keys, each with as many records, on hashes 0 to 63. */
  const counts = new Float64Array(64).fill(10)
  const hashes = Int32Array.from({ length: 64 }, (_, index) => index)
  const keys = storedKeys({ records: 640, keys: 64, hashes, counts, tailKeys: 0, tailCount: 0 })

  test('is nothing where none were given', () => {
    expect(report().skew).toBeNull()
  })

  test('is how they spread: at the recommended count, the fullest first, and at others', () => {
    const { skew, outcome } = report({ keys })
    if (outcome.kind === 'refused' || skew === null) throw new Error('no plan')
    // Of 300 MB/s a partition may have 0.8 x 9.75 = 7.8, 2.6 %: one key of 1/64 = 1.6 %.
    expect(outcome.partitions).toBe(64)
    expect(skew).toMatchObject({ keys: 64, records: 640, hottest: 1 / 64 })
    expect(skew.shares).toEqual(new Array(64).fill(1 / 64))
    // 64 keys on 48 partitions: 16 of them get two.
    const at48 = skew.byCount.find(({ partitions }) => partitions === 48)
    expect(at48).toMatchObject({
      partitions: 48,
      effective: 32,
      imbalance: 1.5
    })
    // 640 records leave open how full the fullest is.
    expect(at48?.low).toBeLessThan(32)
    expect(at48?.high).toBeGreaterThan(32)
  })
})

describe('doubts of a report', () => {
  test('put a busy machine before all others', () => {
    const { environment } = measurements()
    const busy = report({ environment: { ...environment, busyBefore: 0.4 } })
    expect(busy.warnings[0]).toBe(
      'Other work took 40 % of all cores just before the measurement: figures may be too low.'
    )
    expect(busy.warnings.length).toBe(report().warnings.length + 1)
  })

  test('put an interruption and what the handler did before that, and what was noticed after', () => {
    const { environment } = measurements()
    const { warnings, interrupted } = report({
      environment: { ...environment, busyBefore: 0.4 },
      notices: ['All records have one key.'],
      findings: findings({ interrupted: true, repeats: ['Tc: measured anew.'], notices: ['It leaks.'] })
    })
    expect(interrupted).toBe(true)
    expect(warnings[0]).toMatch(/^The measurement was interrupted/)
    expect(warnings[1]).toBe('It leaks.')
    expect(warnings[2]).toMatch(/^Other work/)
    expect(warnings.slice(3, 5)).toEqual(['Tc: measured anew.', 'All records have one key.'])
  })

  test('say that an interval is wide when its ends are a quarter of the count apart', () => {
    expect(report().warnings.join()).not.toContain('wide')
    const scattered = reportOf({ withHandler: consumerRuns(9, 10, 11) })
    // t 4.303 x 0.1004 / sqrt 3 = 25 %: 300 / (0.8 x 7.77) = 48.3 and 300 / (0.8 x 12.8) = 29.3.
    expect(scattered.outcome).toMatchObject({ partitionsInterval: [30, 49] })
    expect(scattered.warnings).toContain(
      'A wide interval, 30 to 49 partitions: more or longer runs make it narrower (--runs, --seconds).'
    )
  })
})

describe('the exit code of a report', () => {
  test('is 2 only where a verification says that the count did not hold', () => {
    const failed = { ...VERIFIED, verification: { verified: true, held: false, sentence: 'No.' } }
    const untold = { ...VERIFIED, verification: notVerified('Needs 6 cores.') }
    expect(report().exitCode).toBe(0)
    expect(reportOf({ verified: failed }).exitCode).toBe(2)
    expect(reportOf({ verified: untold }).exitCode).toBe(0)
    expect(reportOf({ verified: null }).exitCode).toBe(0)
  })

  test('is 3 after a refusal, which has neither costs nor a verification', () => {
    expect(reportOf(UNTOLD)).toMatchObject({
      exitCode: 3,
      outcome: { kind: 'refused' },
      costs: null,
      verification: null
    })
  })

  test('is 130 for a part, whatever it says', () => {
    expect(reportOf({ interrupted: true }).exitCode).toBe(130)
    expect(reportOf({ ...UNTOLD, interrupted: true }).exitCode).toBe(130)
  })
})
