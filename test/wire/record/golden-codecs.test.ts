/** Every compressed log that Kafka wrote, against what its own dump tool printed of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attributesAt, batchSizeAt } from '../../../src/wire/record/record-batch.ts'
import { checkedIterator, shownBy, viewOf } from './golden-records.ts'

const GOLDEN = join(import.meta.dirname, '../../golden/log')
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd']

const RECORD = /^\| offset: (\d+) CreateTime: (\d+) keySize: (-?\d+) valueSize: (\d+) .* payload: (.*)$/

interface DumpedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly keySize: number
  readonly text: string
}

function dumped(file: string): DumpedRecord[] {
  const lines = readFileSync(join(GOLDEN, file), 'utf8').split('\n')
  return lines.flatMap(line => {
    const [, offset, timestamp, keySize, , text] = RECORD.exec(line) ?? []
    if (text === undefined) return []
    return [{ offset: Number(offset), timestamp: Number(timestamp), keySize: Number(keySize), text }]
  })
}

function shown(bytes: Uint8Array): DumpedRecord[] {
  return shownBy(checkedIterator(bytes)).map(({ offset, timestamp, key, value }) => ({
    offset,
    timestamp,
    keySize: key?.length ?? -1,
    text: Buffer.from(value ?? []).toString()
  }))
}

function codecsIn(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  const codecs: number[] = []
  for (let at = 0; at < bytes.length; at += batchSizeAt(view, at)) codecs.push(attributesAt(view, at) & 7)
  return codecs
}

test.each(CODECS)('g-%s-0 holds the records that the dump tool printed', name => {
  const bytes = new Uint8Array(readFileSync(join(GOLDEN, `g-${name}-0/00000000000000000000.log`)))
  const expected = dumped(`g-${name}-0.txt`)
  expect(expected).toHaveLength(10)
  expect(shown(bytes)).toEqual(expected)
  expect(codecsIn(bytes)).toEqual([CODECS.indexOf(name) + 1])
})

test('fix-0 ends with two batches of each codec, and every record of it is shown', () => {
  const files = readdirSync(join(GOLDEN, 'fix-0')).filter(name => name.endsWith('.log'))
  const logs = files.sort().map(name => new Uint8Array(readFileSync(join(GOLDEN, 'fix-0', name))))
  expect(logs.flatMap(codecsIn).slice(-8)).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  const offsets = logs.flatMap(shown).map(({ offset }) => offset)
  expect(offsets).toEqual(Array.from({ length: 68 }, (_, offset) => offset))
})
