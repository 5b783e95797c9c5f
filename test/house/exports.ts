/** Who uses what a file exports. */
import { posix } from 'node:path'
import type { ImportEdge, SourceFile } from './source-files.ts'
import { codeAlone } from './source-text.ts'

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type)\s+(\w+)/gm

/** Names that a file declares and exports. */
function exportedNames(file: SourceFile): string[] {
  return [...codeAlone(file.text).matchAll(DECLARATION)].map(([, name]) => name!)
}

export const isTest = (path: string): boolean => path.startsWith('test/')

/**
 * Exported names of `file` that have no user. A test is a user only of what production uses too, if only in
 * the file itself, or of what the file is named for: else a test would keep dead code alive.
 */
export function unusedExports(file: SourceFile, edgesTo: readonly ImportEdge[]): string[] {
  const others = edgesTo.filter(edge => edge.from !== file.path)
  const importers = (name: string): string[] =>
    others.filter(edge => edge.names.includes(name) || edge.names.includes('*')).map(edge => edge.from)
  return exportedNames(file).filter(name => {
    const users = importers(name)
    if (users.length === 0) return true
    if (isTest(file.path) || users.some(user => !isTest(user))) return false
    return !isNamedFor(file.path, name) && !isUsedInside(file, name)
  })
}

function isUsedInside(file: SourceFile, name: string): boolean {
  return [...codeAlone(file.text).matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length > 1
}

/** `random.ts` is named for `seededRandom`, `offset-index.ts` for `OffsetIndex`. */
function isNamedFor(path: string, name: string): boolean {
  const subject = posix.basename(path, '.ts').replaceAll('-', '')
  return name.toLowerCase().includes(subject)
}
