/**
 * What the shipped disk asks of the system, listened to on the calls themselves, which go through: bytes that
 * are in the page cache look durable to every other test.
 */
import fs, { fstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { fileStorage } from '../../../src/data-plane/log/file-storage.ts'

const ROOT = mkdtempSync(join(tmpdir(), 'highwater-durability-'))
const { fsyncSync, fdatasyncSync, renameSync } = fs
const called: string[] = []

const kindOf = (descriptor: number): string => (fstatSync(descriptor).isDirectory() ? 'directory' : 'file')

fs.fsyncSync = descriptor => {
  called.push(`fsync ${kindOf(descriptor)}`)
  fsyncSync(descriptor)
}
fs.fdatasyncSync = descriptor => {
  called.push(`fdatasync ${kindOf(descriptor)}`)
  fdatasyncSync(descriptor)
}
fs.renameSync = (source, target) => {
  called.push('rename')
  renameSync(source, target)
}
syncBuiltinESMExports()

beforeEach(() => {
  called.length = 0
})

afterAll(() => {
  Object.assign(fs, { fsyncSync, fdatasyncSync, renameSync })
  syncBuiltinESMExports()
  rmSync(ROOT, { recursive: true })
})

test('a flush makes the bytes durable, and the first one the name', () => {
  const file = fileStorage.open(join(ROOT, 'log'), 'write')
  file.write([new Uint8Array(10)], 0)
  expect(called).toEqual([])
  file.flush()
  expect(called).toEqual(['fdatasync file', 'fsync directory'])
  file.flush()
  expect(called).toEqual(['fdatasync file', 'fsync directory', 'fdatasync file'])
  file.close()
})

test('a file is replaced by one that is durable, then the name is', () => {
  fileStorage.replaceAll(join(ROOT, 'meta'), new TextEncoder().encode('new'))
  expect(readFileSync(join(ROOT, 'meta'), 'utf8')).toBe('new')
  expect(called).toEqual(['fdatasync file', 'rename', 'fsync directory'])
})
