/**
 * An axis as numbers: values to pixels, and the ticks between its ends.
 */
import { invariant } from '../../base/invariant.ts'
import { doublingTicks, linearTicks, logTicks } from './ticks.ts'

type ScaleKind = 'doubling' | 'linear' | 'log'

export interface ScaleSpec {
  readonly kind: ScaleKind
  readonly low: number
  readonly high: number
  /** About how many ticks there is room for. */
  readonly ticks: number
  /** True where the axis ends at its ticks and not at its data. */
  readonly isRound: boolean
}

export interface Scale {
  readonly kind: ScaleKind
  readonly low: number
  readonly high: number
  /** Those that lie between its ends, ascending. */
  readonly ticks: readonly number[]
}

const TICKS = { linear: linearTicks, log: logTicks, doubling: doublingTicks }

export function makeScale({ kind, low, high, ticks, isRound }: ScaleSpec): Scale {
  const enclosing = TICKS[kind](low, high, ticks)
  const first = enclosing[0]
  const last = enclosing.at(-1)
  invariant(first !== undefined && last !== undefined, 'An axis has ticks.', { low, high })
  // What does not extend has no share of itself: its ticks are its ends.
  if (isRound || low >= high) return { kind, low: first, high: last, ticks: enclosing }
  return { kind, low, high, ticks: enclosing.filter(tick => tick >= low && tick <= high) }
}

/** Pixel of a value on a scale drawn between two pixels; what lies outside is drawn at the nearer end. */
export function pixelOf(scale: Scale, value: number, from: number, to: number): number {
  const { kind, low, high } = scale
  const inside = Math.min(high, Math.max(low, value))
  const share =
    kind === 'linear' ? (inside - low) / (high - low) : Math.log(inside / low) / Math.log(high / low)
  return from + share * (to - from)
}
