import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Measurements, storedKeys } from '../../../src/harness/plan/measurements.ts'
import type { PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { profileNamed, profileNames } from '../../../src/planner/profiles.ts'
import { notVerified } from '../../../src/planner/verification.ts'
import {
  consumerRun,
  findings,
  measurements,
  producerRun,
  producerRuns,
  report,
  reportOf,
  settingsOf,
  UNTOLD
} from './fixture.ts'

const schema: object = JSON.parse(
  readFileSync(new URL('../../../schemas/plan.schema.json', import.meta.url), 'utf8')
)
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

/** The faults of a report once it has been through JSON; empty if it is as the schema says. */
function faultsOf(value: unknown): string[] {
  if (isValid(JSON.parse(JSON.stringify(value)))) return []
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Paths of numbers that JSON has no word for, and writes as null; that no count is enough is meant so. */
function lostNumbers(value: unknown, path = ''): string[] {
  if (value === Number.POSITIVE_INFINITY && /\/requirements\/.*partitions$/.test(path)) return []
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} ${value}`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => lostNumbers(part, `${path}/${name}`))
}

/** Keys of a sample with these counts, on hashes 0, 1, 2. */
function keysOf(counts: readonly number[]): NonNullable<Measurements['keys']> {
  return storedKeys({
    records: counts.reduce((sum, count) => sum + count, 0),
    keys: counts.length,
    hashes: Int32Array.from(counts, (_, index) => index),
    counts: Float64Array.from(counts),
    tailKeys: 0,
    tailCount: 0
  })
}

/** As much as one run can say: keys, wishes, a module with its times, a cluster with a retention. */
function fullest(): PlanReport {
  const service = { records: 5000, meanMs: 0.1, varianceMs2: 0.004, p50Ms: 0.09, p90Ms: 0.2, p99Ms: 0.3 }
  return report({
    keys: keysOf(new Array<number>(200).fill(100)),
    notices: ['A notice.'],
    settings: settingsOf({
      process: null,
      handlerModule: './h.mjs',
      peakFactor: 1.5,
      growth: { share: 0.2, years: 1 },
      lagSloMs: 50,
      outage: { lengthMs: 600e3, recoverMs: 1800e3 },
      retentionMs: 7 * 86_400e3,
      replicationFactor: 3,
      brokers: 6,
      budgetSeconds: 300,
      targetThroughput: 60e6
    }),
    findings: findings({ withHandler: [9.9, 10, 10.1].map(rate => consumerRun(rate, { service })) })
  })
}

describe('plan.json', () => {
  test('is as its schema says after a plan that held', () => {
    expect(report().outcome.kind).toBe('plan')
    expect(faultsOf(report())).toEqual([])
    expect(lostNumbers(report())).toEqual([])
  })

  test('is as its schema says where everything is in it', () => {
    const made = fullest()
    if (made.outcome.kind === 'refused') throw new Error(made.outcome.reason)
    const { requirements } = made.outcome
    // Nothing that may be null is.
    expect([
      made.skew,
      made.handler,
      made.law,
      made.heldOut,
      made.costs?.cluster.brokerDiskBytes
    ]).not.toContain(null)
    expect(requirements.fullest?.catchUp).not.toBeNull()
    expect(requirements.hottestKey).not.toBeNull()
    expect(requirements.constraints).toHaveLength(7)
    expect(faultsOf(made)).toEqual([])
    expect(lostNumbers(made)).toEqual([])
  })

  test('is as its schema says with no handler, one count, and a system that tells nothing', () => {
    const silent = {
      bytesPerCpuSecond: null,
      coresBusy: null,
      loaderBusy: null,
      partitionBusy: null,
      diskWait: null,
      consumerBusy: null
    }
    const { environment, machine } = measurements()
    const made = report({
      settings: settingsOf({ targetThroughput: 20e6, process: null, points: [1] }),
      environment: { ...environment, busyBefore: null, commit: null },
      machine: { ...machine, freeFileHandles: null },
      findings: findings({
        produce: [{ partitions: 1, runs: [50, 50].map(rate => producerRun(rate, silent)) }],
        heldOut: null,
        fetchOnly: [200, 200].map(rate => consumerRun(rate, silent)),
        withHandler: [],
        costs: []
      })
    })
    expect(made).toMatchObject({ law: null, heldOut: null, handler: null, consumerWithHandler: null })
    expect(made.outcome).toMatchObject({ kind: 'plan', partitions: 1 })
    expect(faultsOf(made)).toEqual([])
  })

  test('is as its schema says after a refusal, for the runs, the law or the keys', () => {
    const law = reportOf({ produce: [{ partitions: 1, runs: producerRuns(50, 50, 50) }], verified: null })
    const keys = report({ keys: keysOf([1]), findings: findings({ verified: null }) })
    for (const refused of [reportOf(UNTOLD), law, keys]) {
      expect(refused).toMatchObject({ outcome: { kind: 'refused' }, exitCode: 3, verification: null })
      expect(faultsOf(refused)).toEqual([])
      expect(lostNumbers(refused)).toEqual([])
    }
  })

  test('is as its schema says without a run of the verification, and when it was interrupted', () => {
    const verified = { verification: notVerified('Needs 6 cores.'), run: null, seconds: null, audit: null }
    expect(faultsOf(reportOf({ verified }))).toEqual([])
    const audit = { records: 0, bytes: 0 }
    const part = reportOf({ verified: null, heldOut: null, costs: [], audit, interrupted: true })
    expect(part).toMatchObject({ exitCode: 130, verification: null })
    expect(faultsOf(part)).toEqual([])
  })

  test('is as its schema says of a simulation', () => {
    expect(faultsOf(report({ target: 'sim' }))).toEqual([])
  })

  test.each(profileNames())('is as its schema says with the profile %s', name => {
    const settings = settingsOf({ profile: profileNamed(name), brokers: 3, replicationFactor: 3 })
    expect(faultsOf(report({ settings }))).toEqual([])
  })

  test('loses no number, whatever keys and wishes are', () => {
    const wish = fc.option(fc.double({ min: 0.01, max: 1e4, noNaN: true }))
    const counts = fc.option(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 }))
    fc.assert(
      fc.property(wish, wish, counts, (lagSloMs, recoverMs, drawn) => {
        const outage = recoverMs === null ? null : { lengthMs: 1000, recoverMs }
        const settings = settingsOf({ lagSloMs, outage, targetThroughput: 50e6 })
        const made = report({ settings, keys: drawn === null ? null : keysOf(drawn) })
        expect(lostNumbers(made)).toEqual([])
        expect(faultsOf(made)).toEqual([])
      }),
      { numRuns: 15 }
    )
  })

  test('is refused by its schema when a field is missing, unknown or of another kind', () => {
    const { audit, ...rest } = report()
    expect(audit).toBeDefined()
    expect(faultsOf(rest)).toEqual([" must have required property 'audit'"])
    expect(faultsOf({ ...report(), extra: 1 })).toEqual([' must NOT have additional properties'])
    const other: Omit<PlanReport, 'schemaVersion'> & { schemaVersion: number } = {
      ...report(),
      schemaVersion: 1
    }
    expect(faultsOf(other)).toEqual(['/schemaVersion must be equal to constant'])
    expect(faultsOf({ ...report(), durationSeconds: Number.NaN })).toEqual([
      '/durationSeconds must be number'
    ])
  })

  test('is refused by its schema when any part of it has something more, or something less', () => {
    const text = JSON.stringify(fullest())
    const inside: string[] = []
    const survey = (value: unknown, path: readonly string[]): void => {
      if (typeof value !== 'object' || value === null) return
      // The values of a profile go by the names of its quantities.
      if (!Array.isArray(value) && path.at(-1) !== 'values') inside.push(JSON.stringify(path))
      for (const [name, part] of Object.entries(value)) survey(part, [...path, name])
    }
    survey(JSON.parse(text), [])
    expect(inside.length).toBeGreaterThan(100)
    const at = (root: unknown, path: readonly string[]): Record<string, unknown> =>
      path.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], root) as Record<
        string,
        unknown
      >
    for (const path of inside.map(each => JSON.parse(each) as string[])) {
      const more: unknown = JSON.parse(text)
      at(more, path)['surplus'] = 1
      expect(faultsOf(more), `surplus in ${path.join('/')}`).not.toEqual([])
      const less: unknown = JSON.parse(text)
      const [first = ''] = Object.keys(at(less, path))
      delete at(less, path)[first]
      expect(faultsOf(less), `without ${path.join('/')}/${first}`).not.toEqual([])
    }
  })
})
