import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readKeyFile } from '../../../src/harness/inputs/key-file.ts'

const NEVER = new AbortController().signal

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-keys-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function fileOf(content: string | Uint8Array): string {
  const path = join(directory, 'keys.txt')
  writeFileSync(path, content)
  return path
}

describe('a key file', () => {
  test('has a key in each line, the last one with an end or without', async () => {
    for (const text of ['a\nb\na\n', 'a\nb\na', 'a\r\nb\r\na\r\n', 'a\r\nb\r\na']) {
      const { keys, records, counts } = await readKeyFile(fileOf(text), NEVER)
      expect([keys, records, [...counts]]).toEqual([2, 3, [2, 1]])
    }
  })

  test('of one line is one key', async () => {
    expect(await readKeyFile(fileOf('only'), NEVER)).toMatchObject({ keys: 1, records: 1, tailKeys: 0 })
  })

  test('is read whole where its lines lie across the pieces it is read in', async () => {
    const lines = Array.from({ length: 300_000 }, (_, line) => `key-${line % 1009}-${'x'.repeat(line % 13)}`)
    const text = lines.join('\n')
    expect(text.length).toBeGreaterThan(3 * 2 ** 20)
    const found = await readKeyFile(fileOf(text), NEVER)
    expect([found.keys, found.records]).toEqual([new Set(lines).size, 300_000])
  })

  test('with more distinct keys than there is room for is read again for the others', async () => {
    const lines = Array.from({ length: 5000 }, (_, line) => `key-${line}`)
    const found = await readKeyFile(fileOf(lines.join('\n')), NEVER, { slotsMax: 1024, heaviestMax: 100 })
    expect(found).toMatchObject({ keys: 5000, records: 5000, tailKeys: 4900, tailCount: 4900 })
  })

  test.each([
    ['', /^The key file .* is empty: it is to have a key in each line\.$/],
    ['a\n\nb\n', /^The key file .* has an empty line 2: each line is to be a key\.$/],
    ['a\nb\n\n', /has an empty line 3/],
    ['a\r\n\r\n', /has an empty line 2/],
    [`a\n${'x'.repeat(2 ** 20)}`, /has more than a key of 1 MiB in line 2\.$/]
  ])('is refused in one sentence where a line is no key', async (text, message) => {
    await expect(readKeyFile(fileOf(text), NEVER)).rejects.toMatchObject({
      code: 'HIGHWATER_CONFIG',
      message: expect.stringMatching(message)
    })
  })

  test('that is not there, or no file, is refused', async () => {
    await expect(readKeyFile(join(directory, 'none'), NEVER)).rejects.toMatchObject({
      message: expect.stringMatching(
        /of --key-file cannot be read: no such file or directory \(ENOENT\); name another one\.$/
      )
    })
    await expect(readKeyFile(directory, NEVER)).rejects.toThrow(/no regular file/)
  })

  test('is left when the measurement is interrupted', async () => {
    const reading = readKeyFile(fileOf('a\n'), AbortSignal.abort())
    await expect(reading).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
  })
})
