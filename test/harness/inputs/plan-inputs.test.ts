import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPlanInputs } from '../../../src/harness/inputs/plan-inputs.ts'

const NEVER = new AbortController().signal

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-inputs-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function fileOf(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

describe('the inputs of a plan', () => {
  test('are none if nothing is given', async () => {
    expect(await readPlanInputs({}, NEVER)).toEqual({ sample: null, keys: null, notices: [] })
    expect((await readPlanInputs({ keys: { kind: 'none' } }, NEVER)).keys).toBeNull()
  })

  test('are the keys of a file, however it is named', async () => {
    const keyFile = fileOf('keys', 'a\nb\na\n')
    expect((await readPlanInputs({ keyFile }, NEVER)).keys).toMatchObject({ records: 3, keys: 2 })
    const keys = { kind: 'file', path: keyFile } as const
    expect((await readPlanInputs({ keys }, NEVER)).keys).toMatchObject({ records: 3, keys: 2 })
  })

  test('are records, and the keys in them', async () => {
    const recordFile = fileOf('r.ndjson', '{"id":"a"}\n{"id":"a"}\n')
    const { sample, keys, notices } = await readPlanInputs({ recordFile, keyField: 'id' }, NEVER)
    expect([sample?.records, keys?.keys]).toEqual([2, 1])
    expect(notices).toEqual([
      'All 2 records of the sample have one key: one key is one partition, whatever their number.'
    ])
  })

  test('are keys of a distribution beside records', async () => {
    const recordFile = fileOf('r.txt', 'x\n')
    const { sample, keys } = await readPlanInputs({ recordFile, keys: { kind: 'uniform', keys: 7 } }, NEVER)
    expect([sample?.meanBytes, keys?.keys, keys?.records]).toEqual([1, 7, null])
  })

  test('are sent in part where there are more records than a loader holds, which is said', async () => {
    const recordFile = fileOf('r.txt', 'x\n'.repeat(65_537))
    expect((await readPlanInputs({ recordFile }, NEVER)).notices).toEqual([
      'Of the 65 537 records of the sample 65 536 are sent, evenly over their sizes.'
    ])
  })
})
