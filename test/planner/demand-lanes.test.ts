import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { laneAdvice } from '../../src/planner/demand-lanes.ts'
import { type DemandInput, demandLoad } from '../../src/planner/demand-load.ts'
import { givenCost } from '../../src/planner/handler-cost.ts'
import { CountFinder } from '../../src/planner/key-search.ts'
import { fullestShare, type KeyShares, makeKeyShares } from '../../src/planner/key-skew.ts'
import { PLAIN } from './demand-fixture.ts'

/** 40 000 records/s of 1 000 B with 2 ms each, nothing else wished for: 80 lanes at work all the time. */
const INPUT: DemandInput = { ...PLAIN, consumerUtilisation: 0.8 }

function adviceFor(partitions: number, change: Partial<DemandInput> = {}) {
  const input = { ...INPUT, ...change }
  const finder = input.keys === null ? null : new CountFinder(input.keys)
  return laneAdvice(input, demandLoad(input), finder, partitions)
}

/** Keys of which the first has `hot` records and 5 000 others 1 each. */
function hotKeys(hot: number): KeyShares {
  const random = seededRandom(8)
  const weights = [hot, ...Array<number>(5000).fill(1)]
  return makeKeyShares(
    Int32Array.from(weights, () => random.below(2 ** 31)),
    Float64Array.from(weights),
    null
  )
}

describe('the fewest lanes with which consumers do not bind', () => {
  test.each([
    // 100 lanes in all, at 80 %.
    [100, 'none'],
    [99, 2],
    [50, 2],
    [49, 3],
    [12, 9],
    [2, 50]
  ])('with %d partitions are %s', (partitions, lanes) => {
    expect(adviceFor(partitions)?.lanes ?? 'none').toBe(lanes)
  })

  test('are told with what they bring', () => {
    expect(adviceFor(12)).toEqual({
      options: [
        { lanes: 1, consumerThroughput: 500_000, partitions: 100 },
        { lanes: 2, consumerThroughput: 1e6, partitions: 50 },
        { lanes: 4, consumerThroughput: 2e6, partitions: 25 },
        { lanes: 8, consumerThroughput: 4e6, partitions: 13 },
        { lanes: 16, consumerThroughput: 8e6, partitions: 7 }
      ],
      lanes: 9,
      partitions: 12,
      sentence:
        'Run the handler on 9 lanes per partition, keyed so that the records of a key keep their order: Tc ' +
        'is 4.5 MB/s then, and consumers are content with 12 partitions instead of 100.'
    })
  })

  test('are what consumers ask for, not what others do', () => {
    expect(adviceFor(12, { otherPartitions: 60, producerThroughput: 1e6 })).toEqual(adviceFor(12))
  })

  test('take a core each if the handler computes', () => {
    const sentence = adviceFor(12, { handler: givenCost({ kind: 'cpu', micros: 2000 }) })?.sentence
    expect(sentence).toMatch(/instead of 100\. The handler computes, so each lane needs a core of its own\.$/)
  })

  test('are more where keys are uneven, and as many as the fullest partition needs', () => {
    const keys = hotKeys(40)
    const advice = adviceFor(30, { keys })
    const carried = (fullestShare(keys, 30) * 80) / 0.8
    expect(advice?.lanes).toBe(Math.ceil(carried))
    expect(advice?.lanes).toBeGreaterThan(4)
  })
})

describe('lanes that do not end it', () => {
  test('bring what they can', () => {
    const advice = adviceFor(1)
    expect(advice?.lanes).toBeNull()
    expect(advice?.sentence).toBe(
      'With 64 lanes per partition, keyed so that the records of a key keep their order, consumers still ' +
        'ask for 2 partitions, instead of 100.'
    )
  })

  test('do not help a key that is too hot', () => {
    const advice = adviceFor(12, { keys: hotKeys(500) })
    expect(advice?.lanes).toBeNull()
    expect(advice?.options.every(({ partitions }) => partitions === Number.POSITIVE_INFINITY)).toBe(true)
    expect(advice?.sentence).toBe(
      'More lanes in a partition do not help: what binds is one record, or one key, at a time.'
    )
  })

  test('are not talked of where consumers only fetch, or do not bind', () => {
    expect(adviceFor(12, { handler: null, fetchOnlyThroughput: 1e6 })).toBeNull()
    expect(adviceFor(100)).toBeNull()
    expect(adviceFor(12, { lanes: 9 })).toBeNull()
  })
})
