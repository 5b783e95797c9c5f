import { describe, expect, test } from 'vitest'
import { hottestKey, keyConstraints, keyWarnings, skewLimits } from '../../src/planner/demand-keys.ts'
import { type DemandInput, demandLoad } from '../../src/planner/demand-load.ts'
import { givenCost } from '../../src/planner/handler-cost.ts'
import { CountFinder } from '../../src/planner/key-search.ts'
import { type KeyShares, makeKeyShares } from '../../src/planner/key-skew.ts'

/** Keys whose hash is their index, so that partition j of N gets each N-th key. */
function keysOf(weights: readonly number[], sampleRecords: number | null = null): KeyShares {
  return makeKeyShares(
    Int32Array.from(weights, (_, i) => i),
    Float64Array.from(weights),
    sampleRecords
  )
}

/** 1 000 records/s of 1 000 B with 1 ms each, nothing else wished for. */
const INPUT: DemandInput = {
  targetThroughput: 1e6,
  recordBytes: 1000,
  headroom: { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 },
  producerThroughput: null,
  fetchOnlyThroughput: Number.POSITIVE_INFINITY,
  handler: givenCost({ kind: 'wait', micros: 1000 }),
  consumerThroughput: null,
  lanes: 1,
  arrivalBatch: 1,
  lagSloMs: null,
  outage: null,
  consumerUtilisation: 0.5,
  keys: null,
  otherPartitions: 1
}

function judge(keys: KeyShares, change: Partial<DemandInput> = {}) {
  const input = { ...INPUT, keys, ...change }
  const load = demandLoad(input)
  const limits = skewLimits(input, load, keys)
  const found = new CountFinder(keys).find({ limit: limits.share, from: 1 })
  const [hot, skew] = keyConstraints(load, limits, keys, found)
  return {
    limits,
    skew,
    hot,
    room: hottestKey(load, limits, keys),
    warnings: keyWarnings(limits, keys, found)
  }
}

const EVEN = keysOf(Array<number>(1000).fill(1))

describe('what a partition and a key may get', () => {
  test('is what a consumer carries at its busy share', () => {
    expect(judge(EVEN).limits).toEqual({
      share: 0.5,
      side: 'consume',
      keyRoom: 0.5e6,
      keyNeeds: 1000,
      keySide: 'consume'
    })
  })

  test('is what a partition takes in, where that is less', () => {
    const { limits, skew } = judge(EVEN, { producerThroughput: 0.1e6 })
    expect(limits).toMatchObject({ share: 0.1, side: 'produce', keyRoom: 0.1e6, keySide: 'produce' })
    expect(skew?.sentence).toContain('Key skew binds, by what a partition takes in:')
  })

  test('is more with lanes for a partition, and the same for a key', () => {
    const { limits } = judge(EVEN, { lanes: 4 })
    expect(limits.share).toBeCloseTo(2, 9)
    expect(limits.keyRoom).toBeCloseTo(0.5e6, 3)
  })

  test('is less where an outage is to be caught up with', () => {
    expect(judge(EVEN, { outage: { lengthMs: 1, recoverMs: 1 } }).limits.share).toBeCloseTo(0.25, 12)
  })
})

