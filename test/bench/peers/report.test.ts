import { expect, test } from 'vitest'
import { COMPARISONS, judge, judgeLimit, LIMITS } from '../../../bench/peers/comparisons.ts'
import { markdownOf, type PeerReport, rateText } from '../../../bench/peers/report.ts'
import type { Sample } from '../../../bench/peers/sample.ts'
import type { Contender } from '../../../bench/peers/works.ts'
import { seededRandom } from '../../../src/base/random.ts'

const ran = (records: number, more: Partial<Sample> = {}): Sample => ({
  records,
  recordBytes: 100,
  seconds: 1,
  cpuSeconds: 2,
  foreignShare: 0.01,
  ...more
})

function reportWith(foreignShare: number): PeerReport {
  const samplesOf = (_work: string, contender: Contender): Sample[] => {
    if (contender === 'franz-go') return []
    const ours = { heapBytesPerMegabyte: 20_000, residentBytes: 95e6, foreignShare }
    return [contender === 'kafka' ? ran(314_521) : ran(2_310_000, ours)]
  }
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    commit: 'abc1234',
    machine: { node: '20.20.2', cpu: 'some processor', cores: 2, memoryBytes: 2 ** 34, system: 'linux' },
    versions: { kafka: '4.1.0', java: 'openjdk 17', franzGo: 'franz-go left out' },
    pairs: 7,
    javaStartCpuSeconds: { produce: 2.2, consume: 2.6 },
    comparisons: COMPARISONS.map(comparison => judge(comparison, samplesOf, seededRandom(1))),
    limits: LIMITS.map(limit => judgeLimit(limit, samplesOf)),
    runs: [{ work: 'produce-100', contender: 'embedded', samples: samplesOf('produce-100', 'embedded') }]
  }
}

const line = (markdown: string, ...words: string[]): string =>
  markdown.split('\n').find(text => words.every(word => text.includes(word))) ?? ''

test('a line has work, rates in records and bytes, ratio, bound, bars, verdict and the CPU of both', () => {
  const found = line(markdownOf(reportWith(0)), 'produce 100 B, 16384 / 5 ms', "Java's tool | 2.31 M/s")
  expect(found).toBe(
    "| produce 100 B, 16384 / 5 ms | Kafka, Java's tool | 2.31 M/s, 231 MB/s | 315 k/s, 31.5 MB/s | " +
      '7.34× | 7.34× | 10× | 20× | **missed** | 8.66 / 63.6 |'
  )
})

test('what did not run says so, and has no numbers', () => {
  const found = line(markdownOf(reportWith(0)), 'consume 100 B', 'franz-go')
  expect(found).toBe(
    '| consume 100 B with CRC | Kafka, franz-go |  |  |  |  | 1.5× | 3× | not measured | ? / ? |'
  )
})

test('a limit has its figure, its bar and whether it holds', () => {
  const markdown = markdownOf(reportWith(0))
  expect(line(markdown, 'resident memory')).toContain('| 95 MB | ≤ 90 MB | missed |')
  expect(line(markdown, 'heap allocated', '1000 B')).toContain('| 20 KB | ≤ 64 KB | holds |')
})

test('it says what is compared with what, and on which machine', () => {
  const text = markdownOf(reportWith(0)).replaceAll('\n', ' ')
  expect(text).toContain('**Ours runs inside one process; Kafka runs over loopback TCP')
  expect(text).toContain('2 × some processor')
  expect(text).toContain('2.2 s producer, 2.6 s consumer')
})

test('a run beside other work is to be measured again', () => {
  expect(markdownOf(reportWith(0.05))).toContain('at most 5 % of the machine during a run.')
  expect(markdownOf(reportWith(0.3))).toContain('more than 10 % in 1 of 1: **measure again.**')
})

test('rates keep three digits', () => {
  expect([2_310_400, 999_499, 64_230, 314_521].map(rateText)).toEqual(['2.31 M', '999 k', '64.2 k', '315 k'])
})
