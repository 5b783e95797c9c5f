/** The bars of this project against its peers, and the rule by which a bar holds. */
import type { Random } from '../../src/base/random.ts'
import { median, pairedRatio } from '../statistics.ts'
import { cpuMsPerMegabyte, megabytesPerCpuSecond, recordsPerSecond, type Sample } from './sample.ts'
import type { Contender } from './works.ts'

interface Bar {
  readonly floor: number
  readonly aim: number
}

interface Comparison {
  readonly work: string
  readonly ours: Contender
  readonly theirs: Contender
  readonly quantity: 'records per second' | 'MB per CPU second'
  /** Null: shown for orientation. */
  readonly bar: Bar | null
}

export type Verdict = 'aim' | 'floor' | 'missed' | 'no bar' | 'not measured'

export interface ComparedRow extends Comparison {
  readonly pairs: number
  /** Medians in the unit of the quantity. */
  readonly oursMedian: number
  readonly theirsMedian: number
  /** Median of the ratios of each round, and the lower end of its 95 % interval. */
  readonly ratio: number
  readonly lowerBound: number
  readonly oursCpuMsPerMegabyte: number
  readonly theirsCpuMsPerMegabyte: number
  readonly verdict: Verdict
}

/** A bar holds when the lower bound reaches this share of it. */
const SHARE = 0.9

const RATE = 'records per second'
const CPU = 'MB per CPU second'

const compare = (work: string, ours: Contender, theirs: Contender, bar: Bar | null): Comparison => {
  return { work, ours, theirs, quantity: RATE, bar }
}

export const COMPARISONS: readonly Comparison[] = [
  compare('produce-100', 'embedded', 'kafka', { floor: 10, aim: 20 }),
  compare('produce-100-tuned', 'embedded', 'kafka', { floor: 5, aim: 10 }),
  compare('produce-1000', 'embedded', 'kafka', { floor: 8, aim: 10 }),
  compare('produce-1000-tuned', 'embedded', 'kafka', { floor: 5, aim: 7 }),
  {
    work: 'produce-100',
    ours: 'embedded',
    theirs: 'kafka',
    quantity: CPU,
    bar: { floor: 8, aim: 20 }
  },
  compare('produce-100-tuned', 'embedded', 'plain-write', { floor: 0.25, aim: 0.5 }),
  compare('produce-1000-tuned', 'embedded', 'plain-write', { floor: 0.35, aim: 0.8 }),
  compare('consume-100', 'embedded', 'kafka', { floor: 3, aim: 7 }),
  compare('consume-100', 'embedded-poll', 'kafka', { floor: 2, aim: 4 }),
  compare('consume-1000', 'embedded', 'kafka', { floor: 3, aim: 6 }),
  compare('consume-100', 'embedded', 'franz-go', { floor: 1.5, aim: 3 }),
  compare('consume-1000', 'embedded', 'franz-go', { floor: 1, aim: 2 }),
  compare('consume-1000', 'embedded-poll', 'kafka', null),
  compare('produce-100', 'embedded', 'franz-go', null),
  compare('produce-100-tuned', 'embedded', 'franz-go', null),
  compare('produce-1000', 'embedded', 'franz-go', null),
  compare('produce-1000-tuned', 'embedded', 'franz-go', null)
]

/** Samples of one contender at one work, one for each round. */
export type SamplesOf = (work: string, contender: Contender) => readonly Sample[]

export function judge(comparison: Comparison, samplesOf: SamplesOf, random: Random): ComparedRow {
  const { work, quantity, bar } = comparison
  const ours = samplesOf(work, comparison.ours)
  const theirs = samplesOf(work, comparison.theirs)
  const figureOf = quantity === RATE ? recordsPerSecond : megabytesPerCpuSecond
  const known = ours.length > 0 && ours.length === theirs.length && [...ours, ...theirs].every(isKnown)
  if (!known) return { ...comparison, ...NOTHING, verdict: 'not measured' }
  const [oursValues, theirsValues] = [ours.map(figureOf), theirs.map(figureOf)]
  const { ratio, low } = pairedRatio(oursValues, theirsValues, random)
  return {
    ...comparison,
    pairs: ours.length,
    oursMedian: median(oursValues),
    theirsMedian: median(theirsValues),
    ratio,
    lowerBound: low,
    oursCpuMsPerMegabyte: median(ours.map(cpuMsPerMegabyte)),
    theirsCpuMsPerMegabyte: median(theirs.map(cpuMsPerMegabyte)),
    verdict: bar === null ? 'no bar' : verdictOf(bar, low)
  }

  function isKnown(sample: Sample): boolean {
    return Number.isFinite(figureOf(sample))
  }
}

const NOTHING = {
  pairs: 0,
  oursMedian: Number.NaN,
  theirsMedian: Number.NaN,
  ratio: Number.NaN,
  lowerBound: Number.NaN,
  oursCpuMsPerMegabyte: Number.NaN,
  theirsCpuMsPerMegabyte: Number.NaN
}

function verdictOf({ floor, aim }: Bar, lowerBound: number): Verdict {
  if (lowerBound >= SHARE * aim) return 'aim'
  return lowerBound >= SHARE * floor ? 'floor' : 'missed'
}

/** A bar on one figure of ours alone, which must not be above it. */
interface Limit {
  readonly what: string
  readonly unit: string
  readonly most: number
  readonly work: string
  readonly contender: Contender
  readonly valueOf: (sample: Sample) => number | undefined
}

export interface LimitRow extends Pick<Limit, 'what' | 'unit' | 'most'> {
  /** Median of all rounds; NaN if it was not measured. */
  readonly value: number
  readonly verdict: 'holds' | 'missed' | 'not measured'
}

const heapKilobytes = ({ heapBytesPerMegabyte }: Sample): number | undefined =>
  heapBytesPerMegabyte === undefined ? undefined : heapBytesPerMegabyte / 1000

const heapLimit = (work: string, recordText: string): Limit => ({
  what: `heap allocated per MB consumed by forEach, ${recordText}`,
  unit: 'KB',
  most: 64,
  work,
  contender: 'embedded',
  valueOf: heapKilobytes
})

export const LIMITS: readonly Limit[] = [
  heapLimit('consume-100', '100 B'),
  heapLimit('consume-1000', '1000 B'),
  {
    what: 'resident memory of an idle process with the engine and one topic',
    unit: 'MB',
    most: 90,
    work: 'idle',
    contender: 'embedded',
    valueOf: ({ residentBytes }) => (residentBytes === undefined ? undefined : residentBytes / 1e6)
  }
]

export function judgeLimit(limit: Limit, samplesOf: SamplesOf): LimitRow {
  const { what, unit, most } = limit
  const values = samplesOf(limit.work, limit.contender).flatMap(sample => limit.valueOf(sample) ?? [])
  if (values.length === 0) return { what, unit, most, value: Number.NaN, verdict: 'not measured' }
  const value = median(values)
  return { what, unit, most, value, verdict: value <= most ? 'holds' : 'missed' }
}
