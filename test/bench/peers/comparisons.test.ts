import { expect, test } from 'vitest'
import { COMPARISONS, judge, judgeLimit, LIMITS, type SamplesOf } from '../../../bench/peers/comparisons.ts'
import type { Sample } from '../../../bench/peers/sample.ts'
import { WORKS } from '../../../bench/peers/works.ts'
import { seededRandom } from '../../../src/base/random.ts'

const ran = (recordsPerSecond: number, cpuSeconds: number | null = 1): Sample => ({
  records: recordsPerSecond,
  recordBytes: 100,
  seconds: 1,
  cpuSeconds,
  foreignShare: 0
})

/** Seven rounds, a little apart from one another. */
const rounds = (recordsPerSecond: number, cpuSeconds?: number | null): Sample[] =>
  [0.98, 1, 1.01, 0.99, 1.02, 1, 1].map(factor => ran(recordsPerSecond * factor, cpuSeconds))

const samples =
  (ours: readonly Sample[], theirs: readonly Sample[]): SamplesOf =>
  (_work, contender) =>
    contender === 'embedded' ? ours : theirs

const RATE = COMPARISONS.find(({ work, theirs }) => work === 'produce-100' && theirs === 'kafka')!
const CPU = COMPARISONS.find(({ quantity }) => quantity === 'MB per CPU second')!

test('a bar holds when the lower bound reaches nine tenths of it', () => {
  const verdictAt = (ratio: number): string =>
    judge(RATE, samples(rounds(ratio * 1000), rounds(1000)), seededRandom(1)).verdict
  expect(RATE.bar).toEqual({ floor: 10, aim: 20 })
  expect([verdictAt(8.9), verdictAt(9.01), verdictAt(17.9), verdictAt(18.01)]).toEqual([
    'missed',
    'floor',
    'floor',
    'aim'
  ])
})

test('it is the bound that counts, not the median', () => {
  const ours = [2, 3, 3, 12, 12, 12, 12].map(ratio => ran(ratio * 1000))
  const row = judge(
    RATE,
    samples(
      ours,
      rounds(1000).map(() => ran(1000))
    ),
    seededRandom(1)
  )
  expect(row.ratio).toBe(12)
  expect(row.lowerBound).toBe(3)
  expect(row.verdict).toBe('missed')
})

test('work per CPU second does not ask for how long it took', () => {
  const row = judge(CPU, samples(rounds(1000, 0.5), rounds(8000, 32)), seededRandom(1))
  expect(row.ratio).toBeCloseTo(8, 10)
  expect(row.oursMedian).toBeCloseTo(0.2, 10)
  expect(row.oursCpuMsPerMegabyte).toBeCloseTo(5000, 8)
  expect(row.theirsCpuMsPerMegabyte).toBeCloseTo(40_000, 8)
})

test('what a system does not tell, and what did not run, is not measured and misses nothing', () => {
  const silent = judge(CPU, samples(rounds(1000), rounds(1000, null)), seededRandom(1))
  const absent = judge(RATE, samples(rounds(1000), []), seededRandom(1))
  expect([silent.verdict, absent.verdict]).toEqual(['not measured', 'not measured'])
})

test('a rate needs no CPU time', () => {
  const row = judge(RATE, samples(rounds(20_000, null), rounds(1000, null)), seededRandom(1))
  expect(row.verdict).toBe('aim')
  expect(row.oursCpuMsPerMegabyte).toBeNaN()
})

test('a limit is held by the median of the rounds', () => {
  const limit = LIMITS.find(({ work }) => work === 'idle')!
  const idle = (residentBytes: number): Sample => ({ ...ran(0), residentBytes })
  const judged = (...megabytes: number[]) =>
    judgeLimit(limit, () => megabytes.map(value => idle(value * 1e6)))
  expect(judged(80, 90, 120)).toMatchObject({ value: 90, verdict: 'holds' })
  expect(judged(80, 91, 120)).toMatchObject({ value: 91, verdict: 'missed' })
  expect(judged().verdict).toBe('not measured')
})

test('every comparison and limit is of contenders that take part in a work there is', () => {
  const parts = WORKS.flatMap(({ name, contenders }) => contenders.map(contender => `${name}/${contender}`))
  const asked = [
    ...COMPARISONS.flatMap(({ work, ours, theirs }) => [`${work}/${ours}`, `${work}/${theirs}`]),
    ...LIMITS.map(({ work, contender }) => `${work}/${contender}`)
  ]
  expect(asked.filter(part => !parts.includes(part))).toEqual([])
  expect(parts.filter(part => !asked.includes(part))).toEqual([])
})
