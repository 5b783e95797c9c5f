import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tooFewFiles } from '../../src/cli/too-few-files.ts'

const SENTENCE =
  'This process may open too few files for its modules, threads and logs: raise the limit (ulimit -n 1024).'

describe('too few files', () => {
  test('are told from other errors, with the cure', () => {
    expect(tooFewFiles(Object.assign(new Error('open'), { code: 'EMFILE' }))).toBe(SENTENCE)
    expect(tooFewFiles(Object.assign(new Error('open'), { code: 'ENFILE' }))).toBe(SENTENCE)
  })

  test('are known by the text alone, as errors of another thread have no code', () => {
    expect(tooFewFiles(new Error("EMFILE: too many open files, open 'a.js'"))).toBe(SENTENCE)
    expect(tooFewFiles(new TypeError('cannot open /logs/t-0: ENFILE: file table overflow'))).toBe(SENTENCE)
  })

  test('are known as the cause of another error, however deep', () => {
    const system = Object.assign(new Error('no more handles'), { code: 'EMFILE' })
    const storage = new Error('cannot open the log', { cause: system })
    expect(tooFewFiles(new Error('the partition is offline', { cause: storage }))).toBe(SENTENCE)
  })

  test('are not what any other error is about', () => {
    expect(tooFewFiles(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))).toBeNull()
    expect(tooFewFiles(new Error('the topic SEMFILES is unknown'))).toBeNull()
    expect(tooFewFiles('EMFILE')).toBeNull()
    const own = new Error('its own cause')
    own.cause = own
    expect(tooFewFiles(own)).toBeNull()
  })
})

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The real command, in a process that may open so few files. */
function planWith(handles: number): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-files-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js')
  const plan = '"$1" "$2" plan --rate 1MB/s --runs 3 --seconds 0.2 --out "$3"'
  const shell = ['-c', `ulimit -n ${handles} && exec ${plan}`, 'sh', process.execPath, main]
  return new Promise(resolve => {
    const options = { env: { ...process.env, TMPDIR: directory } }
    execFile('sh', [...shell, join(directory, 'report')], options, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out, err })
    })
  })
}

test.each([30, 61, 70])(
  'a process that may open %i files says so in one sentence, or has enough',
  async handles => {
    const { code, out, err } = await planWith(handles)
    expect(`${out}${err}`).not.toMatch(/^ +at /m)
    // Where the limit bites depends on the version of Node: each call either works or is told well.
    if (out === '')
      expect({ code, last: err.trim().split('\n').at(-1) }).toEqual({
        code: 1,
        last: `highwater: ${SENTENCE}`
      })
    else expect([0, 2, 3]).toContain(code)
  }
)
