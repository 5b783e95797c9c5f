import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readKeyFile } from '../../src/harness/inputs/key-file.ts'
import { readProfile } from '../../src/harness/inputs/profile-file.ts'
import { fileFault } from '../../src/harness/regular-file.ts'

let directory = ''
let file = ''
let pipe = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regular-'))
  file = join(directory, 'file')
  pipe = join(directory, 'pipe.json')
  writeFileSync(file, 'abc')
  execFileSync('mkfifo', [pipe])
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('a file that is to be read', () => {
  test('is a regular one, of some size at most', () => {
    expect(fileFault(file)).toBeNull()
    expect(fileFault(file, 3)).toBeNull()
    expect(fileFault(file, 2)).toBe('it has 3 B, and 2 bytes are read at most')
    expect(fileFault(directory)).toBe('it is no regular file')
    expect(fileFault(pipe)).toBe('it is no regular file')
    expect(fileFault('/dev/zero')).toBe('it is no regular file')
    expect(fileFault(join(directory, 'none'))).toBe('no such file or directory (ENOENT)')
  })

  test('is refused at once where it is a pipe: as keys, and as a profile', async () => {
    const keys = readKeyFile(pipe, new AbortController().signal)
    await expect(keys).rejects.toThrow(
      'of --key-file cannot be read: it is no regular file; name another one.'
    )
    expect(() => readProfile(pipe)).toThrow(`The profile ${pipe} cannot be read: name a JSON file`)
  })
})
