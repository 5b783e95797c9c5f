/**
 * Whether B differs from A, from runs that took turns: the effect, its 95 % interval, and the smallest effect
 * that so many runs of such noise would have found.
 *
 * Each block holds one run of both, so what drifts from block to block (other load, heat, a fuller disk)
 * falls out of the ratio. Student's t on the logarithms of the ratios.
 */
import { invariant } from '../base/invariant.ts'
import { type Interval95, mean, standardDeviation, studentFactor } from './statistics.ts'
import { formatShare } from './units.ts'

/** The two runs of one block, in the same unit, above 0. */
export interface RunPair {
  readonly a: number
  readonly b: number
}

export interface Comparison {
  /** B over A, less 1: 0.031 means that B is 3.1 % higher. */
  readonly effect: number
  /** Of `effect`. */
  readonly interval95: Interval95
  /** Fraction: a true increase of this size is found in 80 of 100 such comparisons. */
  readonly detectable: number
  readonly difference: 'higher' | 'lower' | 'none detectable'
  readonly pairs: number
}

/** One-sided 80 % point of the normal distribution: the usual power. */
const Z_80 = 0.8416

/** The 80 % point of Student's t for `degrees` >= 1, to 0.03. Source: Abramowitz and Stegun 26.7.5. */
function studentPower(degrees: number): number {
  const z = Z_80
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2)
}

/** Compares at least two blocks. */
export function compareRuns(pairs: readonly RunPair[]): Comparison {
  invariant(pairs.length >= 2, 'a comparison needs at least two blocks', { blocks: pairs.length })
  invariant(
    pairs.every(pair => pair.a > 0 && pair.b > 0),
    'a comparison on logarithms needs values above 0'
  )
  const logs = pairs.map(pair => Math.log(pair.b / pair.a))
  const degrees = pairs.length - 1
  const centre = mean(logs)
  const error = standardDeviation(logs) / Math.sqrt(pairs.length)
  const half = studentFactor(degrees) * error
  const low = Math.expm1(centre - half)
  const high = Math.expm1(centre + half)
  return {
    effect: Math.expm1(centre),
    interval95: [low, high],
    detectable: Math.expm1((studentFactor(degrees) + studentPower(degrees)) * error),
    difference: low > 0 ? 'higher' : high < 0 ? 'lower' : 'none detectable',
    pairs: pairs.length
  }
}

function signed(fraction: number): string {
  const text = formatShare(fraction)
  return fraction > 0 ? `+${text}` : text
}

/** `throughput +3.1 % [-2 %, +8.4 %]: no difference detectable (min. detectable 7 %)`. */
export function compareSentence(name: string, comparison: Comparison): string {
  const { effect, interval95, detectable, difference, pairs } = comparison
  const figures = `${name} ${signed(effect)} [${signed(interval95[0])}, ${signed(interval95[1])}]`
  return difference === 'none detectable'
    ? `${figures}: no difference detectable (min. detectable ${formatShare(detectable)})`
    : `${figures}: B is ${difference} in ${pairs} interleaved pairs`
}
