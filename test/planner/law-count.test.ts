import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { chooseLaw, type LawPoint } from '../../src/planner/law-choice.ts'
import { bestSeparation, countForRate, type LawCount, type LawRefusal } from '../../src/planner/law-count.ts'
import { lawInterval, predictThroughput } from '../../src/planner/law-interval.ts'
import { lawThroughput, type ScalingLaw } from '../../src/planner/scaling-law.ts'
import { CAP_HIGH, CAP_LOW, LINEAR, pointsOf, USL_MILD, USL_STRONG } from './law-truths.ts'

const RERUN = { command: 'highwater plan --rate 120MB/s', runs: 5, secondsPerRun: 5 }
const NO_LIMIT = 100_000

function lawOf(points: readonly LawPoint[]) {
  const choice = chooseLaw(points)
  if (choice.kind !== 'chosen') return choice
  return lawInterval(choice, { random: seededRandom(1), measuredRuns: 5, repetitions: 300 })
}

function measured(truth: ScalingLaw, counts: readonly number[] = [1, 2, 4, 16], noise = 0.01) {
  return lawOf(counts.map(pointsOf(truth, { runs: 5, seed: 1, noise })))
}

function ask(law: ReturnType<typeof lawOf>, targetMB: number, partitionsMax = NO_LIMIT) {
  return countForRate({ law, targetThroughput: targetMB * 1e6, partitionsMax, rerun: RERUN })
}

function counted(outcome: LawCount | LawRefusal): LawCount {
  if (outcome.kind === 'refused') throw new Error(outcome.reason)
  return outcome
}

function refused(outcome: LawCount | LawRefusal): LawRefusal {
  if (outcome.kind === 'count') throw new Error(`counted ${outcome.partitions}`)
  return outcome
}

describe('the count', () => {
  test('is the first whose lower bound reaches the target, from the first whose upper bound does', () => {
    const law = measured(USL_MILD)
    if ('kind' in law) throw new Error(law.reason)
    const { partitions, partitionsInterval, throughput } = counted(ask(law, 80))
    const [low, high] = partitionsInterval
    expect(high).toBe(partitions)
    expect(predictThroughput(law, partitions).low).toBeGreaterThanOrEqual(80e6)
    expect(predictThroughput(law, partitions - 1).low).toBeLessThan(80e6)
    expect(predictThroughput(law, low).high).toBeGreaterThanOrEqual(80e6)
    expect(predictThroughput(law, low - 1).high).toBeLessThan(80e6)
    expect(throughput).toEqual(predictThroughput(law, partitions))
  })

  test('is one where one partition is enough', () => {
    expect(counted(ask(measured(LINEAR), 5))).toMatchObject({ partitions: 1, partitionsInterval: [1, 1] })
  })

  test.each<[string, ScalingLaw, number, number]>([
    ['linear', LINEAR, 120, 12],
    ['USL', USL_STRONG, 39, 7],
    ['cap', CAP_HIGH, 30, 4]
  ])('of a %s law holds the truth', (_, truth, targetMB, needed) => {
    expect(lawThroughput(truth, needed)).toBeGreaterThanOrEqual(targetMB * 1e6)
    expect(lawThroughput(truth, needed - 1)).toBeLessThan(targetMB * 1e6)
    const [low, high] = counted(ask(measured(truth), targetMB)).partitionsInterval
    expect(low).toBeLessThanOrEqual(needed)
    expect(high).toBeGreaterThanOrEqual(needed)
    expect(high).toBeLessThanOrEqual(needed * 1.3 + 1)
  })

  test('is reached for up to twice the most partitions measured', () => {
    const { partitions } = counted(ask(measured(LINEAR), 240))
    expect(partitions).toBeGreaterThanOrEqual(24)
    expect(partitions).toBeLessThanOrEqual(32)
  })

  test('is found among thousands as among few', () => {
    const slow = { ...LINEAR, lambda: 1e4 }
    const { partitions, partitionsInterval } = counted(ask(measured(slow, [1, 10, 100, 4000]), 50))
    expect(partitionsInterval[0]).toBeLessThanOrEqual(5000)
    expect(partitions).toBeGreaterThanOrEqual(5000)
    expect(partitions).toBeLessThan(5500)
  })

  test('never falls as the target rises', () => {
    const law = measured(USL_MILD, [1, 2, 4, 16], 0.05)
    const targetMB = fc.double({ min: 1, max: 200, noNaN: true })
    fc.assert(
      fc.property(targetMB, targetMB, (one, other) => {
        const [few, many] = [ask(law, Math.min(one, other)), ask(law, Math.max(one, other))]
        if (few.kind === 'count' && many.kind === 'count') {
          expect(few.partitions).toBeLessThanOrEqual(many.partitions)
        }
        // What cannot be told for less cannot be told for more.
        if (few.kind === 'refused') expect(many.kind).toBe('refused')
      }),
      { numRuns: 30 }
    )
  })
})

