import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { defaultReportDirectory, ReportDirectory } from '../../src/harness/report-writer.ts'

const NAMES = ['report.json', 'latency.hlog']

const made: string[] = []

function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'highwater-report-'))
  made.push(path)
  return path
}

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** Text of each file in a directory, by name. */
function contents(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map(name => [name, readFileSync(join(path, name), 'utf8')]))
}

function write(path: string, files: Record<string, string>): string[] {
  return new ReportDirectory(path, NAMES).write(new Map(Object.entries(files)))
}

describe('a report directory', () => {
  test('holds the files it is given and their list, and ignores itself in git', () => {
    const path = join(temporaryDirectory(), 'a', 'b')
    const files = write(path, { 'report.json': '{}', 'latency.hlog': '#' })
    expect(files).toEqual([join(path, 'report.json'), join(path, 'latency.hlog')])
    expect(contents(path)).toEqual({
      '.gitignore': '*\n',
      '.highwater-report': 'report.json\nlatency.hlog\n',
      'latency.hlog': '#',
      'report.json': '{}'
    })
  })

  test('is not made before there is a report', () => {
    const above = temporaryDirectory()
    new ReportDirectory(join(above, 'a', 'b'), NAMES)
    expect(readdirSync(above)).toEqual([])
  })

  test('is refused in one sentence where none can be made', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    for (const path of [join(file, 'reports'), file]) {
      expect(() => new ReportDirectory(path, NAMES)).toThrow(
        `The report cannot be written to ${path}: not a directory (ENOTDIR); name another directory ` +
          `with --out.`
      )
    }
    expect(() => new ReportDirectory('', NAMES)).toThrow('The directory of the report has no name')
  })

  test('is refused, not waited for, where a file system makes no directory', () => {
    expect(() => new ReportDirectory('/proc/no-such-directory/inside', NAMES)).toThrow('cannot be written')
  })

  test('is refused before anything is measured where the directory is there and takes no file', () => {
    expect(() => new ReportDirectory('/proc', NAMES)).toThrow('The report cannot be written to /proc: ')
  })

  test('is named by time and command if nobody names it', () => {
    const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 22, 6, 14, 29, 512) }
    expect(defaultReportDirectory(clock, 'plan')).toBe(join('reports', '2026-11-22T06-14-29Z-plan'))
  })
})

describe('a report in a directory that is there', () => {
  test('leaves what others have put there as it is, first of all a .gitignore', () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, '.gitignore'), 'node_modules\n')
    writeFileSync(join(path, 'notes.md'), 'mine')
    write(path, { 'report.json': '{}' })
    expect(contents(path)).toEqual({
      '.gitignore': 'node_modules\n',
      '.highwater-report': 'report.json\n',
      'notes.md': 'mine',
      'report.json': '{}'
    })
  })

  test('does not make git ignore a directory that was there before', () => {
    const path = temporaryDirectory()
    write(path, { 'report.json': '{}' })
    expect(readdirSync(path).sort()).toEqual(['.highwater-report', 'report.json'])
  })

  test('replaces an earlier report, what it no longer has too', () => {
    const path = join(temporaryDirectory(), 'report')
    write(path, { 'report.json': '1', 'latency.hlog': '1' })
    write(path, { 'report.json': '2' })
    expect(contents(path)).toEqual({
      '.gitignore': '*\n',
      '.highwater-report': 'report.json\n',
      'report.json': '2'
    })
  })

  test('is refused before it is measured where it would replace a file of somebody else', () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, 'latency.hlog'), 'mine')
    expect(() => new ReportDirectory(path, NAMES)).toThrow(
      `The report would replace ${join(path, 'latency.hlog')}, which no report has written; name another ` +
        `directory with --out.`
    )
    const careless = new ReportDirectory(path, [])
    expect(() => careless.write(new Map([['latency.hlog', '#']]))).toThrow('which no report has written')
    expect(contents(path)).toEqual({ 'latency.hlog': 'mine' })
  })

  test('believes no list that names files elsewhere or hidden ones', () => {
    const above = temporaryDirectory()
    const path = join(above, 'report')
    mkdirSync(path)
    writeFileSync(join(above, 'outside'), 'mine')
    writeFileSync(join(path, '.gitignore'), 'node_modules\n')
    writeFileSync(join(path, '.highwater-report'), '../outside\n.gitignore\n..\n')
    write(path, { 'report.json': '{}' })
    expect(existsSync(join(above, 'outside'))).toBe(true)
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('node_modules\n')
  })

  test('leaves the earlier report whole where the new one cannot be written', () => {
    const path = join(temporaryDirectory(), 'report')
    write(path, { 'report.json': '1', 'latency.hlog': '1' })
    const before = contents(path)
    const files = new Map([
      ['report.json', '2'],
      ['no-directory/latency.hlog', '2']
    ])
    expect(() => new ReportDirectory(path, NAMES).write(files)).toThrow('no such file or directory (ENOENT)')
    expect(contents(path)).toEqual(before)
  })
})
