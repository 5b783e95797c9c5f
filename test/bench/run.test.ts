import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, '../../dist/bench/run.js')

test('a comparison without a kept result ends in one sentence that says how to keep one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-bench-'))
  try {
    const args = [PROGRAM, 'crc32c', '--compare']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toMatch(
      /^There is no reports\/baseline\/micro-\d+\.json to compare with; .*npm run bench -- --save\.\n$/
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
