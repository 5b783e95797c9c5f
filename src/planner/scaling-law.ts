/**
 * How total throughput grows with the partition count: four families of curves as plain data.
 *
 *   linear  X(N) = lambda N
 *   amdahl  X(N) = lambda N / (1 + sigma (N - 1))                          rises to lambda / sigma
 *   usl     X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))        rises to a peak, then falls
 *   cap     X(N) = ((lambda N)^-4 + ceiling^-4)^(-1/4)                     linear, then flat at the ceiling
 *
 * Rates are bytes per second of records (key and value).
 * Source: Gunther, Guerrilla Capacity Planning (the universal scalability law; Amdahl's has kappa 0). The cap
 * joins its two straight lines smoothly; the fourth power keeps it within 16 % of the lower at the corner.
 */
import { invariant } from '../base/invariant.ts'

export type LawFamily = 'linear' | 'amdahl' | 'usl' | 'cap'

export interface ScalingLaw {
  readonly family: LawFamily
  /** Bytes per second that each partition adds while nothing holds it back. */
  readonly lambda: number
  /** Share of the work that is done one after the other, 0 to 1; 0 where unused. */
  readonly sigma: number
  /** Cost of each pair of partitions to one another; 0 where unused. */
  readonly kappa: number
  /** Bytes per second that no count exceeds; Infinity where unused. */
  readonly ceiling: number
}

/** What people call the families. */
export const FAMILY_NAMES: Readonly<Record<LawFamily, string>> = {
  linear: 'linear',
  amdahl: 'Amdahl',
  usl: 'USL',
  cap: 'cap'
}

/** Total throughput with `partitions` >= 1 partitions, bytes per second. */
export function lawThroughput(law: ScalingLaw, partitions: number): number {
  const linear = law.lambda * partitions
  if (law.family === 'cap') return linear / (1 + (linear / law.ceiling) ** 4) ** 0.25
  return linear / (1 + law.sigma * (partitions - 1) + law.kappa * partitions * (partitions - 1))
}

/** N* = sqrt((1 - sigma) / kappa), at least 1: beyond it more partitions make less; Infinity without one. */
export function peakPartitions(law: ScalingLaw): number {
  return law.kappa > 0 ? Math.max(1, Math.sqrt((1 - law.sigma) / law.kappa)) : Number.POSITIVE_INFINITY
}

/** The most the law gives with any whole number of partitions, bytes per second; Infinity without an end. */
export function lawMaximum(law: ScalingLaw): number {
  invariant(law.lambda > 0, 'a law needs a rate above 0', { lambda: law.lambda })
  const peak = peakPartitions(law)
  if (Number.isFinite(peak)) {
    return Math.max(lawThroughput(law, Math.floor(peak)), lawThroughput(law, Math.ceil(peak)))
  }
  if (law.family === 'cap') return law.ceiling
  return law.sigma > 0 ? law.lambda / law.sigma : Number.POSITIVE_INFINITY
}
