import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { isTest, unusedExports } from './exports.ts'
import { type ImportEdge, importsOf, pathsBelow, ROOT, type SourceFile, sourceFiles } from './source-files.ts'
import { codeAlone, withoutComments } from './source-text.ts'

const shipped = sourceFiles('src', 'native-free')
const benches = sourceFiles('bench')
const tests = sourceFiles('test')
const all = [...shipped, ...benches, ...tests]
const edges = all.flatMap(importsOf)

/** All but the rules, which say the words they forbid. */
const ELSEWHERE = all.filter(file => !file.path.startsWith('test/house/'))

const LINES_MAX = 500
const TEST_LINES_MAX = 800
const COLUMNS_MAX = 110

const BANNED_NAMES =
  /(?:^|[-./])(?:utils?|helpers?|common|misc|shared|core|managers?|impl|abstract)(?=[-./]|$)/i

/** The word means a place here, not a drawer: memory that threads share. */
const PERMITTED_NAMES = ['src/threads/shared-memory.ts', 'test/threads/shared-memory.test.ts']

/** `path:line` of each line that the rule finds, of the text as `shown` gives it. */
function found(files: readonly SourceFile[], rule: RegExp, shown = (text: string): string => text): string[] {
  return files.flatMap(file => {
    const lines = shown(file.text).split('\n')
    return lines.flatMap((line, index) => (rule.test(line) ? [`${file.path}:${index + 1}`] : []))
  })
}

const lineCount = (file: SourceFile): number => file.text.trimEnd().split('\n').length

const longerThan = (files: readonly SourceFile[], most: number): string[] =>
  files.filter(file => lineCount(file) > most).map(file => `${file.path} has ${lineCount(file)} lines`)

test('no file is longer than a reader can hold', () => {
  expect(longerThan([...shipped, ...benches], LINES_MAX)).toEqual([])
  expect(longerThan(tests, TEST_LINES_MAX)).toEqual([])
})

test('no line is wider than two columns on a screen allow', () => {
  expect(found(all, new RegExp(`^.{${COLUMNS_MAX + 1},}$`, 'u'))).toEqual([])
})

test('no path carries a name that says nothing', () => {
  const folders = ['src', 'native-free', 'bench', 'test', 'docs']
  const named = folders.flatMap(pathsBelow).filter(path => BANNED_NAMES.test(path))
  expect(named.filter(path => !PERMITTED_NAMES.includes(path))).toEqual([])
})

test('paths are written in kebab-case', () => {
  const odd = all.map(file => file.path).filter(path => !/^(?:[a-z0-9]+(?:[-./][a-z0-9]+)*)$/.test(path))
  expect(odd).toEqual([])
})

test('nothing is left to be done later', () => {
  expect(found(ELSEWHERE, /\b(?:TODO|FIXME|XXX|HACK)\b/)).toEqual([])
})

test('no type is thrown away', () => {
  expect(found(all, /(?:(?<!\s\?\s.*):|<|\bas|=>)\s*any\b|\bany\[\]/, codeAlone)).toEqual([])
  expect(found([...shipped, ...benches], /\bas unknown as\b/, codeAlone)).toEqual([])
  expect(found(ELSEWHERE, /@ts-(?:ignore|expect-error|nocheck)/)).toEqual([])
})

test('no test is switched off, singled out or left empty', () => {
  // Tests with real peers skip by name where a peer is missing; in CI they must run.
  const always = tests.filter(file => !file.path.startsWith('test/interop/'))
  expect(
    found(always, /\b(?:test|it|describe)(?:\.\w+)*\.(?:only|skip|todo|skipIf|runIf|fails)\b/, codeAlone)
  ).toEqual([])
})

test('no test replaces what it tests by a mock or by a false clock', () => {
  expect(found(tests, /\bvi\.(?:mock|doMock|fn|spyOn|useFakeTimers)\b/, codeAlone)).toEqual([])
})

test('every file that ships says first what it is for', () => {
  const silent = shipped.filter(file => !/^(?:#![^\n]*\n)?\/\*\*[\s\S]{20,}?\*\//.test(file.text))
  expect(silent.map(file => file.path)).toEqual([])
})

test('only files that a thread is started with have a default export', () => {
  const entries = all.flatMap(file =>
    [...withoutComments(file.text).matchAll(/\bthreadEntry\s*\(\s*import\.meta\.url\s*,\s*'([^']+)'/g)].map(
      ([, relative]) => posix.join(posix.dirname(file.path), relative!)
    )
  )
  const withDefault = all.filter(file => /^export default\b|\bas default\b/m.test(codeAlone(file.text)))
  expect(withDefault.map(file => file.path).filter(path => !entries.includes(path))).toEqual([])
  const entriesHere = entries.filter(path => existsSync(join(ROOT, path)))
  expect(entriesHere.filter(path => !withDefault.some(file => file.path === path))).toEqual([])
})

test('there is one door and no other file that only passes on', () => {
  expect(all.map(file => file.path).filter(path => /(?:^|\/)index\.ts$/.test(path))).toEqual(['src/index.ts'])
  const inside = shipped.filter(file => file.path !== 'src/index.ts')
  expect(found(inside, /^export\s+(?:type\s+)?[*{].*\bfrom\b/, withoutComments)).toEqual([])
})

test('nothing is exported that nobody imports', () => {
  const edgesTo = new Map<string, ImportEdge[]>()
  for (const edge of edges) {
    if (edge.target === null) continue
    const known = edgesTo.get(edge.target)
    if (known === undefined) edgesTo.set(edge.target, [edge])
    else known.push(edge)
  }
  const candidates = all.filter(file => file.path !== 'src/index.ts')
  const unused = candidates.flatMap(file =>
    unusedExports(file, edgesTo.get(file.path) ?? []).map(name => `${file.path}: ${name}`)
  )
  expect(unused).toEqual([])
})

test('every import of a file of ours leads to a file', () => {
  const lost = edges.filter(
    edge => edge.target !== null && !isTest(edge.from) && !existsSync(join(ROOT, edge.target))
  )
  expect(lost.map(edge => `${edge.from} -> ${edge.specifier}`)).toEqual([])
})
