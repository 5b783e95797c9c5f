/** The files that the rules of the house are about, and what they import from one another. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { withoutComments } from './source-text.ts'

export const ROOT = join(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** An import, a re-export, an `import()`, or a file named for another thread. */
export interface ImportEdge {
  readonly from: string
  /** As it is written. */
  readonly specifier: string
  /** Path from the root for a file of ours, else null. */
  readonly target: string | null
  readonly typeOnly: boolean
  /** Names as the target exports them; '*' where all may be used. */
  readonly names: readonly string[]
}

/** Files below the folders whose names end with `.ts`, in order of path. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap(folder =>
    pathsBelow(folder)
      .filter(path => path.endsWith('.ts'))
      .map(readSource)
  )
}

/** Every file below a folder of the repository, as paths from the root. */
export function pathsBelow(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(ROOT.length + 1)
        .replaceAll('\\', '/')
    )
    .sort()
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

const STATIC = /\b(?:import|export)\s+(type\s)?([^'";()=]*?)\bfrom\s*'([^']+)'/g
const BARE_OR_DYNAMIC = /\bimport\s*\(?\s*'([^']+)'/g
const FOR_A_THREAD = /\bthreadEntry\s*\(\s*import\.meta\.url\s*,\s*'([^']+)'/g
const BY_URL = /\bnew URL\s*\(\s*'([^']+)'\s*,\s*import\.meta\.url/g

export function importsOf(file: SourceFile): ImportEdge[] {
  const code = withoutComments(file.text)
  const edges: ImportEdge[] = []
  const add = (specifier: string, typeOnly: boolean, names: readonly string[]): void => {
    edges.push({ from: file.path, specifier, target: targetOf(file.path, specifier), typeOnly, names })
  }
  for (const [, type, clause, specifier] of code.matchAll(STATIC)) {
    const names = namesIn(clause!)
    const eachIsType = names.length > 0 && names.every(name => name.startsWith('type '))
    add(
      specifier!,
      type !== undefined || eachIsType,
      names.map(name => name.replace(/^type\s+/, ''))
    )
  }
  for (const pattern of [BARE_OR_DYNAMIC, FOR_A_THREAD, BY_URL]) {
    for (const [, specifier] of code.matchAll(pattern)) add(specifier!, false, ['*'])
  }
  return edges
}

/** `{ type A, b as c }` gives `type A` and `b`; a default import gives `default`; a namespace gives `*`. */
function namesIn(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)
  const named = (braces?.[1] ?? '')
    .split(',')
    .map(name => name.trim().replace(/\s+as\s+\w+$/, ''))
    .filter(name => name !== '')
  const outside = clause
    .replace(/\{[^}]*\}/, '')
    .replaceAll(',', '')
    .trim()
  if (outside.startsWith('*')) return ['*']
  return outside === '' ? named : ['default', ...named]
}

function targetOf(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
}
