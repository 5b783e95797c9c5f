import { expect, test } from 'vitest'
import { assumptionsTable, assumptionsTableSummary } from '../../../src/harness/page/assumptions-table.ts'
import { session } from './fixture.ts'

const { assumptions } = session()

test('each number has its origin as a word and a sign, and its source', () => {
  const html = assumptionsTable(assumptions)
  expect(html.match(/<th scope="row">/g)).toHaveLength(assumptions.length)
  const signs = [...html.matchAll(/aria-hidden="true">(.)<\/span>(\w+)</g)].map(
    ([, sign, word]) => `${sign} ${word}`
  )
  expect([...new Set(signs)]).toEqual(['● measured', '◐ derived', '◆ asked', '◇ default', '○ assumed'])
  expect(html).toContain('profile msk-m7g.2xlarge, as of 2026-01')
})

test('the summary counts them, and leaves out what there is none of', () => {
  expect(assumptionsTableSummary(assumptions)).toBe(
    'Of 9 numbers behind this plan: 3 measured, 2 derived, 2 asked, 1 default, 1 assumed.'
  )
  expect(assumptionsTableSummary(assumptions.slice(0, 1))).toBe('Of 1 numbers behind this plan: 1 measured.')
})
