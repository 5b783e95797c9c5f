import { expect, test } from 'vitest'
import { provenance } from '../../../src/harness/page/provenance.ts'
import { skewFigure } from '../../../src/harness/page/skew-figure.ts'
import { session } from './fixture.ts'

const input = session().provenance

test('files beside the page are links, those elsewhere are not', () => {
  const files = ['plan.json', '../secret', 'https://example.org/x', '.hidden'].map(name => ({
    name,
    what: 'it'
  }))
  const html = provenance({ ...input, files }, [skewFigure(session().skew!)])
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    'plan.json',
    'skew.svg',
    'skew.csv'
  ])
  expect(html).toContain('<code>../secret</code>')
})

test('seeds stand with the machine, and what cannot be replayed offers no command for it', () => {
  expect(provenance(input, [])).toContain('<dt>Seed, bootstrap</dt><dd>7</dd>')
  expect(provenance(input, [])).toContain('The same page from the same measurements')
  expect(provenance({ ...input, replay: null, files: [] }, [])).not.toMatch(/same page|Files beside/)
})
