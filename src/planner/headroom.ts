/**
 * From the rate somebody names to the rate to plan for: Tt peak/average (1 + g)^years / u.
 *
 * Peak and growth make the rate that will be offered. What producers and brokers are given on top, 1/u, keeps
 * them below their limit; consumers have a limit of their own, see `consumer-queue.ts`, and are planned for
 * the offered rate.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { formatFigure } from './formula-text.ts'
import { formatByteRate, formatShare } from './units.ts'

/** What was asked for; null takes the default, and is said to. */
export interface HeadroomAnswers {
  /** Greatest rate over mean rate, at least 1; 1 if the target is the peak. */
  readonly peakFactor: number | null
  /** g: 0.3 is 30 % more every year. */
  readonly yearlyGrowth: number | null
  readonly years: number | null
  /** u, above 0 and at most 1: how full producers and brokers may be. */
  readonly utilisation: number | null
}

type AnswerSource = 'asked' | 'default'

interface HeadroomFactor {
  readonly name: 'peak over average' | 'growth' | 'utilisation'
  /** What the rate is multiplied by. */
  readonly factor: number
  /** `default` if any part of it is. */
  readonly source: AnswerSource
  /** What the factor is made of: `30 % a year (default) for 2 years (asked)`. */
  readonly detail: string
}

export interface Headroom {
  readonly factors: readonly HeadroomFactor[]
  /** Bytes per second at the peak, grown. */
  readonly offeredThroughput: number
  /** u. */
  readonly utilisation: number
  /** Bytes per second to plan producers and brokers for: the offered ones over u. */
  readonly plannedThroughput: number
  /** With the numbers in it. */
  readonly formula: string
}

/** What is common, where nobody knows better: a day's peak of twice its mean, a busy topic's growth. */
const DEFAULTS = { peakFactor: 2, yearlyGrowth: 0.3, years: 2, utilisation: 0.7 } as const

function check(holds: boolean, name: string, value: number, cure: string): void {
  if (!holds) throw new HighwaterError('HIGHWATER_CONFIG', `The ${name} ${value} ${cure}.`)
}

/**
 * The rate to plan for, with each factor and where it comes from.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function planHeadroom(targetThroughput: number, answers: HeadroomAnswers): Headroom {
  const pick = (name: keyof HeadroomAnswers): { value: number; source: AnswerSource } => {
    const asked = answers[name]
    return asked === null ? { value: DEFAULTS[name], source: 'default' } : { value: asked, source: 'asked' }
  }
  const [peak, growth, years] = [pick('peakFactor'), pick('yearlyGrowth'), pick('years')]
  const use = pick('utilisation')
  const { value: rate } = growth
  check(
    peak.value >= 1,
    'peak factor',
    peak.value,
    'is below 1, but no peak is below the mean: give 1 or more'
  )
  check(rate > -1 && rate <= 100, 'yearly growth', rate, 'is no growth: give 0.3 for 30 % a year')
  check(years.value >= 0 && years.value <= 100, 'number of years', years.value, 'is not between 0 and 100')
  check(use.value > 0 && use.value <= 1, 'utilisation', use.value, 'is not above 0 and at most 1: give 0.7')

  const grown = (1 + rate) ** years.value
  const source = growth.source === 'default' || years.source === 'default' ? 'default' : 'asked'
  const factors: HeadroomFactor[] = [
    {
      name: 'peak over average',
      factor: peak.value,
      source: peak.source,
      detail: `${peak.value} (${peak.source})`
    },
    {
      name: 'growth',
      factor: grown,
      source,
      detail: `${formatShare(rate)} a year (${growth.source}) for ${years.value} years (${years.source})`
    },
    {
      name: 'utilisation',
      factor: 1 / use.value,
      source: use.source,
      detail: `${formatShare(use.value)} full at most (${use.source})`
    }
  ]
  const offeredThroughput = targetThroughput * peak.value * grown
  const plannedThroughput = offeredThroughput / use.value
  const figures = [peak.value, grown].map(value => ` × ${formatFigure(value)}`).join('')
  const product = `${formatByteRate(targetThroughput)}${figures} / ${formatFigure(use.value)}`
  const formula = `${product} = ${formatByteRate(plannedThroughput)}`
  return { factors, offeredThroughput, utilisation: use.value, plannedThroughput, formula }
}
