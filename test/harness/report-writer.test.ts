import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { defaultReportDirectory, ReportDirectory } from '../../src/harness/report-writer.ts'
import { report } from './fixture.ts'

const made: string[] = []

function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'highwater-report-'))
  made.push(path)
  return path
}

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

describe('a report directory', () => {
  test('holds page, JSON and both figures, and ignores itself in git', () => {
    const path = join(temporaryDirectory(), 'a', 'b')
    const files = new ReportDirectory(path).write(report())
    expect(files.map(file => file.slice(path.length + 1))).toEqual([
      'index.html',
      'plan.json',
      'runs.svg',
      'zones.svg'
    ])
    expect(readdirSync(path).sort()).toEqual([
      '.gitignore',
      'index.html',
      'plan.json',
      'runs.svg',
      'zones.svg'
    ])
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n')
    expect(JSON.parse(readFileSync(join(path, 'plan.json'), 'utf8'))).toEqual(report())
  })

  test('is refused in one sentence where none can be made', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const below = join(file, 'reports')
    let text = ''
    try {
      new ReportDirectory(below)
    } catch (error) {
      expect(error).toBeInstanceOf(HighwaterError)
      text = (error as HighwaterError).message
    }
    expect(text).toBe(
      `The report cannot be written to ${below}: not a directory (ENOTDIR); name another directory ` +
        `with --out.`
    )
  })

  test('is refused, not waited for, where a file system makes no directory', () => {
    expect(() => new ReportDirectory('/proc/no-such-directory/inside')).toThrow('cannot be written')
  })

  test('goes again if there is no report, unless it was there before', () => {
    const before = temporaryDirectory()
    new ReportDirectory(before).discard()
    expect(existsSync(before)).toBe(true)
    const fresh = join(before, 'fresh')
    new ReportDirectory(fresh).discard()
    expect(existsSync(fresh)).toBe(false)
  })

  test('is named by time and command if nobody names it', () => {
    const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 22, 6, 14, 29, 512) }
    expect(defaultReportDirectory(clock)).toBe(join('reports', '2026-11-22T06-14-29Z-plan'))
  })
})
