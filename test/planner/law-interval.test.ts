import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { chooseLaw, type LawPoint } from '../../src/planner/law-choice.ts'
import {
  type LawInterval,
  lawInterval,
  predictMeasured,
  predictThroughput,
  REPETITIONS
} from '../../src/planner/law-interval.ts'
import { lawThroughput } from '../../src/planner/scaling-law.ts'
import { median, quantile } from '../../src/planner/statistics.ts'
import { CAP_HIGH, normal, pointsOf, TRUTHS, USL_MILD } from './law-truths.ts'

function intervalOf(points: readonly LawPoint[], seed: number, repetitions = REPETITIONS): LawInterval {
  const choice = chooseLaw(points)
  if (choice.kind !== 'chosen') throw new Error(choice.reason)
  const measuredRuns = points[0]?.runs.length ?? 0
  return lawInterval(choice, { random: seededRandom(seed), measuredRuns, repetitions })
}

describe('over many sessions with noise of 5 %', () => {
  interface Session {
    readonly law: boolean
    readonly measured: boolean
    /** |predicted / measured - 1|. */
    readonly error: number
  }

  /** What the points predicted at each held-out count, and whether it came true. */
  function sessions(name: keyof typeof TRUTHS, runs: number, count: number): Session[] {
    const truth = TRUTHS[name]
    const held: Session[] = []
    for (let seed = 0; seed < count; seed++) {
      const draw = pointsOf(truth, { runs, seed })
      const interval = intervalOf([1, 2, 4, 32].map(draw), seed, 150)
      for (const partitions of [8, 16]) {
        const found = median(draw(partitions).runs)
        const truthHere = lawThroughput(truth, partitions)
        const law = predictThroughput(interval, partitions)
        const measured = predictMeasured(interval, partitions)
        held.push({
          law: law.low <= truthHere && truthHere <= law.high,
          measured: measured.low <= found && found <= measured.high,
          error: Math.abs(measured.median / found - 1)
        })
      }
    }
    return held
  }

  const share = (held: readonly Session[], kind: 'law' | 'measured'): number =>
    held.filter(session => session[kind]).length / held.length

  const names = Object.keys(TRUTHS).filter((name): name is keyof typeof TRUTHS => name in TRUTHS)
  test.each(names.flatMap(name => [3, 5].map(runs => [name, runs] as const)))(
    'held-out medians of %s with %i runs lie in their interval, and are near',
    (name, runs) => {
      const held = sessions(name, runs, 100)
      expect(share(held, 'measured')).toBeGreaterThanOrEqual(0.9)
      expect(share(held, 'law')).toBeGreaterThanOrEqual(0.88)
      const errors = held.map(session => session.error)
      expect(median(errors)).toBeLessThan(0.1)
      expect(quantile(errors, 0.8)).toBeLessThan(0.2)
    }
  )

  test('the same holds at 4 from 1, 2, 16 and 32', () => {
    for (const name of names) {
      const errors: number[] = []
      for (let seed = 0; seed < 60; seed++) {
        const draw = pointsOf(TRUTHS[name], { runs: 3, seed })
        const interval = intervalOf([1, 2, 16, 32].map(draw), seed, 40)
        errors.push(Math.abs(predictMeasured(interval, 4).median / median(draw(4).runs) - 1))
      }
      expect(median(errors)).toBeLessThan(0.1)
      expect(quantile(errors, 0.9)).toBeLessThan(0.2)
    }
  })
})

describe('where points lie off every law by more than their runs tell', () => {
  const LUMP = 0.1

  /** Whether what is measured at 8 lies in its interval. */
  function isHeld(seed: number): boolean {
    const draw = pointsOf(USL_MILD, { runs: 5, noise: 0.03, seed })
    const random = seededRandom(1000 + seed)
    const lumped = (partitions: number): LawPoint => {
      const lump = Math.exp(LUMP * normal(random))
      return { partitions, runs: draw(partitions).runs.map(run => run * lump) }
    }
    const { low, high } = predictMeasured(intervalOf([1, 2, 4, 16].map(lumped), seed, 100), 8)
    const found = median(lumped(8).runs)
    return low <= found && found <= high
  }

  test('a count not measured lies in its interval all the same', () => {
    const held = Array.from({ length: 100 }, (_, seed) => isHeld(seed)).filter(Boolean)
    // Without what points lie off their law it is 41.
    expect(held.length).toBeGreaterThanOrEqual(70)
  })

  test('three points that rise and fall promise little of the one between', () => {
    const rates = { 1: 488, 2: 605, 8: 395 }
    const points = Object.entries(rates).map(([partitions, rate]) => ({
      partitions: Number(partitions),
      runs: [0.9, 0.97, 1, 1.02, 1.1].map(share => share * rate)
    }))
    const { low, high } = predictMeasured(intervalOf(points, 1), 4)
    expect(low).toBeLessThan(411)
    expect(high).toBeGreaterThan(605)
  })
})

