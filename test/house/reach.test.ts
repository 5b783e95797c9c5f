import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isPlace, PACKAGES, WORDS } from './reach.ts'
import { importsOf, ROOT, readSource, sourceFiles } from './source-files.ts'
import { codeAlone } from './source-text.ts'

const files = sourceFiles('src', 'native-free', 'bench')

/** The package that `a/b` or `@a/b/c` is in. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

test('a package or a module of Node is imported only where the table says', () => {
  const outside = files
    .flatMap(importsOf)
    .filter(edge => edge.target === null && !isPlace(edge.from, PACKAGES[edge.specifier] ?? []))
  expect(outside.map(edge => `${edge.from} -> ${edge.specifier}`)).toEqual([])
})

test.each(WORDS)('$word stands only where the table says', ({ pattern, places }) => {
  const outside = files
    .filter(file => !isPlace(file.path, places))
    .flatMap(file => {
      const lines = codeAlone(file.text).split('\n')
      return lines.flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : []))
    })
  expect(outside).toEqual([])
})

test('the packages in the table are those that package.json installs', () => {
  const text = readSource('package.json').text
  const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>
  const ours = Object.keys(PACKAGES).filter(name => !name.startsWith('node:'))
  for (const name of Object.keys(dependencies!)) {
    expect(
      ours.some(specifier => packageOf(specifier) === name),
      `nobody may import ${name}`
    ).toBe(true)
  }
  const installed = Object.keys({ ...dependencies, ...devDependencies })
  for (const name of ours) expect(installed).toContain(packageOf(name))
})

test('what ships imports only what is installed with it', () => {
  const text = readSource('package.json').text
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
  const shipped = sourceFiles('src', 'native-free').flatMap(importsOf)
  const foreign = shipped.filter(edge => edge.target === null && !edge.specifier.startsWith('node:'))
  for (const edge of foreign) expect(Object.keys(dependencies)).toContain(packageOf(edge.specifier))
})

test('the words are found in code and not in comments or texts', () => {
  const found = WORDS.filter(rule => rule.pattern.test(codeAlone('const t = Date.now() // Math.random')))
  expect(found.map(rule => rule.word)).toEqual(['Date.now'])
})

test('the files that the table names by themselves and that must exist do', () => {
  for (const path of ['src/base/clock.ts', 'src/base/random.ts', 'native-free/check.ts']) {
    expect(existsSync(join(ROOT, path))).toBe(true)
  }
})