describe('the limits as they are told', () => {
  test('keys that spread badly ask for more partitions than even ones', () => {
    const { skew, hot } = judge(keysOf([400, ...Array<number>(600).fill(1)]))
    expect(skew).toEqual({
      name: 'keys',
      partitions: 6,
      unit: 'partitions',
      formula: 'h(6) = 50 %, at most 50 %',
      source: 'derived',
      sentence:
        'Key skew binds, by handler time per record: a partition may get 50 % of the records, which even ' +
        'keys reach with 2 partitions, a hot key and even others with 6 and these with 6.'
    })
    expect(hot).toMatchObject({
      name: 'hottest key',
      partitions: 1,
      formula: '40 % of the records: 0.4 of 0.5 MB/s',
      sentence: 'The hottest key alone needs 0.4 of 0.5 MB/s.'
    })
  })

  test('a key too hot makes any number too few, and is told what to do', () => {
    const { skew, hot } = judge(keysOf([600, ...Array<number>(400).fill(1)]))
    expect(skew?.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(skew?.formula).toBe('h(N) at least 60 %, at most 50 %')
    expect(hot?.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(hot?.sentence).toBe(
      'The hottest key alone needs 0.6 of 0.5 MB/s, so no partition count works: split it into 2 parts ' +
        '(salting), give it a topic of its own, or make the handler faster.'
    )
  })

  test('several keys too hot are all to be split', () => {
    const { hot } = judge(keysOf([600, 550, 10]), { targetThroughput: 2e6 })
    expect(hot?.sentence).toContain('split it and those behind it (salting)')
    const produce = judge(keysOf([600, 1]), { producerThroughput: 0.1e6 })
    expect(produce.hot?.sentence).toContain('(salting), give it a topic of its own.')
  })
})

describe('room for the hottest key', () => {
  test('is the rate above which no count works, and what splitting brings', () => {
    const { room } = judge(keysOf([400, ...Array<number>(600).fill(1)]))
    expect(room).toMatchObject({ share: 0.4, interval: null })
    expect(room.ceiling).toBeCloseTo(1.25e6, 3)
    expect(room.saltedCeiling).toBeCloseTo(5e6, 3)
    expect(room.sentence).toBe(
      'Above 1.25 MB/s at the peak no partition count works, for the hottest key; split into 4 parts it ' +
        'would be 5 MB/s.'
    )
  })

  test('is less by what catching up takes', () => {
    const keys = keysOf([200, ...Array<number>(800).fill(1)])
    const { room } = judge(keys, { outage: { lengthMs: 1, recoverMs: 1 } })
    expect(room.ceiling).toBeCloseTo(1.25e6, 3)
    expect(room.saltedCeiling).toBeCloseTo(5e6, 3)
  })

  test('ends with the second key', () => {
    expect(judge(keysOf([400, 200, ...Array<number>(400).fill(1)])).room.sentence).toBe(
      'Above 1.25 MB/s at the peak no partition count works, for the hottest key; split into 2 parts it ' +
        'would be 2.5 MB/s, then the second key binds.'
    )
    expect(judge(keysOf([1]), { targetThroughput: 0.4e6 }).room.sentence).toBe(
      'Above 0.5 MB/s at the peak no partition count works, for the hottest key.'
    )
  })
})

describe('doubts', () => {
  test('none with many keys, all of them known', () => {
    expect(judge(EVEN).warnings).toEqual([])
  })

  test('a single key', () => {
    const { warnings } = judge(keysOf([5]), { targetThroughput: 0.1e6 })
    expect(warnings).toEqual([
      'All records have the same key, so all go to one partition and more partitions stay empty.'
    ])
  })

  test('a hottest key that may be too hot', () => {
    const { warnings } = judge(keysOf([490, ...Array<number>(510).fill(1)], 1000), { lanes: 2 })
    expect(warnings).toContain(
      'The hottest key may have up to 52.1 % of the records and then needs 0.521 of 0.5 MB/s: a larger ' +
        'sample of keys would tell.'
    )
  })

  test('a sample too small to tell the limit is kept', () => {
    const { warnings } = judge(keysOf(Array<number>(1000).fill(1), 1000))
    expect(warnings).toEqual([
      'In the sample of 1 000 records the fullest of 2 partitions may get 50 % to 53.1 % of them, and 50 % ' +
        'is the limit; even keys would look 5.3 % uneven in a sample as small: give more keys.'
    ])
  })

  test('more partitions than keys', () => {
    const keys = keysOf([3, 3, 3, 3])
    const limits = { share: 0.25, side: 'consume', keyRoom: 1, keyNeeds: 1, keySide: 'consume' } as const
    const found = { partitions: 5, isSmallest: true, nextTooFew: null }
    expect(keyWarnings(limits, keys, found)).toEqual([
      'There are only 4 keys for 5 partitions, so some stay empty.'
    ])
  })
})
