/**
 * The five curves that the scaling laws are tried on, and runs drawn from them with noise of 5 %.
 */
import { type Random, seededRandom } from '../../src/base/random.ts'
import type { LawPoint } from '../../src/planner/law-choice.ts'
import { lawThroughput, type ScalingLaw } from '../../src/planner/scaling-law.ts'

const PLAIN = { lambda: 10e6, sigma: 0, kappa: 0, ceiling: Number.POSITIVE_INFINITY }

export const LINEAR: ScalingLaw = { family: 'linear', ...PLAIN }
export const USL_MILD: ScalingLaw = { family: 'usl', ...PLAIN, sigma: 0.03, kappa: 0.001 }
export const USL_STRONG: ScalingLaw = { family: 'usl', ...PLAIN, sigma: 0.1, kappa: 0.004 }
export const CAP_HIGH: ScalingLaw = { family: 'cap', ...PLAIN, ceiling: 35e6 }
export const CAP_LOW: ScalingLaw = { family: 'cap', ...PLAIN, ceiling: 16e6 }

export const TRUTHS = {
  linear: LINEAR,
  'USL .03/.001': USL_MILD,
  'USL .1/.004': USL_STRONG,
  'cap 3.5x': CAP_HIGH,
  'cap 1.6x': CAP_LOW
} as const

export const NOISE = 0.05

/** A standard normal value. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

interface Drawing {
  readonly runs: number
  readonly seed: number
  readonly noise?: number
}

/** A generator of points of a truth: one after the other from one seed. */
export function pointsOf(truth: ScalingLaw, { runs, seed, noise = NOISE }: Drawing): (n: number) => LawPoint {
  const random = seededRandom(seed)
  return partitions => ({
    partitions,
    runs: Array.from(
      { length: runs },
      () => lawThroughput(truth, partitions) * Math.exp(noise * normal(random))
    )
  })
}
