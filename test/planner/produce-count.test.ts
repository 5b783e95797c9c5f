import { describe, expect, test } from 'vitest'
import type { LawPoint } from '../../src/planner/law-choice.ts'
import {
  lawOf,
  type ProduceCount,
  type ProduceQuestion,
  produceCount
} from '../../src/planner/produce-count.ts'

const RERUN = { command: 'highwater plan', runs: 3, secondsPerRun: 5 }

/** Points at 1, 2, 4 ... partitions with these totals in MB/s, three runs alike. */
function pointsAt(totals: Readonly<Record<number, number>>, scatter = 0): LawPoint[] {
  return Object.entries(totals).map(([partitions, total]) => ({
    partitions: Number(partitions),
    runs: [1 - scatter, 1, 1 + scatter].map(factor => factor * total * 1e6)
  }))
}

const STRAIGHT = { 1: 50, 2: 100, 4: 200, 16: 800 }

function ask(points: readonly LawPoint[], targetMB: number, changes: Partial<ProduceQuestion> = {}) {
  const targetThroughput = targetMB * 1e6
  const law = lawOf(points, 1)
  return produceCount({ points, law, targetThroughput, partitionsMax: 1e5, rerun: RERUN, ...changes })
}

/** The count; fails if it is refused. */
function count(points: readonly LawPoint[], targetMB: number): ProduceCount {
  const answer = ask(points, targetMB)
  if (answer.kind === 'refused') throw new Error(answer.reason)
  return answer
}

describe('partitions for producers', () => {
  test('are as many as the law says', () => {
    // 290 / 50 = 5.8, and 1 590 / 50 = 31.8 of the 32 that 16 measured ones let it tell.
    expect(count(pointsAt(STRAIGHT), 290).partitionsInterval).toEqual([6, 6])
    expect(count(pointsAt(STRAIGHT), 1590).partitionsInterval).toEqual([32, 32])
  })

  test('lie further apart the more the runs do, and the safe end is the greater', () => {
    // 590 / 50 = 11.8
    const intervals = [0, 0.05, 0.1].map(
      scatter => count(pointsAt(STRAIGHT, scatter), 590).partitionsInterval
    )
    expect(intervals[0]).toEqual([12, 12])
    for (const [low] of intervals) expect(low).toBeLessThanOrEqual(12)
    const highs = intervals.map(([, high]) => high)
    expect(highs[1]).toBeGreaterThan(12)
    expect(highs[2]).toBeGreaterThan(highs[1] ?? 0)
  })

  test('are the same for the same points and seed', () => {
    const points = pointsAt(STRAIGHT, 0.1)
    const [law, again, other] = [5, 5, 6].map(seed => JSON.stringify(lawOf(points, seed)))
    expect(again).toBe(law)
    expect(other).not.toBe(law)
    expect(count(points, 590)).toEqual(count(points, 590))
  })

  test('cannot be told beyond twice the most that were measured', () => {
    expect(ask(pointsAt(STRAIGHT), 1650)).toMatchObject({
      kind: 'refused',
      cause: 'too-far',
      command: 'highwater plan --points 1,2,4,16,64'
    })
  })

  test('no more than are permitted', () => {
    expect(ask(pointsAt(STRAIGHT), 590, { partitionsMax: 10 })).toMatchObject({ cause: 'limit' })
  })
})

describe('a target that every measured count carries by itself', () => {
  test('takes one partition, however few the counts are', () => {
    const known = { partitionsInterval: [1, 1], restsOnLaw: false }
    expect(count(pointsAt({ 1: 50 }), 40)).toEqual({ kind: 'count', ...known })
  })

  test('takes one partition, however badly a law fits them', () => {
    const points = pointsAt({ 1: 50, 2: 300, 4: 60, 16: 700 })
    expect(count(points, 40).partitionsInterval).toEqual([1, 1])
    expect(ask(points, 100)).toMatchObject({ kind: 'refused', cause: 'poor-fit' })
    expect(count(pointsAt({ 1: 50, 2: 100, 4: 200, 16: 800 }), 60).restsOnLaw).toBe(true)
  })

  test('is carried at the low end of the runs, not at their middle', () => {
    // Logarithms of 90, 100 and 110: mean 4.6018, deviation 0.1004; t 4.303 x 0.1004 / sqrt 3 = 0.2494, so
    // the low end is 77.67.
    const scattered = pointsAt({ 1: 100 }, 0.1)
    expect(count(scattered, 77.6).partitionsInterval).toEqual([1, 1])
    expect(ask(scattered, 77.7)).toMatchObject({ kind: 'refused', cause: 'unidentified' })
  })

  test('is not one that more partitions no longer carry', () => {
    expect(ask(pointsAt({ 1: 50, 2: 30 }), 40)).toMatchObject({ kind: 'refused', cause: 'unidentified' })
  })
})
