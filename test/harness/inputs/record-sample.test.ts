import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { murmur2 } from '../../../native-free/murmur2.ts'
import { type PackedValues, RecordFile } from '../../../src/harness/inputs/record-sample.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-records-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function fileOf(text: string): string {
  const path = join(directory, 'records.ndjson')
  writeFileSync(path, text)
  return path
}

function texts({ bytes, starts }: PackedValues): string[] {
  const at = new Int32Array(starts)
  return Array.from({ length: at.length - 1 }, (_, i) =>
    Buffer.from(bytes).toString('utf8', at[i], at[i + 1])
  )
}

describe('a record file', () => {
  test('has a record in each line: their sizes, and what is sent', () => {
    const file = RecordFile.read(fileOf('{"a":1}\r\nplain text\n{"b":"ü"}'))
    const { values, path, ...sizes } = file.sample()
    expect(texts(values)).toEqual(['{"a":1}', 'plain text', '{"b":"ü"}'])
    expect(sizes).toEqual({
      records: 3,
      meanBytes: 9,
      p50Bytes: 10,
      p99Bytes: 10,
      maxBytes: 10,
      sentRecords: 3,
      sentMeanBytes: 9
    })
    expect(path).toMatch(/records\.ndjson$/)
  })

  test('of many records is sent in part, evenly over their sizes', () => {
    const lines = Array.from({ length: 1000 }, (_, line) => 'x'.repeat(1 + ((line * 7919) % 1000)))
    const sample = RecordFile.read(fileOf(lines.join('\n'))).sample(100)
    expect([sample.records, sample.sentRecords]).toEqual([1000, 100])
    expect(sample.meanBytes).toBe(500.5)
    expect(Math.abs(sample.sentMeanBytes - 500.5)).toBeLessThan(1)
    expect([sample.p50Bytes, sample.p99Bytes, sample.maxBytes]).toEqual([501, 991, 1000])
    expect(texts(sample.values).map(text => text.length)).toHaveLength(100)
  })

  test.each([
    ['a\n\nb', /^A record of 0 B cannot be measured: line 2 of the record file .* is empty; take it out\.$/],
    ['a\nb\n\n', /line 3 of the record file/],
    [
      'abc\nabcdefghijk\n',
      /^The record in line 2 .* has 11 B, more than the 10 B that fit into max\.request\.size/
    ],
    ['', /of --record-file has no line with text/]
  ])('is refused in one sentence where a record cannot be sent', (text, message) => {
    expect(() => RecordFile.read(fileOf(text), 10)).toThrow(message)
  })

  test('by default takes what fits into a request, and nothing larger', () => {
    expect(RecordFile.read(fileOf('x'.repeat(2 ** 20 - 150))).records).toBe(1)
    expect(() => RecordFile.read(fileOf('x'.repeat(2 ** 20 - 149)))).toThrow(/max\.request\.size/)
  })
})

describe('keys in a field of the records', () => {
  test('are texts by their bytes, and numbers as JSON writes them', async () => {
    const file = RecordFile.read(fileOf('{"id":"ü","n":1}\n{"id":12.5}\n{"id":"ü"}\n{"id":-0.0}'))
    const { hashes, counts, keys } = await file.countField('id')
    expect([keys, [...counts]]).toEqual([3, [2, 1, 1]])
    expect(hashes[0]).toBe(murmur2(Buffer.from('ü')))
    expect(new Set(hashes)).toEqual(new Set(['ü', '12.5', '0'].map(key => murmur2(Buffer.from(key)))))
  })

  test.each([
    [
      '{"id":"a"}\nplain',
      /^--key id needs a JSON object in each line, and line 2 of the record file .* is none\.$/
    ],
    ['[1]', /needs a JSON object in each line, and line 1/],
    ['{"id":"a"}\n{"no":1}', /^--key id needs a text or a number there, and line 2 .* has no such field\.$/],
    ['{"id":null}', /has null\.$/],
    ['{"id":""}', /has an empty text\.$/],
    ['{"id":[1]}', /has a list\.$/],
    ['{"id":true}', /has a value of type boolean\.$/],
    ['{"__proto__":1}', /has no such field\.$/]
  ])('are refused in one sentence where there is none', async (text, message) => {
    await expect(RecordFile.read(fileOf(text)).countField('id')).rejects.toThrow(message)
  })

  test('that every object inherits are no keys', async () => {
    await expect(RecordFile.read(fileOf('{"a":1}')).countField('toString')).rejects.toThrow(/no such field/)
  })
})
