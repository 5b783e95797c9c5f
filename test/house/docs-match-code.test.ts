import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { documents, LISTED_FOLDERS, listedPaths, tableRows, unlisted } from './documents.ts'
import { MAY_IMPORT } from './layers.ts'
import { pathsBelow, ROOT, readSource } from './source-files.ts'
import { codeAlone } from './source-text.ts'

const README_LINES_MAX = 60

const present = LISTED_FOLDERS.filter(folder => existsSync(join(ROOT, folder)))

test('the table of layers in ARCHITECTURE.md is the one that the tests hold', () => {
  const rows = tableRows(readSource('ARCHITECTURE.md').text).filter(row => row.head === 'layer')
  const printed = rows.map(({ cells: [layer, below] }) => [
    layer!.replaceAll('`', ''),
    below === 'nothing' ? [] : below!.split(' · ').map(name => name.replaceAll('`', ''))
  ])
  expect(Object.fromEntries(printed)).toEqual(MAY_IMPORT)
})

test.each(present)('the README of %s lists exactly what is there', folder => {
  const readme = posix.join(folder, 'README.md')
  expect(existsSync(join(ROOT, readme)), `${readme} is missing`).toBe(true)
  const { text } = readSource(readme)
  const listed = listedPaths(text)
  expect(unlisted(folder, listed)).toEqual([])
  expect(listed.filter(path => !existsSync(join(ROOT, folder, path)))).toEqual([])
  expect(text.split('\n').length).toBeLessThanOrEqual(README_LINES_MAX)
})

test('every folder of src has a README that is checked', () => {
  const folders = pathsBelow('src').filter(path => path.split('/').length > 2)
  const first = new Set(folders.map(path => path.split('/').slice(0, 2).join('/')))
  expect([...first].filter(folder => !LISTED_FOLDERS.includes(folder))).toEqual([])
})

test('every script that a document names is in package.json', () => {
  const { scripts } = JSON.parse(readSource('package.json').text) as { scripts: Record<string, string> }
  const named = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, name, short]) => ({
      path,
      script: name ?? short!
    }))
  )
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter(({ script }) => scripts[script] === undefined)).toEqual([])
})

test('what the documents say of npm start is what it runs', () => {
  const { scripts } = JSON.parse(readSource('package.json').text) as { scripts: Record<string, string> }
  const command = /\bplan .*$/.exec(scripts['start'] ?? '')?.[0] ?? 'no plan'
  const described = tableRows(readSource('README.md').text).filter(row => row.cells[0] === '`npm start`')
  expect(described.map(({ cells }) => cells[1])).toEqual([expect.stringContaining(`\`${command}\``)])
  const figures = documents().flatMap(({ path, text }) => {
    const lines = text.split('\n').filter(line => /\bnpm start\b/.test(line))
    return lines.flatMap(line =>
      [...line.matchAll(/\b(\d[\d.]*) ?(\w?B\/s|ms|[uµ]s)\b/g)].map(([, value, unit]) => ({
        path,
        figure: `${value}${unit!.replace('µ', 'u')}`
      }))
    )
  })
  expect(figures.length).toBeGreaterThan(0)
  expect(figures.filter(({ figure }) => !command.includes(figure))).toEqual([])
})

test('every link from a document to a file leads to it', () => {
  const broken = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target]) => posix.join(posix.dirname(path), target!))
      .filter(target => !existsSync(join(ROOT, target)))
      .map(target => `${path} -> ${target}`)
  )
  expect(broken).toEqual([])
})

test('the codes of local errors in docs/ are those in the code', () => {
  const source = readSource('src/base/local-errors.ts').text
  const inCode = [...source.matchAll(/^\s*\| '(HIGHWATER_[A-Z_]+)'/gm)].map(([, code]) => code!)
  const texts = pathsBelow('docs')
    .filter(path => path.endsWith('.md'))
    .map(readSource)
  const rows = texts.flatMap(({ text }) => tableRows(text).filter(row => row.head === 'code'))
  const inDocs = rows.map(row => row.cells[0]!.replaceAll('`', ''))
  expect(inCode.length).toBeGreaterThan(0)
  expect(inDocs.sort()).toEqual(inCode.sort())
})

test('every code of an error or a warning in the code is explained in docs/', () => {
  const sources = pathsBelow('src').filter(path => path.endsWith('.ts'))
  const inCode = sources.flatMap(path => readSource(path).text.match(/\bHIGHWATER_[A-Z_]+\b/g) ?? [])
  const docs = pathsBelow('docs').filter(path => path.endsWith('.md'))
  const explained = docs.map(path => readSource(path).text).join()
  expect(inCode.length).toBeGreaterThan(20)
  expect([...new Set(inCode)].filter(code => !explained.includes(`\`${code}\``))).toEqual([])
})

test('every setting in the code stands in docs/api-coverage.md', () => {
  const { text } = readSource('docs/api-coverage.md')
  const settings = ['broker', 'topic', 'producer', 'consumer'].flatMap(scope => {
    const source = readSource(`src/config/${scope}-config.ts`).text
    return [...source.matchAll(/^ {2}'?([a-z][a-z.0-9]*)'?: \{$/gm)].map(([, name]) => name!)
  })
  expect(settings.length).toBeGreaterThan(40)
  expect(settings.filter(name => !text.includes(`\`${name}\``))).toEqual([])
})

test('the examples of the README import only what the door publishes', () => {
  const door = codeAlone(readSource('src/index.ts').text)
  const examples = [...readSource('README.md').text.matchAll(/import \{([^}]+)\} from 'highwater'/g)]
  const names = examples.flatMap(([, list]) => list!.split(',').map(name => name.trim()))
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(door))).toEqual([])
})

test('docs/api.md names every class and function of the door, and every method of a client', () => {
  const { text } = readSource('docs/api.md')
  const door = readSource('src/index.ts').text.matchAll(/^export \{([^}]+)\}/gm)
  const values = [...door].flatMap(([, list]) => list!.split(',').map(name => name.trim()))
  const doors = values.filter(name => /^(?:[A-Z]|run|start|connect)\w*$/.test(name))
  const clients = ['producer/producer', 'consumer/consumer', 'admin/admin']
  const methods = clients.flatMap(path => {
    const source = codeAlone(readSource(`src/clients/${path}.ts`).text)
    return [...source.matchAll(/^ {2}(?:async |get )*(?!constructor\b)([a-z]\w*)\(/gm)].map(
      ([, name]) => name!
    )
  })
  const cluster = /export interface Cluster \{(.*?)^\}/ms.exec(
    readSource('src/cluster/embedded-cluster.ts').text
  )
  const members = [...(cluster?.[1] ?? '').matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(
    ([, name]) => name!
  )
  expect([doors.length, methods.length, members.length].every(count => count > 4)).toBe(true)
  const named = (name: string) => new RegExp(`\`(?:[^\`]*\\W)?${name}\\b`).test(text)
  expect([...doors, ...methods, ...members].filter(name => !named(name))).toEqual([])
})

test('no document speaks of a path or a host of the place it was written at', () => {
  const found = documents().filter(({ text }) => /(?:^|[\s`'"(])\/(?:work|tmp|home)\b/m.test(text))
  expect(found.map(file => file.path)).toEqual([])
})
