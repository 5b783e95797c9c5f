import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSample, splitLines } from '../../../src/harness/benchmark/lines.ts'

const split = (text: string): string[] =>
  splitLines(new Uint8Array(Buffer.from(text))).map(line => Buffer.from(line).toString())

test('lines end with a newline, with or without a carriage return, and the last one without', () => {
  expect(split('a\nbb\r\nc')).toEqual(['a', 'bb', 'c'])
})

test('empty lines are left out', () => {
  expect(split('\n\na\n\r\n\nb\n')).toEqual(['a', 'b'])
  expect(split('')).toEqual([])
})

test('bytes that are no text are kept', () => {
  expect(splitLines(Uint8Array.of(0xff, 0, 10, 0xfe))).toEqual([Uint8Array.of(0xff, 0), Uint8Array.of(0xfe)])
})

test('a sample that cannot be read, or has no text, is refused by name', () => {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-lines-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'sample')
  writeFileSync(path, '\n\n')
  expect(() => readSample('--keys', path)).toThrow(`The file ${path} of --keys has no line with text.`)
  expect(() => readSample('--keys', join(directory, 'none'))).toThrow(
    'cannot be read: no such file or directory (ENOENT); name another one.'
  )
  expect(() => readSample('--keys', directory)).toThrow('cannot be read')
  writeFileSync(path, 'x\n')
  expect(readSample('--keys', path)).toEqual(Uint8Array.of(120, 10))
})

test('a pipe is refused as a sample, not waited for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-lines-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', [path])
  expect(() => readSample('--record-file', path)).toThrow(
    `The file ${path} of --record-file cannot be read: it is no regular file; name another one.`
  )
})
