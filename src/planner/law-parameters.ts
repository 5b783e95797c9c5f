/**
 * What the chosen law says of the system in a few numbers, each with how far the runs leave it open:
 * quantiles over the repetitions of the bootstrap in which the same family was fitted.
 */
import type { LawInterval } from './law-interval.ts'
import { lawMaximum, peakPartitions, type ScalingLaw } from './scaling-law.ts'
import { formatByteRate, formatCount } from './units.ts'

type ParameterName = 'lambda' | 'sigma' | 'kappa' | 'ceiling' | 'peak' | 'maximum'

export interface LawParameter {
  readonly name: ParameterName
  /** Null where the law has no such end: a peak without kappa, a maximum of a straight line. */
  readonly value: number | null
  /** Null with too few repetitions; an end is null where the law may have none. */
  readonly interval95: readonly [low: number | null, high: number | null] | null
  /** `B/s`, `partitions`, or empty. */
  readonly unit: string
}

interface Parameter {
  readonly name: ParameterName
  readonly unit: string
  readonly families: readonly ScalingLaw['family'][]
  readonly of: (law: ScalingLaw) => number
}

const PARAMETERS: readonly Parameter[] = [
  { name: 'lambda', unit: 'B/s', families: ['linear', 'amdahl', 'usl', 'cap'], of: ({ lambda }) => lambda },
  { name: 'sigma', unit: '', families: ['amdahl', 'usl'], of: ({ sigma }) => sigma },
  { name: 'kappa', unit: '', families: ['usl'], of: ({ kappa }) => kappa },
  { name: 'ceiling', unit: 'B/s', families: ['cap'], of: ({ ceiling }) => ceiling },
  { name: 'peak', unit: 'partitions', families: ['usl'], of: peakPartitions },
  { name: 'maximum', unit: 'B/s', families: ['amdahl', 'usl'], of: lawMaximum }
]
/** Of fewer repetitions the fortieth part is no number. */
const REPETITIONS_MIN = 40

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The repetition at a share of all, in order: no mean of two, for one of them may be without an end. */
function ranked(sorted: readonly number[], share: number): number {
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN
}

/** The parameters of the chosen family, those that it has. */
export function lawParameters({ choice, repetitions }: LawInterval): LawParameter[] {
  const { law } = choice.chosen
  const alike = repetitions.filter(each => each.law.family === law.family)
  return PARAMETERS.filter(({ families }) => families.includes(law.family)).map(({ name, unit, of }) => {
    const sorted = alike.map(each => of(each.law)).sort((a, b) => a - b)
    const interval95 =
      sorted.length < REPETITIONS_MIN
        ? null
        : ([finite(ranked(sorted, 0.025)), finite(ranked(sorted, 0.975))] as const)
    return { name, value: finite(of(law)), interval95, unit }
  })
}

const SYMBOLS: Readonly<Record<ParameterName, string>> = {
  lambda: 'λ',
  sigma: 'σ',
  kappa: 'κ',
  ceiling: 'C',
  peak: 'peak N*',
  maximum: 'X at most'
}

function valueText(value: number, unit: string): string {
  if (unit === 'B/s') return formatByteRate(value)
  if (unit === 'partitions') return formatCount(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

function endText(value: number | null, unit: string): string {
  return value === null ? 'no end' : valueText(value, unit)
}

/** `λ 40.1 MB/s [39 MB/s, 41.2 MB/s], σ 0.05 [0.038, 0.061], peak N* 28 [25, 31]`. */
export function lawParametersText(parameters: readonly LawParameter[]): string {
  return parameters
    .map(({ name, value, interval95, unit }) => {
      const ends = interval95 === null ? '' : ` [${interval95.map(end => endText(end, unit)).join(', ')}]`
      return `${SYMBOLS[name]} ${value === null ? 'none' : valueText(value, unit)}${ends}`
    })
    .join(', ')
}
