import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { latencyLogs, makeBenchReport } from '../../../src/harness/benchmark/bench-report.ts'
import { parseStall } from '../../../src/harness/benchmark/stall.ts'
import { decodeHistogram } from '../../support/hdr-decoder.ts'
import { benchFindings, consumeFindings, ENVIRONMENT, planOf, runOf } from './bench-fixture.ts'

const schema: object = JSON.parse(
  readFileSync(new URL('../../../schemas/bench.schema.json', import.meta.url), 'utf8')
)
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

/** The faults of a report once it has been through JSON; empty if it is as the schema says. */
function faultsOf(value: unknown): string[] {
  if (isValid(JSON.parse(JSON.stringify(value)))) return []
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const saturation = () => benchFindings({ plan: planOf({ rate: undefined }), runs: [runOf()] })

describe('bench.json', () => {
  test('is as its schema says for an open loop, at saturation and for consumers', () => {
    expect(faultsOf(makeBenchReport(benchFindings()))).toEqual([])
    expect(faultsOf(makeBenchReport(saturation()))).toEqual([])
    expect(faultsOf(makeBenchReport(consumeFindings()))).toEqual([])
  })

  test('is as its schema says with every setting, and where the system tells nothing', () => {
    const plan = planOf({
      workload: 'e2e',
      partition: 1,
      process: { kind: 'wait', micros: 20 },
      stall: parseStall('200ms/1s'),
      consumerConfig: { 'fetch.max.bytes': '1000000' },
      records: 1000
    })
    const environment = { ...ENVIRONMENT, busyBefore: null, commit: null }
    expect(faultsOf(makeBenchReport(benchFindings({ plan, environment })))).toEqual([])
  })

  test('is refused by its schema when a field is missing, unknown or of another kind', () => {
    const { audit, ...rest } = makeBenchReport(benchFindings())
    expect(audit).toBeDefined()
    expect(faultsOf(rest)).toEqual([" must have required property 'audit'"])
    expect(faultsOf({ ...rest, audit, extra: 1 })).toEqual([' must NOT have additional properties'])
    expect(faultsOf({ ...rest, audit, schemaVersion: 2 })).toEqual([
      '/schemaVersion must be equal to constant'
    ])
  })
})

describe('the warnings of a benchmark', () => {
  const warnings = (findings = benchFindings()) => makeBenchReport(findings).warnings

  test('are none on a quiet machine that carried its load in three runs', () => {
    expect(warnings()).toEqual([])
  })

  test('say what a reader must not overlook', () => {
    expect(warnings(saturation())).toEqual([
      expect.stringContaining('latencies are those of a full buffer'),
      'Fewer than three runs: the figures have no interval.'
    ])
    const stalled = benchFindings({ plan: planOf({ stall: parseStall('200ms/1s') }) })
    expect(warnings(stalled)).toEqual([expect.stringContaining('withheld by --stall')])
    const busy = benchFindings({ environment: { ...ENVIRONMENT, busyBefore: 0.9 } })
    expect(warnings(busy)[0]).toContain('Other work took 90 % of all cores')
    expect(warnings(benchFindings({ runs: [runOf(), runOf(), runOf({ offered: 1.2 })] }))).toEqual([
      expect.stringContaining('were carried in the time')
    ])
  })
})

test('one record in sixteen is timed at saturation, each in an open loop, none of those only read', () => {
  expect(makeBenchReport(benchFindings()).timedOneIn).toBe(1)
  expect(makeBenchReport(saturation()).timedOneIn).toBe(16)
  expect(makeBenchReport(consumeFindings()).timedOneIn).toBe(0)
})

describe('the latency logs', () => {
  test('hold each interval of each run, runs one behind the other', () => {
    const logs = latencyLogs(benchFindings())
    expect([...logs.keys()]).toEqual(['latency-scheduled.hlog', 'latency-sent.hlog'])
    const rows = (logs.get('latency-scheduled.hlog') ?? '')
      .split('\n')
      .slice(4, -1)
      .map(row => row.split(','))
    expect(rows.map(([start]) => start)).toEqual(Array.from({ length: 9 }, (_, index) => `${index}.000`))
    const counts = [...decodeHistogram(rows[8]?.[3] ?? '').counts.values()]
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000)
  })

  test('are one at saturation and none for consumers', () => {
    expect([...latencyLogs(saturation()).keys()]).toEqual(['latency-sent.hlog'])
    expect([...latencyLogs(consumeFindings()).keys()]).toEqual([])
  })
})
