/** What the documents say, as far as a test can read it. */
import { posix } from 'node:path'
import { pathsBelow, readSource, type SourceFile } from './source-files.ts'

/** Folders whose README lists their files. */
export const LISTED_FOLDERS = ['base', 'config', 'threads', 'wire', 'data-plane', 'clients', 'broker']
  .concat(['clients/consumer', 'cluster', 'planner', 'harness', 'cli'])
  .concat(['benchmark', 'handler', 'inputs', 'page', 'plan', 'targets'].map(name => `harness/${name}`))
  .map(name => `src/${name}`)
  .concat('native-free')

const TOP = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md']

/** Every document that a reader is led to. */
export function documents(): SourceFile[] {
  const folders = ['docs', 'src', 'native-free', 'bench', 'reports', 'test']
  const below = folders.flatMap(pathsBelow).filter(path => path.endsWith('.md'))
  return [...TOP, ...below.filter(path => !path.startsWith('reports/') || path === 'reports/README.md')].map(
    readSource
  )
}

/** Cells of each row of each table, in order, with the heading of the table in its first cell. */
export function tableRows(markdown: string): { head: string; section: string; cells: string[] }[] {
  const rows: { head: string; section: string; cells: string[] }[] = []
  let section = ''
  let head: string | null = null
  for (const line of markdown.split('\n')) {
    if (line.startsWith('#')) section = line.replace(/^#+\s*/, '')
    if (!line.startsWith('|')) {
      head = null
      continue
    }
    const cells = line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim())
    if (head === null) head = (cells[0] ?? '').toLowerCase()
    else if (!/^:?-+:?$/.test(cells[0] ?? '')) rows.push({ head, section, cells })
  }
  return rows
}

/**
 * Paths that a README's tables of files name, relative to its folder. Below a heading such as `log/` they
 * are meant relative to that folder. A cell may name several.
 */
export function listedPaths(markdown: string): string[] {
  const rows = tableRows(markdown).filter(row => /^(?:file|folder)/.test(row.head))
  return rows.flatMap(({ section, cells }) => {
    const prefix = /^`?([a-z0-9-]+\/)/.exec(section)?.[1] ?? ''
    const names = [...(cells[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
    return names.map(name => (name.startsWith(prefix) ? name : prefix + name))
  })
}

/** What lies directly in a folder, folders with a slash at the end; README left out. */
function entriesOf(folder: string): string[] {
  const names = pathsBelow(folder).map(path => {
    const [first, ...rest] = path.slice(folder.length + 1).split('/')
    return rest.length === 0 ? first! : `${first}/`
  })
  return [...new Set(names)].filter(name => name !== 'README.md')
}

/** Entries that the list leaves out: a folder counts as listed by its name or by all that is in it. */
export function unlisted(folder: string, listed: readonly string[]): string[] {
  const below = (entry: string): string[] =>
    listed.filter(path => path.startsWith(entry)).map(path => path.slice(entry.length))
  return entriesOf(folder).flatMap(entry => {
    if (listed.includes(entry)) return []
    if (!entry.endsWith('/') || below(entry).length === 0) return [entry]
    return unlisted(posix.join(folder, entry.slice(0, -1)), below(entry)).map(path => entry + path)
  })
}
