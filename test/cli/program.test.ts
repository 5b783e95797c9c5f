import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(...args: string[]): Promise<Outcome> {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    signal: new AbortController().signal
  }
  const code = await runProgram(args, terminal)
  return { code, out, err }
}

/** What a call that cannot be right is told: one sentence, exit code 1, nothing measured. */
async function refused(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^highwater: [^\n]+[.?]\n$/)
  return err.slice('highwater: '.length, -1)
}

describe('the command line', () => {
  test('prints help and version, and takes both for done', async () => {
    const help = await run('plan', '--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('--process <cost>')
    expect(help.out).not.toContain('--bootstrap-server')
    const version = await run('--version')
    expect(version).toMatchObject({ code: 0, err: '' })
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('shows its help to somebody who typed nothing', async () => {
    const nothing = await run()
    expect(nothing).toMatchObject({ code: 1, out: '' })
    expect(nothing.err).toContain('Usage: highwater')
  })

  test('names the nearest known flag or command for one it does not know', async () => {
    expect(await refused('plan', '--rat', '1MB/s')).toBe('there is no flag --rat; did you mean --rate?')
    expect(await refused('plan', '--recordsize=1KB')).toContain('did you mean --record-size?')
    expect(await refused('plan', '--qqqqqqqqqqqqqqqq')).toContain('known are --rate, ')
    expect(await refused('pln')).toBe('there is no command "pln"; did you mean plan?')
  })

  test('refuses a rate that is none, in one sentence with the cure', async () => {
    expect(await refused('plan', '--rate', 'banana')).toBe(
      'The rate "banana" is not a rate: give bytes per second with a unit, such as 120MB/s, 500KB/s or 1GB/s.'
    )
    expect(await refused('plan', '--rate', '0MB/s')).toContain('is not above zero')
    expect(await refused('plan', '--rate', '0')).toContain('is not above zero')
    expect(await refused('plan')).toBe('plan needs a target: give --rate, such as --rate 120MB/s.')
    expect(await refused('plan', '--rate')).toContain('argument missing')
  })

  test('refuses other flags that make no sense', async () => {
    const rate = ['plan', '--rate', '1MB/s']
    expect(await refused(...rate, '--process', 'sleep:2ms')).toContain('has no known kind')
    expect(await refused(...rate, '--record-size', '1')).toContain('1 B is below 16 B')
    expect(await refused(...rate, '--runs', 'many')).toContain('It is not a number')
    expect(await refused(...rate, '--runs', '1')).toContain('from 3 to 100, not 1')
    expect(await refused(...rate, '--topic', '../x')).toContain('The topic cannot be made')
    expect(await refused(...rate, '--topic', '..')).toContain('the topic name cannot be ".."')
    expect(await refused(...rate, 'surplus')).toContain('too many arguments')
    expect(await refused(...rate, '--bootstrap-server', 'host:9092')).toContain('embedded engine only')
  })

  test('finds out that it cannot write the report before it measures anything', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'highwater-cli-'))
    try {
      const file = join(directory, 'file')
      writeFileSync(file, '')
      const text = await refused('plan', '--rate', '1MB/s', '--out', join(file, 'report'))
      expect(text).toContain('not a directory (ENOTDIR); name another directory with --out.')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  test('leaves no report directory behind for a call that was wrong', async () => {
    const path = join(tmpdir(), 'highwater-cli-none')
    await refused('plan', '--rate', '1MB/s', '--out', path, '--topic', '..')
    expect(existsSync(path)).toBe(false)
  })
})
