import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, '../../dist/src/cli/main.js')
const BENCH = ['bench', 'produce', '--runs', '1', '--seconds', '0.2']

interface Ended {
  readonly code: number | null
  readonly err: string
}

interface Started {
  readonly directory: string
  readonly stdout: 'pipe' | number
  /** How much is read before the pipe is closed: of both streams the first text, or of stdout nothing. */
  readonly reads: 'all' | 'first' | 'nothing'
}

/** The real command, whose output has an end or no room. */
function highwater(args: readonly string[], { directory, stdout, reads }: Started): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', stdout, 'pipe']
  })
  let err = ''
  const { stdout: output, stderr } = child
  const heard = (): void => {
    if (reads !== 'first') return
    output?.destroy()
    stderr?.destroy()
  }
  if (reads === 'nothing') output?.destroy()
  output?.on('data', heard)
  stderr?.on('data', (bytes: Buffer) => {
    err += bytes.toString()
    heard()
  })
  return new Promise(resolve => child.on('close', code => resolve({ code, err })))
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-main-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A device that takes nothing, as a full disk does. */
function fullDevice(): number {
  const device = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(device))
  return device
}

describe('output that cannot be written', () => {
  test('ends no measurement when its reader has gone: the report is written, and nothing stays', async () => {
    const directory = temporaryDirectory()
    const report = join(directory, 'report')
    const started = { directory, stdout: 'pipe', reads: 'first' } as const
    const { code } = await highwater([...BENCH, '--out', report], started)
    expect([0, 3]).toContain(code)
    expect(existsSync(join(report, 'bench.json'))).toBe(true)
    expect(readdirSync(directory)).toEqual(['report'])
  })

  test('is no fault of a command whose reader has gone', async () => {
    const started = { directory: temporaryDirectory(), stdout: 'pipe', reads: 'nothing' } as const
    expect(await highwater(['config'], started)).toEqual({ code: 0, err: '' })
  })

  test.each([['--help'], ['config']])(
    'makes %s end with one sentence and exit code 1 on a full disk',
    async word => {
      const started = { directory: temporaryDirectory(), stdout: fullDevice(), reads: 'all' } as const
      expect(await highwater([word], started)).toEqual({
        code: 1,
        err: 'highwater: the output cannot be written: ENOSPC: no space left on device; send it elsewhere.\n'
      })
    }
  )
})