describe('a refusal', () => {
  test('of one and two partitions alone names the points to measure', () => {
    expect(ask(measured(LINEAR, [1, 2]), 120)).toEqual({
      kind: 'refused',
      cause: 'unidentified',
      reason: 'A scaling law takes at least 3 different partition counts; measured: 1 and 2.',
      doubtful: [],
      command: 'highwater plan --rate 120MB/s --points 1,2,4,16 --runs 5',
      cure: null,
      requirements: null,
      measureNext: 16
    })
  })

  test('names its points instead of those that were asked for', () => {
    const command = 'highwater plan --points 1,2 --rate 120MB/s'
    const asked = { law: measured(LINEAR, [1, 2]), targetThroughput: 120e6, partitionsMax: 1000 }
    expect(countForRate({ ...asked, rerun: { ...RERUN, command } })).toMatchObject({
      command: 'highwater plan --rate 120MB/s --points 1,2,4,16 --runs 5'
    })
    const far = { ...asked, law: measured(LINEAR), targetThroughput: 500e6 }
    expect(countForRate({ ...far, rerun: { ...RERUN, command } })).toMatchObject({
      command: 'highwater plan --rate 120MB/s --points 1,2,4,16,64'
    })
  })

  test('of a target above the peak says where the peak is', () => {
    const refusal = refused(ask(measured(USL_STRONG, [1, 2, 4, 32]), 120))
    const { cause, reason, measureNext } = refusal
    expect(cause).toBe('no-count')
    expect(refusal).toMatchObject({ command: null, cure: expect.stringMatching(/plan for less/) })
    expect(reason).toMatch(/^No number of partitions is enough for 120 MB\/s: the curve peaks at /)
    expect(reason).toMatch(/ at 1[45] partitions with 4\d(\.\d)? MB\/s\.$/)
    expect(measureNext).toBeNull()
  })

  test('of a target above the ceiling says where the curve levels off', () => {
    const { cause, reason } = refused(ask(measured(CAP_LOW, [1, 2, 4, 32]), 20))
    expect(cause).toBe('no-count')
    expect(reason).toMatch(
      /^No number of partitions is enough for 20 MB\/s: the curve levels off at 1[56](\.\d)? MB\/s\.$/
    )
  })

  test('of a count beyond twice the most measured names a farther point', () => {
    expect(refused(ask(measured(LINEAR), 500))).toEqual({
      kind: 'refused',
      cause: 'too-far',
      reason:
        '500 MB/s needs more than 32 partitions, twice the most that were measured; a law is not to be ' +
        'trusted there, measure at 64 as well.',
      doubtful: [],
      command: 'highwater plan --rate 120MB/s --points 1,2,4,16,64',
      cure: null,
      requirements: null,
      measureNext: 64
    })
  })

  test('of a count beyond the limit says which limit', () => {
    const { cause, reason } = refused(ask(measured(LINEAR), 250, 20))
    expect(cause).toBe('limit')
    expect(reason).toMatch(
      /^250 MB\/s needs more than the 20 partitions permitted, which carry at most 2\d\d MB\/s\.$/
    )
  })

  test('of points that no law predicts names the count that separates the leading two', () => {
    const jumping = [10, 60, 15, 100].map((rate, index) => ({
      partitions: [1, 2, 4, 16][index] ?? 0,
      runs: [rate * 0.99e6, rate * 1e6, rate * 1.01e6]
    }))
    const { cause, reason, command, measureNext } = refused(ask(lawOf(jumping), 50))
    expect(cause).toBe('poor-fit')
    expect(reason).toMatch(
      /^No scaling law predicts points left out to 20 %, the best, \w+, is off by \d+ %; N = /
    )
    const points = [1, 2, 4, 16, measureNext ?? 0].sort((a, b) => a - b)
    expect(command).toBe(`highwater plan --rate 120MB/s --points ${points.join(',')}`)
  })

  test('of a target that the interval just reaches leaves it open', () => {
    expect(refused(ask(measured(LINEAR), 290))).toMatchObject({
      cause: 'wide',
      reason:
        'Whether any count reaches 290 MB/s the measurements leave open (29 partitions: 257 MB/s to ' +
        '294 MB/s); N = 32 would tell most, where linear and cap differ by 8 %.',
      measureNext: 32
    })
  })

  test('of points too noisy to tell gives the interval of counts', () => {
    const noisy = [10, 19, 36, 110].map((rate, index) => ({
      partitions: [1, 2, 4, 16][index] ?? 0,
      runs: [0.2, 0.5, 1, 2, 5].map(share => share * rate * 1e6)
    }))
    const { cause, reason, command } = refused(ask(lawOf(noisy), 22))
    expect(cause).toBe('wide')
    expect(reason).toMatch(/^The measurements allow every count from [12] to \d+, more than a factor of 4; /)
    expect(reason).toContain('that is noise more than a choice of law, and 20 runs a point would halve it.')
    expect(command).toBe('highwater plan --rate 120MB/s --runs 20')
  })
})

describe('the count that separates two families', () => {
  test('lies where their curves are farthest apart, and is not measured yet', () => {
    const law = measured(CAP_HIGH, [1, 2, 4, 32], 0.05)
    if ('kind' in law) throw new Error(law.reason)
    const found = bestSeparation(law.choice, NO_LIMIT)
    if (found === null) throw new Error('the families differ')
    const apart = (partitions: number): number =>
      Math.abs(Math.log(lawThroughput(found.laws[0], partitions) / lawThroughput(found.laws[1], partitions)))
    expect([1, 2, 4, 32]).not.toContain(found.partitions)
    for (const other of [3, 6, 8, 12, 16, 24, 48, 64]) {
      expect(apart(found.partitions)).toBeGreaterThanOrEqual(apart(other))
    }
    expect(Math.exp(apart(found.partitions)) - 1).toBeCloseTo(found.difference, 9)
  })

  test('keeps to what is permitted', () => {
    const law = measured(CAP_HIGH, [1, 2, 4, 32], 0.05)
    if ('kind' in law) throw new Error(law.reason)
    expect(bestSeparation(law.choice, 8)?.partitions).toBeLessThanOrEqual(8)
    expect(bestSeparation(law.choice, 2)).toBeNull()
  })
})
