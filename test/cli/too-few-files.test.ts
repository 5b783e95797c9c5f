import { describe, expect, test } from 'vitest'
import { tooFewFiles } from '../../src/cli/too-few-files.ts'

describe('too few files', () => {
  test('are told from other errors, with the cure', () => {
    const limit = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    expect(tooFewFiles(limit)).toContain('raise the limit (ulimit -n 1024)')
    const system = Object.assign(new Error('ENFILE: file table overflow'), { code: 'ENFILE' })
    expect(tooFewFiles(system)).not.toBeNull()
  })

  test('are not what any other error is about', () => {
    expect(tooFewFiles(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))).toBeNull()
    expect(tooFewFiles(new Error('EMFILE'))).toBeNull()
    expect(tooFewFiles('EMFILE')).toBeNull()
  })
})
