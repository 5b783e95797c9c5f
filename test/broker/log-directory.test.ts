import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogDirectory } from '../../src/broker/log-directory.ts'
import { fileStorage } from '../../src/data-plane/log/file-storage.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

test('a directory is claimed once, and again after its release', () => {
  const claimed = LogDirectory.claim(fileStorage, directory)
  expect(() => LogDirectory.claim(fileStorage, directory)).toThrow(
    `the log directory ${directory} is in use by the process ${process.pid}; close that cluster first`
  )
  claimed.release()
  LogDirectory.claim(fileStorage, directory).release()
})

test('the lock of a process that is gone is taken over', () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(join(directory, '.lock'), `${pid} 123\n`)
  LogDirectory.claim(fileStorage, directory).release()
})

test('the lock of an earlier process with the same number is taken over', () => {
  writeFileSync(join(directory, '.lock'), `${process.pid} 1\n`)
  LogDirectory.claim(fileStorage, directory).release()
})

test('meta.properties names cluster and directory, and stays as it is', () => {
  LogDirectory.claim(fileStorage, directory).release()
  const contents = readFileSync(join(directory, 'meta.properties'), 'utf8')
  expect(contents).toMatch(
    /^node\.id=1\nversion=1\ncluster\.id=[A-Za-z0-9_-]{22}\ndirectory\.id=[A-Za-z0-9_-]{22}\n$/
  )
  LogDirectory.claim(fileStorage, directory).release()
  expect(readFileSync(join(directory, 'meta.properties'), 'utf8')).toBe(contents)
})

test('a path that cannot be a directory is refused in one sentence that names it', () => {
  const file = join(directory, 'file')
  writeFileSync(file, '')
  expect(() => LogDirectory.claim(fileStorage, join(file, 'logs'))).toThrow(
    /^cannot make directory .*\/file\/logs: ENOTDIR: not a directory$/
  )
})
