import { expect, test } from 'vitest'
import { layerOf, MAY_IMPORT, MICRO_BENCHMARKS } from './layers.ts'
import { type ImportEdge, importsOf, type SourceFile, sourceFiles } from './source-files.ts'

const files = sourceFiles('src', 'native-free', 'bench')

/** The door itself is watched from outside: it opens the package by its URL. */
const OUTSIDE = ['native-free/check.ts']

function mayImport(edge: ImportEdge): boolean {
  if (edge.target === null) return true
  const layer = layerOf(edge.from)
  const target = layerOf(edge.target)
  if (layer === target) return true
  const allowed = MAY_IMPORT[layer] ?? []
  return allowed.includes(target) || (edge.typeOnly && allowed.includes(`${target} (types)`))
}

const forbidden = (file: SourceFile): string[] =>
  importsOf(file)
    .filter(edge => !mayImport(edge))
    .map(edge => `${edge.from} -> ${edge.specifier}`)

test('every folder has a line in the table of layers', () => {
  const layers = new Set(files.map(file => layerOf(file.path)))
  expect([...layers].filter(layer => MAY_IMPORT[layer] === undefined)).toEqual([])
})

test('no layer imports what lies above it or beside it', () => {
  const inside = files.filter(file => !OUTSIDE.includes(file.path) && !file.path.startsWith(MICRO_BENCHMARKS))
  expect(inside.flatMap(forbidden)).toEqual([])
})

test('the table itself has no circle', () => {
  const seen: string[] = []
  for (const [layer, below] of Object.entries(MAY_IMPORT)) {
    for (const name of below)
      expect(seen, `${layer} may import ${name}`).toContain(name.replace(' (types)', ''))
    seen.push(layer)
  }
})

test('the two planes never import each other, and clients never a broker', () => {
  const pairs = [
    ['data-plane', 'control-plane'],
    ['clients', 'broker'],
    ['threads', 'wire']
  ] as const
  for (const [one, other] of pairs) {
    expect(MAY_IMPORT[one]).not.toContain(other)
    expect(MAY_IMPORT[other]).not.toContain(one)
  }
})

test('imports of each form are seen', () => {
  const text = `import { a, type B } from '../x/a.ts'
import type { C } from '../x/c.ts'
import { type D } from '../x/d.ts'
export { e as f } from '../x/e.ts'
import '../x/g.ts'
import * as h from '../x/h.ts'
const i = await import('../x/i.ts')
const j = threadEntry(import.meta.url, '../x/j.ts')
// import { k } from '../x/k.ts'
import l from 'piscina'
const m = new URL('../x/m.js', import.meta.url)`
  const edges = importsOf({ path: 'src/y/file.ts', text })
  const seen = edges.map(({ target, specifier, typeOnly, names }) => {
    return `${target ?? specifier}${typeOnly ? ' (types)' : ''} ${names.join(' ')}`
  })
  expect(seen.sort()).toEqual([
    'piscina default',
    'src/x/a.ts a B',
    'src/x/c.ts (types) C',
    'src/x/d.ts (types) D',
    'src/x/e.ts e',
    'src/x/g.ts *',
    'src/x/h.ts *',
    'src/x/i.ts *',
    'src/x/j.ts *',
    'src/x/m.ts *'
  ])
})
