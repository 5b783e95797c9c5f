import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { type LoadOptions, loadSettings, reportedLoad } from '../../../src/harness/benchmark/load-settings.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'

const settings = (options: LoadOptions = {}) => loadSettings(options, 'topic')

function sampleFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-sample-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'sample')
  writeFileSync(path, text)
  return path
}

test('a load without wishes is 1 KB without keys, from one loader to one partition', () => {
  expect(reportedLoad(settings())).toEqual({
    sizes: [{ bytes: 1000, share: 1 }],
    recordFile: null,
    keys: 'none',
    meanRecordBytes: 1000,
    partitions: 1,
    loaders: 1,
    config: { 'request.timeout.ms': '10000', 'delivery.timeout.ms': '20000' },
    batchBytes: 16384,
    lingerMs: 5,
    topic: 'topic',
    seed: 1
  })
})

test('settings of the producers go over ours, and are checked as the producer does', () => {
  const { config, batchBytes, lingerMs } = settings({
    config: { 'batch.size': '65536', 'linger.ms': '0', 'request.timeout.ms': '5000' }
  })
  expect({ batchBytes, lingerMs }).toEqual({ batchBytes: 65536, lingerMs: 0 })
  expect(config['request.timeout.ms']).toBe('5000')
  expect(() => settings({ config: { 'btch.size': '1' } })).toThrow('did you mean batch.size?')
  expect(() => settings({ config: { 'linger.ms': 'soon' } })).toThrow('linger.ms must be a whole number')
  expect(() => settings({ config: { 'value.serializer': 'json' } })).toThrow(
    'value.serializer cannot be set here: records of a benchmark are plain bytes.'
  )
})

test('the mean record has a key in it', () => {
  expect(
    settings({ sizes: parseSizes('100:0.5,200:0.5'), keys: parseKeys('uniform:1000') }).meanRecordBytes
  ).toBe(154)
  const path = sampleFile('four\nsixsix\n')
  const load = settings({ recordFile: path, keys: { kind: 'file', path } })
  expect(load.meanRecordBytes).toBe(10)
  expect(load.sizes).toEqual([])
  expect(reportedLoad(load)).toMatchObject({ recordFile: path, keys: `file:${path}` })
  expect(Object.keys(reportedLoad(load))).not.toContain('recordSample')
})

test.each<[LoadOptions, string]>([
  [{ sizes: parseSizes('19') }, 'The record size 19 B is below 20 B, which the audit needs'],
  [{ sizes: parseSizes('2MB') }, 'does not fit into max.request.size'],
  [{ sizes: parseSizes('1MB'), config: { 'max.request.size': '1000' } }, 'raise it with --config'],
  [{ sizes: parseSizes('100'), recordFile: 'x' }, '--record-size and --record-file both say'],
  [{ partitions: 0 }, 'The number of partitions must be a whole number from 1 to 1000, not 0.'],
  [{ partitions: 1.5 }, 'not 1.5'],
  [{ loaders: 33 }, 'The number of loaders must be a whole number from 1 to 32, not 33.'],
  [{ seed: -1 }, 'The seed must be a whole number'],
  [{ topic: '..' }, 'The topic cannot be made']
])('%j is refused in one sentence', (options, sentence) => {
  expect(() => settings(options)).toThrow(sentence)
})
