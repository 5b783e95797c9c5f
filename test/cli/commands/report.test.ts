import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../../../src/cli/program.ts'
import { PLAN_FILES, planFiles } from '../../../src/harness/plan/plan-files.ts'
import { openReport } from '../../../src/harness/report-writer.ts'
import { measurements, report } from '../../harness/plan/fixture.ts'

let root = ''
let directory = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'report-command-'))
  directory = join(root, 'report')
  openReport(directory, 'plan', PLAN_FILES)?.write(planFiles(report(), measurements()))
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    columns: null,
    signal: new AbortController().signal
  }
  return { code: await runProgram(['report', ...args], terminal), out, err }
}

describe('report replay', () => {
  test('names each file and that it is the same, and ends with 0', async () => {
    const { code, out, err } = await run('replay', directory)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^index\.html +identical$/)
    expect(lines.every(line => line.endsWith(' identical'))).toBe(true)
    expect(lines.length).toBeGreaterThan(8)
  })

  test('ends with 2 where a byte differs', async () => {
    appendFileSync(join(directory, 'plan.json'), ' ')
    const { code, out } = await run('replay', directory)
    expect(code).toBe(2)
    expect(out.match(/^.* differs$/gm)).toEqual([expect.stringMatching(/^plan\.json /)])
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      'Files that differ were changed, or made by another version; --out DIRECTORY writes those that follow.'
    )
  })

  test('writes what is missing and says so', async () => {
    rmSync(join(directory, 'plan.json'))
    const { code, out } = await run('replay', directory)
    expect(code).toBe(0)
    expect(out).toMatch(/^plan\.json +missing$/m)
    expect(out.trimEnd().split('\n').at(-1)).toBe(`wrote ${join(directory, 'plan.json')}`)
    expect(existsSync(join(directory, 'plan.json'))).toBe(true)
  })

  test('writes all of it to another directory', async () => {
    const out = join(root, 'again')
    expect((await run('replay', directory, '--out', out)).code).toBe(0)
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe(
      readFileSync(join(directory, 'index.html'), 'utf8')
    )
  })

  test('prints the report as JSON and nothing else', async () => {
    expect(JSON.parse((await run('replay', directory, '--json')).out)).toEqual(report())
  })

  test('refuses what is no report in one sentence', async () => {
    const none = await run('replay', root)
    expect(none).toMatchObject({ code: 1, out: '' })
    expect(none.err).toMatch(/^highwater: There is no measurements\.json in [^\n]*\.\n$/)
    expect((await run('replay')).err).toContain("missing required argument 'directory'")
    expect((await run('replay', directory, 'more')).code).toBe(1)
    expect((await run('reply', directory)).err).toBe(
      'highwater: there is no command "reply" of report; did you mean replay?\n'
    )
  })

  test('shows its commands to somebody who typed report alone', async () => {
    const nothing = await run()
    expect(nothing).toMatchObject({ code: 1, out: '' })
    expect(nothing.err).toContain('replay')
  })
})