const CALM = [0, 0, 0, 0, 0]

describe('an interval', () => {
  const points = [1, 2, 4, 16].map(pointsOf(USL_MILD, { runs: 5, seed: 1 }))
  const interval = intervalOf(points, 1)

  test('holds its median, and that of a measurement is the wider', () => {
    for (const partitions of [1, 2, 3, 8, 16, 32]) {
      const law = predictThroughput(interval, partitions)
      const measured = predictMeasured(interval, partitions)
      expect(law.low).toBeLessThanOrEqual(law.median)
      expect(law.high).toBeGreaterThanOrEqual(law.median)
      expect(measured.median).toBe(law.median)
      expect(measured.high / measured.low).toBeGreaterThan(law.high / law.low)
    }
  })

  test('is the same for the same seed, and another for another', () => {
    expect(intervalOf(points, 1)).toEqual(interval)
    expect(predictThroughput(intervalOf(points, 2), 8)).not.toEqual(predictThroughput(interval, 8))
  })

  test('is wider the fewer the runs and the more they scatter', () => {
    const widths = [
      { runs: 20, noise: 0.02 },
      { runs: 5, noise: 0.02 },
      { runs: 5, noise: 0.1 }
    ].map(drawing => {
      const draw = pointsOf(CAP_HIGH, { ...drawing, seed: 5 })
      const { low, high } = predictThroughput(intervalOf([1, 2, 4, 16].map(draw), 1), 2)
      return high / low
    })
    expect(widths).toEqual([...widths].sort((a, b) => a - b))
  })

  test('is wider beyond the points, where the families part', () => {
    const width = (partitions: number): number => {
      const { low, high } = predictThroughput(interval, partitions)
      return high / low
    }
    expect(width(64)).toBeGreaterThan(width(32))
    expect(width(32)).toBeGreaterThan(width(16))
  })

  test('is wider at a point that scatters more than the others than if all scattered alike', () => {
    const widthAtOne = (offsets: (partitions: number) => readonly number[]): number => {
      const drawn = [1, 2, 4, 16].map(partitions => ({
        partitions,
        runs: offsets(partitions).map(offset => lawThroughput(CAP_HIGH, partitions) * Math.exp(offset))
      }))
      const { low, high } = predictThroughput(intervalOf(drawn, 1), 1)
      return Math.log(high / low)
    }
    // All three scatter alike over all points together.
    const alike = widthAtOne(() => [-0.1, -0.05, 0, 0.05, 0.1])
    const alone = widthAtOne(partitions => (partitions === 1 ? [-0.2, -0.1, 0, 0.1, 0.2] : CALM))
    const others = [-0.1, -0.05, 0, 0.05, 0.1].map(offset => offset * Math.sqrt(4 / 3))
    const calm = widthAtOne(partitions => (partitions === 1 ? CALM : others))
    expect(alone / alike).toBeGreaterThan(1.15)
    // That few runs agree by chance is no reason to believe them more.
    expect(calm / alike).toBeGreaterThan(0.9)
  })

  test('stands with a single point measured twice, however far apart', () => {
    const few = [1, 2, 4].map(partitions => ({ partitions, runs: [10e6 * partitions] }))
    const once = [...few, { partitions: 16, runs: [8e6, 160e6] }]
    for (let seed = 0; seed < 20; seed++) {
      const { repetitions } = intervalOf(once, seed)
      expect(repetitions.every(({ law }) => lawThroughput(law, 8) > 0)).toBe(true)
      expect(repetitions.every(({ law }) => Number.isFinite(lawThroughput(law, 8)))).toBe(true)
    }
  })

  test('of a single repetition still holds its median', () => {
    const { low, median: centre, high } = predictThroughput(intervalOf(points, 1, 1), 8)
    expect(low).toBeLessThanOrEqual(centre)
    expect(high).toBeGreaterThanOrEqual(centre)
    expect(low).toBeLessThan(high)
  })

  test('of the Kafka broker holds the median measured at 8, which a plain bootstrap just missed', () => {
    const medians = { 1: 51.2, 2: 59.6, 4: 70.5, 16: 86.2 }
    const runs = [0.92, 1, 1.08]
    const broker = Object.entries(medians).map(([count, rate]) => ({
      partitions: Number(count),
      runs: runs.map(share => share * rate)
    }))
    const measured = predictMeasured(intervalOf(broker, 1), 8)
    expect(measured.median).toBeCloseTo(79, 0)
    expect(measured.low).toBeLessThan(85.7)
    expect(measured.high).toBeGreaterThan(85.7)
  })
})
