import { describe, expect, test } from 'vitest'
import { type LawInterval, predictThroughput } from '../../src/planner/law-interval.ts'
import { beyondReach, carriesRate, lawCeiling } from '../../src/planner/law-reach.ts'
import { lawOf } from '../../src/planner/produce-count.ts'
import type { ScalingLaw } from '../../src/planner/scaling-law.ts'
import { LINEAR, pointsOf, USL_MILD } from './law-truths.ts'

function measured(truth: ScalingLaw, noise: number): LawInterval {
  const law = lawOf([1, 2, 4, 32].map(pointsOf(truth, { runs: 5, seed: 3, noise })), 1)
  if ('kind' in law) throw new Error(law.reason)
  return law
}

/** Rises to 109 MB/s at 31 partitions and falls then. */
const peaked = measured(USL_MILD, 0.01)
const noisy = measured(USL_MILD, 0.05)
const straight = measured(LINEAR, 0.01)

describe('the most partitions of known throughput', () => {
  test('are those at which the low end last reaches the rate', () => {
    // 10 N / (1 + 0.03 (N - 1) + 0.001 N (N - 1)) >= 95 from 16.1 to 60.1; the low end leaves fewer.
    for (const law of [peaked, noisy]) {
      for (const targetThroughput of [60e6, 80e6]) {
        const carrying = Array.from({ length: 64 }, (_, index) => index + 1).filter(
          count => predictThroughput(law, count).low >= targetThroughput
        )
        const [first = 0] = carrying
        const load = { targetThroughput, partitions: first, restsOnLaw: true }
        expect(lawCeiling(law, load).partitions).toBe(carrying.at(-1))
      }
    }
    const { name, partitions } = lawCeiling(peaked, {
      targetThroughput: 95e6,
      partitions: 25,
      restsOnLaw: true
    })
    expect(name).toBe('the throughput law')
    expect(partitions).toBeGreaterThan(30)
    expect(partitions).toBeLessThan(60)
  })

  test('are twice the most measured where the curve goes on', () => {
    const load = { targetThroughput: 20e6, partitions: 3, restsOnLaw: true }
    expect(lawCeiling(straight, load)).toEqual({ name: 'the reach of the throughput law', partitions: 64 })
  })

  test('are below a count that something else asks for and the law does not carry', () => {
    const load = { targetThroughput: 100e6, partitions: 60, restsOnLaw: true }
    const { partitions } = lawCeiling(peaked, load)
    expect(carriesRate(peaked, partitions, 100e6)).toBe(true)
    expect(carriesRate(peaked, partitions + 1, 100e6)).toBe(false)
  })

  test('are none where a curve that rises never reaches the rate', () => {
    const load = { targetThroughput: 1e12, partitions: 10, restsOnLaw: true }
    expect(lawCeiling(straight, load).partitions).toBe(0)
  })

  test('are those measured at least, where each of them carries the rate by itself', () => {
    // The curve of 32 measured ones is believed less than they are.
    const load = { targetThroughput: 120e6, partitions: 3, restsOnLaw: false }
    expect(lawCeiling(peaked, load).partitions).toBe(32)
  })

  test('are the plan itself beyond the reach of the law', () => {
    const load = { targetThroughput: 20e6, partitions: 100, restsOnLaw: true }
    expect(lawCeiling(straight, load).partitions).toBe(100)
  })
})

describe('a plan beyond the reach of the law', () => {
  test('is a doubt if the low end there is below the rate, and only then', () => {
    expect(beyondReach(peaked, { targetThroughput: 100e6, partitions: 100 })).toMatch(
      /^Whether 100 partitions together take in 100 MB\/s is not known: the law, believed up to 64, has /
    )
    expect(beyondReach(straight, { targetThroughput: 100e6, partitions: 100 })).toBeNull()
    expect(beyondReach(peaked, { targetThroughput: 108e6, partitions: 64 })).toBeNull()
  })
})
