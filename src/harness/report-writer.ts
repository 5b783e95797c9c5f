/**
 * Writes a report to its directory: plan.json for programs, index.html for people, both figures as files.
 *
 * Thread: the harness's. The directory is made before anything is measured, so that a bad one costs nothing,
 * and ignores itself in git.
 */
import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { PlanReport } from './plan-report.ts'
import { reportPage } from './report-page.ts'
import { runsFigure } from './runs-figure.ts'
import { zoneFigure } from './zone-figure.ts'

const IGNORE_FILE = '.gitignore'

/** Where a report goes if nobody says: `reports/2026-11-22T06-14-29Z-plan`. */
export function defaultReportDirectory(clock: Clock): string {
  const time = new Date(clock.now())
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  return join('reports', `${time}-plan`)
}

/** From the root down: on /proc, which refuses with ENOENT, the recursive form of Node never comes back. */
function makeDirectories(path: string): void {
  if (existsSync(path)) return
  makeDirectories(dirname(path))
  mkdirSync(path)
}

/** A directory that can be written to. */
export class ReportDirectory {
  readonly path: string
  /** Whether it was made for this report, and not there before. */
  readonly #isNew: boolean

  /** @throws HighwaterError HIGHWATER_STORAGE */
  constructor(path: string) {
    this.path = resolve(path)
    try {
      this.#isNew = !existsSync(this.path)
      makeDirectories(this.path)
      writeFileSync(join(this.path, IGNORE_FILE), '*\n')
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
  }

  /** Writes the report; returns the files, the page first. @throws HighwaterError HIGHWATER_STORAGE */
  write(report: PlanReport): string[] {
    const files = new Map([
      ['index.html', reportPage(report)],
      ['plan.json', `${JSON.stringify(report, null, 2)}\n`],
      ['runs.svg', runsFigure(report)]
    ])
    if (report.outcome.kind === 'plan') files.set('zones.svg', zoneFigure(report.outcome))
    try {
      for (const [name, text] of files) writeFileSync(join(this.path, name), text)
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
    return [...files.keys()].map(name => join(this.path, name))
  }

  /** Takes back what the constructor made: there will be no report. */
  discard(): void {
    if (!this.#isNew) return
    try {
      rmSync(join(this.path, IGNORE_FILE), { force: true })
      rmdirSync(this.path)
    } catch {
      // Somebody put something into it: it stays.
    }
  }
}

function cannotWrite(path: string, cause: unknown): HighwaterError {
  const reason =
    cause instanceof Error ? cause.message.replace(/^(\w+): ([^,]+),.*$/s, '$2 ($1)') : String(cause)
  return new HighwaterError(
    'HIGHWATER_STORAGE',
    `The report cannot be written to ${path}: ${reason}; name another directory with --out.`,
    { cause }
  )
}
