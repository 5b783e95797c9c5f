/**
 * Writes a report to its directory, and changes nothing there that no report wrote.
 *
 * Thread: the harness's. Whether the directory can be written to is tried before anything is measured, so
 * that a bad one costs nothing; the trial leaves nothing behind. A directory made for a report ignores itself
 * in git. `.highwater-report` lists the files of the last report, so that the next one replaces those and no
 * others.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Clock, processClock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { systemReason } from './regular-file.ts'

const IGNORE_FILE = '.gitignore'
const LIST_FILE = '.highwater-report'
/** How names of directories begin that are gone when the report stands. */
const PASSING = '.highwater-'
/** What a file of a report may be called: nothing hidden, nothing elsewhere. */
const FILE_NAME = /^\w[\w.-]*$/

/** Where a report of a command goes if nobody says: `reports/2026-11-22T06-14-29Z-plan`. */
export function defaultReportDirectory(clock: Clock, command: string): string {
  const time = new Date(clock.now())
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  return join('reports', `${time}-${command}`)
}

/**
 * Makes what is missing of a path, from the root down, and says what that was, the deepest first. On /proc,
 * which refuses with ENOENT, the recursive form of Node never comes back.
 */
function makeDirectories(path: string): string[] {
  if (existsSync(path)) return []
  const above = makeDirectories(dirname(path))
  try {
    mkdirSync(path)
  } catch (cause) {
    for (const made of above) rmdirSync(made)
    throw cause
  }
  return [path, ...above]
}

/**
 * Where the report of a command goes, tried before anything is measured.
 * @param out as asked for: undefined for a new directory under `reports`, null for no report
 * @param names files that a report may have
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE
 */
export function openReport(
  out: string | null | undefined,
  command: string,
  names: readonly string[]
): ReportDirectory | null {
  if (out === null) return null
  return new ReportDirectory(out ?? defaultReportDirectory(processClock, command), names)
}

/** A directory that a report can be written to. */
export class ReportDirectory {
  readonly path: string

  /**
   * @param names files that a report may have: none of them may be there, but from an earlier report
   * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE
   */
  constructor(path: string, names: readonly string[]) {
    if (path === '') {
      throw new HighwaterError(
        'HIGHWATER_CONFIG',
        'The directory of the report has no name; give --out one, or leave it out.'
      )
    }
    this.path = resolve(path)
    try {
      const made = makeDirectories(this.path)
      try {
        // Also where the permissions say yes: /proc and /sys take no file.
        rmdirSync(mkdtempSync(join(this.path, PASSING)))
      } finally {
        for (const directory of made) rmdirSync(directory)
      }
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
    this.#refuseForeign(names)
  }

  /**
   * Writes texts by file name in the place of an earlier report; returns their paths in that order. If it
   * fails, an earlier report is still there.
   * @throws HighwaterError HIGHWATER_STORAGE
   */
  write(files: ReadonlyMap<string, string>): string[] {
    const names = [...files.keys()]
    this.#refuseForeign(names)
    try {
      const isNew = makeDirectories(this.path).length > 0
      const stale = this.#listed().filter(name => !files.has(name))
      this.#replace(new Map([...files, [LIST_FILE, `${names.join('\n')}\n`]]))
      for (const name of stale) rmSync(join(this.path, name), { force: true })
      if (isNew) writeFileSync(join(this.path, IGNORE_FILE), '*\n', { flag: 'wx' })
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
    return names.map(name => join(this.path, name))
  }

  /** All are written before the first is put in its place. */
  #replace(files: ReadonlyMap<string, string>): void {
    const fresh = mkdtempSync(join(this.path, PASSING))
    try {
      for (const [name, text] of files) writeFileSync(join(fresh, name), text)
      for (const name of files.keys()) renameSync(join(fresh, name), join(this.path, name))
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }

  /** Files of the last report; none if there was none. */
  #listed(): string[] {
    const path = join(this.path, LIST_FILE)
    if (!existsSync(path)) return []
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(name => FILE_NAME.test(name))
  }

  #refuseForeign(names: readonly string[]): void {
    const listed = this.#listed()
    const foreign = names.find(name => existsSync(join(this.path, name)) && !listed.includes(name))
    if (foreign === undefined) return
    throw new HighwaterError(
      'HIGHWATER_STORAGE',
      `The report would replace ${join(this.path, foreign)}, which no report has written; name another ` +
        `directory with --out.`
    )
  }
}

function cannotWrite(path: string, cause: unknown): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_STORAGE',
    `The report cannot be written to ${path}: ${systemReason(cause)}; name another directory with --out.`,
    { cause }
  )
}
