import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { PlanReport } from '../../src/harness/plan-report.ts'
import { notVerified } from '../../src/planner/verification.ts'
import { pointAt, report } from './fixture.ts'

const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8')
)
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

/** The faults of a report once it has been through JSON; empty if it is as the schema says. */
function faultsOf(value: unknown): string[] {
  if (isValid(JSON.parse(JSON.stringify(value)))) return []
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('plan.json', () => {
  test('is as its schema says after a plan that held', () => {
    expect(report().outcome.kind).toBe('plan')
    expect(faultsOf(report())).toEqual([])
  })

  test('is as its schema says without a handler, and where the system tells nothing', () => {
    const silent = pointAt([50, 50, 50])
    const measurement = { ...silent.measurement, bytesPerCpuSecond: null }
    const made = report({ consumerWithHandler: null, producer: { ...silent, measurement } })
    expect(faultsOf(made)).toEqual([])
  })

  test('is as its schema says after a refusal and without a verification', () => {
    const refused = report({
      outcome: { kind: 'refused', reason: 'Too few.', doubtful: ['produce'], command: 'x' },
      verified: null
    })
    expect(refused).toMatchObject({ exitCode: 3, verification: null })
    expect(faultsOf(refused)).toEqual([])
    const verified = { verification: notVerified('Needs 6 cores.'), run: null, seconds: null, audit: null }
    expect(faultsOf(report({ verified }))).toEqual([])
  })

  test('is refused by its schema when a field is missing, unknown or of another kind', () => {
    const { audit, ...rest } = report()
    expect(audit).toBeDefined()
    expect(faultsOf(rest)).toEqual([" must have required property 'audit'"])
    expect(faultsOf({ ...report(), extra: 1 })).toEqual([' must NOT have additional properties'])
    const later: Omit<PlanReport, 'schemaVersion'> & { schemaVersion: number } = {
      ...report(),
      schemaVersion: 2
    }
    expect(faultsOf(later)).toEqual(['/schemaVersion must be equal to constant'])
  })
})
