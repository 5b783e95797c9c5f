import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../../src/cli/program.ts'
import { loseBatch } from '../../harness/stored-logs.ts'

const usual = process.env['TMPDIR']
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plan-command-'))
  process.env['TMPDIR'] = directory
})

afterEach(() => {
  if (usual === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = usual
  rmSync(directory, { recursive: true, force: true })
})

test('a plan whose records were lost prints one sentence and no number, and ends with 2', async () => {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
      if (!text.includes('reading every record back')) return
      const [logs = ''] = readdirSync(directory)
      loseBatch(join(directory, logs), 'highwater-plan')
    },
    columns: null,
    signal: new AbortController().signal
  }
  const flags = ['--rate', '200KB/s', '--runs', '3', '--seconds', '0.25', '--json']
  const code = await runProgram(['plan', ...flags, '--out', join(directory, 'report')], terminal)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err.trim().split('\n').at(-1)).toMatch(
    /^highwater: No result: the audit of highwater-plan-0 found, .*\.$/
  )
  expect(readdirSync(directory)).toEqual([])
})
