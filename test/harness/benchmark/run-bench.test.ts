import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'
import { type BenchRunOptions, runBench } from '../../../src/harness/benchmark/run-bench.ts'

const usual = process.env['TMPDIR']
let directory = ''

/** The cluster's own directory lies in one of this test's, so that what stays behind can be told. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-test-'))
  process.env['TMPDIR'] = directory
})

afterEach(() => {
  if (usual === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = usual
  rmSync(directory, { recursive: true, force: true })
})

/** A run as small as one may be: it shows the way, its figures mean nothing. */
function smallest(changes: Partial<BenchRunOptions> = {}): BenchRunOptions {
  return {
    command: 'highwater bench produce',
    workload: 'produce',
    rate: { unit: 'records', perSecond: 2000 },
    seconds: 0.3,
    runs: 1,
    out: null,
    ...changes
  }
}

describe('a benchmark on the embedded engine', { timeout: 60_000 }, () => {
  test('offers its load, times every record, reads all back, and writes report and logs', async () => {
    const steps: string[] = []
    const { report, files } = await runBench(
      smallest({
        out: join(directory, 'report'),
        sizes: parseSizes('100:0.5,300:0.5'),
        keys: parseKeys('zipf:0.99:1000'),
        partitions: 3,
        loaders: 2,
        onProgress: text => steps.push(text)
      })
    )
    expect(steps).toEqual(expect.arrayContaining(['produce, run 1 of 1', 'reading every record back']))
    expect(report.result.scheduled?.count).toBe(600)
    expect(report.result.sent?.count).toBe(600)
    expect(report.audit.records).toBeGreaterThanOrEqual(600)
    expect(report.settings).toMatchObject({ mode: 'open-loop', recordsPerSecond: 2000 })
    expect(JSON.parse(readFileSync(files[1]!, 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)))
    expect(files.map(file => file.slice(directory.length + 8))).toEqual([
      'index.html',
      'bench.json',
      'latency-scheduled.hlog',
      'latency-sent.hlog',
      'latency.svg',
      'latency.csv',
      'runs.svg',
      'runs.csv'
    ])
    expect(readdirSync(directory)).toEqual(['report'])
  })

  test('sends to one partition only, as many records as it is told to', async () => {
    const { report } = await runBench(
      smallest({ rate: undefined, seconds: undefined, records: 3000, partition: 1, sizes: parseSizes('100') })
    )
    expect(report.result.runs[0]).toMatchObject({ records: 3000 })
    expect(report.load.partitions).toBe(2)
    expect(report.settings).toMatchObject({ mode: 'saturation', partition: 1 })
  })

  test('times a sample of the user’s own records to their reader', async () => {
    const sample = join(directory, 'sample.ndjson')
    writeFileSync(sample, '{"user":1}\n{"user":2,"text":"longer"}\n')
    const { report } = await runBench(
      smallest({
        workload: 'e2e',
        recordFile: sample,
        partitions: 2,
        consumers: 2,
        keys: parseKeys('uniform:50')
      })
    )
    expect(report.result.scheduled?.count).toBe(600)
    expect(report.result.meanRecordBytes).toBeCloseTo(3 + (10 + 26) / 2, 0)
    expect(report.load.recordFile).toBe(sample)
  })

  test.each(['forEach', 'poll'] as const)('reads what it wrote in circles, by %s', async api => {
    const { report } = await runBench(
      smallest({ workload: 'consume', rate: undefined, records: 2000, sizes: parseSizes('100'), api })
    )
    expect(report.audit.records).toBe(2000)
    expect(report.result.runs[0]?.records).toBeGreaterThan(0)
    expect(report.result.meanRecordBytes).toBeCloseTo(100, 6)
  })

  test('ends when it is interrupted, and leaves nothing behind', async () => {
    const interruption = new AbortController()
    const running = runBench(
      smallest({
        out: join(directory, 'report'),
        seconds: 600,
        signal: interruption.signal,
        onProgress: text => {
          if (text.startsWith('produce, run')) interruption.abort()
        }
      })
    )
    await expect(running).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
    expect(readdirSync(directory)).toEqual([])
  })

  test('ends with one sentence where a reader of Kafka 0.8 stalls', async () => {
    const limits = { 'max.partition.fetch.bytes': '8192' }
    const consume = (consumerConfig: Record<string, string>) =>
      runBench(
        smallest({
          workload: 'consume',
          rate: undefined,
          sizes: parseSizes('10KB'),
          records: 1000,
          consumerConfig
        })
      )
    await expect(consume({ ...limits, 'engine.legacy.fetch': 'true' })).rejects.toMatchObject({
      code: 'HIGHWATER_TIMEOUT',
      message: expect.stringMatching(
        /^The reader has stalled, .* offset 0 of [\w-]+-0 has 10\d+ bytes, .*\(8192\); .*the limit\.$/
      )
    })
    const { report } = await consume(limits)
    expect(report.audit.records).toBe(1000)
  })
})
