import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { makeTuneReport } from '../../../src/harness/benchmark/tune-report.ts'
import { ENVIRONMENT } from './bench-fixture.ts'
import { gridRuns, tuneFindings, tunePlan } from './tune-fixture.ts'

const schema: object = JSON.parse(
  readFileSync(new URL('../../../schemas/tune.schema.json', import.meta.url), 'utf8')
)
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

function faultsOf(value: unknown): string[] {
  if (isValid(JSON.parse(JSON.stringify(value)))) return []
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test('tune.json is as its schema says, with a model and without', () => {
  expect(faultsOf(makeTuneReport(tuneFindings()))).toEqual([])
  const plan = tunePlan({ lingers: [5], batchSizes: [16_384], runs: 1 })
  const runs = gridRuns(plan).map(({ saturation, paced }) => ({
    saturation: saturation.slice(0, 1),
    paced: paced.slice(0, 1)
  }))
  const report = makeTuneReport(tuneFindings({ plan, runs }))
  expect(report.model).toBeNull()
  expect(report.cells[0]).toMatchObject({ saturationSpread: null, p99Spread: null })
  expect(faultsOf(report)).toEqual([])
})

test('tune.json is refused by its schema when a field is missing or unknown', () => {
  const { best, ...rest } = makeTuneReport(tuneFindings())
  expect(faultsOf(rest)).toEqual([" must have required property 'best'"])
  expect(faultsOf({ ...rest, best, extra: 1 })).toEqual([' must NOT have additional properties'])
})

test('the best cells come with lines to paste', () => {
  const { best, cells } = makeTuneReport(tuneFindings())
  expect(best.throughput.properties).toBe('batch.size=262144\nlinger.ms=20')
  expect(cells[best.p99.cell]?.lingerMs).toBe(0)
})

test('doubts are named: other work, a rate that was not carried, a late loader, too few cells', () => {
  expect(makeTuneReport(tuneFindings()).warnings).toEqual([])
  const plan = tunePlan()
  const runs = gridRuns(plan).map(({ saturation, paced }, index) => ({
    saturation,
    paced: paced.map(run => ({
      ...run,
      counts: { ...run.counts, offered: run.counts.offered.map(count => count * (index < 4 ? 2 : 1)) }
    }))
  }))
  const environment = { ...ENVIRONMENT, busyBefore: 0.5 }
  expect(makeTuneReport(tuneFindings({ runs, environment })).warnings).toEqual([
    'Other work took 50 % of all cores just before the measurement: figures may be too low.',
    '4 of 9 cells did not carry the rate: their latencies are those of a queue that grows; ' +
      'give a lower --rate.',
    'Fewer than six cells carried the rate: the batch model is not fitted.'
  ])
})
