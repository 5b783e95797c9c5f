/**
 * Random times of a simulation: normal and gamma distributed numbers.
 *
 * Source: the normal by Box and Muller; the gamma by Marsaglia and Tsang, A Simple Method for Generating
 * Gamma Variables (2000), with their step for shapes below 1.
 */
import { invariant } from '../../../base/invariant.ts'
import type { Random } from '../../../base/random.ts'

/** Mean 0, standard deviation 1. */
export function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

/** Time until the shape-th of events that come at random, once a unit of time: mean and variance `shape`. */
export function drawGamma(random: Random, shape: number): number {
  invariant(shape > 0, 'a gamma distribution needs a shape above 0', { shape })
  if (shape === 1) return -Math.log(1 - random.next())
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** How long a piece of work takes that varies: gamma distributed, so that any number of them is one draw. */
export interface Duration {
  readonly meanMs: number
  /** Variance over the squared mean. */
  readonly variation: number
}

/** Milliseconds of `count` pieces of work one after the other. */
export function drawDuration(random: Random, { meanMs, variation }: Duration, count: number): number {
  if (variation === 0 || meanMs === 0) return meanMs * count
  return drawGamma(random, count / variation) * meanMs * variation
}
