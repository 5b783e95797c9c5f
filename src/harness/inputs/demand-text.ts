/**
 * What `plan` is asked about a load's future and its consumers, as people write it: growth, peaks, headroom,
 * outages.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { Outage } from '../../planner/consumer-queue.ts'
import { parseDuration } from '../../planner/units.ts'

/** So much more every year, as a share, for so many years. */
interface YearlyGrowth {
  readonly share: number
  readonly years: number
}

const OUTAGE_FORM = 'give how long it lasts and how long catching up may take, such as 10m/30m'
const GROWTH_FORM = 'give a share a year, and for how long, such as 30%/2y or 30%/18mo'
const FACTOR_FORM = 'give how many times the mean the peak is, such as 1.8'
const USE_FORM = 'give the share of what a partition carries that may be used, such as 0.7 or 70%'
const FACTOR_MAX = 1000
const GROWTH_MAX = 100
const YEARS_MAX = 50
const MONTHS = 12

function refuse(what: string, given: string, cure: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', `The ${what} ${JSON.stringify(given)} ${cure}.`)
}

/**
 * Milliseconds above 0 of `500ms`, `12m`, `6h` or `7d`.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseLength(text: string): number {
  const milliseconds = parseDuration(text)
  return milliseconds > 0 ? milliseconds : refuse('duration', text, 'is not above zero')
}

/**
 * `10m/30m`: an outage, and the time within which the backlog is gone.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseOutage(text: string): Outage {
  const [length, recover, ...more] = text.split('/')
  if (length === undefined || recover === undefined || more.length > 0) {
    return refuse('outage', text, `has another form: ${OUTAGE_FORM}`)
  }
  return { lengthMs: parseLength(length), recoverMs: parseLength(recover) }
}

/** `1.8`, or `1.8x`: at least 1. @throws HighwaterError HIGHWATER_CONFIG */
export function parsePeakFactor(text: string): number {
  const match = /^(\d+(?:\.\d+)?)x?$/.exec(text.trim())
  const factor = Number(match?.[1] ?? Number.NaN)
  if (factor >= 1 && factor <= FACTOR_MAX) return factor
  return refuse('peak factor', text, `must lie between 1 and ${FACTOR_MAX}: ${FACTOR_FORM}`)
}

/** `0.7` or `70%`: above 0, at most 1. @throws HighwaterError HIGHWATER_CONFIG */
export function parseUtilisation(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(%?)$/.exec(text.trim())
  const share = Number(match?.[1] ?? Number.NaN) / (match?.[2] === '%' ? 100 : 1)
  if (share > 0 && share <= 1) return share
  return refuse('utilisation', text, `must lie above 0 and be at most 1: ${USE_FORM}`)
}

/** `30%/2y`: 0.3 more every year for 2 years; `30%` is for one. @throws HighwaterError HIGHWATER_CONFIG */
export function parseGrowth(text: string): YearlyGrowth {
  const match = /^(\d+(?:\.\d+)?) ?%(?:\/(\d+(?:\.\d+)?) ?(y|mo))?$/.exec(text.trim())
  if (match === null) return refuse('growth', text, `has another form: ${GROWTH_FORM}`)
  const share = Number(match[1]) / 100
  const years = Number(match[2] ?? 1) / (match[3] === 'mo' ? MONTHS : 1)
  if (share > GROWTH_MAX)
    return refuse('growth', text, `is above ${GROWTH_MAX * 100} % a year: ${GROWTH_FORM}`)
  if (years > YEARS_MAX)
    return refuse('growth', text, `looks further than ${YEARS_MAX} years ahead: ${GROWTH_FORM}`)
  return { share, years }
}

/** Limits of a cluster: a profile of this program by its name, or one of the user's own in a JSON file. */
export type ProfileChoice =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }

/** `msk-m7g.2xlarge`, or a path that ends in .json. @throws HighwaterError HIGHWATER_CONFIG */
export function parseProfileChoice(text: string): ProfileChoice {
  if (text.trim() === '')
    return refuse('profile', text, 'is empty: give a name, or a file such as limits.json')
  return text.endsWith('.json') ? { kind: 'file', path: text } : { kind: 'name', name: text }
}

/** What is measured: this engine, or a simulation with the truth of `sim:TRUTH`. */
export type TargetChoice =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'sim' /** Empty: the default truth. */; readonly truth: string }

/** `embedded`, `sim` or `sim:TRUTH`. @throws HighwaterError HIGHWATER_CONFIG */
export function parseTargetChoice(text: string): TargetChoice {
  if (text === 'embedded') return { kind: 'embedded' }
  if (text === 'sim') return { kind: 'sim', truth: '' }
  if (text.startsWith('sim:')) return { kind: 'sim', truth: text.slice(4) }
  return refuse(
    'target',
    text,
    'is not known: give embedded, sim, or sim:TRUTH such as sim:usl:40MB/s:0.03:0.001'
  )
}
