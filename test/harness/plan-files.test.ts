import { expect, test } from 'vitest'
import { planFiles } from '../../src/harness/plan-files.ts'
import { report } from './fixture.ts'

test('a plan has a page, its JSON and both figures', () => {
  const files = planFiles(report())
  expect([...files.keys()]).toEqual(['index.html', 'plan.json', 'runs.svg', 'zones.svg'])
  expect(JSON.parse(files.get('plan.json') ?? '')).toEqual(report())
  expect(files.get('index.html')).toContain('<html')
})

test('a refusal has no zones', () => {
  const outcome = {
    kind: 'refused' as const,
    reason: 'Tp never settled.',
    doubtful: [],
    command: 'highwater plan'
  }
  expect([...planFiles(report({ outcome, verified: null })).keys()]).not.toContain('zones.svg')
})
