import { describe, expect, test } from 'vitest'
import { BENCH_FILES, benchFiles } from '../../../src/harness/benchmark/bench-page.ts'
import {
  type BenchFindings,
  type BenchReport,
  makeBenchReport
} from '../../../src/harness/benchmark/bench-report.ts'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import { parseStall } from '../../../src/harness/benchmark/stall.ts'
import { benchFindings, consumeFindings, planOf, runOf } from './bench-fixture.ts'
import { figuresIn, foreign, lostValues, shown, unclosed } from './page-checks.ts'

function filesOf(findings: BenchFindings, change: (report: BenchReport) => BenchReport = made => made) {
  return benchFiles(change(makeBenchReport(findings)), findings)
}

const pageOf = (...made: Parameters<typeof filesOf>): string => filesOf(...made).get('index.html') ?? ''

const saturation = () => benchFindings({ plan: planOf({ rate: undefined }), runs: [runOf()] })

/** A run in which nothing had its answer. */
function emptyRun(): BenchFindings['runs'][number] {
  const run = runOf()
  const nothing = { records: 0, scheduled: new Histogram(), sent: new Histogram() }
  const counts = {
    ...run.counts,
    samples: run.counts.samples.map(sample => ({ ...sample, records: 0 })),
    intervals: run.counts.intervals.map(interval => ({ ...interval, ...nothing }))
  }
  return { ...run, slip: new Histogram(), counts }
}

describe('the page of a benchmark', () => {
  test('answers first: records and bytes a second, interval, verdict and what it holds for', () => {
    const page = pageOf(benchFindings())
    const text = shown(page)
    expect(text).toContain('50 000 records/s, 5.2 MB/s')
    expect(text).toMatch(/interval: [\d ]+ to [\d ]+ records\/s/)
    expect(text).toContain('✓ Nothing bound it')
    expect(text).toContain('this engine on this machine')
    expect(page.indexOf('class="verdict held"')).toBeLessThan(page.indexOf('<section id="latency"'))
  })

  test('says of a rate that was not carried, and of a loader that was late, what they are', () => {
    const slow = pageOf(benchFindings({ runs: [runOf({ offered: 1.2 })] }))
    expect(slow).toContain('class="verdict failed"')
    expect(shown(slow)).toContain('✗ Rate not carried')
    const late = pageOf(benchFindings({ runs: [runOf({ slipMicros: 50_000 })] }))
    expect(late).toContain('class="verdict open"')
    expect(shown(late)).toContain('○ Client-bound')
    expect(shown(late)).toContain('No interval: fewer than three runs.')
  })

  test('has latency by percentile only where there was a schedule', () => {
    expect(figuresIn(pageOf(benchFindings()))).toEqual(['latency', 'runs'])
    expect(figuresIn(pageOf(saturation()))).toEqual(['runs'])
    expect(figuresIn(pageOf(consumeFindings()))).toEqual(['runs'])
    expect(shown(pageOf(saturation()))).toContain('one record in 16 is timed')
    expect(shown(pageOf(consumeFindings()))).not.toContain('Latency')
  })

  test('tells each latency as its histogram does, to the last record and not beyond', () => {
    const csv = filesOf(benchFindings()).get('latency.csv') ?? ''
    const rows = csv.split('\r\n').map(row => row.split(','))
    const due = rows.filter(([from]) => from === 'from the due time')
    const { scheduled } = makeBenchReport(benchFindings()).result
    expect(due.find(([, quantile]) => quantile === '0.99')?.[2]).toBe(String(scheduled!.p99 / 1000))
    expect(due[0]?.[1]).toBe('0')
    expect(due.at(-1)?.[1]).toBe('0.9998')
    expect(scheduled?.count).toBe(9000)
  })

  test('shows every window of every run as one that counts', () => {
    const csv = filesOf(benchFindings({ runs: [runOf({ offered: 1.2 }), runOf()] })).get('runs.csv') ?? ''
    const rows = csv.trim().split('\r\n').slice(1)
    expect(rows).toHaveLength(60)
    expect(rows.every(row => row.endsWith(',yes'))).toBe(true)
    expect(rows[0]).toContain(',49500,')
  })

  test('escapes what comes from outside', () => {
    const hostile = '</script><script>alert(1)</script>&"\''
    const page = pageOf(benchFindings({ command: hostile, label: hostile }), made => ({
      ...made,
      load: { ...made.load, topic: hostile, recordFile: hostile, keys: hostile },
      environment: { ...made.environment, cpuModel: hostile },
      warnings: [hostile]
    }))
    expect(page.match(/<\/?script/g)).toBeNull()
    expect(page.split('&lt;/script&gt;&lt;script&gt;alert(1)').length - 1).toBe(8)
  })

  test('stands for itself and is well nested', () => {
    for (const findings of [benchFindings(), saturation(), consumeFindings()]) {
      const page = pageOf(findings)
      expect(foreign(page)).toEqual([])
      expect(unclosed(page)).toEqual([])
    }
  })
})

describe('the files of a benchmark', () => {
  test('begin with the page and the report, and are the same for the same findings', () => {
    const files = filesOf(benchFindings())
    expect([...files.keys()].slice(0, 2)).toEqual(['index.html', 'bench.json'])
    expect(JSON.parse(files.get('bench.json') ?? '')).toEqual(makeBenchReport(benchFindings()))
    expect([...filesOf(benchFindings())]).toEqual([...files])
  })

  test('are all known to the report that replaces them, and all named by its page', () => {
    const files = filesOf(benchFindings())
    expect([...files.keys()].sort()).toEqual(BENCH_FILES.toSorted())
    const page = files.get('index.html') ?? ''
    for (const name of BENCH_FILES.slice(1)) expect(page).toContain(`<a href="${name}">`)
    expect([...filesOf(saturation()).keys()]).not.toContain('latency-scheduled.hlog')
    expect(pageOf(saturation())).not.toContain('latency-scheduled.hlog')
  })

  test('are written of nothing too, and of all that can be asked for', () => {
    const plan = planOf({
      workload: 'e2e',
      partition: 1,
      consumers: 1,
      process: { kind: 'wait', micros: 20 },
      stall: parseStall('200ms/1s'),
      consumerConfig: { 'fetch.max.bytes': '1000000' },
      records: 1000
    })
    const nothing = filesOf(benchFindings({ runs: [emptyRun(), emptyRun(), emptyRun()] }))
    expect(figuresIn(nothing.get('index.html') ?? '')).toEqual(['runs'])
    expect(lostValues(nothing)).toEqual([])
    const all = filesOf(benchFindings({ plan }))
    expect(lostValues(all)).toEqual([])
    const text = shown(all.get('index.html') ?? '')
    for (const words of ['only partition 1', 'waits 20', 'withheld on purpose', 'fetch.max.bytes=1000000']) {
      expect(text).toContain(words)
    }
  })
})
