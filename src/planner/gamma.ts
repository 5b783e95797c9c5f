/**
 * The Gamma distribution: its distribution function and the quantile, for waiting times until the n-th
 * arrival.
 *
 * Source: Abramowitz and Stegun 6.5.29 (series) and 6.5.31 (continued fraction, by Lentz's method); Lanczos'
 * approximation of ln Gamma with g = 7 and nine terms; the quantile by Newton's steps kept inside a bracket.
 */
import { invariant } from '../base/invariant.ts'

const LANCZOS_G = 7
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
]
const PRECISION = 1e-15
/** Both expansions need about sqrt(shape) terms near the mean; this covers shapes far beyond any batch. */
const TERMS_MAX = 100_000
const TINY = 1e-300

/** Natural logarithm of Gamma(x) for x > 0, exact to 14 digits. */
function logGamma(x: number): number {
  let sum = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i)
  const t = x - 0.5 + LANCZOS_G
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** P(shape, x), good for x < shape + 1. */
function bySeries(shape: number, x: number): number {
  let term = 1 / shape
  let sum = term
  for (let n = 1; n < TERMS_MAX && term > sum * PRECISION; n++) {
    term *= x / (shape + n)
    sum += term
  }
  return sum * Math.exp(shape * Math.log(x) - x - logGamma(shape))
}

/** 1 - P(shape, x), good for x >= shape + 1. */
function byContinuedFraction(shape: number, x: number): number {
  let b = x + 1 - shape
  let c = 1 / TINY
  let d = 1 / b
  let fraction = d
  for (let i = 1; i < TERMS_MAX; i++) {
    const a = -i * (i - shape)
    b += 2
    d = a * d + b
    d = 1 / (Math.abs(d) < TINY ? TINY : d)
    c = b + a / c
    if (Math.abs(c) < TINY) c = TINY
    fraction *= d * c
    if (Math.abs(d * c - 1) < PRECISION) break
  }
  return fraction * Math.exp(shape * Math.log(x) - x - logGamma(shape))
}

/**
 * P(shape, x), the regularised lower incomplete gamma function: the probability that the shape-th arrival of
 * a Poisson stream of rate 1 has come by time x. `shape` > 0, x >= 0.
 */
export function gammaProbability(shape: number, x: number): number {
  invariant(shape > 0 && x >= 0, 'the gamma function needs a shape above 0 and a time from 0', { shape, x })
  if (x === 0) return 0
  return x < shape + 1 ? bySeries(shape, x) : 1 - byContinuedFraction(shape, x)
}

/**
 * The time by which the shape-th arrival has come with probability `p` in (0, 1), for `rate` arrivals per
 * unit of time; the result is in that unit.
 */
export function gammaQuantile(p: number, shape: number, rate: number): number {
  invariant(p > 0 && p < 1 && rate > 0, 'a quantile needs a probability inside (0, 1) and a rate', {
    p,
    rate
  })
  let low = 0
  let high = shape + 1
  while (gammaProbability(shape, high) < p) high *= 2
  let x = Math.min(shape, high / 2)
  for (let step = 0; step < 200 && high - low > PRECISION * high; step++) {
    const error = gammaProbability(shape, x) - p
    if (error === 0) break
    if (error < 0) low = x
    else high = x
    const density = Math.exp((shape - 1) * Math.log(x) - x - logGamma(shape))
    const newton = x - error / density
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (next === x) break
    x = next
  }
  return x / rate
}
