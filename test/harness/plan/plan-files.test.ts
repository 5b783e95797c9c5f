import { expect, test } from 'vitest'
import { measurementsText, storedKeys } from '../../../src/harness/plan/measurements.ts'
import { PLAN_FILES, planFiles } from '../../../src/harness/plan/plan-files.ts'
import { makePlanReport } from '../../../src/harness/plan/plan-report.ts'
import { findings, measurements, settingsOf, UNTOLD } from './fixture.ts'

test('a plan has a page, its JSON, what it was made of, and each figure with its table', () => {
  const made = measurements()
  const report = makePlanReport(made)
  const files = planFiles(report, made)
  expect([...files.keys()].slice(0, 3)).toEqual(['index.html', 'plan.json', 'measurements.json'])
  expect(JSON.parse(files.get('plan.json') ?? '')).toEqual(report)
  expect(files.get('measurements.json')).toBe(measurementsText(made))
  expect(files.get('index.html')).toContain('<html')
  const figures = [...files.keys()].slice(3)
  for (const name of ['zones', 'throughput', 'runs', 'costs', 'growth']) {
    expect(figures).toContain(`${name}.svg`)
    expect(figures).toContain(`${name}.csv`)
  }
  for (const name of figures) expect(files.get(name)).toMatch(name.endsWith('.svg') ? /^<svg / : /^[^<]+,/)
})

test('a refusal has no zones', () => {
  const made = measurements({ findings: findings(UNTOLD) })
  const files = planFiles(makePlanReport(made), made)
  expect([...files.keys()]).toContain('runs.svg')
  expect([...files.keys()]).not.toContain('zones.svg')
})

test('no file is one that a report is not known to have: it would never be replaced', () => {
  const keys = storedKeys({
    records: 300,
    keys: 3,
    hashes: Int32Array.of(1, 2, 3),
    counts: Float64Array.of(100, 100, 100),
    tailKeys: 0,
    tailCount: 0
  })
  const settings = settingsOf({
    targetThroughput: 5e6,
    outage: { lengthMs: 6e5, recoverMs: 18e5 },
    lagSloMs: 50
  })
  const full = measurements({ keys, settings })
  const files = planFiles(makePlanReport(full), full)
  expect(files.size).toBeGreaterThan(10)
  expect([...files.keys()].filter(name => !PLAN_FILES.includes(name))).toEqual([])
})
