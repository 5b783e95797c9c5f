import { describe, expect, test } from 'vitest'
import { COMPARISONS, judge, judgeLimit, LIMITS } from '../../../bench/peers/comparisons.ts'
import { parsePeerOptions, unwritable } from '../../../bench/peers/options.ts'
import type { Sample } from '../../../bench/peers/sample.ts'
import { type Contender, FULL_SIZE, QUICK_SIZE, WORKS } from '../../../bench/peers/works.ts'
import { seededRandom } from '../../../src/base/random.ts'

test('without options it is the whole run, which becomes the baseline', () => {
  expect(parsePeerOptions([])).toEqual({
    pairs: 7,
    size: { ...FULL_SIZE, records: null },
    works: WORKS,
    outputFolder: 'reports/baseline'
  })
})

test('a run that is quick, partial, resized or short never becomes the baseline by itself', () => {
  const parts = [['--quick'], ['--only', 'idle'], ['--records', '5000'], ['--pairs', '6']]
  expect(parts.map(args => parsePeerOptions(args).outputFolder)).toEqual([null, null, null, null])
  expect(parsePeerOptions(['--quick', '--pairs', '9']).outputFolder).toBeNull()
  expect(parsePeerOptions(['--quick', '--out', 'elsewhere']).outputFolder).toBe('elsewhere')
  expect(parsePeerOptions(['--pairs', '9']).outputFolder).toBe('reports/baseline')
})

test('a quick run has two rounds unless told otherwise', () => {
  expect(parsePeerOptions(['--quick'])).toMatchObject({ pairs: 2, size: { scale: QUICK_SIZE.scale } })
  expect(parsePeerOptions(['--quick', '--pairs', '3']).pairs).toBe(3)
})

test('several works are named with commas', () => {
  const { works } = parsePeerOptions(['--only', 'produce-1000,consume-100'])
  expect(works.map(({ name }) => name)).toEqual(['produce-1000', 'produce-1000-tuned', 'consume-100'])
})

test.each([
  [['--pairs', '0'], '--pairs must be a whole number from 1'],
  [['--pairs', 'many'], 'not "many"'],
  [['--records', '10'], '--records must be a whole number from 1000'],
  [['--only', 'produce-10'], 'names no work'],
  [['--fast'], 'fast']
])('%j is refused with a sentence', (args, text) => {
  expect(() => parsePeerOptions(args)).toThrow(text)
})

describe('accepted figures', () => {
  const sample: Sample = {
    records: 1000,
    recordBytes: 100,
    seconds: 1,
    cpuSeconds: 1,
    foreignShare: 0,
    heapBytesPerMegabyte: 1,
    residentBytes: 1
  }
  const found = (absent: readonly Contender[]) => {
    const samplesOf = (_work: string, contender: Contender) => (absent.includes(contender) ? [] : [sample])
    return {
      comparisons: COMPARISONS.map(comparison => judge(comparison, samplesOf, seededRandom(1))),
      limits: LIMITS.map(limit => judgeLimit(limit, samplesOf))
    }
  }

  test('are replaced by a whole run in which everybody took part', () => {
    expect(unwritable(parsePeerOptions([]), found([]))).toBeNull()
  })

  test('are not replaced by a run without franz-go, which says so', () => {
    expect(unwritable(parsePeerOptions([]), found(['franz-go']))).toBe(
      'a run without Kafka, franz-go does not replace reports/baseline.'
    )
    expect(unwritable(parsePeerOptions(['--out', 'elsewhere']), found(['franz-go']))).toBeNull()
  })

  test('are not replaced by part of a run', () => {
    expect(unwritable(parsePeerOptions(['--quick']), found([]))).toBe('this run was not a whole one.')
  })
})
